"""FreeCAD's start and end, as far as the addon has a part in them."""

from . import commands, dialogs, follow, guard, leases, live, saves, session, tasks
from .qt import QtCore, QtWidgets


def start():
    """Once, from InitGui."""
    commands.register()
    guard.guard()
    leases.leases()
    follow.follow()
    QtWidgets.QApplication.instance().aboutToQuit.connect(end)
    if session.client():
        live.live().start()
    window = dialogs.parent()
    if window and hasattr(window, "workbenchActivated"):
        # Queued: FreeCAD builds its menus first.
        window.workbenchActivated.connect(commands.menu_everywhere, QtCore.Qt.ConnectionType.QueuedConnection)


def end():
    """No thread may come back to a FreeCAD that is being taken down."""
    live.live().stop(1.0)
    tasks.end()
    saves.settle_all()
