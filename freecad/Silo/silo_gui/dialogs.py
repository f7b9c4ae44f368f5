"""The addon's small windows: messages, questions, progress.  Know nothing of documents and locks."""

from silo_client import errors

from . import tasks
from .qt import QtCore, QtWidgets, run_dialog

Box = QtWidgets.QMessageBox


def parent():
    import FreeCADGui
    return FreeCADGui.getMainWindow()


def say(text, title="Silo", warning=False, offers=(), about=""):
    """A message.  Not modal: it never stops the work.  `offers`: (words, action) of further buttons.  A newer
    message `about` the same item replaces the older."""
    for older in parent().findChildren(Box, "SiloMessage") if about else []:
        if older.property("siloAbout") == about.lower():
            older.close()
    box = Box(parent())
    box.setProperty("siloAbout", about.lower())
    box.setObjectName("SiloMessage")
    box.setWindowTitle(title)
    box.setTextFormat(QtCore.Qt.TextFormat.PlainText)    # names and comments come from other users
    box.setText(text)
    box.setIcon(Box.Icon.Warning if warning else Box.Icon.Information)
    box.setModal(False)
    box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
    for words, action in offers:
        button = box.addButton(words, Box.ButtonRole.ActionRole)
        button.clicked.connect(lambda _checked=False, run=action: run())
    # The default: a message appears while its user types, and Enter must not release or take anything.
    box.setDefaultButton(box.addButton("Close", Box.ButtonRole.RejectRole))
    box.show()
    return box


def ask(text, answers, title="Silo"):
    """A question that must be answered now; the value of the answer.  `answers`: (words, value); closing the
    window means the last."""
    box = Box(parent())
    box.setObjectName("SiloQuestion")
    box.setWindowTitle(title)
    box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    box.setText(text)
    box.setIcon(Box.Icon.Question)
    buttons = {}
    for words, value in answers:
        last = (words, value) == tuple(answers[-1])
        button = box.addButton(words, Box.ButtonRole.RejectRole if last else Box.ButtonRole.ActionRole)
        buttons[button] = value
        if last:
            box.setEscapeButton(button)
    run_dialog(box)
    clicked = box.clickedButton()
    chosen = [value for button, value in buttons.items() if button == clicked]
    box.deleteLater()
    return chosen[0] if chosen else answers[-1][1]


def fail(error, offers=(), about=""):
    """Shows an error of silo_client, with the next step."""
    text = str(error)
    if isinstance(error, errors.Cancelled):
        status(text)
        return None
    if isinstance(error, errors.LockedByOther):
        text += "\n\nAsk for release, or wait: Silo tells you when it is free. Your files are unchanged."
    elif isinstance(error, errors.StaleRevision):
        text += "\n\nOpen the newest revision beside your file and copy your changes over. Your file is unchanged."
    elif isinstance(error, errors.OtherLease):
        text += "\n\nCheck out again before you go on. Your file is unchanged."
    elif isinstance(error, (errors.NotFound, errors.NotAllowed)) and offers:
        text += "\n\n%s Your file is unchanged." % (
            "Make it a new item, or take it out of the working folder. An admin can restore the item."
            if isinstance(error, errors.NotFound) else
            "Undo the check-out to release the lock, or take the file out of the working folder to keep your work.")
    elif isinstance(error, errors.NotSignedIn):
        text += "\n\nSign in again: menu Silo, Sign in."
    elif isinstance(error, errors.ServerAway):
        text += "\n\nTry again in a moment. Your work is safe in its file."
    elif isinstance(error, errors.Refused) and error.code == "lock_required":
        text += "\n\nCheck out: that takes the lock and keeps your changes."
    return say(text, warning=True, offers=offers, about=about)


def status(text):
    import FreeCAD
    parent().statusBar().showMessage("Silo: " + text, 8000)
    FreeCAD.Console.PrintMessage("Silo: %s\n" % text)


def ask_words(title, label, most=None):
    """(text, True), or ("", False) when cancelled.  `most`: characters."""
    box = QtWidgets.QInputDialog(parent())
    box.setObjectName("SiloWords")
    box.setWindowTitle(title)
    box.setLabelText(label)
    box.setInputMode(QtWidgets.QInputDialog.InputMode.TextInput)    # makes the field
    if most:
        box.findChild(QtWidgets.QLineEdit).setMaxLength(most)
    good = bool(run_dialog(box))
    text = box.textValue() if good else ""
    box.deleteLater()
    return text, good


class Progress(QtWidgets.QProgressDialog):
    """For an upload or download.  Cancel breaks the connection at once, even to a server that doesn't answer."""

    def __init__(self, text):
        super().__init__(text, "Cancel", 0, 100, parent())
        self.setObjectName("SiloProgress")
        self.setWindowTitle("Silo")
        self.setMinimumDuration(400)
        self.setAutoClose(False)
        self.setAutoReset(False)

    def run(self, client, work, done, failed):
        """A task with this window; the window closes before `done` or `failed` is called."""
        def end(then, what):
            self.close()
            self.deleteLater()
            then(what)
        task = tasks.Task(client, work, lambda result: end(done, result), lambda error: end(failed, error),
                          self._show)
        self.canceled.connect(task.cancel)
        return task

    def _show(self, done, whole):
        if not self.wasCanceled():
            self.setMaximum(whole)
            self.setValue(done)
