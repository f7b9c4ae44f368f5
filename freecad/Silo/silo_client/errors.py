"""What can go wrong, in the words of the person in front of it."""

import calendar
import time


class SiloError(Exception):
    """Base of all; str() is a sentence for a person."""


class ServerAway(SiloError):
    """No answer, or 503: nothing is known to be wrong with the request."""


class Cancelled(SiloError):
    """The user stopped it."""


class NotSignedIn(SiloError):
    """401: sign in again."""


class NotAllowed(SiloError):
    """403: the role is too low, or the lock is another's."""


class NotFound(SiloError):
    """404; `body` says by whom and when, of an item that was archived."""

    def __init__(self, message, body=None):
        self.body = body or {}
        if self.body.get("archived_by"):
            message = "%s was archived by %s at %s." % (self.body.get("part_number"), self.body["archived_by"],
                                                        local_time(self.body.get("archived_at")))
        super().__init__(message)


class FolderProblem(SiloError):
    """The working folder can't be used so: broken index, other server, a name that is not safe."""


class DamagedIndex(FolderProblem):
    """The index can't be read as one: rebuild.rebuild makes it anew."""


class LocalChanges(SiloError):
    """What would be replaced holds changes that the server does not have; `part_numbers` says where."""

    def __init__(self, message, part_numbers=()):
        super().__init__(message)
        self.part_numbers = list(part_numbers)


class Refused(SiloError):
    """Any other no of the server; `code` is its machine code."""

    def __init__(self, message, code="", body=None):
        super().__init__(message)
        self.code = code
        self.body = body or {}


class LockedByOther(Refused):
    """409: another holds the lock; `lock` says who, `locks` all of them when several were asked for."""

    def __init__(self, body):
        self.lock = body.get("lock") or {}
        self.locks = body.get("locks") or [self.lock]
        super().__init__("\n".join(describe_lock(lock) for lock in self.locks), "locked", body)


class StaleRevision(Refused):
    """412: the item has moved on since the base revision; `revision` is the newest."""

    def __init__(self, body):
        self.revision = body.get("revision") or {}
        super().__init__("Revision %s by %s came after the one you started from." % (
            self.revision.get("revision_number", "?"), self.revision.get("created_by", "?")),
            "stale_revision", body)


class OtherLease(Refused):
    """412: the lease that was named has ended; `lock` is the one there is now, {} for none."""

    def __init__(self, body):
        self.lock = body.get("lock") or {}
        number = self.lock.get("part_number") or body.get("part_number") or ", ".join(body.get("part_numbers") or ["?"])
        super().__init__("Your lock of %s is not the one it was: it has ended%s." % (
            number, ", and there is another (%s)" % describe_lock(self.lock) if self.lock else ""), "other_lease", body)


def local_time(text):
    """An RFC 3339 time of the server as local date and time."""
    try:
        seconds = utc_seconds(text)
    except (TypeError, ValueError):
        return str(text)
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def utc_seconds(text):
    """Seconds since 1970 of an RFC 3339 time in UTC, as the server writes them."""
    fraction = text[19:].rstrip("Z")
    whole = calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    return whole + (float(fraction) if fraction.startswith(".") else 0.0)


def seconds_left(text, now=None):
    """Seconds until an RFC 3339 time; negative when it is past.  `now` is the server's, if known
    (Client.now): the clock of this machine may be wrong."""
    return utc_seconds(text) - (time.time() if now is None else now)


def describe_lock(lock):
    """Locked by {user} since {time}."""
    words = "%s: locked by %s since %s" % (lock.get("part_number", "?"), lock.get("locked_by", "?"),
                                           local_time(lock.get("locked_at")))
    if lock.get("comment"):
        words += " (%s)" % lock["comment"]
    return words
