"""Where the server is, who we are, which folder we work in; kept in FreeCAD's parameters and, as the
command line does, in the user's silo configuration."""

import os
import socket

import FreeCAD

from silo_client import Client, WorkingFolder
from silo_client import config

_client = None
_user = ""


def parameters():
    return FreeCAD.ParamGet("User parameter:BaseApp/Preferences/Mod/Silo")


def workstation():
    return socket.gethostname()[:200]


def client():
    """The client for the configured server, or None when nobody is signed in.  No network."""
    global _client
    url, token = config.read()
    if not url or not token:
        return None
    if _client is None or _client.url != url.rstrip("/") or _client.token != token:
        _client = Client(url, token)
    return _client


def sign_in(url, username, password):
    """Makes a token named after this machine and keeps it.  Blocks: for a task."""
    token = Client(url).make_token(username, password, "FreeCAD on " + workstation()[:80])
    config.write(url.rstrip("/"), token)
    return remember_user()


def remember_user():
    """Asks who we are.  Blocks: for a task."""
    global _user
    _user = client().me()["username"]
    return _user


def user():
    """The user's name, "" while unknown."""
    return _user


def folder():
    """The working folder of the preferences."""
    path = parameters().GetString("Folder", "") or os.path.join(os.path.expanduser("~"), "Silo")
    return WorkingFolder(path)


def folder_of(path):
    """The working folder a file belongs to: the one around it, else that of the preferences."""
    return WorkingFolder.around(path) or folder()


def lease_seconds():
    """Asked for with each lock; None = the server's usual length."""
    hours = parameters().GetInt("LeaseHours", 0)
    return hours * 3600 if hours > 0 else None
