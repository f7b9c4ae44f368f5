"""Follows FreeCAD's saves, each announced and then confirmed, or not.  FreeCAD may announce a save and then refuse it
(1.1: the file is read-only) or break it off (no room) without another word, so a save counts only once
slotFinishSaveDocument has confirmed it.  Knows no locks and asks no questions."""

import os
import re
import shutil
import uuid
import zipfile

import FreeCAD

from silo_client import errors, place

from . import session
from .qt import QtCore

ours = set()        # names of documents that our own commands are saving: the guard lets these through
_announced = {}     # document name → Announced, until it is confirmed or dropped
_of_freecad = re.compile(r"\.[0-9a-f-]{36}")
_confirmed = {}     # document name → the path that FreeCAD confirmed last


class Announced:
    """A save that has begun.  `kept`: where the item's file is set aside, if it must come back."""

    def __init__(self, path, answer=None, target=None):
        self.path, self.answer, self.target, self.kept = path, answer, target, None
        self.was_writable = place.is_writable(path)


def is_whole(path):
    """Without room a save may seem to succeed; then the list at the end of the zip is missing."""
    try:
        with zipfile.ZipFile(path) as inside:
            return "Document.xml" in inside.namelist()
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def announce(document, path, answer=None, target=None, put_back=False):
    """FreeCAD is about to write `path`, and can't be stopped here: with `put_back`, sets aside what it will
    replace.  Until the end the file is writable, or FreeCAD 1.1 would refuse."""
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
        os.replace(path, kept)    # needs no room; FreeCAD will write a new file
    return kept


def finish(document, path):
    """FreeCAD has saved: the announcement, or None if there was none."""
    save = _announced.pop(document.Name, None)
    _confirmed[document.Name] = os.path.abspath(path)
    return save


def begin(name):
    """Drops an earlier announcement for this document, which was never confirmed."""
    try:
        settle(name)
    except OSError as fault:    # what was set aside stays there
        FreeCAD.Console.PrintError("Silo: %s\n" % fault)
    _confirmed.pop(name, None)


def is_announced(name):
    return name in _announced


def confirmed(name):
    """The path of the last confirmed save, or None.  FreeCAD may have asked its user and saved elsewhere."""
    return _confirmed.get(name)


def is_writing():
    """FreeCAD first writes to NAME.UUID beside the file; while that exists, it is busy."""
    for save in _announced.values():
        folder, name = os.path.split(save.path)
        beside = os.listdir(folder) if os.path.isdir(folder) else []
        if any(each.startswith(name) and _of_freecad.fullmatch(each[len(name):]) for each in beside):
            return True
    return False


def settle(name):
    """Drops an announcement that was never confirmed, and puts back what was set aside."""
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
        # Broken off in the middle of writing: keep what is there, too.
        os.replace(save.path, place.backup_name(session.folder_of(save.path), os.path.basename(save.path)))
    os.replace(save.kept, save.path)


def settle_all():
    """For when FreeCAD closes, and whenever no save can be running."""
    for name in list(_announced):
        begin(name)


# -- our own saves -----------------------------------------------------------------------------------

def is_modified(document):
    """True when there are changes that aren't on disk yet."""
    import FreeCADGui
    view = FreeCADGui.getDocument(document.Name)
    return bool(view is not None and view.Modified)


def set_modified(document):
    """Tells FreeCAD that there are changes to save."""
    import FreeCADGui
    view = FreeCADGui.getDocument(document.Name)
    try:
        view.Modified = True
    except AttributeError:    # 0.20, where setting any property does
        document.Comment = document.Comment


class NotSaved(errors.SiloError):
    """FreeCAD didn't confirm a save: it failed, or its user answered no when FreeCAD asked."""

    def __init__(self, path, why=""):
        super().__init__("FreeCAD didn't save %s%s. Nothing was sent, and you still hold the lock." % (
            os.path.basename(path), ": " + why if why else ""))


def save(document):
    """Saves, or raises NotSaved.  Turns on FreeCAD's preference for thumbnails during this save."""
    preferences = FreeCAD.ParamGet("User parameter:BaseApp/Preferences/Document")
    before = preferences.GetBool("SaveThumbnail", False)
    preferences.SetBool("SaveThumbnail", True)
    path = os.path.abspath(document.FileName)
    begin(document.Name)
    ours.add(document.Name)
    try:
        _save_as_freecad_does(document)
    finally:
        ours.discard(document.Name)
        preferences.SetBool("SaveThumbnail", before)
    where = confirmed(document.Name)
    if where != path:
        settle(document.Name)
        raise NotSaved(path, "it is now %s" % where if where else "")
    if not is_whole(path):
        raise NotSaved(path, "the file is incomplete; is the disk full?")


def save_by_window(view):
    """As Ctrl+S in the document's own window."""
    view.sendMsgToViews("Save")


def _save_as_freecad_does(document):
    """Saves through the window, which then knows that nothing is unsaved, and asks FreeCAD's own questions (such
    as whether to rewrite a file from an older version).  It would ask about other changed documents too; if
    there are any, saves without the window."""
    import FreeCADGui
    view, asked = FreeCADGui.getDocument(document.Name), []
    others = [other for other in document.getDependentDocuments() if other.Name != document.Name]
    if view.activeView() is not None and not any(is_modified(other) for other in others):
        QtCore.QTimer.singleShot(0, lambda: asked.append(True))    # runs when a question is open
        save_by_window(view)
        if asked or confirmed(document.Name) or is_announced(document.Name):
            return
    try:
        document.save()
    except Exception as fault:
        raise NotSaved(document.FileName, str(fault)) from fault


def keep_copy(document):
    """Copies what is open, with what isn't saved yet, to .silo/backup; the path, or None when nothing is unsaved.
    NotSaved when the copy isn't whole: then the document must stay as it is."""
    if not is_modified(document):
        return None
    folder = session.folder_of(document.FileName)
    path = place.backup_name(folder, os.path.basename(document.FileName))
    # FreeCAD would add its ending if it were missing.
    path = path if path.lower().endswith(".fcstd") else path + ".FCStd"
    try:
        document.saveCopy(path)
    except Exception as fault:
        raise NotSaved(path, str(fault)) from fault
    if not is_whole(path):
        if os.path.exists(path):
            os.unlink(path)
        raise NotSaved(path, "the disk is full, or the file can't be written")
    return path
