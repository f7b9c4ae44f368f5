"""The working folder that the `silo` command line and FreeCAD share: which file is which item, from
which revision.  doc/working-folder.md describes the format."""

import contextlib
import hashlib
import json
import os
import stat
import tempfile
import time

try:
    import fcntl
except ImportError:  # Windows: one program at a time is up to the user
    fcntl = None

WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def set_writable(path, writable):
    mode = os.stat(path).st_mode
    os.chmod(path, mode | stat.S_IWUSR if writable else mode & ~WRITE_BITS)


class WorkingFolder:
    """`root` is the folder that has (or will have) `.silo/`."""

    def __init__(self, root):
        self.root = os.path.abspath(root)

    @classmethod
    def around(cls, path):
        """The working folder that a file lies in, or None."""
        folder = os.path.dirname(os.path.abspath(path))
        while True:
            if os.path.isfile(os.path.join(folder, ".silo", "index.json")):
                return cls(folder)
            above = os.path.dirname(folder)
            if above == folder:
                return None
            folder = above

    def _inner(self, *names):
        return os.path.join(self.root, ".silo", *names)

    def key(self, path):
        return os.path.relpath(os.path.abspath(path), self.root).replace(os.sep, "/")

    def path(self, key):
        return os.path.join(self.root, *key.split("/"))

    # -- the index ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _held(self):
        os.makedirs(self._inner(), exist_ok=True)
        with open(self._inner("lock"), "a") as file:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self):
        try:
            with open(self._inner("index.json"), encoding="utf-8") as file:
                index = json.load(file)
        except FileNotFoundError:
            index = {}
        index.setdefault("version", 1)
        index.setdefault("files", {})
        return index

    def _write(self, index):
        descriptor, path = tempfile.mkstemp(prefix="index.json.", dir=self._inner())
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(index, file, ensure_ascii=False, indent=2)
                file.flush()
                os.fsync(file.fileno())
            os.replace(path, self._inner("index.json"))
        except BaseException:
            os.unlink(path)
            raise
        if hasattr(os, "O_DIRECTORY"):
            folder = os.open(self._inner(), os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(folder)
            os.close(folder)

    def files(self):
        """Entries by relative path."""
        return self._read()["files"]

    def entry(self, path):
        """The entry of a file, or None."""
        return self.files().get(self.key(path))

    def entry_of(self, part_number):
        """(path, entry) of an item, or (None, None)."""
        for key, entry in self.files().items():
            if str(entry.get("part_number", "")).lower() == part_number.lower():
                return self.path(key), entry
        return None, None

    def note(self, path, server, **values):
        """Changes the entry of a file; members that are not named are kept."""
        with self._held():
            index = self._read()
            index["server"] = server
            index["files"].setdefault(self.key(path), {}).update(values)
            self._write(index)

    # -- files --------------------------------------------------------------------------------------

    def backup(self, path):
        """Keeps a copy of what is about to be replaced; its path."""
        os.makedirs(self._inner("backup"), exist_ok=True)
        target = self._inner("backup", time.strftime("%Y%m%dT%H%M%S-") + os.path.basename(path))
        number = 0
        while os.path.exists(target):
            number += 1
            target = "%s.%d" % (target, number)
        with open(path, "rb") as source, open(target, "xb") as copy:
            for piece in iter(lambda: source.read(1 << 20), b""):
                copy.write(piece)
        return target

    def is_modified(self, path):
        entry = self.entry(path)
        return bool(entry) and os.path.isfile(path) and sha256_of(path) != entry.get("sha256")

    def fetch(self, client, item, writable, progress=None):
        """Downloads the head of an item into the folder; a modified file is kept as a backup first.
        Returns the path.  Whole or not at all."""
        os.makedirs(self.root, exist_ok=True)
        descriptor, part = tempfile.mkstemp(prefix=".silo-part-", dir=self.root)
        try:
            with os.fdopen(descriptor, "wb") as file:
                revision, sha256, name = client.download(item["part_number"], file, progress=progress)
                file.flush()
                os.fsync(file.fileno())
            path, _ = self.entry_of(item["part_number"])
            path = path or os.path.join(self.root, name or item["part_number"])
            known = self.entry(path)
            if known and known.get("part_number", "").lower() != item["part_number"].lower():
                path = os.path.join(self.root, "%s-%s" % (item["part_number"], os.path.basename(path)))
            if os.path.exists(path) and sha256_of(path) != sha256 and (not known or self.is_modified(path)):
                self.backup(path)
            os.chmod(part, 0o644)
            os.replace(part, path)
        except BaseException:
            if os.path.exists(part):
                os.unlink(part)
            raise
        self.note(path, client.url, part_number=item["part_number"], item_id=item["id"], revision=revision,
                  sha256=sha256, checked_out=writable)
        set_writable(path, writable)
        return path
