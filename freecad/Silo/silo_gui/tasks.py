"""Work that waits for the network runs in a thread; its answer arrives in the GUI's thread.  Nothing
else in the addon may call silo_client from the GUI's thread."""

import threading

from silo_client import ServerAway, SiloError

from .qt import QtCore, Signal

_running = set()


class Task(QtCore.QObject):
    """`work(progress)` runs in a thread; then `done(result)` or `failed(error)` in the GUI's."""

    finished = Signal(object, object)
    progressed = Signal(int, int)

    def __init__(self, work, done=None, failed=None, progress=None):
        super().__init__()
        self._work, self._done, self._failed = work, done, failed
        self._cancelled = threading.Event()
        self.finished.connect(self._deliver)
        if progress:
            self.progressed.connect(progress)
        _running.add(self)
        threading.Thread(target=self._run, name="silo-task", daemon=True).start()

    def cancel(self):
        """The work stops at its next report of progress."""
        self._cancelled.set()

    def _report(self, done, whole):
        # In kibibytes: a signal's int has 32 bits.
        self.progressed.emit(done // 1024, max(1, whole // 1024))
        return not self._cancelled.is_set()

    def _run(self):
        try:
            result, error = self._work(self._report), None
        except SiloError as fault:
            result, error = None, fault
        except Exception as fault:  # a thread that dies silently would leave a window waiting for ever
            result, error = None, ServerAway("%s: %s" % (type(fault).__name__, fault))
        self.finished.emit(result, error)

    def _deliver(self, result, error):
        _running.discard(self)
        if error is None:
            if self._done:
                self._done(result)
        elif self._failed:
            self._failed(error)


def busy():
    """How many tasks are under way."""
    return len(_running)
