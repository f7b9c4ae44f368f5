"""Runs one scene inside FreeCAD: scene_NAME.py's `play()`, once the addon is up as its user sees it.
The event loop keeps running while a scene waits; results go to SILO_RESULT.  Scenes that play at the same time meet
by files in SILO_MEETING."""

import importlib
import os
import sys
import threading
import time
import traceback

import FreeCAD
import FreeCADGui

from silo_client import Client, wire
from silo_gui import tasks
from silo_gui.guard import guard
from silo_gui.qt import QtCore, QtGui, QtWidgets

SCENE, MEETING = os.environ["SILO_SCENE"], os.environ["SILO_MEETING"]
HOME, URL = os.environ["HOME"], os.environ["SILO_URL"]
PATIENCE = float(os.environ.get("SILO_PATIENCE", "120"))    # seconds; a wait ends as soon as its condition holds
results, faults = [], []
_began = time.monotonic()


class Beat(QtCore.QObject):
    """Counts the rounds of the GUI's event loop, and its longest pause."""

    def __init__(self):
        super().__init__()
        self.count, self.longest, self._last = 0, 0.0, time.monotonic()
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(20)

    def _tick(self):
        now = time.monotonic()
        self.longest, self._last, self.count = max(self.longest, now - self._last), now, self.count + 1


class Broken(Exception):
    pass


def until(what, condition, seconds=PATIENCE):
    """Lets FreeCAD's event loop run until the condition holds; its value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QtWidgets.QApplication.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 20)
        # processEvents leaves out what deleteLater has asked for.
        QtCore.QCoreApplication.sendPostedEvents(None, 52)
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise Broken("waited in vain for: " + what)


def check(name, true_of_it):
    results.append("%s %s" % (name, "ok" if true_of_it else "FAILED"))
    print("%6.1f %s" % (time.monotonic() - _began, results[-1]), flush=True)


def skip(why):
    """What this FreeCAD or this machine does not have is neither right nor wrong."""
    results.append("skipped: " + why)
    print("%6.1f %s" % (time.monotonic() - _began, results[-1]), flush=True)


def server(call, user=None):
    """The answer to a call that the test itself makes: in a thread, like everybody else's."""
    client = Client(URL, os.environ["TOKEN_" + (user or os.environ["SILO_USER"]).upper()])
    answers = []

    def run():
        try:
            answers.append((call(client), None))
        except Exception as fault:
            answers.append((None, fault))
    threading.Thread(target=run, daemon=True).start()
    until("the server's answer", lambda: answers)
    if answers[0][1]:
        raise answers[0][1]
    return answers[0][0]


def say(word):
    with open(os.path.join(MEETING, word), "w", encoding="utf-8"):
        pass


def hear(word):
    def heard(what):
        return os.path.exists(os.path.join(MEETING, what))
    until(word, lambda: heard(word) or heard("broken-pair"), 4 * PATIENCE)
    if not heard(word):
        raise Broken("the other one broke off before: " + word)


def messages():
    """The message windows that are open."""
    return [window for window in QtWidgets.QApplication.topLevelWidgets()
            if window.objectName() == "SiloMessage" and window.isVisible()]


def message(words):
    """Waits for the message with these words, and returns its window."""
    return until("the message “%s”" % words, lambda: next((box for box in messages() if words in box.text()), None))


def clear_messages():
    until("no messages", lambda: not [box.close() for box in messages()])


def press(window, words):
    """Clicks the button with these words."""
    buttons = window.findChildren(QtWidgets.QAbstractButton)
    button = next((button for button in buttons if button.text().replace("&", "") == words), None)
    if button is None:
        raise Broken("no button “%s” in %s" % (words, [each.text() for each in buttons]))
    button.click()


def answer_question(words, picture_name=None):
    """Answers the next question of a modal window with this button."""
    asked = []

    def look():
        window = QtWidgets.QApplication.activeModalWidget()
        if window is None or window.objectName() != "SiloQuestion":
            QtCore.QTimer.singleShot(50, look)
            return
        asked.append(window.text())
        QtCore.QTimer.singleShot(500 if picture_name else 0, lambda: answer(window))

    def answer(window):
        if picture_name:
            grab(picture_name)
        press(window, words)
    QtCore.QTimer.singleShot(0, look)
    return asked


def answer_words(words):
    """Types these words into the next window that asks for some, and presses OK."""
    def look():
        window = QtWidgets.QApplication.activeModalWidget()
        if window is None or window.objectName() != "SiloWords":
            QtCore.QTimer.singleShot(50, look)
            return
        window.findChild(QtWidgets.QLineEdit).insert(words)    # as typing does: only what fits
        press(window, "OK")
    QtCore.QTimer.singleShot(0, look)


def grab(name):
    """The whole screen, 3D view and windows, as a user sees it."""
    folder = os.environ.get("SILO_PICTURES")
    if folder:
        screen = QtGui.QGuiApplication.primaryScreen().grabWindow(0).toImage()
        small = screen.scaledToWidth(1080, QtCore.Qt.TransformationMode.SmoothTransformation)
        small.save(os.path.join(folder, "freecad-%s.png" % name))


def picture(name):
    """Lets everything be painted, then grabs the screen."""
    FreeCADGui.getMainWindow().setGeometry(0, 0, 1440, 900)
    end = time.monotonic() + 0.5
    until("painting", lambda: time.monotonic() > end)
    grab(name)


def fit_view():
    view = FreeCADGui.ActiveDocument.ActiveView
    view.setAnimationEnabled(False) if hasattr(view, "setAnimationEnabled") else None
    view.viewIsometric()
    FreeCADGui.SendMsgToActiveView("ViewFit")


def warned(words):
    return any(words in text for text in guard().warnings)


def quiet():
    until("no task to be running", lambda: tasks.busy() == 0)


def new_part(number, name, height=5, item_type="part"):
    """A new item with a first revision, drawn and uploaded here; closes the document again."""
    document = FreeCAD.newDocument(name)
    plate = document.addObject("Part::Box", "Plate")
    plate.Length, plate.Width, plate.Height = 60, 40, height
    document.recompute()
    fit_view()
    path = os.path.join(HOME, name + ".FCStd")
    preferences = FreeCAD.ParamGet("User parameter:BaseApp/Preferences/Document")
    preferences.SetBool("SaveThumbnail", True)
    document.saveAs(path)
    preferences.RemBool("SaveThumbnail")
    FreeCAD.closeDocument(document.Name)
    server(lambda client: client.create_item(part_number=number, description=name.capitalize(), item_type=item_type))
    server(lambda client: client.upload(number, path, "first draft", 0))


def close(document):
    """Without FreeCAD's question about changes."""
    FreeCAD.closeDocument(document.Name)


def _no_network_here():
    """From now on a connection made in the GUI's thread is a fault."""
    real = wire.Wire.connection

    def connection(self, *words, **more):
        if threading.current_thread() is threading.main_thread():
            faults.append("".join(traceback.format_stack(limit=6)))
        return real(self, *words, **more)
    wire.Wire.connection = connection


def _play():
    try:
        _no_network_here()
        window = FreeCADGui.getMainWindow()
        window.setGeometry(0, 0, 1440, 900)
        importlib.import_module("scene_" + SCENE).play()
        quiet()
        check("no network in the GUI's thread%s" % "".join(faults[:1]), not faults)
    except Exception as fault:
        traceback.print_exc()
        print("messages:", [box.text() for box in messages()], flush=True)
        results.append("the scene broke off: %s FAILED" % " ".join(str(fault).split()))
        if SCENE in ("alice", "bob"):
            say("broken-pair")
        grab("broken-" + SCENE)
    with open(os.environ["SILO_RESULT"] + ".part", "w", encoding="utf-8") as file:
        file.write("\n".join(results) + "\n")
    os.rename(os.environ["SILO_RESULT"] + ".part", os.environ["SILO_RESULT"])
    # FreeCAD would ask about each changed document.
    for name in list(FreeCAD.listDocuments()):
        FreeCAD.closeDocument(name)
    FreeCADGui.getMainWindow().close()


def _when_up():
    """FreeCAD is up when its window is; the start page comes later."""
    window = FreeCADGui.getMainWindow()
    if window is None or not window.isVisible():
        QtCore.QTimer.singleShot(100, _when_up)
    else:
        QtCore.QTimer.singleShot(500, _play)


sys.modules["stage"] = sys.modules[__name__]
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
_when_up()
