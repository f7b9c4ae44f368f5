"""Check out, and looking without a lock: each fetches files in a task, then shows their documents.  No lock rule
lives here; the server decides, and what it refuses is shown."""

import os

import FreeCAD

from silo_client import LocalChanges, errors, flows

from . import dialogs, documents, locking, saves, session
from .live import live


def show_file(part_number, path):
    """The document of a file, opened or brought to the front."""
    document = documents.open_of(part_number)
    if document is None or os.path.abspath(document.FileName) != os.path.abspath(path):
        document = FreeCAD.openDocument(path)
    else:
        FreeCAD.setActiveDocument(document.Name)
    return document


def reload(document):
    """Closes a document and opens its file again; the new document."""
    path = document.FileName
    FreeCAD.closeDocument(document.Name)
    return FreeCAD.openDocument(path)


def check_out(part_numbers, opened=True, done=None, failed=None, force=False, comment=None):
    """Locks all or none, fetches what is missing or old, and opens the first."""
    client, lease, machine = session.client(), session.lease_seconds(), session.workstation()
    folder, unsaved, bases = session.folder(), {}, {}
    for part_number in part_numbers:
        document = documents.open_of(part_number)
        if document and documents.entry_of(document):
            folder = session.folder_of(document.FileName)
            bases[part_number.lower()] = documents.base_of(document)
            if saves.is_modified(document):
                unsaved[part_number.lower()] = documents.base_of(document)

    def work(job):
        return flows.check_out(job.client, folder, part_numbers, session.who(job.client), comment, lease, machine,
                               force, unsaved, job.progress)

    def show(outcomes):
        live().reload()
        for outcome in outcomes:
            _bring_up_to_date(outcome, bases.get(outcome.part_number.lower()))
        dialogs.status("checked out %s" % ", ".join(outcome.part_number for outcome in outcomes))
        wanted = [outcome for outcome in outcomes if outcome.part_number.lower() == part_numbers[0].lower()]
        if opened and wanted and wanted[0].path:
            show_file(wanted[0].part_number, wanted[0].path)
        elif opened and wanted:
            dialogs.say("You have checked out %s. It has no file yet: open your document, save it in %s and check it "
                        "in." % (wanted[0].part_number, folder.root))
        if done:
            done(outcomes)

    def refused(error):
        if isinstance(error, LocalChanges) and error.part_numbers and not force:
            dialogs.say("%s\n\nYou can take the newest revision: Silo keeps a copy of yours in %s. Nothing has changed "
                        "so far." % (error, folder.inner("backup")), "Silo: your changes", True,
                        [("Take the newest, back up mine",
                          lambda: check_out(part_numbers, opened, done, failed, True))], part_numbers[0])
        else:
            dialogs.fail(error, locking.offers(error), part_numbers[0])
        if failed:
            failed(error)

    dialogs.Progress("Checking out %s…" % ", ".join(part_numbers)).run(client, work, show, refused)


def _bring_up_to_date(outcome, base):
    """Reads an open document again when it shows an older content than its file; first keeps what is unsaved
    in it."""
    document = documents.open_of(outcome.part_number)
    is_older = outcome.replaced or (base is not None and base != outcome.revision)
    if document and documents.entry_of(document) and is_older:
        try:
            saves.keep_copy(document)
        except (errors.SiloError, OSError) as fault:
            dialogs.fail(fault, about=outcome.part_number)    # it stays open, on the older revision
            return
        reload(document)
    elif document:
        documents.loaded(document)


def look(item, done=None):
    """Opens a read-only copy of the newest revision, without a lock."""
    folder = session.folder()

    def work(job):
        path = flows.look(job.client, folder, item["part_number"], job.progress)
        return path, flows.changes_of(folder, path)

    def show(answer):
        path, changes = answer
        document = show_file(item["part_number"], path)
        if changes:
            dialogs.status(changes + " You see the file as it is on disk.")
        entry = documents.entry_of(document)
        base = documents.base_of(document)
        if entry and base not in (None, entry["revision"]) and not saves.is_modified(document):
            document = reload(document)
        if done:
            done(document)
    dialogs.Progress("Fetching %s…" % item["part_number"]).run(session.client(), work, show, dialogs.fail)


def newest_beside(part_number, folder):
    """Opens the newest revision beside the user's own file."""
    dialogs.Progress("Fetching %s…" % part_number).run(
        session.client(), lambda job: flows.newest_beside(job.client, folder, part_number, job.progress),
        FreeCAD.openDocument, dialogs.fail)
