"""Names that may be used for a file here.  What a server says reaches the disk only through this; the
`silo` command line judges the same way (cli/workfile.c)."""

DEVICES = ("con", "prn", "aux", "nul")


def steers(letter):
    """Control characters, and those that hide or turn around what is shown."""
    code = ord(letter)
    return (code < 0x20 or 0x7f <= code < 0xa0 or 0x200b <= code <= 0x200f or 0x2028 <= code <= 0x202e
            or 0x2060 <= code <= 0x206f or code in (0xfeff, 0x061c) or 0xd800 <= code <= 0xdfff)


def problem(name):
    """Why a name can't be a file's own name here, in a few words; None when it can."""
    if not isinstance(name, str) or not name:
        return "it is empty"
    if any(steers(letter) for letter in name):
        return "it holds control characters"
    if len(name.encode()) > 255:
        return "it is longer than 255 bytes"
    if name[0] == ".":
        return "it starts with a dot"
    if name[-1] in ". " or name[0] == " ":
        return "it starts or ends with a blank or ends with a dot"
    if "/" in name or "\\" in name:
        return "it holds a slash"
    stem = name.split(".")[0].lower()
    if stem in DEVICES or (len(stem) == 4 and stem[:3] in ("com", "lpt") and stem[3] in "123456789"):
        return "it is the name of a device"
    return None


def path_problem(path):
    """The same for a path relative to the working folder: every part of it must pass."""
    if not isinstance(path, str) or not path or len(path.encode("utf-8", "replace")) > 4000:
        return "it is empty or too long"
    for part in path.split("/"):
        why = problem(part)
        if why:
            return why
    return None
