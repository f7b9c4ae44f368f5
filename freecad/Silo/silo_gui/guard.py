"""The guard: warns before work is lost.  It watches documents and the event stream; it never decides
who may write, the server does."""

import os

import FreeCAD

from silo_client import errors, working_folder

from . import actions, dialogs, documents, session, tasks
from .live import live
from .qt import QtCore, QtWidgets

RENEW_MS = 10 * 60 * 1000


class Guard(QtCore.QObject):
    def __init__(self):
        super().__init__()
        self._numbers = {}     # document name → its part number, so that a change reads no file
        self._warned = set()   # names of documents whose change has been warned of
        live().told.connect(self._told)
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self.renew)
        self._timer.start(RENEW_MS)

    # -- what FreeCAD tells (App.addDocumentObserver) -------------------------------------------------

    def slotActivateDocument(self, document):
        # Opening ends with activating; by then the file's name is known.
        number = documents.part_number_of(document)
        if number and self._numbers.get(document.Name) != number:
            self._numbers[document.Name] = number
            QtCore.QTimer.singleShot(0, lambda name=document.Name: self.opened(name))

    def slotDeletedDocument(self, document):
        self._numbers.pop(document.Name, None)
        self._warned.discard(document.Name)

    def slotChangedObject(self, thing, _property):
        self._changing(thing.Document)

    def slotCreatedObject(self, thing):
        self._changing(thing.Document)

    def slotStartSaveDocument(self, document, path):
        number = documents.part_number_of(document)
        lock = self.other(number) if number else None
        if lock:
            self._say(errors.describe_lock(lock) + "\n\nYou are saving your own copy; it cannot be committed "
                      "while the lock stands. It is kept in\n" + str(path))

    # -- what it makes of it --------------------------------------------------------------------------

    @staticmethod
    def other(part_number):
        """The lock of somebody else on it, or None."""
        lock = live().lock_of(part_number)
        return lock if lock and session.user() and lock["locked_by"] != session.user() else None

    def opened(self, name):
        """Asks the server who holds it, off the GUI's thread, and warns."""
        document, client = FreeCAD.listDocuments().get(name), session.client()
        number = documents.part_number_of(document) if document else ""
        if not number or client is None:
            return
        live().start()

        def work(_progress):
            return client.lock_of(number), session.user() or session.remember_user()

        def show(answer):
            lock, me = answer
            if lock and lock["locked_by"] != me:
                live().locks[number.lower()] = lock
                self.warn_opened(name, number, lock)

        tasks.Task(work, show, lambda error: dialogs.status("%s: %s" % (number, error)))

    def warn_opened(self, name, number, lock):
        box = self._say(errors.describe_lock(lock) + "\n\nWhat you change here cannot be committed now.")
        box.addButton("Just look", QtWidgets.QMessageBox.AcceptRole)
        read_only = box.addButton("Make it read-only", QtWidgets.QMessageBox.ActionRole)
        ask = box.addButton("Ask for release", QtWidgets.QMessageBox.ActionRole)

        def chosen(button):
            document = FreeCAD.listDocuments().get(name)
            if button is read_only and document and os.path.isfile(document.FileName):
                working_folder.set_writable(document.FileName, False)
            elif button is ask:
                actions.ask(number, "")

        box.buttonClicked.connect(chosen)

    def _changing(self, document):
        number = self._numbers.get(document.Name)
        lock = self.other(number) if number and document.Name not in self._warned else None
        if lock:
            self._warned.add(document.Name)
            QtCore.QTimer.singleShot(0, lambda: self._say(
                "You are changing %s.\n%s\n\nYour changes stay in your file, but only the holder can commit."
                % (number, errors.describe_lock(lock))))

    def _told(self, name, data):
        """An event about a document that is open here."""
        number = str(data.get("part_number", ""))
        document = documents.open_of(number) if number else None
        if document is None:
            return
        if name == "item.unlocked" and data.get("locked_by") == session.user() and data.get("reason") in ("expired", "forced"):
            self._say("Your lock of %s %s.\n\nYour file is kept. Check out again before you go on; if somebody has "
                      "committed meanwhile, your commit will be refused and nothing is lost." % (
                          number, "has ended" if data["reason"] == "expired" else "was taken by %s" % data.get("by")))
        elif name == "item.unlocked" and data.get("locked_by") != session.user():
            self._warned.discard(document.Name)
            dialogs.status("%s is free now (%s)" % (number, data.get("reason")))
        elif name == "lock.requested" and data.get("locked_by") == session.user():
            self._say("%s asks you to release %s.\n%s" % (data.get("by"), number, data.get("message") or ""))
        elif name == "revision.created" and data.get("by") != session.user():
            self._say("%s has committed revision %s of %s." % (data.get("by"), data.get("revision_number"), number))

    def renew(self):
        """While a checked-out document is open its lease goes on."""
        client, lease, me = session.client(), session.lease_seconds(), session.user()
        for document in FreeCAD.listDocuments().values():
            number = documents.part_number_of(document)
            lock = live().lock_of(number) if number else None
            if client and me and lock and lock["locked_by"] == me:
                tasks.Task(lambda progress, pn=number: client.lock(pn, expires_in=lease))

    def _say(self, text):
        FreeCAD.Console.PrintWarning("Silo: %s\n" % text.replace("\n", " "))
        self.last_warning = text
        return dialogs.say(text, "Silo: take care", warning=True)

    last_warning = ""


_guard = None


def start():
    """Once, at FreeCAD's start."""
    global _guard
    if _guard is None:
        _guard = Guard()
        FreeCAD.addDocumentObserver(_guard)
        if session.client():
            live().start()
    return _guard
