"""What the commands do: each starts a task and tells the result.  No lock rule lives here; the server
decides, and what it refuses is shown."""

import os

import FreeCAD

from silo_client import LocalChanges, LockedByOther, NotAllowed, NotFound, StaleRevision, errors, flows, place

from . import dialogs, documents, forms, saves, session, tasks
from .live import live


committing = set()    # part numbers in lower case: a renewal would end the lease that the upload has named


def needs_sign_in(then):
    """Runs `then` when a server is configured, else after signing in.  True when it ran."""
    if session.client():
        then()
        return True
    forms.SignIn(then).show()
    return False


def with_index(then):
    """Runs `then` once the working folder's index is whole: a damaged one is made anew first."""
    document, client = FreeCAD.ActiveDocument, session.client()
    folder = session.folder_of(document.FileName) if document and document.FileName else session.folder()
    if client is None or not folder.is_damaged():
        then()
        return

    def show(_):
        tell_rebuilt()
        then()
    dialogs.Progress("Making the list of files anew …").run(
        client, lambda job: flows.ready(job.client, folder, _me(job)), show, dialogs.fail)


def tell_rebuilt():
    """What has become of a damaged index, once."""
    for folder in session.folders():
        while folder.rebuilt:
            dialogs.say(folder.rebuilt.pop(0), "Silo: take care", warning=True)


def _me(job):
    return session.user() or session.learn(job.client)


def show_file(part_number, path):
    """The document of a file, opened or brought to the front."""
    document = documents.open_of(part_number)
    if document is None or os.path.abspath(document.FileName) != os.path.abspath(path):
        document = FreeCAD.openDocument(path)
    else:
        FreeCAD.setActiveDocument(document.Name)
    return document


def reload(document):
    """The document as its file is now."""
    path = document.FileName
    FreeCAD.closeDocument(document.Name)
    return FreeCAD.openDocument(path)


# -- check out --------------------------------------------------------------------------------------

def check_out(part_numbers, opened=True, done=None, failed=None, force=False, comment=None):
    """Locks all or none, fetches what is missing or old, opens the first."""
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
        return flows.check_out(job.client, folder, part_numbers, _me(job), comment, lease, machine, force, unsaved,
                               job.progress)

    def show(outcomes):
        live().reload()
        for outcome in outcomes:
            _bring_up_to_date(outcome, bases.get(outcome.part_number.lower()))
        dialogs.status("checked out %s" % ", ".join(outcome.part_number for outcome in outcomes))
        wanted = [outcome for outcome in outcomes if outcome.part_number.lower() == part_numbers[0].lower()]
        if opened and wanted and wanted[0].path:
            show_file(wanted[0].part_number, wanted[0].path)
        elif opened and wanted:
            dialogs.say("%s is yours. It has no file yet: open your document, save it in %s and commit it."
                        % (wanted[0].part_number, folder.root))
        if done:
            done(outcomes)

    def refused(error):
        if isinstance(error, LocalChanges) and error.part_numbers and not force:
            dialogs.say("%s\n\nNothing has changed. You can take the newest revision; yours is kept in %s." % (
                error, folder.inner("backup")), "Silo: changes of yours", True,
                [("Take the newest, keep mine aside", lambda: check_out(part_numbers, opened, done, failed, True))],
                part_numbers[0])
        else:
            dialogs.fail(error, _offers(error), part_numbers[0])
        if failed:
            failed(error)

    dialogs.Progress("Checking out %s …" % ", ".join(part_numbers)).run(client, work, show, refused)


def _bring_up_to_date(outcome, base):
    """An open document that shows an older content than its file is read again; what is unsaved in it is
    kept first."""
    document = documents.open_of(outcome.part_number)
    if document and documents.entry_of(document) and (outcome.replaced or (base is not None and base != outcome.revision)):
        try:
            saves.keep_copy(document)
        except (errors.SiloError, OSError) as fault:
            dialogs.fail(fault, about=outcome.part_number)    # it stays open, on the older revision
            return
        reload(document)
    elif document:
        documents.loaded(document)


def look(item, done=None):
    """A read-only copy of the newest revision, without a lock."""
    folder = session.folder()

    def work(job):
        path = flows.look(job.client, folder, item["part_number"], job.progress)
        return path, flows.changes_of(folder, path)

    def show(answer):
        path, changes = answer
        document = show_file(item["part_number"], path)
        if changes:
            dialogs.status(changes + " It is shown as it lies here.")
        entry = documents.entry_of(document)
        if entry and documents.base_of(document) not in (None, entry["revision"]) and not saves.is_modified(document):
            document = reload(document)
        if done:
            done(document)
    dialogs.Progress("Fetching %s …" % item["part_number"]).run(
        session.client(), work, show, dialogs.fail)


def newest_beside(part_number, folder):
    """Opens the newest revision beside one's own file."""
    dialogs.Progress("Fetching %s …" % part_number).run(
        session.client(), lambda job: flows.newest_beside(job.client, folder, part_number, job.progress),
        FreeCAD.openDocument, dialogs.fail)


# -- commit -----------------------------------------------------------------------------------------

def commit(document, comment, keep=False, done=None, failed=None):
    """Saves, uploads with the base revision, releases unless kept.  A refusal keeps the file."""
    part_number, path = documents.part_number_of(document), document.FileName
    folder, client, name = session.folder_of(path), session.client(), document.Name
    base, entry = documents.base_of(document), folder.entry(path)

    def work(job):
        return flows.commit(job.client, folder, path, _me(job), comment, base, keep, job.progress)

    def show(revision):
        committing.discard(part_number.lower())
        if name in FreeCAD.listDocuments():
            documents.loaded(FreeCAD.getDocument(name))
        what = "unchanged" if revision.get("unchanged") else "now revision %d" % revision["revision_number"]
        dialogs.status("%s is %s; %s" % (part_number, what, revision["lock"]))
        if done:
            done(revision)

    def refused(error):
        committing.discard(part_number.lower())
        dialogs.fail(error, _offers(error, part_number, folder) + _ways_out(error, document, folder), part_number)
        if failed:
            failed(error)

    try:
        saves.settle(name)    # whatever was announced before and never confirmed
        if entry and (saves.is_modified(document) or folder_changed(folder, path, entry)):
            documents.mark(document, part_number, entry.get("item_id"))
            saves.save(document)
    except (errors.SiloError, OSError) as fault:
        return refused(fault)
    committing.add(part_number.lower())
    return dialogs.Progress("Committing %s …" % part_number).run(client, work, show, refused)


def folder_changed(folder, path, entry):
    """True when the file on disk has changes already; then a save for the thumbnail costs nothing new."""
    try:
        return place.digest_of(path) != entry.get("sha256")
    except (OSError, errors.SiloError):
        return True


def _offers(error, part_number=None, folder=None):
    """What can be done about a refusal, as buttons."""
    if isinstance(error, LockedByOther):
        return [("Ask for release", lambda: [ask(lock["part_number"], "") for lock in error.locks if lock])]
    if isinstance(error, StaleRevision) and folder:
        return [("Open the newest beside mine", lambda: newest_beside(part_number, folder))]
    return []


def _ways_out(error, document, folder):
    """The item is gone, or its user may write no more: what was made here needs another place."""
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
        dialogs.status("%s stays where it is, and belongs to no item" % path)
    new = [("Make it a new item …", lambda: add_asking(document))] if isinstance(error, NotFound) else []
    return new + [("Take it out of the working folder", forget)]


def add_asking(document):
    """As `add`, after the questions."""
    def show(_):
        wish = forms.ask_new_item(document.Label)
        if wish:
            add(document, *wish)
    if session.item_types():
        show(None)
    else:
        tasks.Task(session.client(), lambda job: session.learn(job.client), show, dialogs.fail)


def add(document, facts, comment="", keep=False, done=None):
    """A document becomes a new item, whatever it was before; it is saved into the working folder if it lies
    elsewhere."""
    client = session.client()
    folder = session.folder_of(document.FileName) if document.FileName else session.folder()
    if not document.FileName or folder.key(document.FileName) is None:
        os.makedirs(folder.root, exist_ok=True)
        path = os.path.join(folder.root, document.Label + ".FCStd")
        why = place.names.problem(os.path.basename(path)) or ("it exists already" if os.path.exists(path) else None)
        if why:
            dialogs.say("%s can't be saved in the working folder: %s." % (os.path.basename(path), why), warning=True)
            return
        try:
            document.saveAs(path)
        except Exception as fault:
            dialogs.fail(saves.NotSaved(path, str(fault)))
            return
    path, name = document.FileName, document.Name
    try:
        saves.save(document)
    except errors.SiloError as fault:
        dialogs.fail(fault)
        return

    def marked(item):
        """The document tells its item before it is sent."""
        if name in FreeCAD.listDocuments():
            try:
                documents.mark(document, item["part_number"], item["id"])
                saves.save(document)
            except errors.SiloError as fault:
                dialogs.fail(fault)
                return
        dialogs.Progress("Adding %s …" % os.path.basename(path)).run(
            client, lambda job: work(job, item), show, dialogs.fail)

    def work(job, item):
        made = flows.first_revision(job.client, folder, path, item, comment, job.progress)
        if keep:
            flows.check_out(job.client, folder, [made["part_number"]], _me(job), None, session.lease_seconds(),
                            session.workstation())
        return made

    def show(made):
        if name in FreeCAD.listDocuments():
            documents.loaded(document)
        dialogs.status("%s is revision 1 of %s" % (os.path.basename(path), made["part_number"]))
        if done:
            done(made)
    dialogs.Progress("Adding %s …" % os.path.basename(path)).run(
        client, lambda job: flows.new_item(job.client, folder, path, **facts), marked, dialogs.fail)


def undo(document, done=None, failed=None):
    """Drops the changes: the newest revision comes back, mine is kept as a backup, the lock goes.  The
    document stays open until all that has been done."""
    part_number, path, name = documents.part_number_of(document), document.FileName, document.Name
    folder = session.folder_of(path)

    def show(outcome):
        if name in FreeCAD.listDocuments():
            reload(FreeCAD.getDocument(name))
        dialogs.status("%s is revision %d again; what you changed is in %s" % (
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
    dialogs.Progress("Undoing %s …" % part_number).run(
        session.client(), lambda job: flows.undo(job.client, folder, path, _me(job), job.progress), show, refused)


# -- locks ------------------------------------------------------------------------------------------

def _quick(work, done):
    tasks.Task(session.client(), work, done, lambda error: dialogs.fail(error, _offers(error)))


def _lease(part_number):
    """The number of my lease as it was last seen, or None."""
    return (live().mine(part_number) or {}).get("lease_id")


def lock(part_number, comment=None, done=None):
    """Takes it, or renews the lease that is mine."""
    length, machine, lease = session.lease_seconds(), session.workstation(), _lease(part_number)

    def show(held):
        live().note(held)
        dialogs.status("%s is yours until %s" % (part_number, errors.local_time(held["expires_at"])))
        if done:
            done(held)
    _quick(lambda job: job.client.lock(part_number, comment, length, machine, lease), show)


def unlock(part_number, done=None, reason=None, force=False):
    """Asks first when the file here, or its document, has changes or can't be judged."""
    document, folder, lease = documents.open_of(part_number), session.folder(), _lease(part_number)
    unsaved = False
    if document and documents.entry_of(document):
        folder, unsaved = session.folder_of(document.FileName), saves.is_modified(document)

    def show(held):
        dialogs.status("%s is free" % part_number)
        if done:
            done(held)

    def refused(error):
        if isinstance(error, LocalChanges):
            dialogs.say("%s\n\nThe lock is still yours. Commit sends the changes, Undo drops them; released now, they "
                        "stay in the file, and another may take %s." % (error, part_number), "Silo: changes of yours",
                        True, [("Release all the same", lambda: unlock(part_number, done, reason, True))], part_number)
        else:
            dialogs.fail(error, _offers(error), part_number)
    tasks.Task(session.client(), lambda job: flows.release(job.client, folder, part_number, lease, reason, unsaved,
                                                           force), show, refused)


def ask(part_number, message, done=None):
    def show(asked):
        if asked.get("holder_active", True):
            dialogs.status("%s has been asked for %s; you will see when it is free" % (asked["locked_by"], part_number))
        else:
            dialogs.say("%s is deactivated and can't answer. Ask an admin to release %s." % (asked["locked_by"], part_number),
                        warning=True)
        if done:
            done(asked)
    _quick(lambda job: job.client.ask(part_number, message), show)
