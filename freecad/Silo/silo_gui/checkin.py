"""Check in, undo, and the ways out for work whose item is gone.  No lock rule lives here; the server decides, and
what it refuses is shown.  Any refusal leaves the file as it is."""

import FreeCAD

from silo_client import NotAllowed, NotFound, StaleRevision, errors, flows, place

from . import checkout, dialogs, documents, locking, newitem, saves, session

under_way = set()    # part numbers in lower case: a renewal would end the lease that the upload has named


def check_in(document, comment, keep=False, done=None, failed=None):
    """Saves, uploads with the base revision, releases unless kept."""
    part_number, path = documents.part_number_of(document), document.FileName
    folder, client, name = session.folder_of(path), session.client(), document.Name
    base, entry = documents.base_of(document), folder.entry(path)

    def work(job):
        return flows.check_in(job.client, folder, path, session.who(job.client), comment, base, keep, job.progress)

    def show(revision):
        under_way.discard(part_number.lower())
        if name in FreeCAD.listDocuments():
            documents.loaded(FreeCAD.getDocument(name))
        what = "no changes to check in" if revision.get("unchanged") else \
            "checked in as revision %d" % revision["revision_number"]
        dialogs.status("%s: %s; %s" % (part_number, what, revision["lock"]))
        if done:
            done(revision)

    def refused(error):
        under_way.discard(part_number.lower())
        offers = locking.offers(error) + _beside(error, part_number, folder) + _ways_out(error, document, folder)
        dialogs.fail(error, offers, part_number)
        if failed:
            failed(error)

    try:
        saves.settle(name)    # whatever was announced before and never confirmed
        if entry and (saves.is_modified(document) or _has_changed(path, entry)):
            documents.mark(document, part_number, entry.get("item_id"))
            saves.save(document)
    except (errors.SiloError, OSError) as fault:
        return refused(fault)
    under_way.add(part_number.lower())
    return dialogs.Progress("Checking in %s…" % part_number).run(client, work, show, refused)


def _has_changed(path, entry):
    """True when the file on disk has changes already; then a save for the thumbnail costs nothing new."""
    try:
        return place.digest_of(path) != entry.get("sha256")
    except (OSError, errors.SiloError):
        return True


def _beside(error, part_number, folder):
    """The button for a check-in that came too late."""
    if not isinstance(error, StaleRevision):
        return []
    return [("Open the newest beside mine", lambda: checkout.newest_beside(part_number, folder))]


def _ways_out(error, document, folder):
    """The item is gone, or its user may no longer write: what was made here needs another place."""
    if not isinstance(error, (NotFound, NotAllowed)) or document.Name not in FreeCAD.listDocuments():
        return []
    path = document.FileName

    def forget():
        try:
            flows.forget(folder, path, folder.server() or session.server())
        except (errors.SiloError, OSError) as fault:
            dialogs.fail(fault)
            return
        if document.Name in FreeCAD.listDocuments():
            documents.forget(document.Name)
            documents.loaded(document)
        dialogs.status("%s stays where it is and no longer belongs to an item" % path)
    new = [("Make it a new item…", lambda: newitem.add_asking(document))] if isinstance(error, NotFound) else []
    return new + [("Take it out of the working folder", forget)]


def undo(document, done=None, failed=None):
    """Brings the newest revision back, keeps what was changed as a backup and releases the lock.  The document
    stays open until all that has been done."""
    part_number, path, name = documents.part_number_of(document), document.FileName, document.Name
    folder = session.folder_of(path)

    def show(outcome):
        if name in FreeCAD.listDocuments():
            checkout.reload(FreeCAD.getDocument(name))
        dialogs.status("%s is back at revision %d; your changes are kept in %s" % (
            part_number, outcome.revision, folder.inner("backup")))
        if done:
            done(outcome)

    def refused(error):
        dialogs.fail(error, _ways_out(error, document, folder), part_number)
        if failed:
            failed(error)
    try:
        saves.keep_copy(document)
    except (errors.SiloError, OSError) as fault:
        refused(fault)
        return
    dialogs.Progress("Undoing the check-out of %s…" % part_number).run(
        session.client(), lambda job: flows.undo(job.client, folder, path, session.who(job.client), job.progress),
        show, refused)
