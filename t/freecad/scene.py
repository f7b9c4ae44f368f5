"""What happens in one FreeCAD: alice checks a part out, changes it and commits; bob opens it meanwhile,
is warned, and sees her release live.  The two meet by files in SILO_MEETING."""

import os
import time
import traceback

import FreeCAD
import FreeCADGui

from silo_gui import actions, commands, dialogs, documents, guard, live, panel, session, tasks
from silo_gui.qt import QtCore, QtWidgets

SCENE, MEETING = os.environ["SILO_SCENE"], os.environ["SILO_MEETING"]
results, gaps = [], []


def until(what, condition, seconds=30):
    """Lets FreeCAD's event loop run until the condition holds; notes the longest gap of the loop."""
    end, last = time.time() + seconds, time.time()
    while time.time() < end:
        FreeCADGui.updateGui()
        QtWidgets.QApplication.processEvents(QtCore.QEventLoop.AllEvents, 20)
        gaps.append(time.time() - last)
        last = time.time()
        if condition():
            return True
        time.sleep(0.01)
    raise AssertionError("waited in vain for: " + what)


def check(name, true_of_it):
    results.append("%s %s" % (name, "ok" if true_of_it else "FAILED"))


def say(word):
    open(os.path.join(MEETING, word), "w").close()


def hear(word):
    until(word, lambda: os.path.exists(os.path.join(MEETING, word)), 90)


def picture(name):
    until("painting", lambda: True)
    FreeCADGui.getMainWindow().grab().save(os.path.join(os.environ["SILO_PICTURES"], "freecad-%s.png" % name))


def start():
    session.parameters().SetString("Folder", os.path.join(os.environ["HOME"], "work"))
    FreeCADGui.activateWorkbench("SiloWorkbench")
    FreeCADGui.getMainWindow().resize(1200, 800)
    panel.show()
    until("the stream", lambda: live.live().is_connected and session.user() == SCENE)
    check("the panel is live", True)
    check("every command is there", all(name in FreeCADGui.listCommands() for name in commands.COMMANDS))


def make_part():
    """A new item with a first revision, drawn here."""
    document = FreeCAD.newDocument("bracket")
    box = document.addObject("Part::Box", "Plate")
    box.Length, box.Width, box.Height = 60, 40, 5
    document.recompute()
    path = os.path.join(os.environ["HOME"], "bracket.FCStd")
    document.saveAs(path)
    FreeCAD.closeDocument(document.Name)
    client = session.client()
    item = client.call("POST", "/api/items", {"part_number": "FC-0001", "description": "Bracket"})
    client.upload(item["part_number"], path, "first draft", 0)
    return item


def alice():
    make_part()
    found = []
    actions.check_out(["FC-0001"], done=found.append)
    until("the check-out", lambda: found and documents.open_of("FC-0001"))
    document = documents.open_of("FC-0001")
    check("a check-out locks and opens", session.client().lock_of("FC-0001")["locked_by"] == "alice")
    check("the document knows its item without the folder",
          (getattr(document, "SiloPartNumber", "") or document.Meta.get("SiloPartNumber")) == "FC-0001")
    check("the file is writable", bool(os.stat(document.FileName).st_mode & 0o200))
    until("my lock in the panel", lambda: panel._dock.tree.findItems("FC-0001", QtCore.Qt.MatchExactly))
    check("mine stand first in the panel", panel._dock.tree.topLevelItem(0).text(1) == "alice")
    picture("checked-out")
    say("alice-holds")
    hear("bob-was-warned")
    document.getObject("Plate").Height = 9
    document.recompute()
    done = []
    actions.commit(document, "thicker", done=done.append)
    until("the commit", lambda: done)
    check("a commit is revision 2", done[0]["revision_number"] == 2)
    check("a commit releases", session.client().lock_of("FC-0001") is None)
    check("the committed file is read-only", not os.stat(document.FileName).st_mode & 0o222)
    check("the revision has a picture", done[0]["has_thumbnail"])
    say("alice-committed")
    hear("bob-holds")
    refused = []
    os.chmod(document.FileName, 0o644)
    document.getObject("Plate").Length = 61
    actions.commit(document, "mine after all", failed=refused.append)
    until("the refusal", lambda: refused)
    check("a commit under another's lock is refused and keeps the file",
          type(refused[0]).__name__ == "LockedByOther" and os.path.isfile(document.FileName))
    picture("refused")
    say("alice-was-refused")


def bob():
    hear("alice-holds")
    actions.look({"part_number": "FC-0001", "id": session.client().item("FC-0001")["id"], "current_revision": 1})
    until("the document", lambda: documents.open_of("FC-0001"))
    watch = guard.start()
    until("the warning", lambda: "locked by alice" in watch.last_warning)
    check("opening what another holds warns", True)
    picture("warned")
    watch.last_warning = ""
    documents.open_of("FC-0001").getObject("Plate").Width = 41
    until("the second warning", lambda: "You are changing FC-0001" in watch.last_warning)
    check("changing it warns again", True)
    say("bob-was-warned")
    hear("alice-committed")
    until("the release, live", lambda: live.live().lock_of("FC-0001") is None, 5)
    check("the release is seen live", True)
    FreeCAD.closeDocument(documents.open_of("FC-0001").Name)
    found = []
    actions.check_out(["FC-0001"], done=found.append)
    until("bob's check-out", lambda: found)
    check("bob gets revision 2", session.folder().entry_of("FC-0001")[1]["revision"] == 2)
    say("bob-holds")
    hear("alice-was-refused")
    client = session.client()
    until("nothing under way", lambda: tasks.busy() == 0)
    # A server that takes connections and never answers: the loop goes on turning.
    import socket
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    from silo_client import Client
    silent, failed = Client("http://127.0.0.1:%d" % listener.getsockname()[1], "silo_x", timeout=2), []
    del gaps[:]
    tasks.Task(lambda progress: silent.me(), None, failed.append)
    until("the time-out", lambda: failed, 20)
    check("a silent server freezes nothing (longest gap %d ms)" % (max(gaps) * 1000), max(gaps) < 1.0)
    client.unlock("FC-0001")
    windows()


def windows():
    """The windows as a person uses them: signing in anew, and searching."""
    window = dialogs.SignIn()
    window.show()
    window.url.setText(session.config.read()[0])
    window.name.setText("bob")
    window.password.setText("wrong-secret")
    window.try_in()
    until("the refusal", lambda: "wrong" in window.note.text())
    before = session.config.read()[1]
    window.password.setText("bob-secret-1")
    window.try_in()
    until("the sign-in", lambda: not window.isVisible())
    check("signing in makes a token of this machine", session.config.read()[1] not in ("", before))
    chosen = []
    window = dialogs.OpenItem(lambda item, writable: chosen.append((item["part_number"], writable)))
    window.show()
    window.search.setText("FC-0001")
    until("the search", lambda: window.list.count() == 1 and not window.list.item(0).icon().isNull())
    check("the search shows items with pictures", "FC-0001" in window.list.item(0).text())
    window.grab().save(os.path.join(os.environ["SILO_PICTURES"], "freecad-open.png"))
    window.list.setCurrentRow(0)
    window.check_out.click()
    check("the choice is handed on", chosen == [("FC-0001", True)])


def real_files():
    """A document made by somebody else's FreeCAD, there and back."""
    folder = os.environ.get("SILO_CAD", "")
    if not os.path.isdir(folder):
        results.append("real files are not here: skipped")
        return
    client, number = session.client(), 200
    for name in ("page67-a.FCStd", "Half Hull 5x5 workboat.FCStd"):
        number += 1
        part_number = "FC-0%d" % number
        client.call("POST", "/api/items", {"part_number": part_number})
        client.upload(part_number, os.path.join(folder, name), "from outside", 0)
        got = []
        actions.check_out([part_number], done=got.append)
        until("the real file", lambda: got and documents.open_of(part_number), 60)
        document = documents.open_of(part_number)
        check("%s opens under its own name" % name, os.path.basename(document.FileName) == name)
        done = []
        actions.commit(document, "saved by this FreeCAD", done=done.append)
        until("its commit", lambda: done, 60)
        check("%s is committed" % name, done[0]["revision_number"] == 2)


def ada():
    """An assembly of linked parts, a lease that ends while one works, and undo."""
    client, work = session.client(), session.folder().root
    os.makedirs(work, exist_ok=True)
    for number, name in (("FC-0101", "pin"), ("FC-0102", "hinge")):
        client.call("POST", "/api/items", {"part_number": number, "item_type": "part" if name == "pin" else "assembly"})
        document = FreeCAD.newDocument(name)
        document.saveAs(os.path.join(os.environ["HOME"], name + ".FCStd"))
        if name == "pin":
            document.addObject("Part::Cylinder", "Pin").Radius = 3
            document.recompute()
        else:
            link = document.addObject("App::Link", "LinkedPin")
            link.LinkedObject = FreeCAD.getDocument("pin").getObject("Pin")
        document.save()
        client.upload(number, document.FileName, "first", 0)
    for name in ("hinge", "pin"):
        FreeCAD.closeDocument(name)
    got = []
    actions.check_out(["FC-0101"], opened=False, done=got.append)
    until("the pin", lambda: got)
    client.unlock("FC-0101")
    del got[:]
    actions.check_out(["FC-0102"], done=got.append)
    until("the hinge", lambda: got and documents.open_of("FC-0102"))
    hinge = documents.open_of("FC-0102")
    hinge.getObject("LinkedPin").LinkedObject = FreeCAD.openDocument(session.folder().entry_of("FC-0101")[0]).getObject("Pin")
    hinge.save()
    check("a linked part is found", documents.linked_part_numbers(hinge) == ["FC-0101"])
    del got[:]
    actions.check_out(["FC-0102"] + documents.linked_part_numbers(hinge), done=got.append)
    until("both", lambda: got)
    check("an assembly and its part are locked together",
          {lock["part_number"] for lock in client.locks() if lock["locked_by"] == "ada"} == {"FC-0101", "FC-0102"})
    before = client.lock_of("FC-0102")["expires_at"]
    until("my locks", lambda: live.live().lock_of("FC-0102"))
    guard.start().renew()
    until("the renewal", lambda: client.lock_of("FC-0102")["expires_at"] > before)
    check("the lease of an open document is renewed", True)
    import subprocess
    subprocess.run(["psql", "-X", "-q", os.environ["SILO_OWNER_DATABASE"], "-c",
                    "update silo.locks set expires_at = clock_timestamp() + interval '0.3 s'"], check=True)
    until("the end of the lease, told", lambda: "Your lock of" in guard.start().last_warning)
    check("the end of a lease is told at once", True)
    del got[:]
    pin = documents.open_of("FC-0101")
    pin.getObject("Pin").Radius = 4
    pin.save()
    actions.undo(pin, done=got.append)
    until("undo", lambda: got and documents.open_of("FC-0101"))
    check("undo brings the revision back", documents.open_of("FC-0101").getObject("Pin").Radius.Value == 3)
    real_files()
    check("undo keeps my version", len(os.listdir(os.path.join(work, ".silo", "backup"))) >= 1)


def scene():
    try:
        start()
        {"alice": alice, "bob": bob, "ada": ada}[SCENE]()
    except Exception:
        traceback.print_exc()
        results.append("the scene broke off: %s FAILED" % traceback.format_exc().strip().splitlines()[-1])
        for word in ("alice-holds", "bob-was-warned", "alice-committed", "bob-holds", "alice-was-refused"):
            say(word)
    with open(os.environ["SILO_RESULT"] + ".part", "w") as file:
        file.write("\n".join(results) + "\n")
    os.rename(os.environ["SILO_RESULT"] + ".part", os.environ["SILO_RESULT"])
    os._exit(0)


QtCore.QTimer.singleShot(1500, scene)
