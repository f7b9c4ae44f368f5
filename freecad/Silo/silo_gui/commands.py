"""The commands of toolbar and menu, declared once: words, tip, icon, shortcut, when they are usable, what they do."""

import os

import FreeCAD
import FreeCADGui

from . import (checkin, checkout, dialogs, documents, forms, icon_path, locking, newitem, open_item, panel,
               preferences, repair, session)
from .live import live
from .qt import QtWidgets

KEYS = "Ctrl+Shift+L, "    # then one letter; FreeCAD itself has nothing there


def _number():
    """The part number of the document in front, or ""."""
    document = FreeCAD.ActiveDocument
    return documents.part_number_of(document) if document else ""


def _open():
    def show():
        open_item.OpenItem(lambda item, writable: checkout.check_out([item["part_number"]]) if writable
                           else checkout.look(item)).show()
    if session.client():
        show()
    else:
        forms.SignIn(show).show()


def _check_out():
    number = _number()
    linked = [other for other in documents.linked_part_numbers(FreeCAD.ActiveDocument) if other != number]
    if linked:
        answer = dialogs.ask("Check out the linked parts too? You get all of them or none.\n\n%s"
                             % "\n".join("  %s%s" % (other, _held(other)) for other in linked),
                             [("All together", True), ("Only %s" % number, False), ("Cancel", None)])
        if answer is None:
            return
        linked = linked if answer else []
    checkout.check_out([number] + linked)


def _held(number):
    lock = live().lock_of(number)
    if not lock:
        return ""
    return "  (yours)" if lock["locked_by"] == session.user() else "  (held by %s)" % lock["locked_by"]


def _check_in():
    document = FreeCAD.ActiveDocument
    if documents.entry_of(document):
        wish = forms.ask_check_in(_number())
        if wish:
            checkin.check_in(document, *wish)
    elif _number():
        dialogs.say("Check out %s and copy your changes over, or make this a new item. This is a copy outside the "
                    "working folder, so Silo can't tell which revision it started from." % _number(), warning=True,
                    offers=[("Make it a new item…", lambda: newitem.add_asking(document))])
    else:
        newitem.add_asking(document)


def _undo():
    document = FreeCAD.ActiveDocument
    if dialogs.ask("Drop your changes to %s? Silo keeps a copy in .silo/backup." % _number(),
                   [("Drop them", True), ("Cancel", False)]):
        checkin.undo(document)


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


# The names on the left are in the shortcuts and toolbars that users have made: keep them, whatever the words say.
COMMANDS = {
    "Silo_SignIn": ("Sign in…", "Sign in to the Silo server", "sign-in", "I", None,
                    lambda: forms.SignIn(panel.refresh).show()),
    "Silo_Open": ("Open from Silo…", "Search for items, look at them or check them out", "open", "O", None, _open),
    "Silo_CheckOut": ("Check out", "Lock this document's item for editing, with its linked parts if you like",
                      "check-out", "K", lambda: _on_item() and not _others(), _check_out),
    "Silo_Commit": ("Check in…", "Save, upload a new revision and release the lock", "check-in", "C",
                    lambda: _signed_in() and FreeCAD.ActiveDocument is not None, _check_in),
    "Silo_Undo": ("Undo check-out…", "Go back to the newest revision and release the lock; your changes are kept as "
                  "a backup", "undo", "Z", _on_file, _undo),
    "Silo_Lock": ("Lock", "Lock this document's item, or renew your lease", "lock", "L",
                  lambda: _on_item() and not _others(), lambda: locking.lock(_number())),
    "Silo_Unlock": ("Release", "Release your lock on this document's item", "release", "U", _mine,
                    lambda: locking.release(_number())),
    "Silo_Ask": ("Ask for release…", "Ask the holder to release this document's item", "ask", "A", _others,
                 lambda: locking.request_asking(_number())),
    "Silo_Locks": ("Locks", "Show who holds what, live", "locks", "P", None, panel.show),
    "Silo_Browser": ("Show in browser", "Open this item's page in the browser", "browser", "B", _signed_in,
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
        repair.with_index(self._run)


_registered = False


def register():
    global _registered
    if _registered:
        return
    _registered = True
    for name, row in COMMANDS.items():
        FreeCADGui.addCommand(name, Command(*row))
    FreeCADGui.addIconPath(os.path.dirname(icon_path("silo")))
    FreeCADGui.addPreferencePage(preferences.SiloPreferences, "Silo")


_menu = None


def menu_everywhere(_workbench=""):
    """People check in from the workbench they work in: one that has no Silo menu gets it before its last menu."""
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
    # When the workbench changes, FreeCAD hides menus that it doesn't know; from 1.0 on it removes them.
    if not any(action is own or action == own for action in bar.actions()):
        entries = [action for action in bar.actions() if action.isVisible()]
        bar.insertMenu(entries[-1], _menu) if entries else bar.addMenu(_menu)
    own.setVisible(True)
