"""silo_client in plain Python against the real server."""

import io
import os
import socket
import tempfile
import threading
import time
import unittest

from silo_client import (Client, EventStream, LockedByOther, NotAllowed, NotFound, NotSignedIn, ServerAway,
                         StaleRevision, WorkingFolder)
from silo_client.client import Cancelled, filename_of
from silo_client.events import parse

URL = os.environ["SILO_URL"]


def client(name):
    return Client(URL, os.environ["TOKEN_" + name.upper()])


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.alice, self.bob = client("alice"), client("bob")
        self.pn = self.alice.call("POST", "/api/items", {"category": "PY"})["part_number"]
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "Half Hull.FCStd")
        self.write("one")

    def write(self, text):
        with open(self.path, "w") as file:
            file.write(text)

    def test_a_token_is_made_from_a_password(self):
        token = Client(URL).make_token("alice", "alice-secret-1", "FreeCAD on a test")
        self.assertEqual(Client(URL, token).me()["username"], "alice")
        with self.assertRaises(NotSignedIn):
            Client(URL).make_token("alice", "wrong-secret", "x")

    def test_locks_and_who_is_in_the_way(self):
        self.alice.lock(self.pn, "why", 600, "cad-1")
        with self.assertRaises(LockedByOther) as refused:
            self.bob.lock(self.pn)
        self.assertEqual(refused.exception.lock["locked_by"], "alice")
        self.assertIn("locked by alice since", str(refused.exception))
        with self.assertRaises(NotAllowed):
            self.bob.unlock(self.pn)
        self.assertEqual(self.bob.ask(self.pn, "please")["locked_by"], "alice")
        self.alice.unlock(self.pn)
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_all_or_nothing(self):
        other = self.alice.call("POST", "/api/items", {"category": "PY"})["part_number"]
        self.bob.lock(other)
        with self.assertRaises(LockedByOther) as refused:
            self.alice.lock_all([self.pn, other])
        self.assertEqual(len(refused.exception.locks), 1)
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_upload_download_and_a_stale_base(self):
        seen = []
        revision = self.alice.upload(self.pn, self.path, "first", 0, progress=lambda done, whole: seen.append(done))
        self.assertEqual((revision["revision_number"], seen[-1]), (1, 3))
        with self.assertRaises(StaleRevision) as refused:
            self.write("two")
            self.bob.upload(self.pn, self.path, "stale", 0)
        self.assertEqual(refused.exception.revision["revision_number"], 1)
        target = io.BytesIO()
        self.assertEqual(self.alice.download(self.pn, target)[::2], (1, "Half Hull.FCStd"))
        self.assertEqual(target.getvalue(), b"one")

    def test_a_cancelled_upload_stores_nothing(self):
        self.write("x" * 3000000)
        with self.assertRaises(Cancelled):
            self.alice.upload(self.pn, self.path, progress=lambda done, whole: False)
        self.assertEqual(self.alice.item(self.pn)["current_revision"], 0)

    def test_the_working_folder_keeps_what_differs(self):
        self.alice.upload(self.pn, self.path, "first", 0)
        folder = WorkingFolder(os.path.join(self.folder.name, "work"))
        path = folder.fetch(self.alice, self.alice.item(self.pn), False)
        self.assertFalse(os.stat(path).st_mode & 0o222)
        self.assertEqual(folder.entry(path)["revision"], 1)
        folder.note(path, URL, kept_by_others="yes")
        os.chmod(path, 0o644)
        with open(path, "w") as file:
            file.write("mine")
        self.assertTrue(folder.is_modified(path))
        folder.fetch(self.alice, self.alice.item(self.pn), True)
        backups = os.listdir(os.path.join(folder.root, ".silo", "backup"))
        self.assertEqual(len(backups), 1)
        self.assertEqual(folder.entry(path)["kept_by_others"], "yes")

    def test_events_are_told_and_resumed(self):
        seen, connected = [], threading.Event()
        stream = EventStream(self.alice, lambda name, data: seen.append((name, data)),
                             lambda state, reason: connected.set())
        stream.start()
        self.assertTrue(connected.wait(10))
        self.alice.lock(self.pn)
        until = time.time() + 5
        while time.time() < until and not any(d.get("part_number") == self.pn and n == "item.locked" for n, d in seen):
            time.sleep(0.02)
        self.assertTrue(any(d.get("part_number") == self.pn for n, d in seen))
        stream.stop()

    def test_a_server_that_never_answers_is_away_in_time(self):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        began = time.time()
        with self.assertRaises(ServerAway):
            Client("http://127.0.0.1:%d" % listener.getsockname()[1], "silo_x", timeout=1).me()
        self.assertLess(time.time() - began, 10)
        listener.close()

    def test_names_and_nonsense(self):
        with self.assertRaises(NotFound):
            self.alice.item("no-such-item")
        self.assertEqual(filename_of("attachment; filename=\"x\"; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd"), "passwd")
        self.assertEqual(filename_of('attachment; filename=".."'), "")
        self.assertEqual(filename_of('attachment; filename=".silo"'), "")
        events = list(parse(io.BytesIO(b": note\r\nid: 7\nevent: x\ndata: {\"a\":\ndata: 1}\n\ndata: nonsense\n\n")))
        self.assertEqual(events, [("x", {"a": 1}, "7"), ("message", {}, "7")])


if __name__ == "__main__":
    unittest.main(verbosity=1)
