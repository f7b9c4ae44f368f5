"""What the addon does when FreeCAD starts and ends."""

from . import commands, dialogs, guard, leases, live, permissions, saves, session, tasks
from .qt import QtCore, QtWidgets


def start():
    """Once, from InitGui."""
    commands.register()
    guard.guard()
    leases.leases()
    permissions.permissions()
    QtWidgets.QApplication.instance().aboutToQuit.connect(end)
    if session.client():
        live.live().start()
    window = dialogs.parent()
    if window and hasattr(window, "workbenchActivated"):
        # Queued: FreeCAD builds its menus first.
        window.workbenchActivated.connect(commands.menu_everywhere, QtCore.Qt.ConnectionType.QueuedConnection)


def end():
    """No thread may call back into a FreeCAD that is closing."""
    live.live().stop(1.0)
    tasks.end()
    saves.settle_all()
