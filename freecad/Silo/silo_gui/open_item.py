"""Open from Silo: searches with pictures and locks, live.  The caller opens what is chosen."""

from silo_client import errors

from . import dialogs, icon_path, session, tasks
from .live import live
from .qt import QtCore, QtGui, QtWidgets

MOST = 50
PICTURE = 64
Role = QtCore.Qt.ItemDataRole.UserRole


class OpenItem(QtWidgets.QDialog):
    """`choose(item, writable)` is called with the choice."""

    COLUMNS = ("Item", "Description", "Revision", "Lock")

    def __init__(self, choose):
        super().__init__(dialogs.parent())
        self.setObjectName("SiloOpen")
        self.setWindowTitle("Open from Silo")
        self.resize(760, 520)
        self._choose, self._task, self._pictures = choose, None, None
        self._cache = {}    # (part number, revision) → QIcon
        # As small pixmaps: the list would draw icons as large as the thumbnails.
        self._locked, self._mine = (QtGui.QIcon(QtGui.QIcon(icon_path(name)).pixmap(22, 22))
                                    for name in ("locked", "lock"))
        self.shown_for = None    # the words that were searched for
        box = QtWidgets.QVBoxLayout(self)
        self.search = QtWidgets.QLineEdit()
        self.search.setPlaceholderText("Part number or description")
        self.search.setClearButtonEnabled(True)
        self.free = QtWidgets.QCheckBox("Hide what others hold")
        self.list = QtWidgets.QTreeWidget()
        self.list.setHeaderLabels(self.COLUMNS)
        self.list.setRootIsDecorated(False)
        self.list.setIconSize(QtCore.QSize(PICTURE, PICTURE))
        self.list.setUniformRowHeights(True)
        for column, width in enumerate((200, 230, 70, 200)):
            self.list.setColumnWidth(column, width)
        self.note = QtWidgets.QLabel("")
        row = QtWidgets.QHBoxLayout()
        self.check_out = QtWidgets.QPushButton(QtGui.QIcon(icon_path("check-out")), "Check out")
        self.look = QtWidgets.QPushButton("Open read-only")
        close = QtWidgets.QPushButton("Close")
        close.clicked.connect(self.reject)
        for button, writable in ((self.check_out, True), (self.look, False)):
            button.clicked.connect(lambda _checked=False, w=writable: self._take(w))
            row.addWidget(button)
        row.addStretch()
        row.addWidget(close)
        for widget in (self.search, self.free, self.list, self.note):
            box.addWidget(widget)
        box.addLayout(row)
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(250)
        self._timer.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.free.toggled.connect(lambda _on: self.refresh())
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.itemDoubleClicked.connect(lambda _row, _column: self._take(self.check_out.isEnabled()))
        live().changed.connect(self._draw_locks)
        self.finished.connect(lambda _code: self._stop())
        self._enable()
        self.refresh()

    def _stop(self):
        for task in (self._task, self._pictures):
            if task:
                task.cancel()
        self._timer.stop()

    def refresh(self):
        self._stop()
        client, words, free = session.client(), self.search.text(), self.free.isChecked()
        if client is None:
            return
        self.note.setText("Searching…")

        def work(job):
            page = job.client.items(q=words, limit=MOST)
            return page["items"], bool(page.get("next_cursor"))

        def show(answer):
            if task is self._task:
                items, more = answer
                self.shown_for = words
                self._show([item for item in items if not (free and self._others(item.get("lock")))], more)

        def failed(error):
            if task is self._task:
                self.note.setText(str(error))
        task = self._task = tasks.Task(client, work, show, failed)

    @staticmethod
    def _others(lock):
        return bool(lock) and lock["locked_by"] != session.user()

    def _show(self, items, more):
        selected = [row.text(0) for row in self.list.selectedItems()]
        self.list.clear()
        self.note.setText("Nothing found" if not items else "The first %d are shown; type more to narrow the search"
                          % len(items) if more else "%d found" % len(items))
        wanted = []
        for item in items:
            number, revision = item["part_number"], item["current_revision"]
            row = QtWidgets.QTreeWidgetItem([number, item.get("description") or "", str(revision or "–"), ""])
            row.setData(0, Role, item)
            row.setSizeHint(0, QtCore.QSize(PICTURE, PICTURE + 6))
            self.list.addTopLevelItem(row)
            if number in selected:
                self.list.setCurrentItem(row)
            self._draw_lock(row, item.get("lock"))
            if (number, revision) in self._cache:
                row.setIcon(0, self._cache[number, revision])
            elif revision:
                wanted.append((number, revision))
        self._enable()
        if wanted:
            self._fetch_pictures(wanted)

    def _draw_lock(self, row, lock):
        mine = bool(lock) and lock["locked_by"] == session.user()
        row.setText(3, "" if not lock else "you" if mine else lock["locked_by"])
        row.setToolTip(3, "Locked by %s since %s" % (lock["locked_by"], errors.local_time(lock["locked_at"]))
                       if lock else "")
        row.setIcon(3, QtGui.QIcon() if not lock else self._mine if mine else self._locked)

    def _draw_locks(self):
        """Shows who holds what after an event."""
        if not live().is_connected:
            return
        for number in range(self.list.topLevelItemCount()):
            row = self.list.topLevelItem(number)
            item = row.data(0, Role)
            item["lock"] = live().lock_of(item["part_number"])
            row.setData(0, Role, item)
            self._draw_lock(row, item["lock"])
        self._enable()

    def _fetch_pictures(self, wanted):
        """One thread fetches them one by one; each is shown as it comes."""
        def work(job):
            for number, revision in wanted:
                png = job.client.thumbnail(number)
                if png:
                    job.tell((number, revision, png))

        def show(found):
            number, revision, png = found
            picture = QtGui.QPixmap()
            if not picture.loadFromData(png):
                return
            self._cache[number, revision] = QtGui.QIcon(picture)
            for at in range(self.list.topLevelItemCount()):
                row = self.list.topLevelItem(at)
                if row.text(0) == number:
                    row.setIcon(0, self._cache[number, revision])
        self._pictures = tasks.Task(session.client(), work, told=show)

    def _enable(self):
        row = self.list.currentItem() if self.list.selectedItems() else None
        item = row.data(0, Role) if row else None
        self.look.setEnabled(bool(item) and bool(item["current_revision"]))
        self.check_out.setEnabled(bool(item) and not self._others(item.get("lock")))

    def _take(self, writable):
        row = self.list.currentItem()
        if row and (self.check_out if writable else self.look).isEnabled():
            self.accept()
            self._choose(row.data(0, Role), writable)
