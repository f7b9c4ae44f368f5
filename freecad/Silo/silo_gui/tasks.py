"""Work that waits for the network runs in a thread; its result arrives in the GUI's thread.  All the addon's calls
to the server go through here: none may run in the GUI's thread."""

import threading
import traceback

from silo_client import Cancellation, SiloError

from .qt import QtCore, Signal

_running = set()
_ended = False    # FreeCAD is closing: nothing is started or delivered any more


class Task(QtCore.QObject):
    """Runs `work(job)` in a thread, then `done(result)` or `failed(error)` in the GUI's.  `job.client` is the
    client, which `cancel` can interrupt; `job.progress(done, whole)` reports bytes; `job.tell(x)` hands
    something to `told` before the end."""

    _finished = Signal(object, object)
    _progressed = Signal(int, int)
    _told = Signal(object)

    def __init__(self, client, work, done=None, failed=None, progress=None, told=None):
        super().__init__()
        self._cancellation = Cancellation()
        self.client = client.bound(self._cancellation) if client else None
        self._work, self._done, self._failed = work, done, failed
        queued = QtCore.Qt.ConnectionType.QueuedConnection
        self._finished.connect(self._deliver, queued)
        if progress:
            self._progressed.connect(progress, queued)
        if told:
            self._told.connect(told, queued)
        self._thread = threading.Thread(target=self._run, name="silo-task", daemon=True)
        if not _ended:
            _running.add(self)
            self._thread.start()

    def cancel(self):
        """Breaks the connection at once; the task fails with Cancelled, unless it has succeeded already."""
        self._cancellation.cancel()

    def progress(self, done, whole):
        # In kibibytes: a signal's int has 32 bits.
        if not _ended:
            self._progressed.emit(done // 1024, max(1, whole // 1024))
        return not self._cancellation.cancelled

    def tell(self, something):
        if not _ended:
            self._told.emit(something)

    def _run(self):
        try:
            result, error = self._work(self), None
        except SiloError as fault:
            result, error = None, fault
        except Exception as fault:  # a thread that dies silently would leave a window waiting forever
            traceback.print_exc()
            result, error = None, SiloError("Unexpected error (%s: %s). Nothing was lost; FreeCAD's report view has "
                                            "the details." % (type(fault).__name__, fault))
        if not _ended:
            self._finished.emit(result, error)

    def _deliver(self, result, error):
        _running.discard(self)
        if error is None:
            if self._done:
                self._done(result)
        elif self._failed:
            self._failed(error)


def busy():
    """How many tasks are running."""
    return len(_running)


def end(seconds=3.0):
    """FreeCAD is closing: breaks all connections and waits briefly for the threads."""
    global _ended
    _ended = True
    running = list(_running)
    for task in running:
        task.cancel()
    for task in running:
        task._thread.join(seconds / len(running))
    _running.clear()
