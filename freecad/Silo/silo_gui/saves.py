"""What FreeCAD does with a file while it saves: announced, confirmed, or neither.  A save may be announced and
then refused (1.1: the file is read-only) or broken off (no room), and nobody tells; so nothing here is believed
before slotFinishSaveDocument has come.  Knows no lock and asks nobody."""

import os
import re
import shutil
import uuid
import zipfile

import FreeCAD

from silo_client import place

from . import session

ours = set()        # names of documents that a command of ours saves: the guard lets these through
_announced = {}     # document name → Announced, until it is confirmed or found to be stale
_of_freecad = re.compile(r"\.[0-9a-f-]{36}")
_confirmed = {}     # document name → the path that FreeCAD has confirmed last


class Announced:
    """A save that has begun.  `kept`: where the item's file lies meanwhile, for one that must come back."""

    def __init__(self, path, answer=None, target=None):
        self.path, self.answer, self.target, self.kept = path, answer, target, None
        self.was_writable = place.is_writable(path)


def is_whole(path):
    """A save without room may end like a good one; then the list at the end of the zip is missing."""
    try:
        with zipfile.ZipFile(path) as inside:
            return "Document.xml" in inside.namelist()
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def announce(document, path, answer=None, target=None, put_back=False):
    """FreeCAD is about to write `path`.  It can't be stopped here: with `put_back` what it replaces is set
    aside.  From here to the end the file is writable, or FreeCAD 1.1 would refuse."""
    save = Announced(path, answer, target)
    if put_back:
        save.kept = _set_aside(path)
    _announced[document.Name] = save
    if os.path.exists(path):
        place.set_writable(path, True)


def _set_aside(path):
    kept = session.folder_of(path).inner("incoming-" + uuid.uuid4().hex)
    try:
        shutil.copy2(path, kept)
    except OSError:
        if os.path.exists(kept):
            os.unlink(kept)
        os.replace(path, kept)    # needs no room; FreeCAD writes a new file
    return kept


def finish(document, path):
    """FreeCAD has saved: the announcement, or None if there was none."""
    save = _announced.pop(document.Name, None)
    _confirmed[document.Name] = os.path.abspath(path)
    return save


def begin(name):
    """Whatever was announced before for this document never came to its end."""
    try:
        settle(name)
    except OSError as fault:    # what was set aside stays where it is
        FreeCAD.Console.PrintError("Silo: %s\n" % fault)
    _confirmed.pop(name, None)


def is_announced(name):
    return name in _announced


def confirmed(name):
    """Where the last save went that was announced and confirmed, or None.  A question of FreeCAD's may have
    led it elsewhere."""
    return _confirmed.get(name)


def is_writing():
    """FreeCAD writes beside the file (NAME.UUID) first; while that is there, it is at it."""
    for save in _announced.values():
        folder, name = os.path.split(save.path)
        beside = os.listdir(folder) if os.path.isdir(folder) else []
        if any(each.startswith(name) and _of_freecad.fullmatch(each[len(name):]) for each in beside):
            return True
    return False


def settle(name):
    """Drops an announcement that was never confirmed; what was set aside goes back, unless it is there
    still."""
    save = _announced.pop(name, None)
    if save is None:
        return
    if save.kept and os.path.exists(save.kept):
        _bring_home(save)
    elif os.path.exists(save.path) and not save.was_writable:
        place.set_writable(save.path, False)


def _bring_home(save):
    if os.path.lexists(save.path) and place.digest_of(save.path) == place.digest_of(save.kept):
        os.unlink(save.kept)
        place.set_writable(save.path, save.was_writable)
        return
    if os.path.lexists(save.path):
        # Broken off while it was written: what came of it is kept too.
        os.replace(save.path, place.backup_name(session.folder_of(save.path), os.path.basename(save.path)))
    os.replace(save.kept, save.path)


def settle_all():
    """At the end of FreeCAD, and whenever no save can be under way."""
    for name in list(_announced):
        begin(name)
