"""How a file of the working folder stands against its entry in the index, judged as the `silo` command line
does (cli/folder/file_state.c).  What can't be told is never taken for unchanged.  Knows no server."""

import collections
import re

from . import place
from .errors import FolderProblem

UNCHANGED, MODIFIED, MISSING, UNREADABLE = "unchanged", "modified", "missing", "unreadable"

# `sha256` of what is there; `why` it could not be judged, else None.
Standing = collections.namedtuple("Standing", "state sha256 why")


def standing_of(path, entry):
    known = entry.get("sha256")
    if not isinstance(known, str) or not re.fullmatch("[0-9a-f]{64}", known):
        return Standing(UNREADABLE, "", "Its entry in .silo/index.json is damaged.")
    try:
        found = place.digest_of(path)
    except FolderProblem as fault:
        return Standing(UNREADABLE, "", str(fault))
    if not found:
        return Standing(MISSING, "", "%s is not there." % path)
    return Standing(UNCHANGED if found == known else MODIFIED, found, None)
