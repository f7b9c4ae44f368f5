"""The locks panel: mine first, then everyone else's, with the time left, live; and what can be done about them."""

from silo_client.errors import local_time, seconds_left, utc_seconds

from . import checkout, dialogs, icon_path, locking, session
from .live import live
from .qt import QAction, QtCore, QtGui, QtWidgets

_dock = None

COLUMNS = ("Item", "Holder", "Time left", "Since", "Comment")
MOST = 2000    # rows


def left(text):
    """The time left, in words."""
    seconds = seconds_left(text, session.now())
    minutes = int(seconds // 60)
    if seconds <= 0:
        return "expired"
    if minutes < 1:
        return "< 1 min"
    if minutes < 60:
        return "%d min" % minutes
    if minutes < 48 * 60:
        return "%d h %02d min" % (minutes // 60, minutes % 60)
    return "%d days" % (minutes // 1440)


def ends_soon(lock):
    """From when the server warns the holder, or in the last tenth of a short lease; as the page shows it."""
    length = utc_seconds(lock["expires_at"]) - utc_seconds(lock["locked_at"])
    return seconds_left(lock["expires_at"], session.now()) < min(session.warning_seconds(), length / 10)


class LocksPanel(QtWidgets.QDockWidget):
    # word, icon, whose lock it is for ("mine", "other", "any"), what it does
    ACTIONS = (
        ("Open", "open", "any", lambda self, number: self._open(number)),
        ("Renew", "lock", "mine", lambda self, number: locking.lock(number)),
        ("Release", "release", "mine", lambda self, number: locking.release(number)),
        ("Ask for release", "ask", "other", lambda self, number: locking.request_asking(number)),
        ("Show in browser", "browser", "any", lambda self, number: show_in_browser(number)),
    )

    def __init__(self, window):
        super().__init__("Silo: locks", window)
        self.setObjectName("SiloLocks")
        inside = QtWidgets.QWidget()
        inside.setMinimumWidth(300)
        box = QtWidgets.QVBoxLayout(inside)
        box.setContentsMargins(4, 4, 4, 4)
        self.state = QtWidgets.QLabel("")
        self.state.setObjectName("SiloState")
        self.state.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        self.tree = QtWidgets.QTreeWidget()
        self.tree.setObjectName("SiloLockTable")
        self.tree.setHeaderLabels(COLUMNS)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        for column, width in enumerate((90, 65, 90, 115, 120)):
            self.tree.setColumnWidth(column, width)
        self.tree.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.ActionsContextMenu)
        row = QtWidgets.QHBoxLayout()
        self.actions = {}
        for words, icon, whose, run in self.ACTIONS:
            action = QAction(QtGui.QIcon(icon_path(icon)), words, self)
            action.triggered.connect(lambda _checked=False, do=run: self._do(do))
            self.actions[words] = (action, whose)
            self.tree.addAction(action)
            button = QtWidgets.QToolButton()
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            button.setIconSize(QtCore.QSize(20, 20))
            row.addWidget(button)
        row.addStretch()
        box.addWidget(self.state)
        box.addWidget(self.tree)
        box.addLayout(row)
        self.setWidget(inside)
        self.tree.itemSelectionChanged.connect(self._enable)
        self.tree.itemDoubleClicked.connect(lambda _row, _column: self._do(LocksPanel._open_selected))
        live().changed.connect(self._soon)
        live().connected.connect(lambda _state, _reason: self.show_state())
        self._pending = QtCore.QTimer(self)
        self._pending.setSingleShot(True)
        self._pending.timeout.connect(self.draw)
        self._timer = QtCore.QTimer(self)    # the time left
        self._timer.timeout.connect(self.draw)
        self._timer.start(15000)
        self.show_state()
        self.draw()

    def _soon(self):
        """Draws once for many events in a row."""
        if not self._pending.isActive():
            self._pending.start(50)

    # -- what it shows --------------------------------------------------------------------------------

    def show_state(self):
        if not session.client():
            self.state.setText("Not signed in: choose Sign in… in the Silo menu")
        elif live().is_connected:
            mode = "" if live().mode == "normal" else " (read-only mode)"
            self.state.setText("Live: %s%s" % (session.server(), mode))
        else:
            self.state.setText("Not connected to %s: %s" % (session.server(), live().reason))

    def draw(self):
        """Changes rows in place, so that selection and scroll bar stay."""
        me = session.user()
        locks = [lock for lock in live().locks.values() if seconds_left(lock["expires_at"], session.now()) > 0]
        locks.sort(key=lambda lock: (lock["locked_by"] != me, lock["part_number"].lower()))
        selected = self.selected()
        for at, lock in enumerate(locks[:MOST]):
            row = self.tree.topLevelItem(at)
            if row is None:
                row = QtWidgets.QTreeWidgetItem()
                self.tree.addTopLevelItem(row)
            self._fill(row, lock, lock["locked_by"] == me)
        while self.tree.topLevelItemCount() > min(len(locks), MOST):
            self.tree.takeTopLevelItem(self.tree.topLevelItemCount() - 1)
        self._select(selected)
        self._enable()

    @staticmethod
    def _fill(row, lock, mine):
        words = (lock["part_number"], lock["locked_by"], left(lock["expires_at"]), local_time(lock["locked_at"]),
                 lock.get("comment") or "")
        font = row.font(0)
        font.setBold(mine)
        hint = "Locked by %s since %s until %s%s" % (
            lock["locked_by"], local_time(lock["locked_at"]), local_time(lock["expires_at"]),
            " on " + lock["workstation"] if lock.get("workstation") else "")
        for column, text in enumerate(words):
            row.setText(column, text)
            row.setFont(column, font)
            row.setToolTip(column, hint)
        row.setForeground(2, QtGui.QBrush(QtGui.QColor("#b45309")) if ends_soon(lock) else row.foreground(0))

    # -- what it does ---------------------------------------------------------------------------------

    def selected(self):
        """The selected lock's part number, or ""."""
        rows = self.tree.selectedItems()
        return rows[0].text(0) if rows else ""

    def _select(self, number):
        for at in range(self.tree.topLevelItemCount()):
            row = self.tree.topLevelItem(at)
            if row.isSelected() != (row.text(0) == number):
                row.setSelected(row.text(0) == number)

    def _enable(self):
        lock = live().lock_of(self.selected()) if self.selected() else None
        for action, whose in self.actions.values():
            mine = bool(lock) and lock["locked_by"] == session.user()
            action.setEnabled(bool(lock) and (whose == "any" or mine == (whose == "mine")))

    def _do(self, run):
        number = self.selected()
        if number:
            run(self, number)

    def _open_selected(self, number):
        self._open(number)

    @staticmethod
    def _open(number):
        if live().mine(number):
            checkout.check_out([number])
        else:
            checkout.look({"part_number": number})


def show_in_browser(number):
    """The item's page; the start page for ""."""
    address = session.server() + ("/#/items/" + number if number else "/")
    QtGui.QDesktopServices.openUrl(QtCore.QUrl(address))


def panel():
    """The one of this FreeCAD, or None until it has been shown."""
    return _dock


def show():
    global _dock
    window = dialogs.parent()
    if _dock is None:
        _dock = LocksPanel(window)
        window.addDockWidget(QtCore.Qt.DockWidgetArea.RightDockWidgetArea, _dock)
    _dock.show()
    _dock.raise_()
    refresh()
    return _dock


def refresh():
    live().start()
    live().reload()
    if _dock:
        _dock.show_state()
