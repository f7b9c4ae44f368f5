"""Silo's HTTP API for Python.  Needs only the standard library: no FreeCAD, no Qt; other scripts can use it.

    from silo_client import Client
    client = Client("https://silo.example", token="silo_…")
    client.lock("F01-0001", comment="new holes")
"""

from .client import Client
from .errors import (Cancelled, FolderProblem, LocalChanges, LockedByOther, NotAllowed, NotFound, NotSignedIn,
                     OtherLease, Refused, ServerAway, SiloError, StaleRevision)
from .events import EventStream
from .wire import Cancellation
from .working_folder import WorkingFolder

__all__ = ["Cancellation", "Cancelled", "Client", "EventStream", "FolderProblem", "LocalChanges", "LockedByOther",
           "NotAllowed", "NotFound", "NotSignedIn", "OtherLease", "Refused", "ServerAway", "SiloError", "StaleRevision",
           "WorkingFolder"]
