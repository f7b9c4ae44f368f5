"""The index of the working folder, which the `silo` command line and FreeCAD share: which file is which item, and
from which revision.  doc/working-folder.md describes the format.  Knows no server."""

import contextlib
import json
import os
import re
import tempfile

from . import names
from .errors import DamagedIndex, FolderProblem

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

VERSION = 1
INDEX_MOST = 64 << 20


def same_server(one, other):
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def sync_folder(folder):
    """Makes changes in a folder durable, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        except OSError:
            pass    # some file systems can't
        finally:
            os.close(descriptor)


def entry_problem(path, entry):
    """Why an entry of the index can't be used, or None."""
    if names.path_problem(path):
        return "it has an unsafe file name"
    if not isinstance(entry, dict) or not isinstance(entry.get("part_number"), str):
        return "an entry has no part number"
    return None


class WorkingFolder:
    """`root`: the folder that has, or will have, `.silo/`."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self._seen = None    # (stamp of the index file, index): read again only when it has changed
        self.rebuilt = []    # sentences about a rebuilt index, until somebody has shown them

    @classmethod
    def around(cls, path):
        """The working folder around a file, or None."""
        folder = os.path.dirname(os.path.abspath(path))
        while True:
            if os.path.isdir(os.path.join(folder, ".silo")):
                return cls(folder)
            above = os.path.dirname(folder)
            if above == folder:
                return None
            folder = above

    def inner(self, *parts):
        return os.path.join(self.root, ".silo", *parts)

    def key(self, path):
        """A file's name in the index; None outside the folder."""
        key = os.path.relpath(os.path.abspath(path), self.root).replace(os.sep, "/")
        return None if key.startswith("../") or key == ".." else key

    def path(self, key):
        return os.path.join(self.root, *key.split("/"))

    # -- reading ------------------------------------------------------------------------------------

    def _read(self):
        try:
            with open(self.inner("index.json"), "rb") as file:
                facts = os.fstat(file.fileno())
                stamp = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
                if self._seen and self._seen[0] == stamp:
                    return self._seen[1]
                index = json.loads(file.read(INDEX_MOST).decode())
        except FileNotFoundError:
            if os.path.exists(self.inner("index.json.last")):
                raise DamagedIndex("%s is missing" % self.inner("index.json")) from None
            return {"version": VERSION, "files": {}}
        except OSError as fault:
            raise FolderProblem("Can't use %s: %s" % (self.inner("index.json"), fault)) from fault
        except (ValueError, RecursionError) as fault:
            raise DamagedIndex("Can't use %s: %s" % (self.inner("index.json"), fault)) from fault
        if isinstance(index, dict) and isinstance(index.get("version"), int) and index["version"] > VERSION:
            raise FolderProblem("Can't use %s: a newer version of Silo wrote it" % self.inner("index.json"))
        why = self._problem(index)
        if why:
            raise DamagedIndex("Can't use %s: %s" % (self.inner("index.json"), why))
        self._seen = (stamp, index)
        return index

    @staticmethod
    def _problem(index):
        files = index.get("files") if isinstance(index, dict) else None
        if not isinstance(files, dict):
            return "it has no list of files"
        if index.get("version") != VERSION:
            return "it has no version"
        for path, entry in files.items():
            why = entry_problem(path, entry)
            if why:
                return why
        return None

    def is_damaged(self):
        try:
            self._read()
        except DamagedIndex:
            return True
        except FolderProblem:
            pass
        return False

    def remains(self):
        """What can still be read of a damaged index, on top of the last good one: {"server", "files", "names"};
        `names` are the part numbers in its text."""
        found = {"server": "", "files": {}, "names": []}
        for name in ("index.json.last", "index.json"):
            try:
                with open(self.inner(name), "rb") as file:
                    text = file.read(INDEX_MOST).decode(errors="replace")
                found["names"] += re.findall(r'"part_number"\s*:\s*"(%s)"' % names.PART_NUMBER, text)
                index = json.loads(text)
            except (OSError, ValueError, RecursionError):
                continue
            if not isinstance(index, dict):
                continue
            if isinstance(index.get("server"), str):
                found["server"] = index["server"]
            files = index.get("files") if isinstance(index.get("files"), dict) else {}
            found["files"].update(
                (path, dict(entry)) for path, entry in files.items() if not entry_problem(path, entry))
        return found

    def server(self):
        """The server this folder belongs to, or ""."""
        return str(self._read().get("server") or "")

    def check_server(self, url):
        """Raises FolderProblem when the folder belongs to another server."""
        own = self.server()
        if own and not same_server(own, url):
            raise FolderProblem("%s belongs to %s, not to %s. Sign in there, or choose another working folder in the "
                                "preferences." % (self.root, own, url))

    def files(self):
        """Copies of the entries by relative path."""
        return {key: dict(entry) for key, entry in self._read()["files"].items()}

    def entry(self, path):
        """A copy of the entry of a file, or None."""
        key = self.key(path)
        entry = self._read()["files"].get(key) if key else None
        return dict(entry) if entry else None

    def entry_of(self, part_number):
        """(path, entry) of an item, or (None, None)."""
        for key, entry in self._read()["files"].items():
            if entry["part_number"].lower() == part_number.lower():
                return self.path(key), dict(entry)
        return None, None

    # -- changing -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self):
        """Waits until nobody else uses the index, the command line included."""
        os.makedirs(self.inner(), exist_ok=True)
        with open(self.inner("lock"), "a", encoding="utf-8") as file:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def changing(self, server):
        """The files of the index, to change; writes the whole index at the end, or nothing."""
        with self._alone():
            self.check_server(server)
            index = json.loads(json.dumps(self._read()))
            index.setdefault("server", server)
            yield index["files"]
            self._write(index)

    def replace_damaged(self, server, files, keep):
        """Puts an index with these files in place of the damaged one, which moves to the path `keep`.  False, with
        nothing changed, when the index is whole: somebody else was faster."""
        with self._alone():
            if not self.is_damaged():
                return False
            if os.path.exists(self.inner("index.json")):
                os.replace(self.inner("index.json"), keep)
            self._write({"version": VERSION, "server": server, "files": files})
            return True

    def _write(self, index):
        text = json.dumps(index, ensure_ascii=False, indent=2)
        self._write_file("index.json", text)
        try:
            self._write_file("index.json.last", text)    # the last good one, should the index be damaged
        except FolderProblem:
            pass
        sync_folder(self.inner())

    def _write_file(self, name, text):
        descriptor, path = tempfile.mkstemp(prefix="index.json.", dir=self.inner())
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(path, 0o644)
            os.replace(path, self.inner(name))
        except OSError as fault:
            os.unlink(path)
            raise FolderProblem("Can't write %s: %s. Make room and try again; your file is unchanged." % (
                self.inner(name), fault.strerror)) from fault
        except BaseException:
            os.unlink(path)
            raise

    def note(self, path, server, **values):
        """Changes members of a file's entry; None removes a member, and those not named stay."""
        key = self.key(path)
        why = "it is outside the working folder" if key is None else names.path_problem(key)
        if why:
            raise FolderProblem("Can't note %s in the index: %s" % (path, why))
        with self.changing(server) as files:
            entry = files.setdefault(key, {})
            entry.update({name: value for name, value in values.items() if value is not None})
            for name in [name for name, value in values.items() if value is None]:
                entry.pop(name, None)
