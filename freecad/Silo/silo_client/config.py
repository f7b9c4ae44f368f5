"""Which server and which token: the configuration file that the `silo` command line uses too (cli/core/account.c)."""

import collections
import os
import tempfile

FOLDERS_MOST = 100
Account = collections.namedtuple("Account", "url token user from_environment")


def path():
    home = os.environ.get("XDG_CONFIG_HOME") or ""
    if not os.path.isabs(home):
        home = os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "silo", "config")


def _lines():
    try:
        with open(path(), encoding="utf-8", errors="surrogateescape") as file:
            return file.read(65536).splitlines()
    except OSError:
        return []


def _key(line):
    name, equals, _ = line.partition("=")
    return name.strip() if equals and not line.lstrip().startswith("#") else None


def read():
    """An Account; empty strings for what isn't set.  The environment comes first, and a stored token is never sent
    to a server other than its own."""
    values = {"url": "", "token": "", "user": ""}
    for line in _lines():
        if _key(line) in values:
            values[_key(line)] = line.partition("=")[2].strip()
    url = values["url"].rstrip("/")
    given, token = (os.environ.get("SILO_API_URL") or "").rstrip("/"), os.environ.get("SILO_API_TOKEN") or ""
    if given and given != url:
        url, values["token"], values["user"] = given, "", ""
    if token:
        values["token"], values["user"] = token, ""
    return Account(url, values["token"], values["user"], bool(given or token))


def write(url, token, user=""):
    """Replaces these three lines and keeps all others."""
    lines = ["%s = %s" % (name, value) for name, value in (("url", url), ("token", token), ("user", user)) if value]
    lines += [line for line in _lines() if _key(line) not in ("url", "token", "user")]
    _replace(path(), lines)


def remember_folder(root):
    """Lists a working folder in which something was checked out, so that the `silo` command line can say where else
    an item is checked out (cli/folder/known_folders.c)."""
    target = os.path.join(os.path.dirname(path()), "folders")
    try:
        with open(target, encoding="utf-8", errors="surrogateescape") as file:
            known = file.read(65536).splitlines()
    except OSError:
        known = []
    if root not in known[:FOLDERS_MOST] and "\n" not in root:
        _replace(target, [root] + known[:FOLDERS_MOST - 1])


def _replace(target, lines):
    """Writes a file that only its user can read, from the first byte on."""
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    descriptor, part = tempfile.mkstemp(prefix=os.path.basename(target) + ".", dir=os.path.dirname(target))    # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        os.unlink(part)
        raise
