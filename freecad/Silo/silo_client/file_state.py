"""The state of a file in the working folder compared with its entry in the index, judged as the `silo` command line
does (cli/folder/file_state.c).  A file that can't be read never counts as unchanged.  Knows no server."""

import collections
import re

from . import place
from .errors import FolderProblem

UNCHANGED, MODIFIED, MISSING, UNREADABLE = "unchanged", "modified", "missing", "unreadable"

# `sha256`: of what is there; `why`: what stops us from judging it, else None.
FileState = collections.namedtuple("FileState", "state sha256 why")


def state_of(path, entry):
    known = entry.get("sha256")
    if not isinstance(known, str) or not re.fullmatch("[0-9a-f]{64}", known):
        return FileState(UNREADABLE, "", "Its entry in .silo/index.json is damaged.")
    try:
        found = place.digest_of(path)
    except FolderProblem as fault:
        return FileState(UNREADABLE, "", str(fault))
    if not found:
        return FileState(MISSING, "", "%s is missing." % path)
    return FileState(UNCHANGED if found == known else MODIFIED, found, None)
