"""The index of the working folder, beside the real `silo` command line in the same folder."""

import json
import os
import threading
import unittest
import zipfile

from common import URL, FolderTest, client
from silo_client import FolderProblem, flows


class Index(FolderTest):
    def test_the_command_line_carries_on_where_freecad_stopped_and_back(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.assertIn("Half Hull.FCStd", self.silo("status").stdout)
        self.silo("commit", "-m", "from the terminal")
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)
        self.silo("checkout", self.pn)
        self.change(got.path, "three")
        self.assertEqual(self.check_in(got.path)["revision_number"], 3)
        self.assertEqual(json.loads(self.silo("status", "--json").stdout)["files"][0]["revision"], 3)

    def test_both_write_the_index_at_once_and_nothing_is_lost(self):
        numbers = [self.new_item("text %d" % number, "p%d.FCStd" % number) for number in range(12)]
        faults = []

        def terminal():
            for number in numbers[:6]:
                faults.append(self.silo("checkout", number, check=False).stderr)
        thread = threading.Thread(target=terminal)
        thread.start()
        for number in numbers[6:]:
            self.check_out(number)
        thread.join()
        self.assertEqual("".join(faults), "")
        self.assertEqual(sorted(entry["part_number"] for entry in self.folder.files().values()), sorted(numbers))
        self.assertEqual([name for name in os.listdir(self.folder.inner()) if name.startswith("index.json.")],
                         ["index.json.last"])
        self.assertEqual(os.stat(self.folder.inner("index.json")).st_mode & 0o777, 0o644)

    def test_freecad_waits_for_the_lock_of_the_index(self):
        import fcntl
        self.check_out()
        noted = threading.Event()
        with open(self.folder.inner("lock"), "a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            thread = threading.Thread(target=lambda: (self.folder.note(
                os.path.join(self.root, "Half Hull.FCStd"), URL, mine="yes"), noted.set()))
            thread.start()
            self.assertFalse(noted.wait(0.3))
        self.assertTrue(noted.wait(60))

    def test_a_folder_of_another_server_is_left_alone(self):
        self.check_out()
        elsewhere = client("alice")
        elsewhere.url = "http://elsewhere.example"
        for step in (lambda: flows.check_out(elsewhere, self.folder, [self.pn], "alice"),
                     lambda: flows.look(elsewhere, self.folder, self.pn),
                     lambda: self.folder.note(os.path.join(self.root, "x"), elsewhere.url, revision=1)):
            self.assertRaises(FolderProblem, step)
        self.assertEqual(self.folder.server(), URL)

    DAMAGES = ("", "{", "[]", "\x00" * 300, '{"files": 1}', '{"version": 1, "files": {"../x": {"part_number": "a"}}}',
               '{"version": 1, "files": {"x": {}}}', '[' * 100000)

    def damage(self, text):
        with open(self.folder.inner("index.json"), "w", encoding="utf-8") as file:
            file.write(text)

    def test_an_index_of_a_newer_version_is_reported_and_not_replaced(self):
        os.makedirs(self.folder.inner())
        self.damage('{"version": 2, "files": {}}')
        with self.assertRaises(FolderProblem):
            self.check_out()
        self.assertEqual(self.read(self.folder.inner("index.json")), '{"version": 2, "files": {}}')
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_a_damaged_index_is_rebuilt_from_the_last_good_one(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        before = self.folder.files()
        for text in self.DAMAGES:
            self.damage(text)
            self.assertTrue(self.folder.is_damaged(), text[:40])
            flows.ready(self.alice, self.folder, "alice")
            self.assertEqual(self.folder.files(), before, text[:40])
            self.assertIn("rebuilt it: 1 file found", self.folder.rebuilt.pop())
        kept = [name for name in os.listdir(self.folder.inner("backup")) if name.endswith("-index.json")]
        self.assertEqual(len(kept), len(self.DAMAGES))
        self.damage("{")
        self.assertEqual(self.check_in(got.path)["revision_number"], 2)
        self.assertIn("Half Hull.FCStd", self.silo("status").stdout)

    def test_command_line_and_addon_can_use_each_others_rebuilt_index(self):
        [got] = self.check_out()
        before = self.folder.files()
        self.damage("{")
        self.silo("status")
        self.assertEqual(self.folder.files(), before)
        os.unlink(self.folder.inner("index.json"))
        self.assertTrue(self.folder.is_damaged())
        flows.ready(self.alice, self.folder, "alice")
        self.assertEqual(self.folder.files(), before)
        self.assertIn("Half Hull.FCStd", self.silo("status").stdout)
        # A torn text and no copy: its part numbers are still there to ask about.
        self.change(got.path, "two")
        self.check_in(got.path)
        text = self.read(self.folder.inner("index.json"))
        self.damage(text[:-9])
        os.unlink(self.folder.inner("index.json.last"))
        flows.ready(self.alice, self.folder, "alice")
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)

    def test_without_a_last_good_index_the_content_tells_the_revision(self):
        [got] = self.check_out()
        self.change(got.path, "only of " + self.pn)
        self.check_in(got.path, keep=True)
        before = self.folder.entry(got.path)
        marked = os.path.join(self.root, "marked.FCStd")
        with zipfile.ZipFile(marked, "w") as inside:
            inside.writestr("Document.xml", '<Property name="SiloPartNumber" type="App::PropertyString">\n'
                            '<String value="%s"/></Property>' % (number := self.new_item()))
        self.alice.upload(number, marked, "first", 0)
        os.chmod(marked, 0o444)
        stranger = os.path.join(self.root, "stranger.FCStd")
        with open(stranger, "w", encoding="utf-8") as file:
            file.write("nobody's")
        self.damage("{")
        os.unlink(self.folder.inner("index.json.last"))
        flows.ready(self.alice, self.folder, "alice")
        self.assertEqual(self.folder.entry(got.path), before)
        self.assertEqual({key: self.folder.entry(marked)[key] for key in ("part_number", "revision", "checked_out")},
                         {"part_number": number, "revision": 1, "checked_out": False})
        self.assertEqual((self.folder.entry(stranger), self.read(stranger)), (None, "nobody's"))
        self.assertIn("stranger.FCStd", self.folder.rebuilt[0])
        self.silo("status")

    def test_an_older_last_good_index_is_updated_to_what_is_on_disk(self):
        [got] = self.check_out()
        old = self.read(self.folder.inner("index.json.last"))
        self.change(got.path, "two")
        self.check_in(got.path)
        with open(self.folder.inner("index.json.last"), "w", encoding="utf-8") as file:
            file.write(old)
        self.damage("{")
        flows.ready(self.alice, self.folder, "alice")
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)
        self.folder.note(got.path, URL, sha256="12 34")    # one entry alone
        with self.assertRaises(FolderProblem):
            self.check_in(got.path)

    def test_the_index_of_another_server_is_not_rebuilt_here(self):
        self.check_out()
        self.damage("{")
        elsewhere = client("alice")
        elsewhere.url = "http://elsewhere.example"
        with self.assertRaises(FolderProblem):
            flows.ready(elsewhere, self.folder, "alice")
        self.assertTrue(self.folder.is_damaged())

    def test_members_of_others_are_kept(self):
        [got] = self.check_out()
        self.folder.note(got.path, URL, kept_by_others="yes")
        self.check_out()
        self.assertEqual(self.folder.entry(got.path)["kept_by_others"], "yes")


if __name__ == "__main__":
    unittest.main(verbosity=1)
