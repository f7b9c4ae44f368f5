"""The event stream in a thread of its own: reconnects with back-off, resumes where it was."""

import json
import random
import threading

from . import errors


class EventStream:
    """Calls `on_event(type, data)` and `on_state(connected, reason)` from its thread, never from yours.

    A heartbeat comes every 30 s; a stream silent for `silence` seconds is taken for dead."""

    def __init__(self, client, on_event, on_state=lambda connected, reason: None, silence=75):
        self._client = client
        self._on_event = on_event
        self._on_state = on_state
        self._silence = silence
        self._stop = threading.Event()
        self._connection = None
        self.last_id = None
        self._retry = 2.0
        self._thread = threading.Thread(target=self._run, name="silo-events", daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        """Returns at once; no call comes after the thread has noticed."""
        self._stop.set()
        connection = self._connection
        if connection and connection.sock:
            try:
                connection.sock.shutdown(2)
            except OSError:
                pass

    def _run(self):
        wait = 0.5
        while not self._stop.is_set():
            try:
                self._read()
                wait, reason = 0.5, "ended"
            except errors.NotSignedIn as fault:
                self._on_state(False, str(fault))
                return
            except Exception as fault:  # whatever the network does, the thread goes on
                reason = str(fault)
            if self._stop.is_set():
                return
            self._on_state(False, reason)
            self._stop.wait(wait + random.random())
            wait = min(wait * 2, 30.0)

    def _read(self):
        headers = dict(self._client.headers(), Accept="text/event-stream")
        if self.last_id is not None:
            headers["Last-Event-ID"] = self.last_id
        connection = self._connection = self._client.connection(timeout=self._silence)
        try:
            connection.request("GET", self._client.path("/api/events"), headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                self._client.judge(response.status, response.read(65536))
            self._on_state(True, "")
            for name, data, number in parse(response, self._stop):
                if number:
                    self.last_id = number
                if name != "heartbeat":
                    self._on_event(name, data)
        finally:
            connection.close()


def parse(lines, stop=None, longest=1 << 20):
    """(type, data, id) of each event in an iterable of byte lines (WHATWG HTML, 9.2.6)."""
    name, data, number = "message", [], None
    for raw in iter(lambda: lines.readline(longest), b""):
        if stop and stop.is_set():
            return
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            if data:
                try:
                    value = json.loads("\n".join(data))
                except ValueError:
                    value = {}
                yield name, value if isinstance(value, dict) else {}, number
            name, data = "message", []
            continue
        field, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id" and "\0" not in value:
            number = value
