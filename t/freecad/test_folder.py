"""The working folder and the user's steps in plain Python against the real server, beside the real `silo`
command line in the same folder."""

import json
import os
import resource
import subprocess
import sys
import threading
import unittest
import zipfile

from common import URL, ServerTest, client
from silo_client import (Cancellation, Cancelled, FolderProblem, LocalChanges, LockedByOther, NotFound, OtherLease,
                         Refused, ServerAway, StaleRevision, WorkingFolder, flows, names, place)

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SILO = os.path.join(os.environ.get("SILO_BUILD", "."), "silo")


class Folder(ServerTest):
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

    def commit(self, path, **more):
        return flows.commit(self.alice, self.folder, path, "alice", **more)

    def others_revision(self, text="bob's"):
        """Bob commits while nobody holds the lock."""
        other = self.write("other.FCStd", text)
        return self.bob.upload(self.pn, other, "bob was here", self.bob.item(self.pn)["current_revision"])

    def change(self, path, text):
        os.chmod(path, 0o644)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    # -- check out ------------------------------------------------------------------------------------

    def test_check_out_edit_commit(self):
        [got] = self.check_out(lease=3600, comment="ribs", workstation="cad-1")
        self.assertEqual((os.path.basename(got.path), self.read(got.path), got.revision), ("Half Hull.FCStd", "one", 1))
        self.assertTrue(os.stat(got.path).st_mode & 0o200)
        lock = self.alice.lock_of(self.pn)
        self.assertEqual((lock["locked_by"], lock["comment"], lock["workstation"]), ("alice", "ribs", "cad-1"))
        self.assertTrue(self.folder.entry(got.path)["checked_out"])
        self.change(got.path, "two")
        self.assertEqual(self.commit(got.path, comment="done")["revision_number"], 2)
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertFalse(os.stat(got.path).st_mode & 0o222)
        entry = self.folder.entry(got.path)
        self.assertEqual((entry["revision"], entry["checked_out"], entry.get("committing")), (2, False, None))

    def test_a_kept_lock_and_an_unchanged_file(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.commit(got.path, keep=True)
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")
        self.assertTrue(os.stat(got.path).st_mode & 0o200)
        self.assertTrue(self.commit(got.path)["unchanged"])
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual(self.alice.item(self.pn)["current_revision"], 2)

    def test_anothers_lock_refuses_all_and_touches_nothing(self):
        other = self.new_item("x", "other part.FCStd")
        self.bob.lock(other)
        with self.assertRaises(LockedByOther):
            self.check_out(self.pn, other)
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual(self.folder.files(), {})
        with self.assertRaises(NotFound):
            self.check_out(self.pn, "NONE-1")
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_changes_on_an_old_revision_are_not_overwritten_and_the_lock_goes_back(self):
        [got] = self.check_out()
        self.alice.unlock(self.pn)
        self.change(got.path, "mine")
        self.others_revision()
        with self.assertRaises(LocalChanges) as refused:
            self.check_out()
        self.assertEqual(refused.exception.part_numbers, [self.pn])
        self.assertEqual(self.read(got.path), "mine")
        self.assertIsNone(self.alice.lock_of(self.pn))
        [got] = self.check_out(force=True)
        self.assertEqual((self.read(got.path), self.read(got.kept)), ("bob's", "mine"))

    def test_unsaved_changes_on_an_old_revision_count_too(self):
        [got] = self.check_out()
        self.alice.unlock(self.pn)
        self.others_revision()
        with self.assertRaises(LocalChanges):
            self.check_out(unsaved={self.pn.lower(): 1})
        self.assertEqual(self.read(got.path), "one")
        self.assertTrue(self.check_out()[0].replaced)

    def test_changes_on_the_newest_revision_stay(self):
        path = flows.look(self.alice, self.folder, self.pn)
        self.assertFalse(os.stat(path).st_mode & 0o222)
        self.change(path, "mine")
        [got] = self.check_out()
        self.assertEqual((self.read(path), got.replaced), ("mine", False))

    def test_a_strangers_file_of_that_name_is_left_alone(self):
        stranger = os.path.join(self.root, "Half Hull.FCStd")
        with open(stranger, "w", encoding="utf-8") as file:
            file.write("not Silo's")
        [got] = self.check_out()
        self.assertEqual(self.read(stranger), "not Silo's")
        self.assertEqual((os.path.basename(got.path), self.read(got.path)), (self.pn + " Half Hull.FCStd", "one"))

    def test_a_cancelled_check_out_gives_the_lock_back(self):
        stop = Cancellation()

        def progress(_done, _whole):
            stop.cancel()
            return False
        with self.assertRaises(Cancelled):
            flows.check_out(self.alice.bound(stop), self.folder, [self.pn], "alice", progress=progress)
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual(os.listdir(self.root), [".silo"])
        self.assertEqual([name for name in os.listdir(self.folder.inner()) if name.startswith("incoming")], [])

    # -- commit ---------------------------------------------------------------------------------------

    def test_a_commit_on_an_old_revision_is_refused_and_everything_kept(self):
        [got] = self.check_out()
        self.alice.unlock(self.pn)
        self.change(got.path, "mine")
        self.others_revision()
        with self.assertRaises(StaleRevision):
            self.commit(got.path)
        self.assertEqual((self.read(got.path), self.folder.entry(got.path)["revision"]), ("mine", 1))
        self.assertNotIn("committing", self.folder.entry(got.path))
        self.bob.lock(self.pn)
        with self.assertRaises(LockedByOther):
            self.commit(got.path)
        self.assertEqual(self.read(got.path), "mine")
        beside = flows.newest_beside(self.alice, self.folder, self.pn)
        self.assertEqual((os.path.basename(beside), self.read(beside)), ("Half Hull@2.FCStd", "bob's"))
        self.assertFalse(os.stat(beside).st_mode & 0o222)
        self.assertEqual(flows.newest_beside(self.alice, self.folder, self.pn), beside)

    def test_the_revision_that_was_loaded_counts_not_the_index(self):
        path = flows.look(self.alice, self.folder, self.pn)
        self.others_revision()
        self.silo("get")    # the command line brings the file up to date below the open document
        self.assertEqual(self.folder.entry(path)["revision"], 2)
        self.check_out()
        self.change(path, "made from revision 1")
        with self.assertRaises(StaleRevision):
            self.commit(path, base=1)
        self.assertEqual(self.alice.item(self.pn)["current_revision"], 2)

    def test_an_upload_whose_end_was_not_learnt_is_not_sent_twice(self):
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
        self.assertEqual(self.commit(got.path, base=1)["revision_number"], 3)
        self.assertNotIn("committing", self.folder.entry(got.path))

    def test_the_command_line_settles_what_freecad_began(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.folder.note(got.path, URL, committing=place.digest_of(got.path))
        self.alice.upload(self.pn, got.path, "two", 1)
        self.assertIn("revision 2", self.silo("commit", "-m", "again").stdout)
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)

    def test_a_copy_outside_is_not_committed(self):
        [got] = self.check_out()
        copy = self.write("copy.FCStd", self.read(got.path))
        with self.assertRaises(FolderProblem):
            self.commit(copy)

    # -- what can't be judged -------------------------------------------------------------------------

    def unjudged(self, path):
        """(how, make it so, undo that) of every way in which a file can't be judged."""
        aside = os.path.join(self.place, "aside")

        def away(make):
            return lambda: (os.rename(path, aside), make(), None)[-1]

        def back():
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.unlink(path)
            os.rename(aside, path)
        for how, make in (("is not there", lambda: None), ("no plain file", lambda: os.mkdir(path)),
                          ("no plain file", lambda: os.mkfifo(path)), ("no plain file", lambda: os.symlink(aside, path))):
            yield how, away(make), back
        sha256 = self.folder.entry(path)["sha256"]
        yield ("damaged", lambda: self.folder.note(path, URL, sha256="12 34"),
               lambda: self.folder.note(path, URL, sha256=sha256))

    def test_what_cant_be_judged_is_not_passed_over_and_the_lock_is_kept(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        for how, make, back in self.unjudged(got.path):
            make()
            with self.assertRaises(FolderProblem) as refused:
                self.commit(got.path)
            self.assertIn(how, str(refused.exception))
            self.assertIn("your lock is kept", str(refused.exception))
            with self.assertRaises(LocalChanges) as refused:
                flows.release(self.alice, self.folder, self.pn)
            self.assertIn("Nobody can tell", str(refused.exception))
            back()
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")
        self.assertEqual(self.commit(got.path)["revision_number"], 2)

    def test_a_file_that_must_not_be_read_is_named_and_the_lock_kept(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        os.chmod(got.path, 0)
        script = ("import sys; from common import URL, client; from silo_client import WorkingFolder, flows\n"
                  "try: flows.commit(client('alice'), WorkingFolder(sys.argv[1]), sys.argv[2], 'alice')\n"
                  "except Exception as fault: print(type(fault).__name__, fault)")
        # A root may read everything, unless it gives that up.
        drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
        said = subprocess.run([*drop, sys.executable, "-c", script, self.root, got.path], text=True, check=True,
                              capture_output=True, env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))).stdout
        self.assertIn("FolderProblem Can't read %s: Permission denied" % got.path, said)
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")

    def test_unchanged_is_what_disk_index_and_server_agree_on(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.folder.note(got.path, URL, sha256=place.digest_of(got.path))    # an index that is wrong
        self.assertEqual(self.commit(got.path)["revision_number"], 2)

    # -- releasing, and what follows a lock -----------------------------------------------------------

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

    def test_a_lease_that_is_another_now_is_not_touched(self):
        [got] = self.check_out()
        old = self.alice.lock_of(self.pn)["lease_id"]
        new = self.alice.lock(self.pn)["lease_id"]    # a renewal, in another window
        for call in (lambda: flows.release(self.alice, self.folder, self.pn, old), lambda: self.alice.lock(
                self.pn, lease_id=old), lambda: self.alice.unlock_all([self.pn], [old])):
            with self.assertRaises(OtherLease) as refused:
                call()
            self.assertEqual(refused.exception.lock["lease_id"], new)
        self.assertTrue(self.folder.entry(got.path)["checked_out"])
        self.change(got.path, "two")
        with self.assertRaises(OtherLease):
            self.alice.upload(self.pn, got.path, "late", 1, lease_id=old)
        self.assertEqual(self.commit(got.path)["revision_number"], 2)
        with self.assertRaises(OtherLease) as refused:
            self.alice.lock(self.pn, lease_id=new)    # ended: not taken anew
        self.assertEqual((refused.exception.lock, self.alice.lock_of(self.pn)), ({}, None))

    def test_the_write_permission_follows_the_lock(self):
        [got] = self.check_out()

        def follow():
            flows.follow_locks(self.alice, self.folder, "alice", [self.pn])
            return bool(os.stat(got.path).st_mode & 0o200), self.folder.entry(got.path)["checked_out"]
        os.chmod(got.path, 0o444)
        self.assertEqual(follow(), (True, True))
        client("ada").unlock(self.pn, "we ship today")    # by force
        self.change(got.path, "mine")
        self.assertEqual(follow(), (True, True))    # it has changes
        self.change(got.path, "one")
        self.assertEqual(follow(), (False, False))

    # -- limits -----------------------------------------------------------------------------------------

    def small_disk(self, most):
        """As if there were no room for larger files."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def inside(self):
        return sorted(os.listdir(self.folder.inner()))

    def test_without_room_a_check_out_changes_nothing_and_says_so(self):
        number = self.new_item("x" * 3000000, "large.FCStd")
        self.check_out()
        before = self.inside()
        again = self.small_disk(100000)
        try:
            with self.assertRaises(FolderProblem) as refused:
                self.check_out(number)
        finally:
            again()
        self.assertIn("Make room", str(refused.exception))
        self.assertIsNone(self.alice.lock_of(number))
        self.assertEqual((self.inside(), os.path.exists(os.path.join(self.root, "large.FCStd"))), (before, False))

    def test_without_room_for_a_copy_an_undo_moves_the_changed_file(self):
        [got] = self.check_out()
        self.change(got.path, "x" * 3000000)
        again = self.small_disk(100000)
        try:
            undone = flows.undo(self.alice, self.folder, got.path, "alice")
        finally:
            again()
        self.assertEqual((self.read(got.path), os.path.getsize(undone.kept)), ("one", 3000000))
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual([name for name in self.inside() if name.startswith("incoming")], [])

    def test_without_room_for_the_index_a_commit_says_so_and_keeps_all(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        again = self.small_disk(10)
        try:
            with self.assertRaises(FolderProblem) as refused:
                self.commit(got.path)
        finally:
            again()
        self.assertIn("Make room", str(refused.exception))
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")
        self.assertEqual(self.commit(got.path)["revision_number"], 2)

    def test_names_at_the_limit(self):
        for name in ("x" * 249 + ".FCStd", "ä" * 124 + ".FCStd", "x" * 255):
            number = self.new_item("one", name)
            [got] = self.check_out(number)
            self.assertEqual(os.path.basename(got.path), name)
            self.change(got.path, "two " + number)
            self.commit(got.path)
            [got] = self.check_out(number)
            beside = flows.newest_beside(self.alice, self.folder, number)
            self.assertTrue("@2" in beside and len(os.path.basename(beside).encode()) <= 255)
            self.change(got.path, "three")
            undone = flows.undo(self.alice, self.folder, got.path, "alice")
            self.assertLessEqual(len(os.path.basename(undone.kept).encode()), 255)
            self.assertEqual(self.read(undone.kept), "three")
        with self.assertRaises(Refused) as refused:
            self.check_out(*["P-%d" % number for number in range(1001)])
        self.assertIn("the most is 1000", str(refused.exception))

    # -- one user, two folders ----------------------------------------------------------------------------

    def test_a_lock_that_was_taken_elsewhere_is_not_released_here(self):
        there = WorkingFolder(os.path.join(self.place, "there"))
        [got] = self.check_out(workstation="cad-1")
        path = flows.look(self.alice, there, self.pn)
        self.change(path, "from there")
        made = flows.commit(self.alice, there, path, "alice")
        self.assertEqual((made["revision_number"], made["lock"]),
                         (2, "your lock stays, taken without a check-out here"))
        self.assertEqual(self.commit(got.path)["lock"], "released")
        self.assertIsNone(self.alice.lock_of(self.pn))
        # Taken again at another workstation meanwhile.
        [got] = self.check_out(workstation="cad-1")
        self.alice.lock(self.pn, workstation="cad-2")
        self.assertEqual(flows.undo(self.alice, self.folder, got.path, "alice").path, got.path)
        self.assertEqual(self.alice.lock_of(self.pn)["workstation"], "cad-2")
        self.alice.unlock(self.pn)
        self.change(got.path, "without")
        self.assertEqual(self.commit(got.path)["lock"], "no lock was held")

    def test_the_command_line_in_another_folder_says_where_a_part_is_checked_out(self):
        [got] = self.check_out()
        here, self.root = self.root, os.path.join(self.place, "there")
        os.makedirs(self.root)
        self.silo("get", self.pn)
        self.assertIn(here, json.loads(self.silo("status", "--json").stdout)["files"][0]["elsewhere"])
        self.root = here

    # -- an item that is gone -------------------------------------------------------------------------

    def test_the_work_on_an_archived_item_finds_another_place(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.alice.unlock(self.pn)
        self.bob.call("DELETE", "/api/items/" + self.pn)
        for step in (lambda: self.commit(got.path), lambda: flows.undo(self.alice, self.folder, got.path, "alice"),
                     lambda: self.check_out()):
            with self.assertRaises(NotFound) as refused:
                step()
            self.assertIn("archived by bob", str(refused.exception))
        self.assertEqual(self.read(got.path), "two")
        item = flows.new_item(self.alice, self.folder, got.path, category="PY")
        made = flows.first_revision(self.alice, self.folder, got.path, item, "kept")
        self.assertEqual((made["revision_number"], self.folder.entry(got.path)["part_number"]),
                         (1, item["part_number"]))
        self.assertNotIn(self.pn, self.silo("status").stdout)

    def test_a_file_is_taken_out_of_the_folder_and_stays(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.alice.unlock(self.pn)
        self.bob.call("DELETE", "/api/items/" + self.pn)
        os.chmod(got.path, 0o444)
        flows.forget(self.folder, got.path, URL)
        self.assertEqual((self.read(got.path), self.folder.entry(got.path)), ("two", None))
        self.assertTrue(os.stat(got.path).st_mode & 0o200)
        self.silo("status")
        client("ada").call("POST", "/api/items/%s/restore" % self.pn)
        self.assertEqual(self.read(self.check_out()[0].path), "one")
        self.assertEqual(self.read(got.path), "two")

    # -- undo, add ------------------------------------------------------------------------------------

    def test_undo_brings_the_newest_back_keeps_mine_and_releases(self):
        [got] = self.check_out()
        self.change(got.path, "mine")
        undone = flows.undo(self.alice, self.folder, got.path, "alice")
        self.assertEqual((self.read(got.path), self.read(undone.kept)), ("one", "mine"))
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertFalse(os.stat(got.path).st_mode & 0o222)
        self.bob.lock(self.pn)
        flows.undo(self.alice, self.folder, got.path, "alice")
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "bob")

    def test_a_new_file_becomes_an_item(self):
        path = os.path.join(self.root, "new.FCStd")
        with open(path, "w", encoding="utf-8") as file:
            file.write("new")
        made = flows.add(self.alice, self.folder, path, "first", category="PY", description="New")
        self.assertEqual(self.folder.entry(path)["part_number"], made["part_number"])
        self.assertIn(made["part_number"], self.silo("status").stdout)
        with self.assertRaises(FolderProblem):
            flows.add(self.alice, self.folder, path, category="PY")

    # -- the index ------------------------------------------------------------------------------------

    def test_the_command_line_goes_on_where_freecad_stopped_and_back(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.assertIn("Half Hull.FCStd", self.silo("status").stdout)
        self.silo("commit", "-m", "from the terminal")
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)
        self.silo("checkout", self.pn)
        self.change(got.path, "three")
        self.assertEqual(self.commit(got.path)["revision_number"], 3)
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

    def test_an_index_of_another_version_is_told_and_not_replaced(self):
        os.makedirs(self.folder.inner())
        self.damage('{"version": 2, "files": {}}')
        with self.assertRaises(FolderProblem):
            self.check_out()
        self.assertEqual(self.read(self.folder.inner("index.json")), '{"version": 2, "files": {}}')
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_a_damaged_index_is_made_anew_from_the_last_good_one(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        before = self.folder.files()
        for text in self.DAMAGES:
            self.damage(text)
            self.assertTrue(self.folder.is_damaged(), text[:40])
            flows.ready(self.alice, self.folder, "alice")
            self.assertEqual(self.folder.files(), before, text[:40])
            self.assertIn("made anew: 1 found again", self.folder.rebuilt.pop())
        kept = [name for name in os.listdir(self.folder.inner("backup")) if name.endswith("-index.json")]
        self.assertEqual(len(kept), len(self.DAMAGES))
        self.damage("{")
        self.assertEqual(self.commit(got.path)["revision_number"], 2)
        self.assertIn("Half Hull.FCStd", self.silo("status").stdout)

    def test_what_the_command_line_has_made_anew_is_good_here_and_the_other_way_round(self):
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
        # A text that is torn, and no copy: its part numbers are still there to ask about.
        self.change(got.path, "two")
        self.commit(got.path)
        text = self.read(self.folder.inner("index.json"))
        self.damage(text[:-9])
        os.unlink(self.folder.inner("index.json.last"))
        flows.ready(self.alice, self.folder, "alice")
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)

    def test_without_a_last_good_one_the_content_tells_the_revision(self):
        [got] = self.check_out()
        self.change(got.path, "only of " + self.pn)
        self.commit(got.path, keep=True)
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

    def test_an_older_last_good_one_is_brought_up_to_what_lies_there(self):
        [got] = self.check_out()
        old = self.read(self.folder.inner("index.json.last"))
        self.change(got.path, "two")
        self.commit(got.path)
        with open(self.folder.inner("index.json.last"), "w", encoding="utf-8") as file:
            file.write(old)
        self.damage("{")
        flows.ready(self.alice, self.folder, "alice")
        self.assertEqual(self.folder.entry(got.path)["revision"], 2)
        self.folder.note(got.path, URL, sha256="12 34")    # one entry alone
        with self.assertRaises(FolderProblem):
            self.commit(got.path)

    def test_the_index_of_another_server_is_not_made_anew_here(self):
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

    def test_names_are_judged_as_the_table_says(self):
        with open(os.path.join(TOP, "t", "cases", "names.json"), encoding="ascii") as table:
            cases = json.load(table)["cases"]
        for case in cases:
            name = case["name"] if "name" in case else os.fsdecode(bytes.fromhex(case["hex"]))
            self.assertEqual(names.problem(name), case.get("why"), repr(name))
        self.assertIsNotNone(names.problem(None))
        self.assertGreater(len(cases), 80)

    def test_names_from_the_server_are_checked(self):
        for name in ("../evil.FCStd", "D:evil.FCStd", "CON", "x.FCStd.", "a\u202egpj.FCStd", "a\nb"):
            with self.assertRaises(FolderProblem):
                place.decide(self.folder, self.pn, None, dict(self.alice.head(self.pn), filename=name))
        # The server may be wrong, or hostile: nothing is written for a name like that.
        real = self.alice.head
        self.alice.head = lambda part_number: dict(real(part_number), filename=".silo")
        with self.assertRaises(FolderProblem):
            self.check_out()
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_what_arrives_damaged_is_not_placed(self):
        real = self.alice.head
        self.alice.head = lambda part_number: dict(real(part_number), sha256="0" * 64)
        with self.assertRaises(ServerAway):
            self.check_out()
        self.assertEqual(os.listdir(self.root), [".silo"])

    def test_an_item_without_a_file_is_locked_only(self):
        number = self.new_item()
        self.assertEqual(self.check_out(number)[0].path, None)
        with self.assertRaises(Refused):
            flows.look(self.alice, self.folder, number)


if __name__ == "__main__":
    unittest.main(verbosity=1)
