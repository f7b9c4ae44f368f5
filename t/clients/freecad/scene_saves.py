"""Saves that FreeCAD announces and doesn't finish: it refuses to save over a read-only file (1.1), runs out of room, or
its user says no to a question.  None of these may count as saved, and none leaves anything behind."""

import os
import resource
import signal
import stat

import FreeCAD
import FreeCADGui

from silo_gui import checkin, checkout, documents, saves, session
from silo_gui.guard import guard
from silo_gui.live import live
from silo_gui.qt import QtCore, QtWidgets
from stage import HOME, answer_question, check, clear_messages, message, messages, new_part, quiet, server, skip, until

PN = "FC-0301"
WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def play():
    session.parameters().SetString("Folder", os.path.join(HOME, "work"))
    FreeCADGui.activateWorkbench("SiloWorkbench")
    until("the stream", lambda: live().is_connected and session.user() == "ada")
    new_part(PN, "flange")
    announced_and_refused()
    writable_when_it_starts()
    a_question_answered_no()
    no_room()
    damaged_index()
    question_of_1_1()


def left_behind():
    return [name for name in os.listdir(session.folder().inner()) if name.startswith("incoming-")]


def read_only(path):
    return not os.stat(path).st_mode & WRITE_BITS


def check_out():
    got = []
    checkout.check_out([PN], done=got.append)
    until("the check-out", lambda: got)
    until("my lock", lambda: live().mine(PN))
    return documents.open_of(PN)


def change(document, height):
    document.getObject("Plate").Height = height
    document.recompute()
    saves.set_modified(document)


def commit(document, comment):
    """(what came of it, error)"""
    done, failed = [], []
    checkin.check_in(document, comment, done=done.append, failed=failed.append)
    until("the end of the check-in", lambda: done or failed)
    number = documents.part_number_of(document)
    until("the release, live", lambda: failed or not live().mine(number))
    return (done or [None])[0], (failed or [None])[0]


def announced_and_refused():
    """FreeCAD 1.1 over a read-only file: it announces a save, asks nobody, and throws."""
    opened = []
    checkout.look({"part_number": PN}, opened.append)
    document = until("the look", lambda: opened and opened[0])
    before = open(document.FileName, "rb").read()
    change(document, 11)
    asked = answer_question("Don't save")
    guard().slotStartSaveDocument(document, document.FileName)    # and nothing comes after it
    check("a save of what is not checked out asks first", asked and "not checked out" in asked[0])
    until("the announcement to be dropped", lambda: not left_behind())
    check("a refused save leaves nothing behind, and the file as it was",
          open(document.FileName, "rb").read() == before and read_only(document.FileName))
    # The same, with check-out and check-in at once, before the announcement has been dropped.
    answer_question("Don't save")
    guard().slotStartSaveDocument(document, document.FileName)
    guard()._settling.stop()
    document = check_out()
    revision, error = commit(document, "higher")
    check("a check-in after a refused save sends what is open", error is None and revision["revision_number"] == 2
          and not revision.get("unchanged"))
    check("it sends the new content", open(document.FileName, "rb").read() != before
          and server(lambda client: client.head(PN))["sha256"] == session.folder().entry(document.FileName)["sha256"])
    check("it leaves nothing behind", not left_behind() and server(lambda client: client.lock_of(PN)) is None)
    clear_messages()


def writable_when_it_starts():
    """A file that may be saved is writable in time, or 1.1 would refuse; after a refused save it is read-only again."""
    document = documents.open_of(PN)
    change(document, 12)
    check("a checked-in file is read-only", read_only(document.FileName))
    answer_question("Save here anyway")
    guard().slotStartSaveDocument(document, document.FileName)
    check("it is writable once the save has started", not read_only(document.FileName))
    until("read-only again", lambda: read_only(document.FileName))
    check("it is read-only again when the save never came", not left_behind())
    for answer in ("Don't save", "Save here anyway"):
        answer_question(answer)
        before = open(document.FileName, "rb").read()
        saves.set_modified(document)
        document.save()
        until("FreeCAD to notice", lambda answer=answer: answer != "Don't save" or saves.is_modified(document))
        is_unchanged = open(document.FileName, "rb").read() == before
        check("“%s” does what it says" % answer, is_unchanged == (answer == "Don't save") and not left_behind())
    clear_messages()


def a_question_answered_no():
    """FreeCAD 1.1 asks whether to rewrite a file from an older version.  No means no: the check-in stops
    and the lock stays."""
    document = check_out()
    change(document, 13)
    real = saves.save_by_window
    before = open(document.FileName, "rb").read()

    def cancelled(_view):
        box = QtWidgets.QMessageBox(FreeCADGui.getMainWindow())
        box.setText("This file was saved by an older version.")
        no = box.addButton(QtWidgets.QMessageBox.StandardButton.Cancel)
        QtCore.QTimer.singleShot(50, no.click)
        getattr(box, "exec", None)() if hasattr(box, "exec") else box.exec_()
    saves.save_by_window = cancelled
    revision, error = commit(document, "never")
    saves.save_by_window = real
    check("a cancelled save stops the check-in", revision is None and type(error).__name__ == "NotSaved")
    check("and says so", "you still hold the lock" in message("didn't save").text())
    check("lock and file stay", server(lambda client: client.lock_of(PN))["locked_by"] == "ada"
          and open(document.FileName, "rb").read() == before and saves.is_modified(document))
    clear_messages()
    # Saved under another name instead: the file under the old name hasn't been saved.
    elsewhere = os.path.join(HOME, "elsewhere.FCStd")
    path = document.FileName
    saves.save_by_window = lambda _view: document.saveAs(elsewhere)
    revision, error = commit(document, "never")
    saves.save_by_window = real
    check("a save under another name stops it too", revision is None and "now %s" % elsewhere in str(error)
          and server(lambda client: client.lock_of(PN))["locked_by"] == "ada" and open(path, "rb").read() == before)
    clear_messages()
    document.FileName = path
    documents.loaded(document)
    saves.set_modified(document)
    # A window that ignores the command asks nothing: then the document is saved without it.
    saves.save_by_window = lambda _view: None
    revision, error = commit(document, "without a window")
    saves.save_by_window = real
    check("a window that saves nothing doesn't stop it", error is None and not revision.get("unchanged"))
    clear_messages()


def question_of_1_1():
    """The real question: a file from an older FreeCAD, in a newer one."""
    source = os.path.join(os.environ.get("SILO_CAD", ""), "page67-a.FCStd")
    if [int(part) for part in FreeCAD.Version()[:2]] < [1, 1] or not os.path.isfile(source):
        skip("this FreeCAD does not ask about files of older versions")
        return
    number = "FC-0302"
    server(lambda client: client.create_item(part_number=number))
    server(lambda client: client.upload(number, source, "from an older version", 0))
    got = []
    checkout.check_out([number], done=got.append)
    until("the check-out", lambda: got)
    document = documents.open_of(number)
    before = open(document.FileName, "rb").read()
    for words in ("Cancel", "Save"):
        document.Comment = words
        answers = QtCore.QTimer()

        def answer(word=words):
            box = QtWidgets.QApplication.activeModalWidget()
            button = next((button for button in box.findChildren(QtWidgets.QAbstractButton)
                           if button.text().replace("&", "") == word), None) if box else None
            if button:
                button.click()
        answers.timeout.connect(answer)
        answers.start(100)
        revision, error = commit(document, "upgraded")
        answers.stop()
        if words == "Cancel":
            check("the upgrade is cancelled: the check-in stops, and the lock stays", type(error).__name__ == "NotSaved"
                  and server(lambda client: client.lock_of(number))["locked_by"] == "ada"
                  and open(document.FileName, "rb").read() == before)
            clear_messages()
    check("the upgrade is accepted: the file is checked in", error is None and revision["revision_number"] == 2)


def damaged_index():
    """It is rebuilt before the next command, and at once when the table of locks has been read."""
    document, folder = documents.open_of(PN), session.folder()
    before = folder.files()
    for begin in (live().reload, lambda: FreeCADGui.runCommand("Silo_Locks")):
        with open(folder.inner("index.json"), "w", encoding="utf-8") as file:
            file.write('{"version": 1, "files"')
        check("the index is damaged", folder.is_damaged() and documents.entry_of(document) is None)
        begin()
        message("has rebuilt it: 1 file found")
        check("it is rebuilt", folder.files() == before and documents.part_number_of(document) == PN)
        clear_messages()


def no_room():
    """The disk is full while FreeCAD writes, and while the guard sets the file aside."""
    document = check_out()
    change(document, 14)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    head, limits = server(lambda client: client.head(PN)), resource.getrlimit(resource.RLIMIT_FSIZE)

    def dismiss():    # FreeCAD may show a window about it
        box = QtWidgets.QApplication.activeModalWidget()
        if box is not None and box.objectName() != "SiloProgress":
            box.close()
    closer = QtCore.QTimer()
    closer.timeout.connect(dismiss)
    closer.start(100)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    revision, error = commit(document, "torn")
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    closer.stop()
    check("an incomplete file is not checked in", revision is None and type(error).__name__ == "NotSaved"
          and server(lambda client: client.head(PN)) == head)
    check("the lock stays", server(lambda client: client.lock_of(PN))["locked_by"] == "ada")
    clear_messages()
    revision, error = commit(document, "with room again")
    check("with room again it is checked in", error is None and saves.is_whole(document.FileName)
          and not revision.get("unchanged"))
    # What isn't saved yet goes to the backup before the document is read again.
    document = check_out()
    change(document, 16)
    failed = []
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    checkin.undo(document, done=lambda _outcome: failed.append("undone"), failed=failed.append)
    until("the end of the undo", lambda: failed)
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    check("an undo that can't back up what is open drops nothing", type(failed[0]).__name__ == "NotSaved"
          and document.getObject("Plate").Height.Value == 16
          and server(lambda client: client.lock_of(PN))["locked_by"] == "ada")
    clear_messages()
    revision, error = commit(document, "still here")
    check("it can still be checked in", error is None and not revision.get("unchanged"))
    # No longer ours, and no room for a copy: the file that FreeCAD will replace is moved aside instead.
    change(document, 15)
    before = open(document.FileName, "rb").read()
    answer_question("Don't save")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    guard().slotStartSaveDocument(document, document.FileName)
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    check("without room the file is moved aside",
          [os.path.getsize(session.folder().inner(name)) for name in left_behind()] == [len(before)])
    until("the announcement to be dropped", lambda: not left_behind())
    check("the file comes back", open(document.FileName, "rb").read() == before)
    quiet()
    check("no unexpected error was shown", not [box for box in messages() if "Unexpected" in box.text()])
