"""Rebuilds a damaged index from what can still be read of it, from the last good one, from the files on disk and from
the server, where a file's SHA-256 tells which revision it is.  Deletes nothing and touches no file; lists what matches
no revision."""

import html
import os
import re
import zipfile

from . import names, place
from .errors import FolderProblem, NotFound, SiloError
from .file_state import MISSING, UNCHANGED, state_of
from .working_folder import same_server

FILES_MOST = 5000        # files to look at
NAMED_MOST = 20          # files to name in the report
REVISIONS_MOST = 5000    # of one item

OWN_WORD = (r'name="SiloPartNumber"[^>]*>\s*<String value="([^"]*)"', r'key="SiloPartNumber" value="([^"]*)"')


def rebuild(client, folder, me):
    """Puts a new index in place.  A sentence about it, also in folder.rebuilt; None when the index was whole."""
    remains = folder.remains()
    server = remains["server"] or client.url
    if not same_server(server, client.url):
        raise FolderProblem("Sign in to %s to rebuild the index of %s: the folder belongs to that server, not to %s."
                            % (server, folder.root, client.url))
    files = {key: _checked(client, folder.path(key), entry) for key, entry in remains["files"].items()}
    found, strangers = _search(client, folder, me, files, remains["names"])
    files.update(found)
    keep = place.backup_name(folder, "index.json")
    if not folder.replace_damaged(server, files, keep):
        return None
    words = "The index of %s was damaged. Silo has rebuilt it: %d file%s found." % (
        folder.root, len(files), "" if len(files) == 1 else "s")
    if strangers:
        more = len(strangers) - NAMED_MOST
        words += " Left alone, because they match no known revision: %s%s." % (
            ", ".join(strangers[:NAMED_MOST]), ", and %d more" % more if more > 0 else "")
    if os.path.exists(keep):
        words += " The damaged index is kept as %s." % keep
    folder.rebuilt.append(words)
    return words


def _revisions(client, part_number):
    """SHA-256 → (number, file name), the newest of equal ones; empty for an item that no longer exists."""
    found, cursor, seen = {}, None, 0
    while True:
        try:
            page = client.revisions(part_number, cursor)
        except NotFound:
            return found
        for row in page["revisions"]:
            found.setdefault(row.get("sha256"), (row["revision_number"], row.get("filename")))
        seen, cursor = seen + len(page["revisions"]), page.get("next_cursor")
        if not cursor or seen >= REVISIONS_MOST:
            return found


def _checked(client, path, entry):
    """A saved entry, updated to what the file is now.  A changed file keeps its base revision."""
    found = state_of(path, entry)
    if found.state in (UNCHANGED, MISSING):
        return entry
    numbers = _revisions(client, entry["part_number"])
    try:
        sha256 = found.sha256 or place.digest_of(path)
    except SiloError:
        sha256 = ""
    if sha256 in numbers:
        return dict(entry, revision=numbers[sha256][0], sha256=sha256)
    if not found.sha256:    # its own SHA-256 was damaged
        known = [digest for digest, (number, _) in numbers.items() if number == entry.get("revision")]
        return dict(entry, sha256=known[0]) if known else entry
    return entry


def _search(client, folder, me, files, named):
    """(entries, names of those that match nothing) for the files without an entry."""
    held = {lock["part_number"] for lock in client.locks() if lock["locked_by"] == me}
    taken = {entry["part_number"].lower() for entry in files.values()}
    found, strangers = {}, []
    for path in _plain_files(folder):
        key = folder.key(path)
        if key in files:
            continue
        entry = None if names.path_problem(key) else _match(client, path, (named, sorted(held)), taken)
        if entry:
            taken.add(entry["part_number"].lower())
            found[key] = dict(entry, checked_out=entry["part_number"] in held and place.is_writable(path))
        else:
            strangers.append(key)
    return found, strangers


def _plain_files(folder):
    seen = 0
    for above, below, here in os.walk(folder.root):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(here):
            path = os.path.join(above, name)
            if not name.startswith(".") and os.path.isfile(path) and not os.path.islink(path):
                seen += 1
                if seen > FILES_MOST:
                    return
                yield path


def _match(client, path, others, taken):
    """An entry for the item that has this content as a revision; None when no item has it, or several."""
    name = os.path.basename(path)
    try:
        sha256 = place.digest_of(path)
    except SiloError:
        return None
    for numbers in (own_words(path), [name.split(" ")[0]], *others):
        found = []
        for number in dict.fromkeys(numbers):
            if number.lower() not in taken and re.fullmatch(names.PART_NUMBER, number):
                revision = _revisions(client, number).get(sha256)
                if revision:
                    found.append((number, *revision))
        found = found if len(found) < 2 else [each for each in found if each[2] == name]
        if len(found) == 1:
            item = client.item(found[0][0])
            return {"part_number": item["part_number"], "item_id": item["id"], "revision": found[0][1],
                    "sha256": sha256}
    return None


def own_words(path):
    """The part numbers that a FreeCAD document gives itself."""
    try:
        with zipfile.ZipFile(path) as inside, inside.open("Document.xml") as file:
            text = file.read(4 << 20).decode("utf-8", "replace")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return []
    return [html.unescape(word) for pattern in OWN_WORD for word in re.findall(pattern, text) if word]
