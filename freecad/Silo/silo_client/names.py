"""Which names a file may have here.  Every name from a server is judged here before it reaches the disk; server and
`silo` command line judge the same way (fcgi/base/filename.c; one table of cases: t/clients/cases/names.json)."""

DEVICES = ("con", "prn", "aux", "nul", "conin$", "conout$")
PORTS = "123456789¹²³"    # of COM and LPT
# Copies of the server's limits, for a folder that knows no server; a test compares them.
FILENAME_BYTES = 255
PART_NUMBER = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}"


def steers(letter):
    """True for control characters, and for those that hide or reverse what is shown."""
    code = ord(letter)
    return (code < 0x20 or 0x7f <= code < 0xa0 or 0x200b <= code <= 0x200f or 0x2028 <= code <= 0x202e
            or 0x2060 <= code <= 0x206f or code in (0xfeff, 0x061c))


def _is_device(name):
    """Windows opens the device whatever the ending, and ignores blanks before it."""
    stem = name.split(".")[0].rstrip(" ").lower()
    return stem in DEVICES or (len(stem) == 4 and stem[:3] in ("com", "lpt") and stem[3] in PORTS)


def problem(name):
    """Why a file can't have that name here, in a few words; None when it can."""
    if not isinstance(name, str):
        return "it is empty"
    for letter in name:
        if 0xd800 <= ord(letter) <= 0xdfff:    # bytes that Python could not read
            return "it is no UTF-8"
        if steers(letter):
            return "it holds control characters"
    if not name:
        return "it is empty"
    if len(name.encode()) > FILENAME_BYTES:
        return "it is longer than %d bytes" % FILENAME_BYTES
    if "/" in name or "\\" in name:
        return "it holds a slash"
    if name[0] == ".":
        return "it starts with a dot"
    if name[-1] in ". " or name[0] == " ":
        return "it starts or ends with a blank or ends with a dot"
    # A colon leads out of the folder on Windows (D:x) or into a hidden stream of a file.
    if any(letter in name for letter in '<>:"|?*'):
        return 'it holds one of < > : " | ? *'
    return "it is the name of a device" if _is_device(name) else None


def path_problem(path):
    """The same for a path relative to the working folder: every part of it must pass."""
    if not isinstance(path, str) or not path or len(path.encode("utf-8", "replace")) > 4000:
        return "it is empty or too long"
    for part in path.split("/"):
        why = problem(part)
        if why:
            return why
    return None
