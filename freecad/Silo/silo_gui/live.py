"""Live state: the locks that the addon knows of, by part number in lower case, and each event, handed over from the
stream's thread to the GUI's by a signal.  Shows nothing."""

from silo_client import EventStream
from silo_client.errors import seconds_left

from . import session, tasks
from .qt import QtCore, Signal


class Live(QtCore.QObject):
    changed = Signal()             # the table of locks has changed
    told = Signal(str, object)     # an event, in the GUI's thread
    reloaded = Signal()            # the whole table has been read again: events may have been missed
    connected = Signal(bool, str)
    _event = Signal(object, str, object)
    _state = Signal(object, bool, str)

    def __init__(self):
        super().__init__()
        self.locks = {}
        self.mode = "normal"       # the server's; "read-only" while it refuses writes
        self.is_connected = False
        self.reason = ""
        self.stream = None
        self._for = None
        self._since_reload = None  # events that came while the table was being read
        queued = QtCore.Qt.ConnectionType.QueuedConnection
        self._event.connect(self._take, queued)
        self._state.connect(self._take_state, queued)

    def start(self):
        """(Re)starts for the current server and sign-in; does nothing when that is already running."""
        client = session.client()
        if client is None:
            if self._for is not None:
                self.stop()
                self._forget("signed out")
            return
        if client is self._for:
            return
        self.stop()
        self._forget("connecting…")
        self._for = client
        run = []    # the stream, so that what an older one still says can be told apart
        self.stream = EventStream(client, lambda name, data: self._event.emit(run, name, data),
                                  lambda state, reason: self._state.emit(run, state, reason))
        run.append(self.stream)
        self.stream.start()

    def stop(self, wait=0):
        if self.stream:
            self.stream.stop(wait)
        self.stream = self._for = None

    def _forget(self, reason):
        self.locks, self._since_reload = {}, None
        self.is_connected, self.reason = False, reason
        self.connected.emit(False, reason)
        self.changed.emit()

    def reload(self):
        client = session.client()
        if client:
            if self._since_reload is None:
                self._since_reload = []

            def work(job):
                name = session.learn(job.client)
                return name, job.client.locks()
            tasks.Task(client, work, lambda answer: client is self._for and self._take_locks(answer[1]),
                       lambda error: None)

    def lock_of(self, part_number):
        """The live lock, as far as the addon knows, or None."""
        lock = self.locks.get(part_number.lower())
        return lock if lock and seconds_left(lock["expires_at"], session.now()) > 0 else None

    def mine(self, part_number):
        lock = self.lock_of(part_number)
        return lock if lock and lock["locked_by"] == session.user() else None

    def others(self, part_number):
        """Somebody else's lock, or None."""
        lock = self.lock_of(part_number)
        return lock if lock and session.user() and lock["locked_by"] != session.user() else None

    def note(self, lock):
        """Takes in a lock from an answer, ahead of its event."""
        self.locks[lock["part_number"].lower()] = lock
        self.changed.emit()

    def _take_locks(self, locks):
        self.locks = {lock["part_number"].lower(): lock for lock in locks}
        # Events that came while the table was on its way are newer than the table, or in it already.
        since, self._since_reload = self._since_reload or [], None
        for name, data in since:
            self._apply(name, data)
        self.reloaded.emit()
        self.changed.emit()

    def _take_state(self, run, connected, reason):
        if run[0] is not self.stream:
            return
        self.is_connected, self.reason = connected, reason
        if connected:
            self.reload()
        self.connected.emit(connected, reason)

    def _apply(self, name, data):
        key = str(data.get("part_number", "")).lower()
        if name == "item.locked":
            self.locks[key] = data
        elif name == "item.unlocked":
            self.locks.pop(key, None)

    def _take(self, run, name, data):
        if run[0] is not self.stream:
            return
        if name == "server.state":
            self.mode = str(data.get("mode", "normal"))
            self.connected.emit(self.is_connected, self.reason)
        elif name == "feed.reset":
            self.reload()
        self._apply(name, data)
        if self._since_reload is not None:
            self._since_reload.append((name, data))
        self.told.emit(name, data)
        self.changed.emit()


_live = None


def live():
    """The one Live of this FreeCAD."""
    global _live
    if _live is None:
        _live = Live()
    return _live
