"""The addon as files: what FreeCAD's Addon Manager needs, icons, imports, and that the Qt names it uses exist in Qt 5
and Qt 6."""

import ast
import glob
import graphlib
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
ADDON = os.path.join(TOP, "freecad", "Silo")
SPACE = "{https://wiki.freecad.org/Package_Metadata}"


def sources(folder):
    for path in sorted(glob.glob(os.path.join(ADDON, folder, "*.py"))):
        with open(path, encoding="utf-8") as file:
            yield os.path.basename(path), ast.parse(file.read())


def dotted(node):
    """"A.b.c" of an attribute chain, else None."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id] + parts[::-1]) if isinstance(node, ast.Name) else None


def files_below(root):
    return {os.path.relpath(path, root) for path in glob.glob(os.path.join(root, "**"), recursive=True)
            if os.path.isfile(path) and not path.endswith(".pyc")}


class Package(unittest.TestCase):
    def test_package_xml_has_what_the_addon_manager_needs(self):
        root = ElementTree.parse(os.path.join(ADDON, "package.xml")).getroot()
        self.assertEqual((root.tag, root.get("format")), (SPACE + "package", "1"))
        for name in ("name", "description", "version", "date", "maintainer", "license", "icon"):
            self.assertTrue((root.findtext(SPACE + name) or "").strip(), name)
        self.assertRegex(root.findtext(SPACE + "version"), r"^\d+\.\d+\.\d+$")
        self.assertRegex(root.findtext(SPACE + "date"), r"^\d{4}-\d\d-\d\d$")
        self.assertTrue(root.find(SPACE + "maintainer").get("email"))
        urls = {url.get("type"): url for url in root.findall(SPACE + "url")}
        self.assertTrue(urls["repository"].get("branch"))
        self.assertTrue(os.path.isfile(os.path.join(ADDON, root.find(SPACE + "license").get("file"))))
        bench = root.find(SPACE + "content/" + SPACE + "workbench")
        place = os.path.join(ADDON, bench.findtext(SPACE + "subdirectory"))
        self.assertTrue(os.path.isfile(os.path.join(place, "InitGui.py")))
        for element in (root, bench):
            self.assertTrue(os.path.isfile(os.path.join(ADDON, element.findtext(SPACE + "icon"))))
        with open(os.path.join(place, "InitGui.py"), encoding="utf-8") as file:
            self.assertIn("class %s(" % bench.findtext(SPACE + "classname"), file.read())

    def test_the_whole_repository_can_be_installed_by_its_address_too(self):
        inner, outer = (ElementTree.parse(os.path.join(folder, "package.xml")).getroot() for folder in (ADDON, TOP))
        for name in ("name", "version", "date", "description"):
            self.assertEqual(inner.findtext(SPACE + name), outer.findtext(SPACE + name), name)
        bench = outer.find(SPACE + "content/" + SPACE + "workbench")
        self.assertTrue(os.path.samefile(os.path.join(TOP, bench.findtext(SPACE + "subdirectory")), ADDON))
        self.assertTrue(os.path.isfile(os.path.join(TOP, outer.findtext(SPACE + "icon"))))
        self.assertTrue(os.path.isfile(os.path.join(TOP, outer.find(SPACE + "license").get("file"))))

    def test_every_file_is_installed(self):
        with open(os.path.join(TOP, "freecad", "local.mk"), encoding="utf-8") as file:
            listed = set(re.findall(r"freecad/Silo/[\w./-]+", file.read()))
        self.assertEqual(listed, {os.path.join("freecad", "Silo", name) for name in files_below(ADDON)})

    def test_icons_are_distinct_drawings(self):
        drawings = {}
        for path in sorted(glob.glob(os.path.join(ADDON, "icons", "*.svg"))):
            root = ElementTree.parse(path).getroot()
            self.assertEqual(root.get("viewBox"), "0 0 64 64")
            drawings.setdefault(ElementTree.tostring(root), []).append(os.path.basename(path))
        same = [names for names in drawings.values() if len(names) > 1]
        self.assertEqual(same, [["preferences-silo.svg", "silo.svg"]])

    def test_the_client_needs_nothing_but_the_standard_library(self):
        for name, tree in sources("silo_client"):
            for node in ast.walk(tree):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else \
                    [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
                for module in modules:
                    self.assertIn(module.split(".")[0], sys.stdlib_module_names, name)


def imports(folder):
    """{module: the modules of its package that it imports}; an import inside a function counts too."""
    names = {file[:-3] for file, _ in sources(folder)}
    found = {}
    for file, tree in sources(folder):
        uses = found.setdefault(file[:-3], set())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                uses.update({node.module} if node.module else {alias.name for alias in node.names} & names)
    return found


class Rooms(unittest.TestCase):
    def test_imports_have_no_cycle(self):
        for folder in ("silo_client", "silo_gui"):
            graph = imports(folder)
            self.assertIn("session" if folder == "silo_gui" else "errors", set().union(*graph.values()))
            order = list(graphlib.TopologicalSorter(graph).static_order())    # CycleError names the cycle
            self.assertGreaterEqual(set(order), set(graph))

    def test_what_works_without_a_window_needs_no_qt(self):
        for name in ("session", "documents"):
            self.assertLessEqual(imports("silo_gui")[name], {"session"})

    def test_files_say_what_they_are_for(self):
        for folder in (".", "silo_client", "silo_gui"):
            for file, tree in sources(folder):
                self.assertTrue(ast.get_docstring(tree), file)


class Qt(unittest.TestCase):
    """PySide2 and PySide6 differ: Qt 6 wants enums in full, has no exec_, and has moved a few classes."""

    MOVED = {"QtWidgets.QAction", "QtWidgets.QActionGroup", "QtWidgets.QShortcut", "QtWidgets.QUndoCommand",
             "QtWidgets.QUndoStack", "QtGui.QAction", "QtGui.QShortcut", "QtWidgets.QDesktopWidget", "QtCore.QRegExp",
             "QtGui.QRegExpValidator", "QtCore.QTextCodec"}

    def names(self):
        for name, tree in sources("silo_gui"):
            aliases = {node.targets[0].id: dotted(node.value) for node in tree.body if isinstance(node, ast.Assign)
                       and isinstance(node.targets[0], ast.Name) and (dotted(node.value) or "").startswith("Qt")}
            for node in ast.walk(tree):
                chain = dotted(node) if isinstance(node, ast.Attribute) else None
                if chain and name != "qt.py":
                    first, _, rest = chain.partition(".")
                    chain = aliases.get(first, first) + "." + rest
                    if chain.startswith(("QtCore.", "QtGui.", "QtWidgets.")):
                        yield name, chain

    def check(self, modules, is_enum_value, is_enum):
        seen = 0
        for file, chain in self.names():
            self.assertNotIn(".".join(chain.split(".")[:2]), self.MOVED, file)
            thing, parent = modules[chain.split(".")[0]], None
            for part in chain.split(".")[1:]:
                self.assertTrue(hasattr(thing, part), "%s: %s" % (file, chain))
                parent, thing = thing, getattr(thing, part)
            if is_enum_value(thing):
                self.assertTrue(is_enum(parent), "%s: %s is not written in full" % (file, chain))
                seen += 1
        self.assertGreater(seen, 20)

    def test_names_exist_in_qt_5_and_enums_are_written_in_full(self):
        try:
            from PySide2 import QtCore, QtGui, QtWidgets
        except ImportError:
            self.skipTest("no PySide2 here")
        kind = type(QtCore.Qt.AlignmentFlag)
        self.check({"QtCore": QtCore, "QtGui": QtGui, "QtWidgets": QtWidgets},
                   lambda thing: type(type(thing)) is kind, lambda parent: type(parent) is kind)

    def test_names_exist_in_qt_6(self):
        try:
            from PySide6 import QtCore, QtGui, QtWidgets
        except ImportError:
            try:
                from PyQt6 import QtCore, QtGui, QtWidgets    # the same names; enums in full only
            except ImportError:
                self.skipTest("no Qt 6 for Python here")
        import enum
        self.check({"QtCore": QtCore, "QtGui": QtGui, "QtWidgets": QtWidgets},
                   lambda thing: isinstance(thing, enum.Enum), lambda parent: isinstance(parent, enum.EnumMeta))

    def test_nothing_runs_a_dialog_but_qt_py(self):
        for name, tree in sources("silo_gui"):
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and name != "qt.py":
                    self.assertNotIn(node.attr, ("exec_", "exec"), name)

    def test_the_gui_calls_the_server_only_in_tasks(self):
        """Calls of the client are made on `job.client` or on one that session makes inside a task."""
        calls = {node.name for _, tree in sources("silo_client") for kind in tree.body
                 if isinstance(kind, ast.ClassDef) and kind.name in ("Client", "Transfers", "Wire")
                 for node in kind.body if isinstance(node, ast.FunctionDef)} - {"bound", "now"}
        for name, tree in sources("silo_gui"):
            for node in ast.walk(tree):
                is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                chain = dotted(node.func) if is_method else None
                if chain and name != "session.py" and chain.split(".")[-1] in calls:
                    self.assertFalse(chain.startswith(("client.", "session.client")), "%s: %s" % (name, chain))


class Build(unittest.TestCase):
    def test_make_install_puts_the_addon_where_freecad_looks(self):
        build = os.environ.get("SILO_BUILD", TOP)
        if not os.path.isfile(os.path.join(build, "Makefile")):
            self.skipTest("not configured")
        with tempfile.TemporaryDirectory() as target:
            subprocess.run(["make", "-s", "-C", build, "install-dist_silomodDATA", "install-dist_siloclientDATA",
                            "install-dist_siloguiDATA", "install-dist_siloiconsDATA", "DESTDIR=" + target],
                           check=True, capture_output=True)
            found = glob.glob(os.path.join(target, "**", "Mod", "Silo"), recursive=True)
            self.assertEqual(len(found), 1)
            self.assertEqual(files_below(found[0]), files_below(ADDON))


if __name__ == "__main__":
    unittest.main(verbosity=1)
