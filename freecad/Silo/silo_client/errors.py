"""What can go wrong, each error with a sentence for its user; and how times and locks read."""

import calendar
import time


class SiloError(Exception):
    """The base of all; str() is a sentence for a person."""


class ServerAway(SiloError):
    """No answer, or 503: the request itself may be fine."""


class Cancelled(SiloError):
    """The user stopped it."""


class NotSignedIn(SiloError):
    """401: sign in again."""


class NotAllowed(SiloError):
    """403: the role is too low, or the lock is another's."""


class NotFound(SiloError):
    """404; for an archived item, `body` says who archived it and when."""

    def __init__(self, message, body=None):
        self.body = body or {}
        if self.body.get("archived_by"):
            message = "%s was archived by %s at %s." % (self.body.get("part_number"), self.body["archived_by"],
                                                        local_time(self.body.get("archived_at")))
        super().__init__(message)


class FolderProblem(SiloError):
    """The working folder can't be used: broken index, another server's folder, an unsafe name."""


class DamagedIndex(FolderProblem):
    """The index can't be read: rebuild.rebuild makes a new one."""


class LocalChanges(SiloError):
    """A file that would be replaced has changes that the server doesn't have; `part_numbers` names the items."""

    def __init__(self, message, part_numbers=()):
        super().__init__(message)
        self.part_numbers = list(part_numbers)


class Refused(SiloError):
    """Any other refusal; `code` is the server's machine code."""

    def __init__(self, message, code="", body=None):
        super().__init__(message)
        self.code = code
        self.body = body or {}


class LockedByOther(Refused):
    """409: somebody else holds the lock, `lock`; `locks` has all of them when several items were asked for."""

    def __init__(self, body):
        self.lock = body.get("lock") or {}
        self.locks = body.get("locks") or [self.lock]
        super().__init__("\n".join(describe_lock(lock) for lock in self.locks), "locked", body)


class StaleRevision(Refused):
    """412: the item has moved on since the base revision; `revision` is the head."""

    def __init__(self, body):
        self.revision = body.get("revision") or {}
        super().__init__("%s has checked in revision %s since you started." % (
            self.revision.get("created_by", "Somebody"), self.revision.get("revision_number", "?")),
            "stale_revision", body)


class OtherLease(Refused):
    """412: the lease that was named has ended; `lock` is the current one, {} for none."""

    def __init__(self, body):
        self.lock = body.get("lock") or {}
        number = self.lock.get("part_number") or body.get("part_number") or ", ".join(body.get("part_numbers") or ["?"])
        super().__init__("The lease you had on %s has ended.%s" % (
            number, " There is a new one: %s." % describe_lock(self.lock) if self.lock else ""), "other_lease", body)


def local_time(text):
    """The server's RFC 3339 time as local date and time."""
    try:
        seconds = utc_seconds(text)
    except (TypeError, ValueError):
        return str(text)
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def utc_seconds(text):
    """Seconds since 1970, from an RFC 3339 time in UTC as the server writes it."""
    fraction = text[19:].rstrip("Z")
    whole = calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    return whole + (float(fraction) if fraction.startswith(".") else 0.0)


def seconds_left(text, now=None):
    """Seconds until an RFC 3339 time; negative when it has passed.  `now`: the server's time (Client.now), because
    this machine's clock may be wrong."""
    return utc_seconds(text) - (time.time() if now is None else now)


def describe_lock(lock):
    """{part number}: locked by {user} since {time} ({comment})."""
    words = "%s: locked by %s since %s" % (lock.get("part_number", "?"), lock.get("locked_by", "?"),
                                           local_time(lock.get("locked_at")))
    if lock.get("comment"):
        words += " (%s)" % lock["comment"]
    return words
