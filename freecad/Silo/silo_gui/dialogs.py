"""The addon's windows: short, and each with a way out."""

from silo_client import errors

from . import session, tasks
from .qt import QtCore, QtGui, QtWidgets, run_dialog


def parent():
    import FreeCADGui
    return FreeCADGui.getMainWindow()


def say(text, title="Silo", warning=False):
    """Not modal: a message never stops the work."""
    box = QtWidgets.QMessageBox(parent())
    box.setObjectName("SiloMessage")
    box.setWindowTitle(title)
    box.setText(text)
    box.setIcon(QtWidgets.QMessageBox.Warning if warning else QtWidgets.QMessageBox.Information)
    box.setModal(False)
    box.setAttribute(QtCore.Qt.WA_DeleteOnClose)
    box.show()
    return box


def fail(error):
    """An error of silo_client, with the next step."""
    text = str(error)
    if isinstance(error, errors.LockedByOther):
        text += "\n\nYour file is kept as it is. Ask for release, or wait: Silo tells you when it is free."
    elif isinstance(error, errors.StaleRevision):
        text += "\n\nYour file is kept as it is. Open the newest revision beside it and carry your changes over."
    elif isinstance(error, errors.NotSignedIn):
        text += "\n\nSign in again: Silo, Sign in."
    elif isinstance(error, errors.ServerAway):
        text += "\n\nYour work is safe in its file; try again in a moment."
    return say(text, warning=True)


def status(text):
    import FreeCAD
    parent().statusBar().showMessage("Silo: " + text, 8000)
    FreeCAD.Console.PrintMessage("Silo: %s\n" % text)


def ask_words(title, label, text=""):
    """(text, True), or ("", False) when cancelled."""
    return QtWidgets.QInputDialog.getText(parent(), title, label, text=text)


class SignIn(QtWidgets.QDialog):
    """Server, name, password; the password is forgotten at once, a token of this machine is kept."""

    def __init__(self, done=None):
        super().__init__(parent())
        self.setObjectName("SiloSignIn")
        self.setWindowTitle("Sign in to Silo")
        self._done = done
        form = QtWidgets.QFormLayout(self)
        self.url = QtWidgets.QLineEdit(session.config.read()[0] or "http://localhost:8080")
        self.name, self.password = QtWidgets.QLineEdit(), QtWidgets.QLineEdit()
        self.password.setEchoMode(QtWidgets.QLineEdit.Password)
        self.note = QtWidgets.QLabel("")
        self.note.setWordWrap(True)
        self.buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.Ok | QtWidgets.QDialogButtonBox.Cancel)
        self.buttons.accepted.connect(self.try_in)
        self.buttons.rejected.connect(self.reject)
        for label, widget in (("Server", self.url), ("User name", self.name), ("Password", self.password)):
            form.addRow(label, widget)
        form.addRow(self.note)
        form.addRow(self.buttons)

    def try_in(self):
        url, name, password = self.url.text().strip(), self.name.text().strip(), self.password.text()
        self.buttons.setEnabled(False)
        self.note.setText("Signing in …")
        tasks.Task(lambda progress: session.sign_in(url, name, password), self._in, self._not_in)

    def _in(self, user):
        self.accept()
        status("signed in as %s" % user)
        if self._done:
            self._done()

    def _not_in(self, error):
        self.buttons.setEnabled(True)
        self.note.setText(str(error))


class OpenItem(QtWidgets.QDialog):
    """Search with pictures and lock state; the choice is opened or checked out."""

    def __init__(self, choose):
        super().__init__(parent())
        self.setObjectName("SiloOpen")
        self.setWindowTitle("Open from Silo")
        self.resize(640, 480)
        self._choose, self._search_number = choose, 0
        box = QtWidgets.QVBoxLayout(self)
        self.search = QtWidgets.QLineEdit()
        self.search.setPlaceholderText("Part number or description")
        self.list = QtWidgets.QListWidget()
        self.list.setIconSize(QtCore.QSize(64, 64))
        self.note = QtWidgets.QLabel("")
        row = QtWidgets.QHBoxLayout()
        self.check_out = QtWidgets.QPushButton("Check out")
        self.look = QtWidgets.QPushButton("Open read-only")
        for button, writable in ((self.check_out, True), (self.look, False)):
            button.clicked.connect(lambda _checked=False, w=writable: self._take(w))
            row.addWidget(button)
        for widget in (self.search, self.list, self.note):
            box.addWidget(widget)
        box.addLayout(row)
        self._timer = QtCore.QTimer(self, singleShot=True, interval=250)
        self._timer.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.list.itemDoubleClicked.connect(lambda _row: self._take(True))
        self.refresh()

    def refresh(self):
        self._search_number += 1
        number, words, client = self._search_number, self.search.text(), session.client()
        self.note.setText("Searching …")
        tasks.Task(lambda progress: client.items(q=words)["items"],
                   lambda items: number == self._search_number and self._show(items),
                   lambda error: self.note.setText(str(error)))

    def _show(self, items):
        self.list.clear()
        self.note.setText("%d found" % len(items) if items else "Nothing found")
        for item in items:
            lock = item.get("lock")
            words = "%s   %s\nrevision %s%s" % (item["part_number"], item["description"], item["current_revision"],
                                               "   " + errors.describe_lock(lock) if lock else "")
            row = QtWidgets.QListWidgetItem(words)
            row.setData(QtCore.Qt.UserRole, item)
            self.list.addItem(row)
            if item["current_revision"]:
                self._fetch_picture(row, item["part_number"])

    def _fetch_picture(self, row, part_number):
        client, number = session.client(), self._search_number

        def show(png):
            picture = QtGui.QPixmap()
            if png and number == self._search_number and picture.loadFromData(png):
                row.setIcon(QtGui.QIcon(picture))
        tasks.Task(lambda progress: client.thumbnail(part_number), show)

    def _take(self, writable):
        row = self.list.currentItem()
        if row:
            self.accept()
            self._choose(row.data(QtCore.Qt.UserRole), writable)


class Progress(QtWidgets.QProgressDialog):
    """For an upload or download; cancelling stores nothing."""

    def __init__(self, text):
        super().__init__(text, "Cancel", 0, 100, parent())
        self.setObjectName("SiloProgress")
        self.setWindowTitle("Silo")
        self.setMinimumDuration(400)
        self.setAutoClose(False)
        self.setAutoReset(False)

    def show_progress(self, done, whole):
        if not self.wasCanceled():
            self.setMaximum(whole)
            self.setValue(done)

    def bind(self, task):
        self.canceled.connect(task.cancel)
        return task


class Commit(QtWidgets.QDialog):
    def __init__(self, part_number):
        super().__init__(parent())
        self.setObjectName("SiloCommit")
        self.setWindowTitle("Commit %s" % part_number)
        form = QtWidgets.QFormLayout(self)
        self.comment = QtWidgets.QLineEdit()
        self.keep = QtWidgets.QCheckBox("Keep it checked out")
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.Ok | QtWidgets.QDialogButtonBox.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow("What has changed?", self.comment)
        form.addRow(self.keep)
        form.addRow(buttons)


def ask_commit(part_number):
    """(comment, keep) or None."""
    dialog = Commit(part_number)
    return (dialog.comment.text(), dialog.keep.isChecked()) if run_dialog(dialog) else None
