"""The event stream, read in its own thread: reconnects with back-off and resumes where it left off.  Knows no event's
meaning."""

import json
import random
import threading

from . import errors
from .wire import Cancellation, judge

LINE_MOST = 1 << 20    # bytes
SILENT_BEATS = 2.5     # a stream that has missed as many heartbeats is dead


class EventStream:
    """Calls `on_event(type, data)` and `on_state(connected, reason)` from its thread, never from yours.

    Reconnects when nothing has come for a few of the server's heartbeats."""

    def __init__(self, client, on_event, on_state=lambda connected, reason: None):
        self._cancellation = Cancellation()
        self._client = client.bound(self._cancellation)
        self._on_event = on_event
        self._on_state = on_state
        self._stop = threading.Event()
        self._wait = 0.5
        self.last_id = None
        self._thread = threading.Thread(target=self._run, name="silo-events", daemon=True)

    def start(self):
        self._thread.start()

    def stop(self, wait=0):
        """Returns at once; with `wait`, when the thread has ended or that many seconds have passed."""
        self._stop.set()
        self._cancellation.cancel()
        if wait and self._thread.is_alive():
            self._thread.join(wait)

    def _run(self):
        while not self._stop.is_set():
            reason = "the server ended the stream"
            try:
                self._read()
            except errors.NotSignedIn as fault:
                if not self._stop.is_set():
                    self._on_state(False, str(fault))
                return
            except Exception as fault:  # whatever the network does, the thread keeps running
                reason = str(fault)
            if self._stop.is_set():
                return
            self._on_state(False, reason)
            self._stop.wait(self._wait + random.random())
            self._wait = min(self._wait * 2, 30.0)

    def _read(self):
        headers = dict(self._client.headers(), Accept="text/event-stream")
        if self.last_id is not None:
            headers["Last-Event-ID"] = self.last_id
        beat = self._client.fact("heartbeat_seconds") or self._client.timeout
        connection = self._client.connection()
        try:
            connection.request("GET", self._client.path("/api/events"), headers=headers)
            response = connection.getresponse()
            self._client.note_time(response)
            self._client.redirected("GET", self._client.url + "/", response)
            if response.status != 200:
                judge(response.status, response.read(65536))
            connection.kept_socket.settimeout(beat * SILENT_BEATS)
            self._wait = 0.5
            self._on_state(True, "")
            for name, data, number in parse(response, self._stop):
                if number:
                    self.last_id = number
                if name != "heartbeat":
                    self._on_event(name, data)
        finally:
            connection.close()


def parse(lines, stop=None):
    """(type, data, id) of each event in an iterable of byte lines (WHATWG HTML, 9.2.6)."""
    name, data, number = "message", [], None
    for raw in iter(lambda: lines.readline(LINE_MOST), b""):
        if stop and stop.is_set():
            return
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            if data:
                try:
                    value = json.loads("\n".join(data))
                except (ValueError, RecursionError):
                    value = {}
                yield name, value if isinstance(value, dict) else {}, number
            name, data = "message", []
            continue
        field, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "event":
            name = value
        elif field == "data" and sum(map(len, data)) < LINE_MOST:
            data.append(value)
        elif field == "id" and "\0" not in value:
            number = value
