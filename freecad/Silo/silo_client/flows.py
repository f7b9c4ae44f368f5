"""The user's steps from begin to end: check out, look, commit, undo.  Blocking; no Qt, no FreeCAD.  In the
order of the `silo` command line, so that a crash at any step leaves something to go on from."""

import collections
import os

from . import names, place
from .errors import (Cancelled, FolderProblem, LocalChanges, NotAllowed, NotFound, Refused, ServerAway,
                     SiloError)
from .wire import Cancellation

# What became of one item: `replaced` when another content lies in its file now, `kept` where the former is.
Outcome = collections.namedtuple("Outcome", "part_number path revision replaced kept")


def _is_mine(lock, me):
    return bool(lock) and lock.get("locked_by") == me


def check_out(client, folder, part_numbers, me, comment=None, lease=None, workstation=None, force=False,
              unsaved=None, progress=None):
    """Locks all or none, then places the files; an Outcome for each.  `unsaved` maps part numbers in lower
    case to the revision that an editor's unsaved changes started from: if their file would be replaced it
    is LocalChanges, and nothing has happened; so is a changed file on an older revision.  With `force` the
    newest revision comes, what is on disk is kept in .silo/backup."""
    folder.check_server(client.url)
    before = client.items_of(part_numbers)
    for part_number in part_numbers:
        if part_number.lower() not in before:
            raise NotFound("There is no item %s." % part_number)
    fresh = [part_number for part_number in part_numbers if not _is_mine(before[part_number.lower()]["lock"], me)]
    locks = client.lock_all(part_numbers, comment, lease, workstation)
    try:
        places = _decide_all(client, folder, locks, force, unsaved or {})
    except BaseException:
        _give_back(client, fresh)
        raise
    done = []
    for each in places:
        try:
            kept = place.do(client, folder, each, progress)
        except BaseException:
            # What has arrived is checked out; the locks of the rest go back.
            arrived = {outcome.part_number for outcome in done}
            _give_back(client, [number for number in fresh if number not in arrived])
            raise
        if each.path:
            folder.note(each.path, client.url, part_number=each.part_number, item_id=each.item_id,
                        revision=each.revision["revision_number"], sha256=each.revision["sha256"],
                        checked_out=True, committing=None)
            place.set_writable(each.path, True)
        done.append(Outcome(each.part_number, each.path, (each.revision or {}).get("revision_number", 0),
                            each.action in ("fetch", "backup"), kept))
    return done


def _decide_all(client, folder, locks, force, unsaved):
    places, taken, clashes = [], {}, []
    for lock in locks:
        part_number = lock["part_number"]
        head = client.head(part_number)
        number = (head or {}).get("revision_number", 0)
        started = unsaved.get(part_number.lower())
        try:
            if started is not None and started != number and not force:
                raise LocalChanges("%s has unsaved changes of yours on revision %s; the newest is revision %d." % (
                    part_number, started, number), [part_number])
            each = place.decide(folder, part_number, lock.get("item_id"), head, keep_changes=True, force=force)
        except LocalChanges as fault:
            clashes.append(fault)
            continue
        if each.path and each.path.lower() in taken:
            raise FolderProblem("%s and %s have the same file name %s; check them out one by one." % (
                taken[each.path.lower()], part_number, os.path.basename(each.path)))
        if each.path:
            taken[each.path.lower()] = part_number
        places.append(each)
    if clashes:
        raise LocalChanges("\n".join(str(fault) for fault in clashes),
                           [number for fault in clashes for number in fault.part_numbers])
    return places


def _give_back(client, part_numbers):
    """After a failure, without hiding it; also after the user cancelled the rest."""
    if part_numbers:
        try:
            client.bound(Cancellation()).unlock_all(part_numbers)
        except SiloError:
            pass


def look(client, folder, part_number, progress=None):
    """The path of the newest revision, read-only, without a lock.  What is checked out or changed here
    stays as it is."""
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
    """The newest revision as NAME@REV beside one's own file, read-only, not in the index; its path."""
    head = client.head(part_number)
    if not head or not head.get("sha256"):
        raise Refused("%s has no file yet." % part_number, "no_file")
    path, _ = folder.entry_of(part_number)
    name = os.path.basename(path) if path else head.get("filename") or ""
    target = os.path.join(os.path.dirname(path) if path else folder.root, place.beside(name, head["revision_number"]))
    if names.problem(os.path.basename(target)):
        raise FolderProblem("%s can't be a file's name here." % name)
    if place.digest_of(target) != head["sha256"]:
        incoming = place.fetch(client, folder, part_number, head, progress)
        try:
            place.install_new(incoming, target)
        finally:
            if os.path.exists(incoming):
                os.unlink(incoming)
    return target


def commit(client, folder, path, me, comment="", base=None, keep=False, progress=None):
    """Uploads what is on disk with the revision it started from and releases the lock unless kept.
    `base`: the revision that the editor's document was loaded from, where that is known; it counts, not
    what the index says: the file may have been replaced below an open document.  Returns the revision;
    with "unchanged": True when there was nothing to upload.  Any refusal leaves file and index as they
    are."""
    folder.check_server(client.url)
    entry = folder.entry(path)
    if entry is None:
        raise FolderProblem("%s is no file of a working folder, so nobody knows which revision it started from. "
                            "Check the item out, and carry your changes over." % path)
    part_number = entry["part_number"]
    arrived = _settle(client, entry, me)
    if arrived:
        folder.note(path, client.url, revision=arrived["revision_number"], sha256=arrived["sha256"], committing=None)
        base = arrived["revision_number"]
    elif base is None:
        base = int(entry.get("revision") or 0)
    sha256 = arrived["sha256"] if arrived else entry.get("sha256")
    if sha256 and place.digest_of(path) == sha256:
        return _release_unchanged(client, folder, path, part_number, keep, arrived, entry)
    try:
        revision = client.upload(part_number, path, comment, base, release_lock=not keep, progress=progress,
                                 digest=lambda digest: folder.note(path, client.url, committing=digest))
    except (ServerAway, Cancelled):
        raise    # its end is not known: the next commit finds out by `committing`
    except SiloError:
        folder.note(path, client.url, committing=None)
        raise
    folder.note(path, client.url, revision=revision["revision_number"], sha256=revision["sha256"],
                committing=None, checked_out=bool(keep and entry.get("checked_out")))
    if not keep and place.digest_of(path) == revision["sha256"]:
        place.set_writable(path, False)
    return revision


def _settle(client, entry, me):
    """An upload whose end was never learnt: its revision, if it arrived and is ours."""
    if not entry.get("committing"):
        return None
    try:
        made = client.revision(entry["part_number"], int(entry.get("revision") or 0) + 1)
    except NotFound:
        return None
    return made if made.get("sha256") == entry["committing"] and made.get("created_by") == me else None


def _release_unchanged(client, folder, path, part_number, keep, arrived, entry):
    if not keep:
        try:
            client.unlock(part_number)
        except (NotFound, NotAllowed):
            pass    # it has ended by itself, or is another's
        folder.note(path, client.url, checked_out=False, committing=None)
        place.set_writable(path, False)
    return arrived or {"part_number": part_number, "revision_number": entry.get("revision"),
                       "sha256": entry.get("sha256"), "unchanged": True}


def undo(client, folder, path, me, progress=None):
    """The newest revision back in place, what was changed kept in .silo/backup, the lock released."""
    folder.check_server(client.url)
    entry = folder.entry(path)
    if entry is None:
        raise FolderProblem("%s is no file of a working folder." % path)
    part_number = entry["part_number"]
    head = client.head(part_number)
    each = place.decide(folder, part_number, entry.get("item_id"), head, force=True)
    kept = place.do(client, folder, each, progress)
    if _is_mine(client.lock_of(part_number), me):
        try:
            client.unlock(part_number)
        except NotFound:
            pass
    place.set_writable(path, False)
    folder.note(path, client.url, checked_out=False, committing=None,
                **({"revision": head["revision_number"], "sha256": head["sha256"]} if each.path else {}))
    return Outcome(part_number, path, (head or {}).get("revision_number", 0), True, kept)


def add(client, folder, path, comment="", progress=None, **facts):
    """Puts a file that Silo does not know under its care: makes the item, uploads the first revision and
    locks it, so that one can go on.  `facts`: see Client.create_item."""
    folder.check_server(client.url)
    why = names.path_problem(folder.key(path) or "")
    if why or folder.entry(path):
        raise FolderProblem("%s can't be added: %s" % (path, why or "it is an item already"))
    item = client.create_item(**facts)
    revision = client.upload(item["part_number"], path, comment, 0, progress=progress)
    folder.note(path, client.url, part_number=item["part_number"], item_id=item["id"],
                revision=revision["revision_number"], sha256=revision["sha256"], checked_out=False)
    place.set_writable(path, False)
    return dict(revision, part_number=item["part_number"], item_id=item["id"])
