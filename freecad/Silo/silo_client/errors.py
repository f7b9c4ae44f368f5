"""What can go wrong, in the words of the person in front of it."""

import time


class SiloError(Exception):
    """Base of all; str() is a sentence for a person."""


class ServerAway(SiloError):
    """No answer, or 503: nothing is known to be wrong with the request."""


class NotSignedIn(SiloError):
    """401: sign in again."""


class NotAllowed(SiloError):
    """403: the role is too low, or the lock is another's."""


class NotFound(SiloError):
    """404."""


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
        super().__init__(", ".join(describe_lock(lock) for lock in self.locks), "locked", body)


class StaleRevision(Refused):
    """412: the item has moved on since the base revision; `revision` is the newest."""

    def __init__(self, body):
        self.revision = body.get("revision") or {}
        super().__init__("Revision %s by %s came after the one you started from." % (
            self.revision.get("revision_number", "?"), self.revision.get("created_by", "?")),
            "stale_revision", body)


def local_time(text):
    """An RFC 3339 time of the server as local date and time."""
    try:
        seconds = _utc_seconds(text)
    except (TypeError, ValueError):
        return str(text)
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _utc_seconds(text):
    import calendar
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def seconds_left(text):
    """Seconds until an RFC 3339 time; negative when it is past."""
    return _utc_seconds(text) - time.time()


def describe_lock(lock):
    """Locked by {user} since {time}."""
    words = "%s: locked by %s since %s" % (lock.get("part_number", "?"), lock.get("locked_by", "?"),
                                           local_time(lock.get("locked_at")))
    if lock.get("comment"):
        words += " (%s)" % lock["comment"]
    return words
