"""Bob opens what alice holds, is warned, asks, and sees her release live; then he takes it."""

import os

import FreeCADGui

from silo_gui import checkin, checkout, documents, locking, saves, session
from silo_gui.live import live
from stage import (HOME, answer_question, check, clear_messages, fit_view, hear, message, picture, press, quiet, say,
                   until)

PN = "FC-0001"


def play():
    session.parameters().SetString("Folder", os.path.join(HOME, "work"))
    FreeCADGui.activateWorkbench("SiloWorkbench")
    until("the stream", lambda: live().is_connected and session.user() == "bob")
    hear("alice-holds")
    clear_messages()
    opened = []
    checkout.look({"part_number": PN}, opened.append)
    until("the document", lambda: opened)
    box = message("locked by alice")
    check("opening what alice holds raises a warning at once", True)
    fit_view()
    box.move(380, 380)
    picture("warned")
    press(box, "Make it read-only")
    document = opened[0]
    asked = answer_question("Don't save")
    document.getObject("Plate").Width = 41
    message("You are changing FC-0001")
    check("changing it raises another", True)
    before = open(document.FileName, "rb").read()
    document.save()
    check("read-only means read-only", "read-only" in asked[0] and open(document.FileName, "rb").read() == before)
    clear_messages()
    locking.request(PN, "May I have it for the holes?")
    quiet()
    say("bob-was-warned")
    until("the release, live", lambda: live().lock_of(PN) is None)
    message("FC-0001 is free now")
    check("the release shows live", True)
    picture("free")
    clear_messages()
    hear("alice-is-done")
    take_it(document)


def take_it(document):
    """His document shows revision 1 and has changes: Silo doesn't take it for revision 2."""
    got, clash = [], []
    until("FreeCAD to notice", lambda: saves.is_modified(document))
    checkout.check_out([PN], done=got.append, failed=clash.append)
    until("the clash", lambda: clash)
    check("unsaved changes on an old revision are not lost", type(clash[0]).__name__ == "LocalChanges"
          and documents.open_of(PN).getObject("Plate").Width.Value == 41)
    press(message("has unsaved changes on revision"), "Take the newest, back up mine")
    until("bob's check-out", lambda: got)
    document = documents.open_of(PN)
    check("bob gets revision 2, and his changes are kept", documents.base_of(document) == 2
          and document.getObject("Plate").Height.Value == 15 and document.getObject("Plate").Width.Value == 40
          and len(os.listdir(session.folder().inner("backup"))) >= 1)
    say("bob-holds")
    hear("alice-was-refused")
    clear_messages()
    document.getObject("Plate").Width = 41
    document.recompute()
    done = []
    checkin.check_in(document, "wider", done=done.append)
    until("bob's check-in", lambda: done)
    check("bob's check-in is revision 3", done[0]["revision_number"] == 3)
    say("bob-committed")
