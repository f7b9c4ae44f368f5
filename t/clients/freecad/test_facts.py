"""The facts that addon and server share: the addon asks the server for them; a copy that it keeps is compared."""

import ast
import glob
import os
import re
import unittest

from common import TOP, ServerTest, client
from silo_client import names

ADDON = os.path.join(TOP, "freecad", "Silo")


def nodes(kind):
    """(file name, node) of each node of that kind in the addon."""
    for path in sorted(glob.glob(os.path.join(ADDON, "silo_*", "*.py"))):
        with open(path, encoding="utf-8") as file:
            for node in ast.walk(ast.parse(file.read())):
                if isinstance(node, kind):
                    yield os.path.basename(path), node


def compared(name):
    """(file name, word) of each word that the addon compares something called `name` with."""
    for file, node in nodes(ast.Compare):
        asked = ast.unparse(node.left)
        if re.search(r"\b%s\b" % name, asked):
            for word in ast.walk(ast.Tuple(node.comparators, ast.Load())):
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield file, word.value


def contract():
    with open(os.path.join(TOP, "doc", "openapi.yaml"), encoding="utf-8") as file:
        return file.read()


class Facts(ServerTest):
    def setUp(self):
        super().setUp()
        self.facts = self.alice.config()

    def test_names_are_bounded_as_on_the_server(self):
        limits = self.facts["limits"]
        self.assertEqual(names.FILENAME_BYTES, limits["filename_bytes"])
        self.assertTrue(re.fullmatch(names.PART_NUMBER, "x" * limits["part_number"]))
        self.assertFalse(re.fullmatch(names.PART_NUMBER, "x" * (limits["part_number"] + 1)))

    def test_every_event_that_the_addon_knows_is_one_of_the_servers(self):
        sent = set(self.facts["event_types"]) | {"feed.reset", "heartbeat"}    # these two belong to each stream
        known = [(file, node.value) for file, node in nodes(ast.Constant) if isinstance(node.value, str)
                 and re.fullmatch(r"(item|lock|revision|server|feed)\.[a-z]+", node.value)]
        self.assertGreater(len(known), 10)
        for file, word in known:
            self.assertIn(word, sent, file)

    def test_every_error_code_that_the_addon_knows_is_one_of_the_servers(self):
        codes = set(re.findall(r"^        - (\w+) # \d{3} ", contract(), re.MULTILINE))
        self.assertGreater(len(codes), 40)
        known = list(compared("code"))
        self.assertGreaterEqual({word for _, word in known}, {"locked", "other_lease", "lock_required"})
        for file, word in known:
            self.assertIn(word, codes, file)

    def test_item_types_and_limits_are_not_written_down_again(self):
        types = set(self.facts["item_types"]) - {"document", "part"}    # words of FreeCAD's and ours too
        for file, node in nodes(ast.Constant):
            self.assertNotIn(node.value, types, file)

    def test_limits_are_asked_for_once(self):
        asking, asked = client("alice"), []
        real = asking.send
        asking.send = lambda *words, **more: (asked.append(words[1]), real(*words, **more))[1]
        for _ in range(2):
            self.assertEqual(asking.limit("part_numbers"), self.facts["limits"]["part_numbers"])
        self.assertIsNone(asking.limit("of_a_later_server"))
        self.assertEqual(asked, ["/api/auth/config"])

    def test_no_address_becomes_too_long_for_a_web_server(self):
        asked = []
        self.alice.call = lambda method, path, query: asked.append(query) or {"items": []}
        numbers = ["P" * 60 + "%04d" % number for number in range(1000)]
        self.alice.items_of(numbers)
        self.assertEqual([number for query in asked for number in query["part_numbers"].split(",")], numbers)
        self.assertLessEqual(max(len(self.alice.path("/api/items", query)) for query in asked), 8000)


if __name__ == "__main__":
    unittest.main(verbosity=1)
