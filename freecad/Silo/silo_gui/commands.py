"""The commands of toolbar and menu, declared once: words, tip, icon, shortcut, when they are usable, what
they do."""

import os

import FreeCAD
import FreeCADGui

from . import actions, dialogs, documents, forms, icon_path, open_item, panel, session
from .live import live
from .qt import QtWidgets

KEYS = "Ctrl+Shift+L, "    # then one letter; free in FreeCAD


def _number():
    """The part number of the document in front, or ""."""
    document = FreeCAD.ActiveDocument
    return documents.part_number_of(document) if document else ""


def _open():
    actions.needs_sign_in(lambda: open_item.OpenItem(
        lambda item, writable: actions.check_out([item["part_number"]]) if writable else actions.look(item)).show())


def _check_out():
    number = _number()
    linked = [other for other in documents.linked_part_numbers(FreeCAD.ActiveDocument) if other != number]
    if linked:
        answer = dialogs.ask("This document links to\n\n%s\n\nChecked out together, you get all of them or none."
                             % "\n".join("  %s%s" % (other, _held(other)) for other in linked),
                             [("All together", True), ("Only %s" % number, False), ("Cancel", None)])
        if answer is None:
            return
        linked = linked if answer else []
    actions.check_out([number] + linked)


def _held(number):
    lock = live().lock_of(number)
    return "" if not lock else "  (yours)" if lock["locked_by"] == session.user() else "  (held by %s)" % lock["locked_by"]


def _commit():
    document = FreeCAD.ActiveDocument
    if documents.entry_of(document):
        wish = forms.ask_commit(_number())
        if wish:
            actions.commit(document, *wish)
    elif _number():
        dialogs.say("This is a copy of %s outside of the working folder: nobody knows which revision it started "
                    "from. Check %s out, and carry your changes over; or make it an item of its own."
                    % (_number(), _number()), warning=True,
                    offers=[("Make it a new item …", lambda: actions.add_asking(document))])
    else:
        actions.add_asking(document)


def _undo():
    document = FreeCAD.ActiveDocument
    if dialogs.ask("Drop your changes to %s? What you have now is kept in .silo/backup." % _number(),
                   [("Drop them", True), ("Cancel", False)]):
        actions.undo(document)


def _ask():
    message, good = dialogs.ask_words("Ask for release of %s" % _number(), "A word to the holder:")
    if good:
        actions.ask(_number(), message)


def _signed_in():
    return session.client() is not None


def _on_item():
    return _signed_in() and bool(_number())


def _on_file():
    return _on_item() and documents.entry_of(FreeCAD.ActiveDocument) is not None


def _mine():
    return _on_item() and live().mine(_number()) is not None


def _others():
    return _on_item() and live().others(_number()) is not None


COMMANDS = {
    "Silo_SignIn": ("Sign in …", "Sign in to the server", "sign-in", "I", None,
                    lambda: forms.SignIn(panel.refresh).show()),
    "Silo_Open": ("Open from Silo …", "Search, look, check out", "open", "O", None, _open),
    "Silo_CheckOut": ("Check out", "Lock this document's item, and its linked parts if you like, and edit",
                      "check-out", "K", lambda: _on_item() and not _others(), _check_out),
    "Silo_Commit": ("Commit …", "Save, upload, release the lock", "commit", "C",
                    lambda: _signed_in() and FreeCAD.ActiveDocument is not None, _commit),
    "Silo_Undo": ("Undo check-out …", "Drop my changes (a backup is kept) and release", "undo", "Z", _on_file, _undo),
    "Silo_Lock": ("Lock", "Lock this document's item, or go on holding it", "lock", "L",
                  lambda: _on_item() and not _others(), lambda: actions.lock(_number())),
    "Silo_Unlock": ("Unlock", "Release my lock", "unlock", "U", _mine, lambda: actions.unlock(_number())),
    "Silo_Ask": ("Ask for release …", "Ask the holder to release", "ask", "A", _others, _ask),
    "Silo_Locks": ("Locks", "Who has what, live", "locks", "P", None, panel.show),
    "Silo_Browser": ("Show in browser", "This item's page", "browser", "B", _signed_in,
                     lambda: panel.show_in_browser(_number())),
}

TOOLBAR = [name for name in COMMANDS if name != "Silo_SignIn"]
MENU = list(COMMANDS)


class Command:
    def __init__(self, words, tip, icon, letter, usable, run):
        self._resources = {"MenuText": words, "ToolTip": tip, "Pixmap": icon_path(icon), "Accel": KEYS + letter}
        self._usable, self._run = usable, run

    def GetResources(self):
        return self._resources

    def IsActive(self):
        return self._usable() if self._usable else True

    def Activated(self, _index=0):
        actions.with_index(self._run)


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


_menu = None


def menu_everywhere(_workbench=""):
    """One commits from the workbench one works in: where the workbench in front brings no Silo menu, it gets
    one before the last."""
    global _menu
    bar = dialogs.parent().menuBar()
    shown = [action for action in bar.actions() if action.isVisible() and action.text().replace("&", "") == "Silo"]
    own = _menu.menuAction() if _menu else None
    if any(action is not own and action != own for action in shown):
        if own is not None:
            own.setVisible(False)
        return
    if _menu is None:
        _menu = QtWidgets.QMenu("&Silo", dialogs.parent())
        for name in MENU:
            words, tip = COMMANDS[name][:2]
            action = _menu.addAction(words)
            action.setToolTip(tip)
            action.triggered.connect(lambda _checked=False, command=name: FreeCADGui.runCommand(command))
        own = _menu.menuAction()
    # At each change FreeCAD hides what it does not know, from 1.0 on it takes it out.
    if not any(action is own or action == own for action in bar.actions()):
        entries = [action for action in bar.actions() if action.isVisible()]
        bar.insertMenu(entries[-1], _menu) if entries else bar.addMenu(_menu)
    own.setVisible(True)
