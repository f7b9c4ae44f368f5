"""What the tests in plain Python share: clients for the stack's users, new items, waiting."""

import http.server
import os
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from silo_client import Client, WorkingFolder, flows

URL = os.environ["SILO_URL"]
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SILO = os.path.join(os.environ.get("SILO_BUILD", "."), "silo")


def client(name, **options):
    return Client(URL, os.environ["TOKEN_" + name.upper()], **options)


def until(condition, seconds=60):
    """Waits for a condition; its value, or a failed test."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain for %s" % condition)


class ServerTest(unittest.TestCase):
    def setUp(self):
        self.alice, self.bob = client("alice"), client("bob")
        self.pn = self.new_item()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = place.name
        before = os.environ.get("XDG_CONFIG_HOME")
        os.environ["XDG_CONFIG_HOME"] = os.path.join(place.name, "config")    # not the developer's own
        self.addCleanup(lambda: os.environ.pop("XDG_CONFIG_HOME") if before is None else os.environ.update(
            XDG_CONFIG_HOME=before))
        self.path = self.write("Half Hull.FCStd", "one")

    def new_item(self, text=None, name="part.FCStd"):
        number = self.alice.create_item(category="PY")["part_number"]
        if text is not None:
            path = self.write(name, text)
            self.alice.upload(number, path, "first", 0)
            os.unlink(path)
        return number

    def write(self, name, text):
        path = os.path.join(self.place, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def serve(self, handler, context=None):
        """A server of our own, for where the real one can't be made to misbehave; its address."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return "%s://localhost:%d" % ("https" if context else "http", server.server_address[1])


class FolderTest(ServerTest):
    """A working folder, an item with one revision, and the steps as alice takes them."""

    def setUp(self):
        super().setUp()
        self.root = os.path.join(self.place, "work")
        os.makedirs(self.root)
        self.folder = WorkingFolder(self.root)
        self.alice.upload(self.pn, self.path, "first", 0)
        os.unlink(self.path)

    def silo(self, *words, user="alice", check=True):
        token = os.environ["TOKEN_" + user.upper()]
        ran = subprocess.run([SILO, *words], cwd=self.root, text=True, capture_output=True,
                             env=dict(os.environ, SILO_API_URL=URL, SILO_API_TOKEN=token))
        if check:
            self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran

    def check_out(self, *numbers, **more):
        return flows.check_out(self.alice, self.folder, numbers or [self.pn], "alice", **more)

    def check_in(self, path, **more):
        return flows.check_in(self.alice, self.folder, path, "alice", **more)

    def others_revision(self, text="bob's"):
        """Bob checks in while nobody holds the lock."""
        other = self.write("other.FCStd", text)
        return self.bob.upload(self.pn, other, "bob was here", self.bob.item(self.pn)["current_revision"])

    def change(self, path, text):
        os.chmod(path, 0o644)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def silent_server(test):
    """The address of a server that takes connections and never answers."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    test.addCleanup(listener.close)
    return "http://127.0.0.1:%d" % listener.getsockname()[1]
