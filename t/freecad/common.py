"""What the tests in plain Python share: clients of the stack's users, a new item, waiting."""

import os
import socket
import tempfile
import time
import unittest

from silo_client import Client

URL = os.environ["SILO_URL"]


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


def silent_server(test):
    """The address of a server that takes connections and never answers."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    test.addCleanup(listener.close)
    return "http://127.0.0.1:%d" % listener.getsockname()[1]
