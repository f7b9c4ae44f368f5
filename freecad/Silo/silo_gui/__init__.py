"""The addon's windows and commands.  silo_client talks to the server."""

import os

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def icon_path(name):
    return os.path.join(FOLDER, "icons", name + ".svg")
