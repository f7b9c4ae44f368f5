"""The addon's small windows: messages, questions, progress.  None of them stops FreeCAD's work."""

from silo_client import errors

from . import tasks
from .qt import QtCore, QtWidgets, run_dialog

Box = QtWidgets.QMessageBox


def parent():
    import FreeCADGui
    return FreeCADGui.getMainWindow()


def say(text, title="Silo", warning=False, offers=(), about=""):
    """Not modal: a message never stops the work.  `offers`: (words, action) of more buttons.  A newer message
    `about` the same item takes the place of the older."""
    for older in parent().findChildren(Box, "SiloMessage") if about else []:
        if older.property("siloAbout") == about.lower():
            older.close()
    box = Box(parent())
    box.setProperty("siloAbout", about.lower())
    box.setObjectName("SiloMessage")
    box.setWindowTitle(title)
    box.setTextFormat(QtCore.Qt.TextFormat.PlainText)    # names and comments are others' words
    box.setText(text)
    box.setIcon(Box.Icon.Warning if warning else Box.Icon.Information)
    box.setModal(False)
    box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
    for words, action in offers:
        button = box.addButton(words, Box.ButtonRole.ActionRole)
        button.clicked.connect(lambda _checked=False, run=action: run())
    box.addButton("Close", Box.ButtonRole.RejectRole)
    box.show()
    return box


def ask(text, answers, title="Silo"):
    """A question that must be answered now; `answers`: (words, value), the last is what closing the window
    means."""
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
    """An error of silo_client, with the next step."""
    text = str(error)
    if isinstance(error, errors.Cancelled):
        status(text)
        return None
    if isinstance(error, errors.LockedByOther):
        text += "\n\nNothing of yours has changed. Ask for release, or wait: you will see when it is free."
    elif isinstance(error, errors.StaleRevision):
        text += "\n\nYour file is kept as it is. Open the newest revision beside it and carry your changes over."
    elif isinstance(error, errors.OtherLease):
        text += "\n\nNothing has changed. Check out again before you go on; your file is kept as it is."
    elif isinstance(error, (errors.NotFound, errors.NotAllowed)) and offers:
        text += "\n\nYour file is kept as it is. " + (
            "Make it a new item, or take it out of the working folder; an admin can take the item back."
            if isinstance(error, errors.NotFound) else
            "Undo gives the lock back; taken out of the working folder the file is yours to keep.")
    elif isinstance(error, errors.NotSignedIn):
        text += "\n\nSign in again: menu Silo, Sign in."
    elif isinstance(error, errors.ServerAway):
        text += "\n\nYour work is safe in its file; try again in a moment."
    elif isinstance(error, errors.Refused) and error.code == "lock_required":
        text += "\n\nCheck out takes the lock and keeps your changes."
    return say(text, warning=True, offers=offers, about=about)


def status(text):
    import FreeCAD
    parent().statusBar().showMessage("Silo: " + text, 8000)
    FreeCAD.Console.PrintMessage("Silo: %s\n" % text)


def ask_words(title, label, text=""):
    """(text, True), or ("", False) when cancelled."""
    return QtWidgets.QInputDialog.getText(parent(), title, label, text=text)


class Progress(QtWidgets.QProgressDialog):
    """For an upload or download.  Cancel breaks the connection at once, also to a silent server."""

    def __init__(self, text):
        super().__init__(text, "Cancel", 0, 100, parent())
        self.setObjectName("SiloProgress")
        self.setWindowTitle("Silo")
        self.setMinimumDuration(400)
        self.setAutoClose(False)
        self.setAutoReset(False)

    def run(self, client, work, done, failed):
        """A task with this window; the window is gone before `done` or `failed` is called."""
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
