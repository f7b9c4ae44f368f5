"""The guard warns before work is lost.  It watches documents and warns when what isn't ours is opened, first
changed, and saved; a save then needs a choice.  It never decides who may write: the server does."""

import os
import shutil

import FreeCAD

from silo_client import errors, place

from . import checkout, dialogs, documents, locking, saves, session, tasks
from .live import live
from .qt import QtCore, QtWidgets

HERE, ELSEWHERE, TAKE, NOT = "here", "elsewhere", "take", "not"
QUIET = ("Visibility", "ShowInTree", "ViewObject")    # properties that only change how a thing is shown


class Guard(QtCore.QObject):
    def __init__(self):
        super().__init__()
        self._numbers = {}      # document name → its part number, so that a change need not read a file
        self._warned = set()    # names of documents about whose change we have warned
        self._read_only = set()    # names of documents that their user has made read-only
        self.warnings = []      # the last texts, newest last; for the report view and the tests
        self._sweep = QtCore.QTimer(self)
        self._sweep.setSingleShot(True)
        self._sweep.timeout.connect(self._look_around)
        self._settling = QtCore.QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(500)
        self._settling.timeout.connect(self._settle)
        live().told.connect(self._told)
        self._sweep.start(0)

    # -- what FreeCAD reports (App.addDocumentObserver) -----------------------------------------------

    def slotCreatedDocument(self, _document):
        self._sweep.start(0)

    def slotActivateDocument(self, document):
        # Opening ends with activating; by then the file's name is known, and nothing has changed yet.
        if document.FileName and not documents.is_known(document):
            documents.loaded(document)
        self._sweep.start(0)

    def slotDeletedDocument(self, document):
        documents.forget(document.Name)
        self._numbers.pop(document.Name, None)
        saves.begin(document.Name)
        self._warned.discard(document.Name)
        self._read_only.discard(document.Name)

    def slotChangedObject(self, thing, name):
        if name not in QUIET:
            self._changing(thing.Document)

    def slotCreatedObject(self, thing):
        self._changing(thing.Document)

    def slotDeletedObject(self, thing):
        self._changing(thing.Document)

    def slotStartSaveDocument(self, document, path):
        saves.begin(document.Name)
        entry = documents.entry_at(path)
        if not entry or not os.path.isfile(path):
            return
        answer, target = (HERE, None) if document.Name in saves.ours else self._may_save(document, entry, path)
        saves.announce(document, path, answer, target, put_back=answer != HERE)
        self._settling.start()

    def slotFinishSaveDocument(self, document, path):
        save = saves.finish(document, path)
        if save and save.kept:
            self._put_back(document, save)
        elif not documents.is_known(document):
            documents.loaded(document)    # saved under another name
        if save and not save.kept and not saves.is_whole(path):
            text = "Make room on the disk and save again before you close %s: FreeCAD couldn't write all of it." % path
            QtCore.QTimer.singleShot(0, lambda: self.say(text, documents.part_number_of(document)))
        self._sweep.start(0)

    def _settle(self):
        """Cleans up after an announced save that was refused or broken off.  While a window asks something, or
        FreeCAD shows that it is busy, the save may still be running."""
        at_work = QtWidgets.QApplication.overrideCursor() is not None or QtWidgets.QApplication.activeModalWidget()
        if at_work or saves.is_writing():
            self._settling.start()
        else:
            saves.settle_all()

    # -- opening --------------------------------------------------------------------------------------

    def _look_around(self):
        """Notices documents that are new here; those that an assembly brought along, too."""
        for name, document in FreeCAD.listDocuments().items():
            if document.FileName and not documents.is_known(document):
                documents.loaded(document)
            number = documents.part_number_of(document)
            if number and self._numbers.get(name) != number:
                self._numbers[name] = number
                self.opened(name)

    def opened(self, name):
        """Asks the server who holds the item, off the GUI's thread, and warns."""
        document, client = FreeCAD.listDocuments().get(name), session.client()
        number = documents.part_number_of(document) if document else ""
        if not number or client is None:
            return
        live().start()

        def work(job):
            return job.client.lock_of(number), session.user() or session.learn(job.client)

        def show(answer):
            held, me = answer
            if held:
                live().note(held)
            if held and held["locked_by"] != me:
                self.warn_opened(name, number, held)

        tasks.Task(client, work, show, lambda error: dialogs.status(
            "can't tell who holds %s: %s" % (number, error)))

    def warn_opened(self, name, number, lock):
        def read_only():
            document = FreeCAD.listDocuments().get(name)
            if document:
                self._read_only.add(name)
                if os.path.isfile(document.FileName):
                    place.set_writable(document.FileName, False)
                dialogs.status("%s is read-only now; you can still save a copy elsewhere" % number)
        text = "%s\n\nYou can't check in changes while %s holds the lock." % (
            errors.describe_lock(lock), lock["locked_by"])
        self.say(text, number, [
            ("Just look", lambda: None), ("Make it read-only", read_only),
            ("Ask for release", lambda: locking.request(number, ""))])

    # -- changing -------------------------------------------------------------------------------------

    def _changing(self, document):
        name = document.Name
        number = self._numbers.get(name)
        if not number or name in self._warned or name in saves.ours or document.Restoring:
            return
        lock = live().others(number)
        entry = None if lock else documents.entry_of(document)
        if lock:
            self._warned.add(name)
            text = "You are changing %s.\n%s\n\nYour changes stay in your file, but only the holder can check in." % (
                number, errors.describe_lock(lock))
            offers = [("Ask for release", lambda: locking.request(number, ""))]
        elif entry and not entry.get("checked_out") and not live().mine(number):
            self._warned.add(name)
            text = "Check out %s before you go on: you are changing it, but it is not checked out, and somebody else " \
                "can take it." % number
            offers = [("Check out", lambda: checkout.check_out([number]))]
        else:
            return
        QtCore.QTimer.singleShot(0, lambda: self.say(text, number, offers))

    def warn_again(self, number):
        """The lock has changed hands: warn of the next change to its document again."""
        for name, own in self._numbers.items():
            if own.lower() == number.lower():
                self._warned.discard(name)

    def _told(self, name, data):
        if name == "item.unlocked" or (name == "item.locked" and not data.get("renewed")):
            self.warn_again(str(data.get("part_number", "")))

    # -- saving ---------------------------------------------------------------------------------------

    def _may_save(self, document, entry, path):
        """(answer, path of the copy).  Asks nothing when the file is ours to write."""
        number, name = entry["part_number"], document.Name
        lock = live().others(number)
        answers = [("Save a copy elsewhere…", ELSEWHERE), ("Don't save", NOT)]
        if name in self._read_only:
            text = "You made %s read-only." % os.path.basename(path)
        elif lock:
            text = "%s\n\nYou can't check in what you save here while %s holds the lock." % (
                errors.describe_lock(lock), lock["locked_by"])
            answers.insert(1, ("Save here anyway", HERE))
        elif not entry.get("checked_out") and not live().mine(number):
            text = "%s is not checked out." % number
            answers = [("Check out", TAKE)] + answers[:1] + [("Save here anyway", HERE)] + answers[1:]
        else:
            return HERE, None
        self._note(text)
        answer = dialogs.ask(text, answers, "Silo: saving %s" % os.path.basename(path))
        if answer != ELSEWHERE:
            return answer, None
        stem, ending = os.path.splitext(path)
        target, _ = QtWidgets.QFileDialog.getSaveFileName(
            dialogs.parent(), "Save a copy", "%s (%s)%s" % (stem, session.user() or "copy", ending),
            "FreeCAD (*.FCStd)")
        if target and not target.lower().endswith(".fcstd"):
            target += ".FCStd"
        if not target or os.path.abspath(target) == os.path.abspath(path):
            return NOT, None
        return ELSEWHERE, target

    def _put_back(self, document, save):
        """FreeCAD has saved; puts the item's file back as it was."""
        path, number = save.path, self._numbers.get(document.Name, "")
        folder, elsewhere = session.folder_of(path), save.answer == ELSEWHERE
        if elsewhere:
            try:
                shutil.move(path, save.target)
                place.set_writable(save.target, True)
            except OSError as fault:
                elsewhere = False
                why = "Can't write %s: %s" % (save.target, fault.strerror or fault)
                QtCore.QTimer.singleShot(0, lambda: self.say(why, number))
        told = "not saved; your changes are only in the open document"
        if not elsewhere:
            try:
                os.replace(path, place.backup_name(folder, os.path.basename(path)))
                told = "not saved; a copy of the open document is in %s" % folder.inner("backup")
            except (OSError, errors.SiloError) as fault:    # not even room for a folder
                FreeCAD.Console.PrintError("Silo: %s\n" % fault)
        os.replace(save.kept, path)
        if elsewhere:
            document.FileName = save.target
            documents.forget(document.Name)
            self._numbers[document.Name] = number    # it still shows that item, but only the copy is written
            self._read_only.discard(document.Name)
            dialogs.status("saved as %s" % save.target)
            return
        dialogs.status(told)
        QtCore.QTimer.singleShot(0, lambda name=document.Name: self._still_unsaved(name))
        if save.answer == TAKE:
            QtCore.QTimer.singleShot(
                0, lambda: checkout.check_out([number], done=lambda _outcomes: self._save_now(number)))

    @staticmethod
    def _still_unsaved(name):
        """Tells FreeCAD, which thinks it has saved."""
        document = FreeCAD.listDocuments().get(name)
        if document:
            saves.set_modified(document)

    @staticmethod
    def _save_now(number):
        document = documents.open_of(number)
        if document and saves.is_modified(document):
            try:
                saves.save(document)
            except errors.SiloError as fault:
                dialogs.fail(fault, about=number)

    # -- saying ---------------------------------------------------------------------------------------

    def _note(self, text):
        FreeCAD.Console.PrintWarning("Silo: %s\n" % text.replace("\n", " "))
        self.warnings = self.warnings[-49:] + [text]

    def say(self, text, number, offers=()):
        """A warning about an item."""
        self._note(text)
        return dialogs.say(text, warning=True, offers=offers, about=number)


_guard = None


def guard():
    """The one of this FreeCAD."""
    global _guard
    if _guard is None:
        _guard = Guard()
        FreeCAD.addDocumentObserver(_guard)
    return _guard
