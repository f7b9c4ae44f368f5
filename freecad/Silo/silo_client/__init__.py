"""Silo's HTTP API for Python: no FreeCAD, no Qt, standard library only; other scripts may use it too.

    from silo_client import Client
    client = Client("https://silo.example", token="silo_…")
    client.lock("F01-0001", comment="new holes")
"""

from .client import Client
from .errors import (LockedByOther, NotAllowed, NotFound, NotSignedIn, Refused, ServerAway, SiloError,
                     StaleRevision)
from .events import EventStream
from .working_folder import WorkingFolder

__all__ = ["Client", "EventStream", "WorkingFolder", "SiloError", "LockedByOther", "NotAllowed",
           "NotFound", "NotSignedIn", "Refused", "ServerAway", "StaleRevision"]
