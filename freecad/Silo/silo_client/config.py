"""Where the server is and how to get in: the same file as the `silo` command line's."""

import os


def _path():
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "silo", "config")


def read():
    """(url, token); the environment wins; empty strings for what is not set."""
    values = {"url": "", "token": ""}
    try:
        with open(_path(), encoding="utf-8") as file:
            for line in file:
                name, _, value = line.partition("=")
                if name.strip() in values and not line.lstrip().startswith("#"):
                    values[name.strip()] = value.strip()
    except OSError:
        pass
    return os.environ.get("SILO_API_URL") or values["url"], os.environ.get("SILO_API_TOKEN") or values["token"]


def write(url, token):
    """Readable by the user alone from its first byte."""
    path = _path()
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    part = path + ".part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("url = %s\ntoken = %s\n" % (url, token))
    os.replace(part, path)
