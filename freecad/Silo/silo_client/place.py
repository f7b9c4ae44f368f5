"""Puts a revision's content in its place without ever losing what is there: first decides for every file, then acts.
The rule, the same as the `silo` command line's (cli/exchange/placement.c): it replaces silently only content that the
server has too; anything else stays, or is kept in .silo/backup."""

import collections
import os
import stat
import tempfile
import time

from . import names
from .errors import FolderProblem, LocalChanges, ServerAway
from .transfer import sha256_of
from .working_folder import sync_folder

ENDING_MOST = 32    # bytes: anything longer after the last dot is no ending
WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH

# What is there decides the action.  "nothing": the item has no file yet.  "adopt": the file has that content already.
# "keep": changes on top of that revision, which stay.  "fetch": no file, or unchanged older content.  "backup":
# anything else, which is kept first.  `found`: SHA-256 of what was there, "" for no file.
Place = collections.namedtuple("Place", "part_number item_id revision path action found")


def digest_of(path):
    """SHA-256 of a plain file, "" when there is none; raises FolderProblem when it can't be read."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise FolderProblem("%s isn't a plain file." % path)
        with open(path, "rb") as file:
            return sha256_of(file)
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as fault:
        raise FolderProblem("Can't read %s: %s." % (path, getattr(fault, "strerror", None) or fault)) from fault


def is_writable(path):
    """By its mode bits: what root may do says nothing."""
    return bool(os.stat(path).st_mode & stat.S_IWUSR)


def set_writable(path, writable):
    mode = stat.S_IMODE(os.stat(path).st_mode)
    os.chmod(path, mode | stat.S_IWUSR if writable else mode & ~WRITE_BITS)


def name_with(prefix, name, infix=""):
    """PREFIX STEM INFIX.ext from STEM.ext; cuts a stem that makes it too long, never within a character."""
    stem, dot, ending = name.rpartition(".")
    if not (dot and stem) or len(ending.encode()) >= ENDING_MOST:
        stem, dot, ending = name, "", ""
    room = names.FILENAME_BYTES - len((prefix + infix + dot + ending).encode())
    return prefix + stem.encode()[:room].decode(errors="ignore") + infix + dot + ending


def beside(name, number):
    """NAME@REV.ext from NAME.ext."""
    return name_with("", name, "@%d" % number)


def clash_name(part_number, filename):
    """The name of a file whose own name another item has here: "F01-0002 bracket.FCStd"."""
    return name_with(part_number + " ", filename)


def _new_path(folder, part_number, filename, taken):
    """The path for an item that is new here: its own name, or with its part number in front when another item has
    that name, here or among those `taken` (in lower case)."""
    why = names.problem(filename)
    if why:
        raise FolderProblem("%s is called “%s”, which can't be a file name here: %s" % (part_number, filename, why))
    taken = taken | {folder.path(key).lower() for key in folder.files()}
    for name in (filename, clash_name(part_number, filename)):
        path = os.path.join(folder.root, name)
        if path.lower() not in taken:
            return path
    raise FolderProblem("%s is the file of another item here. Move it away first." % os.path.basename(path))


def upload_name(client, entry, path):
    """The name to upload a file under: its own here, or the server's when the part number is in front only because
    of another item."""
    name, part_number = os.path.basename(path), entry["part_number"]
    if entry.get("revision") and name.lower().startswith(part_number.lower() + " "):
        base = client.revision(part_number, entry["revision"]).get("filename")
        if base and clash_name(part_number, base).lower() == name.lower():
            return base
    return name


def decide(folder, part_number, item_id, head, keep_changes=False, force=False, taken=frozenset()):
    """A Place for the revision `head` (None: the item has no file); raises LocalChanges when it would replace changes.
    `taken`: the paths, in lower case, of the places decided before.  Writes nothing."""
    if not head or not head.get("sha256"):
        return Place(part_number, item_id, head, None, "nothing", "")
    path, entry = folder.entry_of(part_number)
    if path is None:
        path = _new_path(folder, part_number, head.get("filename") or "", taken)
    found = digest_of(path)
    if found == head["sha256"]:
        action = "adopt"
    elif not found or (entry and found == entry.get("sha256")):
        action = "fetch"
    elif force:
        action = "backup"
    elif entry and keep_changes and entry.get("revision") == head["revision_number"]:
        action = "keep"
    elif not entry:
        raise LocalChanges("%s is already in the folder and differs from %s on the server." % (
            os.path.basename(path), part_number), [part_number])
    else:
        raise LocalChanges("%s has changes on revision %s, but the newest is revision %d." % (
            os.path.basename(path), entry.get("revision", "?"), head["revision_number"]), [part_number])
    return Place(part_number, item_id, head, path, action, found)


def fetch(client, folder, part_number, head, progress=None):
    """Downloads a revision as a complete, durable, read-only file inside .silo; its path."""
    os.makedirs(folder.inner(), exist_ok=True)
    descriptor, incoming = tempfile.mkstemp(prefix="incoming-", dir=folder.inner())
    try:
        with os.fdopen(descriptor, "wb") as file:
            _, sha256 = client.download(part_number, file, head["revision_number"], progress)
            file.flush()
            os.fchmod(file.fileno(), 0o444) if hasattr(os, "fchmod") else None
            os.fsync(file.fileno())
        if sha256 != head["sha256"]:
            raise ServerAway("The download of %s is damaged. Try again." % part_number)
    except OSError as fault:    # of the disk; those of the network are ServerAway
        os.unlink(incoming)
        raise FolderProblem("Can't write %s in %s: %s. Make room and try again; your files are unchanged." % (
            part_number, folder.root, fault.strerror)) from fault
    except BaseException:
        os.unlink(incoming)
        raise
    return incoming


def do(client, folder, place, progress=None):
    """Puts the file in its place.  Returns the path of the old content where that is kept, else None.  Leaves the
    index alone."""
    if place.action not in ("fetch", "backup"):
        return None
    incoming = fetch(client, folder, place.part_number, place.revision, progress)
    try:
        if digest_of(place.path) != place.found:
            raise LocalChanges("%s has just changed. Nothing was replaced." % os.path.basename(place.path),
                               [place.part_number])
        kept = backup(folder, place.path) if place.action == "backup" else None
        if place.found:
            os.replace(incoming, place.path)
        else:
            install_new(incoming, place.path)
    except BaseException:
        if os.path.exists(incoming):
            os.unlink(incoming)
        raise
    sync_folder(os.path.dirname(place.path))
    return kept


def install_new(source, target):
    """Moves a file to a free name; never replaces a file that has appeared there meanwhile."""
    try:
        os.link(source, target)
        os.unlink(source)
    except FileExistsError:
        raise LocalChanges("%s has just appeared. Nothing was replaced." % os.path.basename(target)) from None
    except OSError:    # no hard links here
        os.replace(source, target)


def backup_name(folder, name):
    """A free path in .silo/backup, named as the command line names them."""
    os.makedirs(folder.inner("backup"), exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for number in range(1000):
        path = folder.inner("backup", name_with("%s%s-" % (stamp, ".%d" % number if number else ""), name))
        if not os.path.lexists(path):
            return path
    raise FolderProblem("There is no free name left in %s." % folder.inner("backup"))


def backup(folder, path):
    """Copies a file that is about to be replaced; the copy's path.  Without room for a copy, moves the file itself."""
    target = backup_name(folder, os.path.basename(path))
    try:
        with open(path, "rb") as source, open(target, "xb") as copy:
            for piece in iter(lambda: source.read(1 << 20), b""):
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError:
        os.replace(path, target)
    sync_folder(os.path.dirname(target))
    return target
