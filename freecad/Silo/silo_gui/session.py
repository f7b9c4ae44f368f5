"""Which server, which user, which working folder; kept in FreeCAD's parameters and, where the command line keeps
it too, in the user's silo configuration.  No Qt: works in freecadcmd too."""

import os
import socket

import FreeCAD

from silo_client import Client, WorkingFolder, config, wire

_client = None
_key = None
_user = ""
_facts = {}     # what the server says of itself: see Client.config
_folders = {}   # root → WorkingFolder, which remembers what it has read


def parameters():
    return FreeCAD.ParamGet("User parameter:BaseApp/Preferences/Mod/Silo")


def workstation():
    return socket.gethostname()[:limit("workstation")]


def client():
    """The client for the configured server, or None when nobody is signed in.  No network."""
    global _client, _key, _user
    account = config.read()
    cafile = parameters().GetString("CertificatesFile", "")
    if not account.url or not account.token:
        _client = _key = None
        _user = ""
        return None
    key = (account.url, account.token, cafile)
    if key != _key:
        try:
            _client = Client(account.url, account.token, cafile=cafile)
        except Exception as fault:
            FreeCAD.Console.PrintError("Silo: %s\n" % fault)
            return None
        _key, _user = key, account.user
        _facts.clear()
    return _client


def server():
    """The server's address, "" for none."""
    return config.read().url


def sign_in(url, username, password):
    """Makes a token named after this machine and keeps it.  Returns the user's name.  Blocks: for a task."""
    url = wire.address(url)
    new = Client(url, cafile=parameters().GetString("CertificatesFile", ""))
    new.token = new.make_token(username, password, ("FreeCAD on " + workstation())[:new.limit("token_name")])
    me = new.me()["username"]
    config.write(url, new.token, me)
    return me


def sign_out():
    """Revokes our token if the server can be reached, and forgets it.  Blocks: for a task."""
    account = config.read()
    if account.token and not account.from_environment:
        try:
            Client(account.url, account.token, cafile=parameters().GetString("CertificatesFile", "")).revoke_own_token()
        except Exception:
            pass    # then it is forgotten here only
    config.write(account.url, "", "")


def set_server(url):
    """Another address, without the sign-in at the old one.  Refused when it isn't an address."""
    url = wire.address(url) if url.strip() else ""
    if url != server().rstrip("/"):
        config.write(url, "", "")


def learn(client_now):
    """Asks who we are and what the server allows.  Returns the user's name.  Blocks: for a task."""
    global _user
    name = client_now.me()["username"]
    facts = client_now.config()
    if _client is not None and client_now.token == _client.token:
        _user = name
        _facts.update(facts)
    return name


def user():
    """The user's name, "" while unknown."""
    return _user


def who(client_now):
    """The user's name, asked for if it is unknown.  Blocks: for a task."""
    return user() or learn(client_now)


def now():
    """The time by the server's clock, where it is known."""
    import time
    return _client.now() if _client else time.time()


def _known(folder):
    return _folders.setdefault(folder.root, folder)


def folder():
    """The working folder of the preferences."""
    path = parameters().GetString("Folder", "") or os.path.join(os.path.expanduser("~"), "Silo")
    return _known(WorkingFolder(path))


def folders():
    """Those that this FreeCAD has used, and that of the preferences."""
    folder()
    return list(_folders.values())


def folder_of(path):
    """The working folder that a file belongs to: the one around it, else that of the preferences."""
    around = WorkingFolder.around(path)
    return _known(around) if around else folder()


def lease_seconds():
    """Asked for with each lock; None: the server's usual length.  Never more than the server allows."""
    hours = parameters().GetInt("LeaseHours", 0)
    if hours <= 0:
        return None
    return min(hours * 3600, int(_facts.get("lock_maximum_seconds") or hours * 3600))


def lease_length():
    """Seconds for which one of our leases lasts; 0 while the server hasn't told."""
    return lease_seconds() or int(_facts.get("lock_default_seconds") or 0)


def warning_seconds():
    """How long before the end of a lease the server warns its holder; 0 while the server hasn't told."""
    return int(_facts.get("lock_warning_seconds") or 0)


def limit(name):
    """One of the server's limits, or None while it is unknown."""
    return (_facts.get("limits") or {}).get(name)


def item_types():
    """What an item can be; empty while the server hasn't told."""
    return list(_facts.get("item_types") or [])
