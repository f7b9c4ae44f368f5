"""The addon's windows and commands.  What speaks to the server is in silo_client."""

import os

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def icon_path(name):
    return os.path.join(FOLDER, "icons", name + ".svg")
