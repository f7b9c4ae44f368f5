"""My leases: renews them while their documents are open, and reports their end at once, whether the server says so,
the clock does, or it happened while there was no connection."""

import FreeCAD

from silo_client import LockedByOther, OtherLease, errors

from . import checkin, checkout, dialogs, documents, locking, session, tasks
from .guard import guard
from .live import live
from .qt import QtCore

TICK_MS = 10 * 1000
TAKEN = "has ended, and %s holds it now."
KEPT = "\n\nCheck out again before you go on. Your file is unchanged; if somebody has checked in meanwhile, Silo " \
    "refuses your check-in and nothing is lost."
FREED = {"committed": "%s has checked it in", "forced": "%s has force-released it", "released": "%s has released it"}


def how_it_ended(data):
    """Why, by whom and when a lock of mine ended, in words, from its `item.unlocked`."""
    at = " at %s" % errors.local_time(data["at"]) if data.get("at") else ""
    if data.get("reason") == "forced":
        note = ": " + data["note"] if data.get("note") else "."
        return "was force-released by %s%s%s" % (data.get("by"), at, note)
    if data.get("reason") == "archived":
        return "ended%s: %s archived the item." % (at, data.get("by"))
    return "%s%s." % ("expired" if data.get("reason") == "expired" else "ended", at)


def how_it_became_free(data):
    """The same of anyone's lock."""
    if data.get("reason") == "expired":
        return "its lease has expired"
    return FREED.get(data.get("reason"), "%s has released it") % data.get("by")


class Leases(QtCore.QObject):
    def __init__(self):
        super().__init__()
        self._mine = {}         # part number in lower case → my lock of an open document, as last known
        self._renewing = set()
        self._asked_by_me = set()
        live().told.connect(self._told)
        live().changed.connect(self.look)
        live().reloaded.connect(self._reloaded)
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(TICK_MS)

    @staticmethod
    def _open():
        """(part number, index entry) of each open document that is checked out here."""
        for document in list(FreeCAD.listDocuments().values()):
            entry = documents.entry_of(document)
            if entry and entry.get("checked_out"):
                yield entry["part_number"], entry

    def look(self):
        """Notes what is mine, renews leases that are half over, and reports those that the clock has ended."""
        is_open = {number.lower() for number, _ in self._open()}
        for key in list(self._mine):
            if key not in is_open:
                del self._mine[key]    # closed: its lease may end
            elif errors.seconds_left(self._mine[key]["expires_at"], session.now()) <= 0:
                self._lost(key, "expired.")
        for number, _ in self._open():
            lock = live().mine(number)
            if lock:
                self._mine[number.lower()] = lock
                if errors.seconds_left(lock["expires_at"], session.now()) < session.lease_length() / 2:
                    self.renew(number)

    def renew(self, number):
        """The server answers with the new lease; a refusal is the end of the old one."""
        client, lease, key = session.client(), session.lease_seconds(), number.lower()
        if client is None or key in self._renewing or key in checkin.under_way:
            return
        self._renewing.add(key)

        def renewed(lock):
            self._renewing.discard(key)
            if key in self._mine:
                self._mine[key] = lock
                live().note(lock)

        def failed(error):
            self._renewing.discard(key)
            lock = getattr(error, "lock", None)
            if isinstance(error, (LockedByOther, OtherLease)) and lock:
                live().note(lock)
                if lock.get("locked_by") != session.user():
                    self._lost(key, TAKEN % lock.get("locked_by"))
            elif isinstance(error, OtherLease):
                self._lost(key, "ended.")
            # After anything else the next tick tries again.

        def work(job):
            # Never take a new lock: since the old one ended, somebody else may have checked in.
            lock = job.client.lock_of(number)
            if not lock or lock["locked_by"] != session.user():
                raise LockedByOther({"lock": lock}) if lock else errors.NotFound(number)
            return job.client.lock(number, expires_in=lease, lease_id=lock.get("lease_id"))
        tasks.Task(client, work, renewed, failed)

    def _lost(self, key, how):
        """Once for each lease."""
        lock = self._mine.pop(key, None)
        if lock:
            number = lock["part_number"]
            guard().warn_again(number)
            guard().say("Your lock on %s %s%s" % (number, how, KEPT), number,
                        [("Check out again", lambda: checkout.check_out([number]))])

    def _reloaded(self):
        """The connection is back: a lock of mine that isn't in the table has ended."""
        for key in list(self._mine):
            lock = live().lock_of(key)
            if lock is None:
                self._gone(key)
            elif lock["locked_by"] != session.user():
                self._lost(key, TAKEN % lock["locked_by"])

    def _gone(self, key):
        """It ended while there was no connection: the item's history says how."""
        number = self._mine[key]["part_number"]
        tasks.Task(session.client(), lambda job: job.client.end_of_lock(number, session.user()),
                   lambda data: self._lost(key, how_it_ended(data)), lambda error: self._lost(key, "ended."))

    def _told(self, name, data):
        """An event about an item of mine, or of an open document."""
        number, me = str(data.get("part_number", "")), session.user()
        mine = data.get("locked_by") == me
        if name == "item.unlocked" and mine:
            self._ended(number, data)
        elif name == "item.locked" and not mine and number.lower() in self._mine:
            self._lost(number.lower(), TAKEN % data.get("locked_by"))
        elif name == "item.locked" and mine and not data.get("renewed"):
            self._asked_by_me.discard(number.lower())
        elif name == "lock.requested" and data.get("by") == me:
            self._asked_by_me.add(number.lower())
        elif name == "lock.requested" and mine:
            guard().say("%s asks you to release %s.%s" % (
                data.get("by"), number, "\n\n“%s”" % data["message"] if data.get("message") else ""), number)
        elif name == "lock.expiring" and mine and number.lower() not in self._mine:
            guard().say("Your lock on %s expires at %s." % (number, errors.local_time(data.get("expires_at"))), number,
                        [("Renew", lambda: locking.lock(number))])
        elif name in ("item.unlocked", "revision.created"):
            self._others(name, number, data)

    def _ended(self, number, data):
        if data.get("reason") in ("expired", "forced", "archived"):
            self._lost(number.lower(), how_it_ended(data))
        else:
            self._mine.pop(number.lower(), None)

    def _others(self, name, number, data):
        document = documents.open_of(number) if number else None
        asked = number.lower() in self._asked_by_me
        if name == "item.unlocked" and (document or asked):
            self._asked_by_me.discard(number.lower())
            if data.get("reason") == "archived":
                guard().say("%s has archived %s." % (data.get("by"), number), number)
            else:
                guard().say("%s is free now: %s." % (number, how_it_became_free(data)), number,
                            [("Check out", lambda: checkout.check_out([number]))])
        elif name == "revision.created" and document and data.get("by") != session.user():
            dialogs.status("%s has checked in revision %s of %s" % (
                data.get("by"), data.get("revision_number"), number))


_leases = None


def leases():
    """The one of this FreeCAD."""
    global _leases
    if _leases is None:
        _leases = Leases()
    return _leases
