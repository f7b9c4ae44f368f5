"""Check in and release in plain Python against the real server: what is sent, and which lock is released."""

import json
import os
import subprocess
import sys
import unittest

from common import URL, FolderTest, client
from silo_client import (FolderProblem, LocalChanges, LockedByOther, OtherLease, ServerAway,
                         StaleRevision, WorkingFolder, flows, place)


class CheckIn(FolderTest):
    def test_a_check_in_on_an_old_revision_is_refused_and_everything_kept(self):
        [got] = self.check_out()
        self.alice.release(self.pn)
        self.change(got.path, "mine")
        self.others_revision()
        with self.assertRaises(StaleRevision):
            self.check_in(got.path)
        self.assertEqual((self.read(got.path), self.folder.entry(got.path)["revision"]), ("mine", 1))
        self.assertNotIn("committing", self.folder.entry(got.path))
        self.bob.lock(self.pn)
        with self.assertRaises(LockedByOther):
            self.check_in(got.path)
        self.assertEqual(self.read(got.path), "mine")
        beside = flows.newest_beside(self.alice, self.folder, self.pn)
        self.assertEqual((os.path.basename(beside), self.read(beside)), ("Half Hull@2.FCStd", "bob's"))
        self.assertFalse(os.stat(beside).st_mode & 0o222)
        self.assertEqual(flows.newest_beside(self.alice, self.folder, self.pn), beside)

    def test_the_revision_that_was_loaded_counts_not_the_index(self):
        path = flows.look(self.alice, self.folder, self.pn)
        self.others_revision()
        self.silo("get")    # the command line updates the file under the open document
        self.assertEqual(self.folder.entry(path)["revision"], 2)
        self.check_out()
        self.change(path, "made from revision 1")
        with self.assertRaises(StaleRevision):
            self.check_in(path, base=1)
        self.assertEqual(self.alice.item(self.pn)["current_revision"], 2)

    def test_an_upload_with_an_unknown_outcome_is_not_sent_twice(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        real = self.alice._read

        def breaks(_response):
            raise OSError("the network is gone")
        self.alice._read = breaks
        with self.assertRaises(ServerAway):
            self.alice.upload(self.pn, got.path, "two", 1, digest=lambda digest: self.folder.note(
                got.path, URL, committing=digest))
        self.alice._read = real
        self.assertEqual(self.alice.item(self.pn)["current_revision"], 2)
        self.change(got.path, "three")
        self.assertEqual(self.check_in(got.path, base=1)["revision_number"], 3)
        self.assertNotIn("committing", self.folder.entry(got.path))

    def test_the_command_line_settles_what_freecad_began(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.folder.note(got.path, URL, committing=place.digest_of(got.path))
        self.alice.upload(self.pn, got.path, "two", 1)
        self.assertIn("revision 2", self.silo("commit", "-m", "again").stdout)
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)

    def test_a_copy_outside_is_not_checked_in(self):
        [got] = self.check_out()
        copy = self.write("copy.FCStd", self.read(got.path))
        with self.assertRaises(FolderProblem):
            self.check_in(copy)


class Unjudged(FolderTest):
    def unjudged(self, path):
        """(words, cause, remedy) of every way in which a file can't be judged."""
        aside = os.path.join(self.place, "aside")

        def away(make):
            return lambda: (os.rename(path, aside), make(), None)[-1]

        def back():
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.unlink(path)
            os.rename(aside, path)
        for how, make in (("is missing", lambda: None), ("isn't a plain file", lambda: os.mkdir(path)),
                          ("isn't a plain file", lambda: os.mkfifo(path)),
                          ("isn't a plain file", lambda: os.symlink(aside, path))):
            yield how, away(make), back
        sha256 = self.folder.entry(path)["sha256"]
        yield ("damaged", lambda: self.folder.note(path, URL, sha256="12 34"),
               lambda: self.folder.note(path, URL, sha256=sha256))

    def test_what_cant_be_judged_is_refused_and_the_lock_stays(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        for how, make, back in self.unjudged(got.path):
            make()
            with self.assertRaises(FolderProblem) as refused:
                self.check_in(got.path)
            self.assertIn(how, str(refused.exception))
            self.assertIn("you still hold the lock", str(refused.exception))
            with self.assertRaises(LocalChanges) as refused:
                flows.release(self.alice, self.folder, self.pn)
            self.assertIn("Silo can't tell", str(refused.exception))
            back()
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")
        self.assertEqual(self.check_in(got.path)["revision_number"], 2)

    def test_an_unreadable_file_is_named_and_the_lock_stays(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        os.chmod(got.path, 0)
        script = ("import sys; from common import URL, client; from silo_client import WorkingFolder, flows\n"
                  "try: flows.check_in(client('alice'), WorkingFolder(sys.argv[1]), sys.argv[2], 'alice')\n"
                  "except Exception as fault: print(type(fault).__name__, fault)")
        # Root may read everything, unless it gives that up.
        drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
        said = subprocess.run([*drop, sys.executable, "-c", script, self.root, got.path], text=True, check=True,
                              capture_output=True, env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))).stdout
        self.assertIn("FolderProblem Can't read %s: Permission denied" % got.path, said)
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")

    def test_unchanged_is_what_disk_index_and_server_agree_on(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.folder.note(got.path, URL, sha256=place.digest_of(got.path))    # an index that is wrong
        self.assertEqual(self.check_in(got.path)["revision_number"], 2)


class Release(FolderTest):
    def test_a_release_asks_first_when_there_are_changes(self):
        [got] = self.check_out()
        with self.assertRaises(LocalChanges):
            flows.release(self.alice, self.folder, self.pn, unsaved=True)
        self.change(got.path, "two")
        with self.assertRaises(LocalChanges):
            flows.release(self.alice, self.folder, self.pn)
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")
        flows.release(self.alice, self.folder, self.pn, force=True)
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual((self.read(got.path), os.stat(got.path).st_mode & 0o222), ("two", 0))
        self.assertFalse(self.folder.entry(got.path)["checked_out"])

    def test_another_lease_than_the_named_one_is_not_touched(self):
        [got] = self.check_out()
        old = self.alice.lock_of(self.pn)["lease_id"]
        new = self.alice.lock(self.pn)["lease_id"]    # a renewal, in another window
        for call in (lambda: flows.release(self.alice, self.folder, self.pn, old), lambda: self.alice.lock(
                self.pn, lease_id=old), lambda: self.alice.release_all([self.pn], [old])):
            with self.assertRaises(OtherLease) as refused:
                call()
            self.assertEqual(refused.exception.lock["lease_id"], new)
        self.assertTrue(self.folder.entry(got.path)["checked_out"])
        self.change(got.path, "two")
        with self.assertRaises(OtherLease):
            self.alice.upload(self.pn, got.path, "late", 1, lease_id=old)
        self.assertEqual(self.check_in(got.path)["revision_number"], 2)
        with self.assertRaises(OtherLease) as refused:
            self.alice.lock(self.pn, lease_id=new)    # ended: no new lock is taken
        self.assertEqual((refused.exception.lock, self.alice.lock_of(self.pn)), ({}, None))

    def test_the_write_permission_follows_the_lock(self):
        [got] = self.check_out()

        def follow():
            flows.follow_locks(self.alice, self.folder, "alice", [self.pn])
            return bool(os.stat(got.path).st_mode & 0o200), self.folder.entry(got.path)["checked_out"]
        os.chmod(got.path, 0o444)
        self.assertEqual(follow(), (True, True))
        client("ada").release(self.pn, "we ship today")    # by force
        self.change(got.path, "mine")
        self.assertEqual(follow(), (True, True))    # it has changes
        self.change(got.path, "one")
        self.assertEqual(follow(), (False, False))

    def test_a_lock_that_was_taken_elsewhere_is_not_released_here(self):
        there = WorkingFolder(os.path.join(self.place, "there"))
        [got] = self.check_out(workstation="cad-1")
        path = flows.look(self.alice, there, self.pn)
        self.change(path, "from there")
        made = flows.check_in(self.alice, there, path, "alice")
        self.assertEqual((made["revision_number"], made["lock"]),
                         (2, "you keep the lock, not checked out here"))
        self.assertEqual(self.check_in(got.path)["lock"], "lock released")
        self.assertIsNone(self.alice.lock_of(self.pn))
        # Taken again on another workstation meanwhile.
        [got] = self.check_out(workstation="cad-1")
        self.alice.lock(self.pn, workstation="cad-2")
        self.assertEqual(flows.undo(self.alice, self.folder, got.path, "alice").path, got.path)
        self.assertEqual(self.alice.lock_of(self.pn)["workstation"], "cad-2")
        self.alice.release(self.pn)
        self.change(got.path, "without")
        self.assertEqual(self.check_in(got.path)["lock"], "you held no lock")

    def test_the_command_line_in_another_folder_says_where_a_part_is_checked_out(self):
        [got] = self.check_out()
        here, self.root = self.root, os.path.join(self.place, "there")
        os.makedirs(self.root)
        self.silo("get", self.pn)
        self.assertIn(here, json.loads(self.silo("status", "--json").stdout)["files"][0]["elsewhere"])
        self.root = here


if __name__ == "__main__":
    unittest.main(verbosity=1)
