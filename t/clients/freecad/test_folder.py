"""The working folder against the table that the command line is held against too (t/clients/cases/folder.json)."""

import collections
import hashlib
import json
import os
import tempfile
import unittest

from common import TOP
from silo_client import FolderProblem, LocalChanges, WorkingFolder, place
from silo_client.file_state import state_of

with open(os.path.join(TOP, "t", "clients", "cases", "folder.json"), encoding="ascii") as table:
    TABLE = json.load(table)

# What the addon raises for each reason of the table.
REFUSALS = collections.defaultdict(lambda: FolderProblem, changes=LocalChanges)


def digest(text):
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


class Folder(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(dir=self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def folder(self, case):
        folder = WorkingFolder(self.root)
        for name, text in case.get("files", {}).items():
            self.write(name, text)
        for name, entry in case.get("index", {}).items():
            folder.note(folder.path(name), "http://silo.test", part_number=entry["part_number"],
                        revision=entry["revision"], sha256=digest(entry["content"]), checked_out=True)
        return folder

    def places(self, case):
        folder, taken, found = self.folder(case), set(), []
        for item in case["items"]:
            head = {"revision_number": item["revision"], "filename": item["filename"],
                    "sha256": digest(item["content"])}
            each = place.decide(folder, item["part_number"], None, head, case.get("keep_changes", False),
                                case.get("force", False), taken)
            if each.path:
                taken.add(each.path.lower())
            found.append({"path": each.path and folder.key(each.path), "action": each.action})
        return found

    def test_items_go_where_the_table_says(self):
        self.assertGreater(len(TABLE["placements"]), 30)
        for case in TABLE["placements"]:
            with self.subTest(case["name"]):
                self.setUp()
                if "refused" in case:
                    with self.assertRaises(REFUSALS[case["refused"]]) as raised:
                        self.places(case)
                    self.assertIs(type(raised.exception), REFUSALS[case["refused"]])
                else:
                    self.assertEqual(self.places(case), case["places"])

    def test_files_are_in_the_state_that_the_table_says(self):
        self.assertGreater(len(TABLE["states"]), 5)
        for case in TABLE["states"]:
            with self.subTest(case["name"]):
                self.setUp()
                if case.get("content") is not None:
                    self.write("bracket.FCStd", case["content"])
                if case.get("folder"):
                    os.mkdir(os.path.join(self.root, "bracket.FCStd"))
                entry = {"sha256": case.get("sha256", digest(case.get("recorded")))}
                self.assertEqual(state_of(os.path.join(self.root, "bracket.FCStd"), entry).state, case["state"])

    def test_a_revision_beside_a_file_has_the_name_that_the_table_says(self):
        for case in TABLE["beside"]:
            self.assertEqual(place.beside(case["name"], case["revision"]), case["beside"])


if __name__ == "__main__":
    unittest.main()
