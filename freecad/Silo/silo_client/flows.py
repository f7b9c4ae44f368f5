"""The user's steps from beginning to end: check out, look, check in, undo, release, add.  Blocks; no Qt, no FreeCAD.
In the order of the `silo` command line, so that after a crash at any point either of them can carry on."""

import collections
import os

from . import config, names, place, rebuild
from .errors import (Cancelled, FolderProblem, LocalChanges, LockedByOther, NotAllowed, NotFound, OtherLease, Refused,
                     ServerAway, SiloError)
from .file_state import MISSING, MODIFIED, UNCHANGED, state_of
from .wire import Cancellation

# What became of one item: `replaced` when its file has other content now, `kept`: where the old content is.
Outcome = collections.namedtuple("Outcome", "part_number path revision replaced kept")


def _is_mine(lock, me):
    return bool(lock) and lock.get("locked_by") == me


def ready(client, folder, me):
    """Checks a folder before anything is done in it: that it belongs to this server and that its index is whole.
    Rebuilds a damaged index; folder.rebuilt then has a sentence about it."""
    if folder.is_damaged():
        rebuild.rebuild(client, folder, me)
    folder.check_server(client.url)


def check_out(client, folder, part_numbers, me, comment=None, lease=None, workstation=None, force=False,
              unsaved=None, progress=None):
    """Locks all or none, then places the files; an Outcome for each.  `unsaved` maps part numbers in lower case to
    the revision that an editor's unsaved changes started from.  Raises LocalChanges, with nothing done, when a
    file with changes on an older revision, saved or not, would be replaced; with `force`, fetches the head and
    keeps what is on disk in .silo/backup."""
    ready(client, folder, me)
    most = client.limit("part_numbers")
    if most and len(part_numbers) > most:
        raise Refused("Check out at most %d items together; these are %d." % (most, len(part_numbers)), "too_many")
    before = client.items_of(part_numbers)
    for part_number in part_numbers:
        if part_number.lower() not in before:
            client.item(part_number)    # raises an error that says what became of it
            raise NotFound("There is no item %s." % part_number)
    order = {part_number.lower(): at for at, part_number in enumerate(part_numbers)}
    locks = client.lock_all(part_numbers, comment, lease, workstation)
    locks.sort(key=lambda lock: order.get(lock["part_number"].lower(), 0))    # the first of a file name gets it
    fresh = [lock for lock in locks if not _is_mine(before[lock["part_number"].lower()]["lock"], me)]
    try:
        places = _decide_all(client, folder, locks, force, unsaved or {})
    except BaseException:
        _release_again(client, fresh)
        raise
    done = []
    try:
        config.remember_folder(folder.root)
    except OSError:
        pass    # the list only helps to find other check-outs
    for each in places:
        try:
            kept = place.do(client, folder, each, progress)
        except BaseException:
            # What has arrived stays checked out; release the locks of the rest.
            arrived = {outcome.part_number for outcome in done}
            _release_again(client, [lock for lock in fresh if lock["part_number"] not in arrived])
            raise
        if each.path:
            folder.note(each.path, client.url, part_number=each.part_number, item_id=each.item_id,
                        revision=each.revision["revision_number"], sha256=each.revision["sha256"],
                        checked_out=True, committing=None, workstation=workstation)
            place.set_writable(each.path, True)
        done.append(Outcome(each.part_number, each.path, (each.revision or {}).get("revision_number", 0),
                            each.action in ("fetch", "backup"), kept))
    return done


def _decide_all(client, folder, locks, force, unsaved):
    places, taken, clashes = [], set(), []
    for lock in locks:
        part_number = lock["part_number"]
        head = client.head(part_number)
        number = (head or {}).get("revision_number", 0)
        started = unsaved.get(part_number.lower())
        try:
            if started is not None and started != number and not force:
                raise LocalChanges("%s has unsaved changes on revision %s, but the newest is revision %d." % (
                    part_number, started, number), [part_number])
            each = place.decide(folder, part_number, lock.get("item_id"), head, keep_changes=True, force=force,
                                taken=taken)
        except LocalChanges as fault:
            clashes.append(fault)
            continue
        if each.path:
            taken.add(each.path.lower())
        places.append(each)
    if clashes:
        raise LocalChanges("\n".join(str(fault) for fault in clashes),
                           [number for fault in clashes for number in fault.part_numbers])
    return places


def _release_again(client, locks):
    """Cleans up after a failure, even after the user cancelled, without hiding that failure."""
    if locks:
        try:
            client.bound(Cancellation()).release_all([lock["part_number"] for lock in locks],
                                                    [lock.get("lease_id") for lock in locks])
        except SiloError:
            pass


def look(client, folder, part_number, progress=None):
    """Fetches the head, read-only, without a lock; its path.  What is checked out or changed here stays as it
    is."""
    folder.check_server(client.url)
    path, entry = folder.entry_of(part_number)
    if entry and os.path.isfile(path) and entry.get("checked_out"):
        return path
    head = client.head(part_number)
    if not head or not head.get("sha256"):
        raise Refused("%s has no file yet." % part_number, "no_file")
    try:
        each = place.decide(folder, part_number, None, head)
    except LocalChanges:
        if entry:
            return path
        raise
    place.do(client, folder, each, progress)
    place.set_writable(each.path, False)
    folder.note(each.path, client.url, part_number=part_number, item_id=client.item(part_number)["id"],
                revision=head["revision_number"], sha256=head["sha256"], checked_out=False)
    return each.path


def newest_beside(client, folder, part_number, progress=None):
    """Fetches the head as NAME@REV beside the user's own file, read-only and not in the index; its path."""
    head = client.head(part_number)
    if not head or not head.get("sha256"):
        raise Refused("%s has no file yet." % part_number, "no_file")
    path, _ = folder.entry_of(part_number)
    name = os.path.basename(path) if path else head.get("filename") or ""
    target = os.path.join(os.path.dirname(path) if path else folder.root, place.beside(name, head["revision_number"]))
    if names.problem(os.path.basename(target)):
        raise FolderProblem("%s can't be used as a file name here." % name)
    if place.digest_of(target) != head["sha256"]:
        incoming = place.fetch(client, folder, part_number, head, progress)
        try:
            place.install_new(incoming, target)
        finally:
            if os.path.exists(incoming):
                os.unlink(incoming)
    return target


def check_in(client, folder, path, me, comment="", base=None, keep=False, progress=None):
    """Uploads what is on disk, with its base revision, and releases the lock unless `keep`.  `base`: the revision
    that the editor's document was loaded from, where that is known; it counts, not the index's, because the file
    may have been replaced under an open document.  Releases only a lock that was taken here.  Returns the revision,
    with "lock": what became of the lock, in words, and "unchanged": True when there was nothing to upload.  Any
    refusal leaves file and index as they are."""
    ready(client, folder, me)
    entry = folder.entry(path)
    if entry is None:
        raise FolderProblem("Check the item out and copy your changes over: %s isn't in a working folder, so Silo "
                            "can't tell which revision it started from." % path)
    part_number = entry["part_number"]
    found = state_of(path, entry)
    if found.why:
        raise FolderProblem("%s Nothing was sent, and you still hold the lock.%s" % (
            found.why, " Undo the check-out to get the file back." if found.state == MISSING else ""))
    arrived = _settle(client, entry, me)
    if arrived:
        folder.note(path, client.url, revision=arrived["revision_number"], sha256=arrived["sha256"], committing=None)
        base = arrived["revision_number"]
    elif base is None:
        base = int(entry.get("revision") or 0)
    sha256 = arrived["sha256"] if arrived else entry["sha256"]
    if found.sha256 == sha256 and (
            arrived or _server_has(client, part_number, int(entry.get("revision") or 0), sha256)):
        return _release_unchanged(client, folder, path, part_number, me, keep, arrived, entry)
    hold = _hold(client, entry, me)
    try:
        revision = client.upload(part_number, path, comment, base, release_lock=hold.here and not keep,
                                 filename=place.upload_name(client, entry, path), progress=progress,
                                 lease_id=hold.lease_id,
                                 digest=lambda digest: folder.note(path, client.url, committing=digest))
    except (ServerAway, Cancelled):
        raise    # the outcome is unknown: the next check-in finds out by `committing`
    except SiloError as fault:
        folder.note(path, client.url, committing=None)
        if isinstance(fault, OtherLease) and fault.lock and not _is_mine(fault.lock, me):
            raise LockedByOther({"lock": fault.lock}) from fault
        raise
    folder.note(path, client.url, revision=revision["revision_number"], sha256=revision["sha256"],
                committing=None, checked_out=bool(keep and hold.here))
    if not (keep and hold.here) and place.digest_of(path) == revision["sha256"]:
        place.set_writable(path, False)
    return dict(revision, lock=hold.words(keep))


def _settle(client, entry, me):
    """The revision of an upload whose outcome is unknown, if it arrived and is ours; else None."""
    if not entry.get("committing"):
        return None
    try:
        made = client.revision(entry["part_number"], int(entry.get("revision") or 0) + 1)
    except NotFound:
        return None
    return made if made.get("sha256") == entry["committing"] and made.get("created_by") == me else None


def _server_has(client, part_number, number, sha256):
    """True when that revision has this content.  If not, the index is wrong, and the file is to be sent."""
    try:
        return client.revision(part_number, number).get("sha256") == sha256
    except NotFound:
        client.item(part_number)    # raises an error when the item no longer exists
        return False


class Hold(collections.namedtuple("Hold", "mine here elsewhere lease_id")):
    """The server's lock as seen from a file: `mine`; `here`: taken by this file's check-out; `elsewhere`: where else,
    in words."""

    def words(self, keep):
        if not self.mine:
            return "you held no lock"
        if not self.here:
            return "you keep the lock, " + self.elsewhere
        return "you keep the lock" if keep else "lock released"


def _hold(client, entry, me):
    lock = client.lock_of(entry["part_number"])
    if not _is_mine(lock, me):
        return Hold(False, False, None, None)
    station, own = lock.get("workstation"), entry.get("workstation")
    elsewhere = None
    if not entry.get("checked_out"):
        elsewhere = "not checked out here"
    elif station and own and station != own:
        elsewhere = "taken again at %s" % station
    return Hold(True, elsewhere is None, elsewhere, lock.get("lease_id"))


def _release(client, entry, me):
    """Releases my lock if it was taken here; its Hold.  No error if it has already ended."""
    hold = _hold(client, entry, me)
    if hold.here:
        try:
            client.release(entry["part_number"], lease_id=hold.lease_id)
        except (NotFound, NotAllowed):
            pass
    return hold


def _release_unchanged(client, folder, path, part_number, me, keep, arrived, entry):
    hold = _hold(client, entry, me) if keep else _release(client, entry, me)
    if not keep:
        folder.note(path, client.url, checked_out=False, committing=None)
        place.set_writable(path, False)
    return dict(arrived or {"part_number": part_number, "revision_number": entry.get("revision"),
                            "sha256": entry.get("sha256"), "unchanged": True}, lock=hold.words(keep))


def undo(client, folder, path, me, progress=None):
    """Puts the head back in place, keeps what was changed in .silo/backup and releases the lock; an Outcome."""
    ready(client, folder, me)
    entry = folder.entry(path)
    if entry is None:
        raise FolderProblem("%s isn't in a working folder." % path)
    part_number = entry["part_number"]
    head = client.head(part_number)
    each = place.decide(folder, part_number, entry.get("item_id"), head, force=True)
    kept = place.do(client, folder, each, progress)
    _release(client, entry, me)
    if os.path.exists(path):
        place.set_writable(path, False)
    folder.note(path, client.url, checked_out=False, committing=None,
                **({"revision": head["revision_number"], "sha256": head["sha256"]} if each.path else {}))
    return Outcome(part_number, path, (head or {}).get("revision_number", 0), True, kept)


def changes_of(folder, path, unsaved=False):
    """A sentence when a file of the folder has changes, or when that can't be told; None when it has none."""
    name, found = os.path.basename(path), state_of(path, folder.entry(path) or {})
    if unsaved or found.state == MODIFIED:
        return "%s has changes that aren't checked in." % name
    return None if found.state == UNCHANGED else "Silo can't tell whether %s has changes: %s" % (name, found.why)


def release(client, folder, part_number, lease_id=None, reason=None, unsaved=False, force=False):
    """Releases a lock and makes its file here read-only.  Unless `force`, raises LocalChanges, with nothing done, when
    the file or an editor (`unsaved`) has changes, or when that can't be told."""
    path, entry = folder.entry_of(part_number)
    here = bool(entry and entry.get("checked_out"))
    changes = changes_of(folder, path, unsaved) if here and not force else None
    if changes:
        raise LocalChanges(changes, [part_number])
    held = client.release(part_number, reason, lease_id)
    if here:
        folder.note(path, client.url, checked_out=False)
        if os.path.isfile(path):
            place.set_writable(path, False)
    return held


def follow_locks(client, folder, me, part_numbers):
    """Sets the write permission of these items' files by the server's locks: what is checked out here and mine is
    writable; what is not mine and has no changes is read-only again."""
    for part_number in part_numbers:
        path, entry = folder.entry_of(part_number)
        if entry is None or not os.path.isfile(path):
            continue
        # Ask while nobody else can write the index: a check-out notes itself after it has the lock.
        with folder.changing(client.url) as files:
            entry = files.get(folder.key(path)) or {}
            try:
                mine = _is_mine(client.lock_of(part_number), me)
            except NotFound:
                mine = False
            if mine and entry.get("checked_out"):
                place.set_writable(path, True)
            elif not mine and state_of(path, entry).state == UNCHANGED:
                entry["checked_out"] = False
                place.set_writable(path, False)


def add(client, folder, path, comment="", progress=None, **facts):
    """Makes a new item of a file and uploads the first revision.  `facts`: see Client.create_item."""
    folder.check_server(client.url)
    if folder.entry(path):
        raise FolderProblem("Can't add %s: it already belongs to an item." % path)
    return first_revision(client, folder, path, new_item(client, folder, path, **facts), comment, progress)


def new_item(client, folder, path, **facts):
    """A new item for that file.  Raises FolderProblem first if anything is wrong with the file."""
    folder.check_server(client.url)
    why = names.path_problem(folder.key(path) or "")
    if not why and not place.digest_of(path):
        why = "it is missing"
    if why:
        raise FolderProblem("Can't add %s: %s." % (path, why))
    return client.create_item(**facts)


def first_revision(client, folder, path, item, comment="", progress=None):
    """Uploads what is on disk as the first revision of a new item, whatever the file belonged to before."""
    revision = client.upload(item["part_number"], path, comment, 0, progress=progress)
    folder.note(path, client.url, part_number=item["part_number"], item_id=item["id"], committing=None,
                revision=revision["revision_number"], sha256=revision["sha256"], checked_out=False)
    place.set_writable(path, False)
    return dict(revision, part_number=item["part_number"], item_id=item["id"])


def forget(folder, path, server):
    """Takes a file out of the index: it stays where it is, and is writable.  The item's lock, if there is one, stays
    too."""
    with folder.changing(server) as files:
        files.pop(folder.key(path), None)
    if os.path.isfile(path):
        place.set_writable(path, True)
