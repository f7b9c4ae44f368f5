"""Silo's page in FreeCAD's preferences: server, sign-in, working folder, lease, certificates."""

import os

from . import dialogs, forms, panel, session, tasks
from .qt import QtWidgets


class SiloPreferences:
    def __init__(self, _parent=None):
        self.form = QtWidgets.QWidget()
        self.form.setWindowTitle("Silo")
        rows = QtWidgets.QFormLayout(self.form)
        self.server, self.folder, self.certificates = (QtWidgets.QLineEdit() for _ in range(3))
        self.server.setPlaceholderText("https://silo.example.org")
        self.certificates.setPlaceholderText("the system's certificates")
        self.who = QtWidgets.QLabel()
        self.sign_in = QtWidgets.QPushButton("Sign in…")
        self.sign_in.clicked.connect(lambda _checked=False: self._sign_in())
        self.sign_out = QtWidgets.QPushButton("Sign out")
        self.sign_out.clicked.connect(lambda _checked=False: self._sign_out())
        buttons = QtWidgets.QHBoxLayout()
        for widget in (self.who, self.sign_in, self.sign_out):
            buttons.addWidget(widget)
        buttons.addStretch()
        self.hours = QtWidgets.QSpinBox()
        self.hours.setRange(0, 9999)    # session.lease_seconds asks for no more than the server allows
        self.hours.setSpecialValueText("server default")
        self.hours.setSuffix(" h")
        self.hours.setToolTip("How long a lock lasts. Silo renews it while its document is open.")
        rows.addRow("Server", self.server)
        rows.addRow("Signed in", self._in_row(buttons))
        rows.addRow("Working folder", self._with_browse(self.folder, self._choose_folder))
        rows.addRow("Lease", self.hours)
        rows.addRow("Trusted certificates", self._with_browse(self.certificates, self._choose_certificates))
        self.show_who()

    @staticmethod
    def _in_row(layout):
        widget = QtWidgets.QWidget()
        layout.setContentsMargins(0, 0, 0, 0)
        widget.setLayout(layout)
        return widget

    def _with_browse(self, field, choose):
        row = QtWidgets.QHBoxLayout()
        button = QtWidgets.QPushButton("…")
        button.setMaximumWidth(36)
        button.clicked.connect(lambda _checked=False: choose())
        row.addWidget(field)
        row.addWidget(button)
        return self._in_row(row)

    def _choose_folder(self):
        path = QtWidgets.QFileDialog.getExistingDirectory(self.form, "Working folder", self.folder.text())
        if path:
            self.folder.setText(path)

    def _choose_certificates(self):
        path, _ = QtWidgets.QFileDialog.getOpenFileName(self.form, "Certificates to trust (PEM)")
        if path:
            self.certificates.setText(path)

    def show_who(self):
        account = session.config.read()
        self.server.setText(account.url)
        self.who.setText((session.user() or account.user or "yes") if account.token else "no")
        self.sign_out.setEnabled(bool(account.token) and not account.from_environment)

    def _sign_in(self):
        self.saveSettings()
        forms.SignIn(lambda: (self.show_who(), panel.refresh())).show()

    def _sign_out(self):
        tasks.Task(None, lambda job: session.sign_out(), lambda _: (self.show_who(), panel.refresh()), dialogs.fail)

    # -- called by FreeCAD ----------------------------------------------------------------------------

    def loadSettings(self):
        self.show_who()
        self.folder.setText(session.folder().root)
        self.hours.setValue(session.parameters().GetInt("LeaseHours", 0))
        self.certificates.setText(session.parameters().GetString("CertificatesFile", ""))

    def saveSettings(self):
        folder = self.folder.text().strip()
        if folder:
            session.parameters().SetString("Folder", os.path.abspath(os.path.expanduser(folder)))
        session.parameters().SetInt("LeaseHours", self.hours.value())
        session.parameters().SetString("CertificatesFile", self.certificates.text().strip())
        try:
            session.set_server(self.server.text())
        except Exception as fault:
            dialogs.fail(fault)
        panel.refresh()
