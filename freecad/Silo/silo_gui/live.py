"""Live state: the event stream's thread hands each event over to the GUI's thread by a signal; the
locks that the addon knows are kept here, by part number in lower case."""

from silo_client import EventStream
from silo_client.errors import seconds_left

from . import session, tasks
from .qt import QtCore, Signal


class Live(QtCore.QObject):
    changed = Signal()            # the table of locks is another
    told = Signal(str, object)    # an event, in the GUI's thread
    connected = Signal(bool, str)
    _event = Signal(str, object)
    _state = Signal(bool, str)

    def __init__(self):
        super().__init__()
        self.locks = {}
        self.is_connected = False
        self._stream = None
        self._for = None
        self._event.connect(self._take, QtCore.Qt.QueuedConnection)
        self._state.connect(self._take_state, QtCore.Qt.QueuedConnection)

    def start(self):
        """(Re)starts for the current server and sign-in; does nothing when that runs already."""
        client = session.client()
        if client is None or client is self._for:
            return
        self.stop()
        self._for = client
        tasks.Task(lambda progress: session.remember_user(), lambda user: self.changed.emit(), lambda error: None)
        self._stream = EventStream(client, self._event.emit, self._state.emit)
        self._stream.start()

    def stop(self):
        if self._stream:
            self._stream.stop()
        self._stream = self._for = None

    def reload(self):
        client = session.client()
        if client:
            tasks.Task(lambda progress: client.locks(), self._take_locks, lambda error: None)

    def lock_of(self, part_number):
        """The live lock as far as is known, or None."""
        lock = self.locks.get(part_number.lower())
        return lock if lock and seconds_left(lock["expires_at"]) > 0 else None

    def _take_locks(self, locks):
        self.locks = {lock["part_number"].lower(): lock for lock in locks}
        self.changed.emit()

    def _take_state(self, connected, reason):
        if connected and not self.is_connected:
            self.reload()
        self.is_connected = connected
        self.connected.emit(connected, reason)

    def _take(self, name, data):
        key = str(data.get("part_number", "")).lower()
        if name == "item.locked":
            self.locks[key] = data
        elif name == "item.unlocked":
            self.locks.pop(key, None)
        elif name == "feed.reset":
            self.reload()
        self.told.emit(name, data)
        self.changed.emit()


_live = None


def live():
    """The one Live of this FreeCAD."""
    global _live
    if _live is None:
        _live = Live()
    return _live
