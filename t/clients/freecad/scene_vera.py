"""Vera may only look.  Then her server takes connections and never answers: FreeCAD carries on as if nothing had
happened and closes cleanly (t/clients/freecad/run checks its exit status)."""

import os
import socket

import FreeCAD
import FreeCADGui

from silo_client import Client, config
from silo_gui import checkout, locking, open_item, panel, session, tasks
from silo_gui.live import live
from silo_gui.qt import QtWidgets
from stage import HOME, Beat, check, clear_messages, press, server, until

_listener = socket.socket()


def play():
    session.parameters().SetString("Folder", os.path.join(HOME, "work"))
    FreeCADGui.activateWorkbench("SiloWorkbench")
    until("the stream", lambda: live().is_connected and session.user() == "vera")
    looks_only()
    silence()


def looks_only():
    client = Client(os.environ["SILO_URL"], os.environ["TOKEN_ALICE"])
    item = server(lambda _client: client.create_item(category="VW"), "alice")
    number = item["part_number"]
    document = FreeCAD.newDocument("view")
    path = os.path.join(HOME, "view.FCStd")
    document.saveAs(path)
    FreeCAD.closeDocument("view")
    server(lambda client: client.upload(number, path, "first", 0), "alice")
    failed = []
    checkout.check_out([number], failed=failed.append)
    until("the refusal", lambda: failed)
    check("a viewer can't check out", type(failed[0]).__name__ == "NotAllowed")
    opened = []
    checkout.look({"part_number": number}, opened.append)
    until("the look", lambda: opened)
    check("a viewer can look", not os.stat(opened[0].FileName).st_mode & 0o222)
    clear_messages()


def silence():
    """From here on every call hangs."""
    _listener.bind(("127.0.0.1", 0))
    _listener.listen(50)
    config.write("http://127.0.0.1:%d" % _listener.getsockname()[1], "silo_silent")
    session.parameters().SetString("Folder", os.path.join(HOME, "silent"))
    session.client().timeout = 3600    # nothing here may be saved by a time-out
    beat = Beat()
    panel.refresh()
    window = open_item.OpenItem(lambda item, writable: None)
    window.show()
    checkout.check_out(["FC-0001"])
    locking.lock("FC-0001")
    document = FreeCAD.newDocument("beside")
    document.addObject("Part::Box", "Box")
    document.recompute()
    start = beat.count
    # 250 rounds are five seconds if nothing holds up the loop.
    until("the loop to run", lambda: beat.count - start > 250)
    check("the loop runs while %d calls hang (longest pause %d ms)" % (tasks.busy(), beat.longest * 1000),
          tasks.busy() >= 4)
    busy = tasks.busy()
    # Cancel doesn't wait for the time-out.
    progress = until("the progress window", lambda: next((each for each in QtWidgets.QApplication.topLevelWidgets()
                     if each.objectName() == "SiloProgress" and each.isVisible()), None))
    press(progress, "Cancel")
    until("the cancelled check-out", lambda: tasks.busy() < busy)
    check("Cancel doesn't wait for the server", True)
    # Before it closes FreeCAD, stage.py waits until no task is running; here some must be.
    import stage
    stage.quiet = lambda: None
    for _ in range(3):
        locking.lock("FC-0001")
    window.refresh()
    check("FreeCAD is closed while %d calls hang" % tasks.busy(), tasks.busy() >= 4)
