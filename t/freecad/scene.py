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


def scene():
    try:
        start()
        {"alice": alice, "bob": bob}[SCENE]()
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
