"""The dock of locks: mine with the time left, then everybody's, live."""

from silo_client.errors import local_time, seconds_left

from . import session
from .live import live
from .qt import QtCore, QtGui, QtWidgets

_dock = None

COLUMNS = ("Item", "Holder", "Since", "Left", "Why")


def left(text):
    """Time left in the words of a person."""
    minutes = int(seconds_left(text) // 60)
    if minutes < 0:
        return "over"
    if minutes < 60:
        return "%d min" % minutes
    if minutes < 48 * 60:
        return "%d h %02d min" % (minutes // 60, minutes % 60)
    return "%d days" % (minutes // 1440)


class LocksPanel(QtWidgets.QDockWidget):
    def __init__(self, window):
        super().__init__("Silo: locks", window)
        self.setObjectName("SiloLocks")
        inside = QtWidgets.QWidget()
        box = QtWidgets.QVBoxLayout(inside)
        box.setContentsMargins(4, 4, 4, 4)
        self.state = QtWidgets.QLabel("not signed in")
        self.state.setObjectName("SiloState")
        self.tree = QtWidgets.QTreeWidget()
        self.tree.setHeaderLabels(COLUMNS)
        self.tree.setRootIsDecorated(False)
        box.addWidget(self.state)
        box.addWidget(self.tree)
        self.setWidget(inside)
        live().changed.connect(self.draw)
        live().connected.connect(self.show_state)
        if session.client():
            self.show_state(live().is_connected, "connecting")
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self.draw)
        self._timer.start(30000)
        self.draw()

    def show_state(self, connected, reason):
        server = session.config.read()[0]
        self.state.setText("%s %s%s" % ("live:" if connected else "away:", server, "" if connected else " (%s)" % reason))

    def draw(self):
        mine = session.user()
        locks = [lock for lock in live().locks.values() if seconds_left(lock["expires_at"]) > 0]
        locks.sort(key=lambda lock: (lock["locked_by"] != mine, lock["part_number"]))
        self.tree.clear()
        for lock in locks:
            row = QtWidgets.QTreeWidgetItem([lock["part_number"], lock["locked_by"], local_time(lock["locked_at"]),
                                             left(lock["expires_at"]), lock.get("comment") or ""])
            row.setToolTip(0, "Locked by %s since %s" % (lock["locked_by"], local_time(lock["locked_at"])))
            if lock["locked_by"] == mine:
                font = row.font(0)
                font.setBold(True)
                row.setFont(0, font)
            if seconds_left(lock["expires_at"]) < 1800:
                row.setForeground(3, QtGui.QBrush(QtGui.QColor("#b45309")))
            self.tree.addTopLevelItem(row)


def show():
    global _dock
    import FreeCADGui
    window = FreeCADGui.getMainWindow()
    if _dock is None:
        _dock = LocksPanel(window)
        window.addDockWidget(QtCore.Qt.RightDockWidgetArea, _dock)
    _dock.show()
    refresh()
    return _dock


def refresh():
    live().start()
    live().reload()
