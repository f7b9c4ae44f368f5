"""Check out, undo and new items in plain Python against the real server: what happens to the files."""

import json
import os
import resource
import unittest

from common import TOP, URL, FolderTest, client
from silo_client import (Cancellation, Cancelled, FolderProblem, LocalChanges, LockedByOther, NotFound,
                         Refused, ServerAway, flows, names, place)


class CheckOut(FolderTest):
    def test_check_out_edit_check_in(self):
        [got] = self.check_out(lease=3600, comment="ribs", workstation="cad-1")
        self.assertEqual((os.path.basename(got.path), self.read(got.path), got.revision), ("Half Hull.FCStd", "one", 1))
        self.assertTrue(os.stat(got.path).st_mode & 0o200)
        lock = self.alice.lock_of(self.pn)
        self.assertEqual((lock["locked_by"], lock["comment"], lock["workstation"]), ("alice", "ribs", "cad-1"))
        self.assertTrue(self.folder.entry(got.path)["checked_out"])
        self.change(got.path, "two")
        self.assertEqual(self.check_in(got.path, comment="done")["revision_number"], 2)
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertFalse(os.stat(got.path).st_mode & 0o222)
        entry = self.folder.entry(got.path)
        self.assertEqual((entry["revision"], entry["checked_out"], entry.get("committing")), (2, False, None))

    def test_a_kept_lock_and_an_unchanged_file(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.check_in(got.path, keep=True)
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")
        self.assertTrue(os.stat(got.path).st_mode & 0o200)
        self.assertTrue(self.check_in(got.path)["unchanged"])
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual(self.alice.item(self.pn)["current_revision"], 2)

    def test_somebody_elses_lock_refuses_all_and_touches_nothing(self):
        other = self.new_item("x", "other part.FCStd")
        self.bob.lock(other)
        with self.assertRaises(LockedByOther):
            self.check_out(self.pn, other)
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual(self.folder.files(), {})
        with self.assertRaises(NotFound):
            self.check_out(self.pn, "NONE-1")
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_changes_on_an_old_revision_are_not_overwritten_and_the_lock_is_released(self):
        [got] = self.check_out()
        self.alice.release(self.pn)
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
        self.alice.release(self.pn)
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

    def test_an_unknown_file_of_that_name_is_left_alone(self):
        stranger = os.path.join(self.root, "Half Hull.FCStd")
        with open(stranger, "w", encoding="utf-8") as file:
            file.write("not Silo's")
        with self.assertRaises(LocalChanges) as refused:
            self.check_out()
        self.assertEqual(refused.exception.part_numbers, [self.pn])
        with self.assertRaises(LocalChanges):
            flows.look(self.alice, self.folder, self.pn)
        self.assertEqual(self.read(stranger), "not Silo's")
        self.assertIsNone(self.alice.lock_of(self.pn))
        [got] = self.check_out(force=True)
        self.assertEqual((self.read(got.path), self.read(got.kept)), ("one", "not Silo's"))

    def test_two_items_of_one_name_do_not_mix(self):
        other = self.new_item("two", "half hull.FCStd")
        paths = [got.path for got in self.check_out(self.pn, other)]
        self.assertEqual([os.path.basename(path) for path in paths], ["Half Hull.FCStd", other + " half hull.FCStd"])
        self.assertEqual([self.read(path) for path in paths], ["one", "two"])
        self.change(paths[1], "changed")    # it keeps its name for everybody else
        self.assertEqual(self.check_in(paths[1])["filename"], "half hull.FCStd")
        self.silo("checkout", other)
        self.assertEqual(self.folder.entry_of(other)[0], paths[1])

    def test_a_cancelled_check_out_releases_the_lock(self):
        stop = Cancellation()

        def progress(_done, _whole):
            stop.cancel()
            return False
        with self.assertRaises(Cancelled):
            flows.check_out(self.alice.bound(stop), self.folder, [self.pn], "alice", progress=progress)
        self.assertIsNone(self.alice.lock_of(self.pn))
        self.assertEqual(os.listdir(self.root), [".silo"])
        self.assertEqual([name for name in os.listdir(self.folder.inner()) if name.startswith("incoming")], [])

    def test_names_are_judged_as_the_table_says(self):
        with open(os.path.join(TOP, "t", "clients", "cases", "names.json"), encoding="ascii") as table:
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
        # The server may be wrong, or hostile: nothing is written under such a name.
        real = self.alice.head
        self.alice.head = lambda part_number: dict(real(part_number), filename=".silo")
        with self.assertRaises(FolderProblem):
            self.check_out()
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_a_damaged_download_is_not_placed(self):
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


class NoRoom(FolderTest):
    def small_disk(self, most):
        """Leaves no room for larger files; a function that undoes that."""
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

    def test_without_room_for_the_index_a_check_in_says_so_and_keeps_everything(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        again = self.small_disk(10)
        try:
            with self.assertRaises(FolderProblem) as refused:
                self.check_in(got.path)
        finally:
            again()
        self.assertIn("Make room", str(refused.exception))
        self.assertEqual(self.alice.lock_of(self.pn)["locked_by"], "alice")
        self.assertEqual(self.check_in(got.path)["revision_number"], 2)

    def test_names_at_the_limit(self):
        for name in ("x" * 249 + ".FCStd", "ä" * 124 + ".FCStd", "x" * 255):
            number = self.new_item("one", name)
            [got] = self.check_out(number)
            self.assertEqual(os.path.basename(got.path), name)
            self.change(got.path, "two " + number)
            self.check_in(got.path)
            [got] = self.check_out(number)
            beside = flows.newest_beside(self.alice, self.folder, number)
            self.assertTrue("@2" in beside and len(os.path.basename(beside).encode()) <= 255)
            self.change(got.path, "three")
            undone = flows.undo(self.alice, self.folder, got.path, "alice")
            self.assertLessEqual(len(os.path.basename(undone.kept).encode()), 255)
            self.assertEqual(self.read(undone.kept), "three")
        with self.assertRaises(Refused) as refused:
            self.check_out(*["P-%d" % number for number in range(1001)])
        self.assertIn("at most 1000", str(refused.exception))


class UndoAndAdd(FolderTest):
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

    def test_work_on_an_archived_item_can_become_a_new_item(self):
        [got] = self.check_out()
        self.change(got.path, "two")
        self.alice.release(self.pn)
        self.bob.call("DELETE", "/api/items/" + self.pn)
        for step in (lambda: self.check_in(got.path), lambda: flows.undo(self.alice, self.folder, got.path, "alice"),
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
        self.alice.release(self.pn)
        self.bob.call("DELETE", "/api/items/" + self.pn)
        os.chmod(got.path, 0o444)
        flows.forget(self.folder, got.path, URL)
        self.assertEqual((self.read(got.path), self.folder.entry(got.path)), ("two", None))
        self.assertTrue(os.stat(got.path).st_mode & 0o200)
        self.silo("status")
        client("ada").call("POST", "/api/items/%s/restore" % self.pn)
        with self.assertRaises(LocalChanges):
            self.check_out()
        self.assertEqual(self.read(got.path), "two")
        [got] = self.check_out(force=True)
        self.assertEqual((self.read(got.path), self.read(got.kept)), ("one", "two"))


if __name__ == "__main__":
    unittest.main(verbosity=1)
