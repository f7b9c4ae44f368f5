"""Locks without files: lock or renew, release, ask the holder; and what to offer to anyone who meets another's
lock.  No lock rule lives here; the server decides, and what it refuses is shown."""

from silo_client import LocalChanges, LockedByOther, errors, flows

from . import dialogs, documents, saves, session, tasks
from .live import live


def offers(error):
    """What can be done about a refusal, as buttons."""
    if isinstance(error, LockedByOther):
        return [("Ask for release", lambda: [request(lock["part_number"], "") for lock in error.locks if lock])]
    return []


def _quick(work, done):
    tasks.Task(session.client(), work, done, lambda error: dialogs.fail(error, offers(error)))


def _lease(part_number):
    """The number of my lease as it was last seen, or None."""
    return (live().mine(part_number) or {}).get("lease_id")


def lock(part_number, comment=None, done=None):
    """Takes the lock, or renews my lease."""
    length, machine, lease = session.lease_seconds(), session.workstation(), _lease(part_number)

    def show(held):
        live().note(held)
        dialogs.status("you hold %s until %s" % (part_number, errors.local_time(held["expires_at"])))
        if done:
            done(held)
    _quick(lambda job: job.client.lock(part_number, comment, length, machine, lease), show)


def release(part_number, done=None, reason=None, force=False):
    """Releases my lock; asks first when the file here, or its document, has changes or can't be judged."""
    document, folder, lease = documents.open_of(part_number), session.folder(), _lease(part_number)
    unsaved = False
    if document and documents.entry_of(document):
        folder, unsaved = session.folder_of(document.FileName), saves.is_modified(document)

    def show(held):
        dialogs.status("released %s" % part_number)
        if done:
            done(held)

    def refused(error):
        if isinstance(error, LocalChanges):
            dialogs.say("%s\n\nCheck in to send the changes, or undo the check-out to drop them. If you release now, "
                        "they stay in your file and somebody else can take %s. You still hold the lock." % (
                            error, part_number), "Silo: your changes", True,
                        [("Release anyway", lambda: release(part_number, done, reason, True))], part_number)
        else:
            dialogs.fail(error, offers(error), part_number)
    tasks.Task(session.client(), lambda job: flows.release(job.client, folder, part_number, lease, reason, unsaved,
                                                           force), show, refused)


def request_asking(part_number):
    """As `request`, after asking for the message."""
    message, good = dialogs.ask_words("Ask for release of %s" % part_number, "Message to the holder:",
                                      session.limit("request_message"))
    if good:
        request(part_number, message)


def request(part_number, message, done=None):
    """Asks the holder to release."""
    def show(asked):
        if asked.get("holder_active", True):
            dialogs.status("asked %s to release %s; Silo tells you when it is free" % (asked["locked_by"], part_number))
        else:
            dialogs.say("Ask an admin to release %s: %s is deactivated and can't answer." % (
                part_number, asked["locked_by"]), warning=True)
        if done:
            done(asked)
    _quick(lambda job: job.client.request_release(part_number, message), show)
