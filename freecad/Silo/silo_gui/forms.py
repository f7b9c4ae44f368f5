"""The windows with fields: sign-in, check-in, new item.  They ask; what is done with the answers is elsewhere."""

from silo_client import wire

from . import dialogs, session, tasks
from .qt import QtWidgets, run_dialog

Buttons = QtWidgets.QDialogButtonBox


def _buttons(dialog, words):
    buttons = Buttons(Buttons.StandardButton.Ok | Buttons.StandardButton.Cancel)
    buttons.button(Buttons.StandardButton.Ok).setText(words)
    buttons.rejected.connect(dialog.reject)
    return buttons


def _line(limit):
    """A field that takes no more characters than the server does."""
    line = QtWidgets.QLineEdit()
    if session.limit(limit):
        line.setMaxLength(session.limit(limit))
    return line


class SignIn(QtWidgets.QDialog):
    """Server, name, password.  Forgets the password at once and keeps a token for this machine."""

    def __init__(self, done=None):
        super().__init__(dialogs.parent())
        self.setObjectName("SiloSignIn")
        self.setWindowTitle("Sign in to Silo")
        self.setMinimumWidth(420)
        self._done, self._task = done, None
        form = QtWidgets.QFormLayout(self)
        account = session.config.read()
        self.url = QtWidgets.QLineEdit(account.url or "http://localhost:8080")
        self.name, self.password = QtWidgets.QLineEdit(account.user), QtWidgets.QLineEdit()
        self.password.setEchoMode(QtWidgets.QLineEdit.EchoMode.Password)
        self.note = QtWidgets.QLabel("")
        self.note.setWordWrap(True)
        self.buttons = _buttons(self, "Sign in")
        self.buttons.accepted.connect(self.try_in)
        for label, widget in (("Server", self.url), ("User name", self.name), ("Password", self.password)):
            form.addRow(label, widget)
        form.addRow(self.note)
        form.addRow(self.buttons)
        self.url.textChanged.connect(self._warn)
        self._warn()
        (self.password if account.user else self.name).setFocus()

    def _warn(self, _text=""):
        url = self.url.text().strip()
        self.note.setText("This address is not encrypted: anyone on the network can read your password."
                          if url.startswith("http://") and wire.in_the_open(url) else "")

    def try_in(self):
        url, name, password = self.url.text().strip(), self.name.text().strip(), self.password.text()
        if "://" not in url:
            url = "https://" + url
        self._ready(False)
        self.note.setText("Signing in…")
        self._task = tasks.Task(None, lambda job: session.sign_in(url, name, password), self._in, self._not_in)

    def _ready(self, ready):
        self.buttons.button(Buttons.StandardButton.Ok).setEnabled(ready)

    def _in(self, user):
        self.accept()
        dialogs.status("signed in as %s" % user)
        if session.config.read().from_environment:
            dialogs.say("Unset SILO_API_URL and SILO_API_TOKEN in FreeCAD's environment to use this sign-in: they come "
                        "first.", warning=True)
        if self._done:
            self._done()

    def _not_in(self, error):
        self._ready(True)
        self.note.setText(str(error))
        self.password.selectAll()
        self.password.setFocus()


class CheckIn(QtWidgets.QDialog):
    def __init__(self, part_number):
        super().__init__(dialogs.parent())
        self.setObjectName("SiloCheckIn")
        self.setWindowTitle("Check in %s" % part_number)
        self.setMinimumWidth(420)
        form = QtWidgets.QFormLayout(self)
        self.comment = _line("revision_comment")
        self.comment.setPlaceholderText("e.g. holes moved by 2 mm")
        self.keep = QtWidgets.QCheckBox("Keep it checked out")
        buttons = _buttons(self, "Check in")
        buttons.accepted.connect(self.accept)
        form.addRow("What has changed?", self.comment)
        form.addRow(self.keep)
        form.addRow(buttons)


def ask_check_in(part_number):
    """(comment, keep) or None."""
    dialog = CheckIn(part_number)
    return (dialog.comment.text(), dialog.keep.isChecked()) if run_dialog(dialog) else None


class NewItem(QtWidgets.QDialog):
    """For a document that Silo doesn't know yet."""

    def __init__(self, name):
        super().__init__(dialogs.parent())
        self.setObjectName("SiloNewItem")
        self.setWindowTitle("New item from “%s”" % name)
        self.setMinimumWidth(420)
        form = QtWidgets.QFormLayout(self)
        self.number = QtWidgets.QLineEdit()
        self.number.setPlaceholderText("F01-0001, or F01 for the next free number")
        self.type = QtWidgets.QComboBox()
        self.type.addItems(session.item_types())
        self.description, self.comment = _line("description"), _line("revision_comment")
        self.keep = QtWidgets.QCheckBox("Keep it checked out")
        buttons = _buttons(self, "Add")
        buttons.accepted.connect(self.accept)
        for label, widget in (("Part number", self.number), ("Type", self.type), ("Description", self.description),
                              ("Comment", self.comment)):
            form.addRow(label, widget)
        form.addRow(self.keep)
        form.addRow(buttons)

    def facts(self):
        """As Client.create_item takes them."""
        number = self.number.text().strip()
        return {"part_number" if "-" in number else "category": number, "item_type": self.type.currentText(),
                "description": self.description.text().strip()}


def ask_new_item(name):
    """(facts, comment, keep) or None."""
    dialog = NewItem(name)
    return (dialog.facts(), dialog.comment.text(), dialog.keep.isChecked()) if run_dialog(dialog) else None
