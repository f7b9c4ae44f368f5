"""The commands of toolbar and menu, declared once: name, words, icon, shortcut, what it needs, what it
does."""

import os

import FreeCAD
import FreeCADGui

from . import actions, dialogs, documents, icon_path, panel, session
from .qt import QtCore, QtGui, QtWidgets


def _active():
    document = FreeCAD.ActiveDocument
    return document if document and documents.part_number_of(document) else None


def _open():
    actions.needs_sign_in(lambda: dialogs.OpenItem(
        lambda item, writable: actions.check_out([item["part_number"]]) if writable else actions.look(item)).show())


def _check_out():
    document = _active()
    numbers = [documents.part_number_of(document)]
    linked = [number for number in documents.linked_part_numbers(document) if number not in numbers]
    if linked and QtWidgets.QMessageBox.question(
            dialogs.parent(), "Silo", "This document links to %s. Check all of them out together?" %
            ", ".join(linked)) == QtWidgets.QMessageBox.Yes:
        numbers += linked
    actions.check_out(numbers)


def _commit():
    document = _active()
    wish = dialogs.ask_commit(documents.part_number_of(document))
    if wish:
        actions.commit(document, *wish)


def _undo():
    document = _active()
    if QtWidgets.QMessageBox.question(
            dialogs.parent(), "Silo", "Drop your changes to %s? A backup is kept." %
            documents.part_number_of(document)) == QtWidgets.QMessageBox.Yes:
        actions.undo(document)


def _ask():
    message, good = dialogs.ask_words("Ask for release", "A word to the holder:")
    if good:
        actions.ask(documents.part_number_of(_active()), message)


def _browse():
    document = _active()
    address = session.config.read()[0] + ("/#/items/" + documents.part_number_of(document) if document else "/")
    QtGui.QDesktopServices.openUrl(QtCore.QUrl(address))


def _signed_in():
    return session.client() is not None


def _on_item():
    return _signed_in() and _active() is not None


COMMANDS = {
    "Silo_SignIn": ("Sign in …", "Sign in to the server", "sign-in", "", None, lambda: dialogs.SignIn(panel.refresh).show()),
    "Silo_Open": ("Open from Silo …", "Search, look, check out", "open", "Ctrl+Shift+O", None, _open),
    "Silo_CheckOut": ("Check out", "Lock this document's item, and its linked parts if you like, and edit", "check-out", "Ctrl+Shift+K", _on_item, _check_out),
    "Silo_Commit": ("Commit …", "Save, upload, release the lock", "commit", "Ctrl+Shift+M", _on_item, _commit),
    "Silo_Undo": ("Undo check-out …", "Drop my changes (a backup is kept) and release", "undo", "", _on_item, _undo),
    "Silo_Lock": ("Lock", "Lock this document's item", "lock", "", _on_item, lambda: actions.lock(documents.part_number_of(_active()))),
    "Silo_Unlock": ("Unlock", "Release my lock", "unlock", "", _on_item, lambda: actions.unlock(documents.part_number_of(_active()))),
    "Silo_Ask": ("Ask for release …", "Ask the holder to release", "ask", "", _on_item, _ask),
    "Silo_Locks": ("Locks", "Who has what, live", "locks", "", None, panel.show),
    "Silo_Browser": ("Show in browser", "This item's page", "browser", "", _signed_in, _browse),
}

TOOLBAR = [name for name in COMMANDS if name != "Silo_SignIn"]
MENU = list(COMMANDS)


class Command:
    def __init__(self, words, tip, icon, shortcut, usable, run):
        self._resources = {"MenuText": words, "ToolTip": tip, "Pixmap": icon_path(icon), "Accel": shortcut}
        self._usable, self._run = usable, run

    def GetResources(self):
        return self._resources

    def IsActive(self):
        return self._usable() if self._usable else True

    def Activated(self, _index=0):
        self._run()


_registered = False


def register():
    global _registered
    if _registered:
        return
    _registered = True
    for name, row in COMMANDS.items():
        FreeCADGui.addCommand(name, Command(*row))
    from . import preferences
    FreeCADGui.addIconPath(os.path.dirname(icon_path("silo")))
    FreeCADGui.addPreferencePage(preferences.SiloPreferences, "Silo")
