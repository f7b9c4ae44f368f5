"""The page in FreeCAD's preferences: who is signed in where, the working folder, the lease."""

from . import dialogs, session
from .qt import QtWidgets


class SiloPreferences:
    def __init__(self, _parent=None):
        self.form = QtWidgets.QWidget()
        self.form.setWindowTitle("Silo")
        rows = QtWidgets.QFormLayout(self.form)
        self.folder = QtWidgets.QLineEdit()
        self.hours = QtWidgets.QSpinBox()
        self.hours.setRange(0, 720)
        self.hours.setSpecialValueText("as the server says")
        self.hours.setSuffix(" h")
        self.server = QtWidgets.QLabel()
        sign_in = QtWidgets.QPushButton("Sign in …")
        sign_in.clicked.connect(lambda _checked=False: dialogs.SignIn(self.show_server).show())
        rows.addRow("Server", self.server)
        rows.addRow("", sign_in)
        rows.addRow("Working folder", self.folder)
        rows.addRow("Length of a lock", self.hours)
        self.show_server()

    def show_server(self):
        url = session.config.read()[0]
        self.server.setText("%s%s" % (url or "not signed in", " as " + session.user() if session.user() else ""))

    def loadSettings(self):
        self.folder.setText(session.folder().root)
        self.hours.setValue(session.parameters().GetInt("LeaseHours", 0))

    def saveSettings(self):
        session.parameters().SetString("Folder", self.folder.text())
        session.parameters().SetInt("LeaseHours", self.hours.value())
