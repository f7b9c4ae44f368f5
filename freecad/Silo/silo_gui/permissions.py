"""Keeps each file's write permission in step with its lock: looks when the table of locks has been read again and
at each event about a lock, off the GUI's thread.  A file with changes keeps its permission."""

import FreeCAD

from silo_client import flows, place

from . import repair, session, tasks
from .live import live
from .qt import QtCore


class Permissions(QtCore.QObject):
    def __init__(self):
        super().__init__()
        self._task, self._again = None, set()
        live().reloaded.connect(lambda: self.look())
        live().told.connect(self._told)

    def _told(self, name, data):
        if name in ("item.locked", "item.unlocked", "item.deleted") and not data.get("renewed"):
            self.look(str(data.get("part_number", "")))

    def look(self, part_number=None):
        """At one item's file, or at all.  One task at a time: what comes meanwhile is looked at next."""
        if self._task:
            self._again.add(part_number)
        elif session.client():
            self._start(part_number)

    def _start(self, part_number):
        table = {key for key, lock in live().locks.items() if lock["locked_by"] == session.user()}
        folders = session.folders()

        def work(job):
            me = session.who(job.client)
            for folder in folders:
                flows.ready(job.client, folder, me)
                suspects = [entry["part_number"] for key, entry in folder.files().items()
                            if part_number is None or entry["part_number"].lower() == part_number.lower()
                            if is_suspect(folder.path(key), entry, entry["part_number"].lower() in table)]
                flows.follow_locks(job.client, folder, me, suspects)
        self._task = tasks.Task(session.client(), work, lambda _: self._next(), self._failed)

    def _failed(self, error):
        FreeCAD.Console.PrintLog("Silo: %s\n" % error)
        self._next()

    def _next(self):
        self._task = None
        repair.report()
        if self._again:
            part_number = None if None in self._again else self._again.pop()
            if part_number is None:
                self._again.clear()
            self.look(part_number)


def is_suspect(path, entry, mine):
    """True when the file's permission, or what the index says, doesn't match the table of locks."""
    try:
        writable = place.is_writable(path)
    except OSError:
        return False
    if mine:
        # A lock that another folder took doesn't matter here.
        return bool(entry.get("checked_out")) and not writable
    return writable or bool(entry.get("checked_out"))


_permissions = None


def permissions():
    """The one of this FreeCAD."""
    global _permissions
    if _permissions is None:
        _permissions = Permissions()
    return _permissions
