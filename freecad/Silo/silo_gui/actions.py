"""What the commands do: each starts a task and tells the result.  No lock rule lives here; the server
decides, and what it refuses is shown."""

import os

import FreeCAD

from silo_client import NotFound, working_folder

from . import dialogs, documents, session, tasks


def needs_sign_in(then):
    """Runs `then` when a server is configured, else after signing in.  True when it ran."""
    if session.client():
        then()
        return True
    dialogs.SignIn(then).show()
    return False


# -- check out --------------------------------------------------------------------------------------

def check_out(part_numbers, opened=True, done=None):
    """Locks all or none, fetches what is missing or old, opens the first."""
    client, lease, place = session.client(), session.lease_seconds(), session.workstation()
    folder = session.folder()
    window = dialogs.Progress("Checking out %s …" % ", ".join(part_numbers))

    def work(progress):
        client.lock_all(part_numbers, expires_in=lease, workstation=place)
        paths = []
        for part_number in part_numbers:
            item = client.item(part_number)
            path, entry = folder.entry_of(part_number)
            fresh = entry and os.path.isfile(path) and entry.get("revision") == item["current_revision"]
            if item["current_revision"] and not fresh:
                path = folder.fetch(client, item, True, progress)
            elif fresh:
                folder.note(path, client.url, checked_out=True)
                working_folder.set_writable(path, True)
            paths.append((item, path))
        return paths

    def show(paths):
        window.close()
        dialogs.status("checked out %s" % ", ".join(part_numbers))
        if opened and paths and paths[0][1]:
            documents.mark(open_file(*paths[0]), paths[0][0])
        if done:
            done(paths)

    window.bind(tasks.Task(work, show, lambda error: (window.close(), dialogs.fail(error)), window.show_progress))


def open_file(item, path):
    document = documents.open_of(item["part_number"])
    if document is None:
        document = FreeCAD.openDocument(path)
    else:
        FreeCAD.setActiveDocument(document.Name)
    return document


def look(item):
    """A read-only copy of the head, without a lock."""
    client, folder = session.client(), session.folder()
    window = dialogs.Progress("Fetching %s …" % item["part_number"])

    def work(progress):
        path, entry = folder.entry_of(item["part_number"])
        if entry and os.path.isfile(path) and (entry.get("checked_out") or entry.get("revision") == item["current_revision"]):
            return path
        return folder.fetch(client, item, False, progress)

    window.bind(tasks.Task(work, lambda path: (window.close(), open_file(item, path)),
                           lambda error: (window.close(), dialogs.fail(error)), window.show_progress))


# -- commit -----------------------------------------------------------------------------------------

def save_with_picture(document):
    """Saves; FreeCAD puts a thumbnail into the file when the preference is on, so it is, for this save."""
    preferences = FreeCAD.ParamGet("User parameter:BaseApp/Preferences/Document")
    before = preferences.GetBool("SaveThumbnail", False)
    preferences.SetBool("SaveThumbnail", True)
    try:
        document.save()
    finally:
        preferences.SetBool("SaveThumbnail", before)


def commit(document, comment, keep=False, done=None, failed=None):
    """Saves, uploads with the base revision, releases unless kept.  A refusal keeps the file."""
    part_number = documents.part_number_of(document)
    folder, client = session.folder_of(document.FileName), session.client()
    entry = folder.entry(document.FileName) or {}
    path, base = document.FileName, entry.get("revision")
    working_folder.set_writable(path, True)
    save_with_picture(document)
    window = dialogs.Progress("Committing %s …" % part_number)

    def work(progress):
        revision = client.upload(part_number, path, comment, base, release_lock=not keep, progress=progress)
        folder.note(path, client.url, revision=revision["revision_number"], sha256=revision["sha256"],
                    checked_out=keep)
        working_folder.set_writable(path, keep)
        return revision

    def show(revision):
        window.close()
        dialogs.status("%s is now revision %d" % (part_number, revision["revision_number"]))
        if done:
            done(revision)

    def refused(error):
        window.close()
        dialogs.fail(error)
        if failed:
            failed(error)

    window.bind(tasks.Task(work, show, refused, window.show_progress))


def undo(document, done=None):
    """Drops the changes: the file as it was is fetched again, mine is kept as a backup, the lock goes."""
    part_number, path = documents.part_number_of(document), document.FileName
    folder, client = session.folder_of(path), session.client()
    FreeCAD.closeDocument(document.Name)

    def work(progress):
        item = client.item(part_number)
        folder.fetch(client, item, False, progress)
        try:
            client.unlock(part_number)
        except NotFound:
            pass  # it has ended by itself
        return item

    def show(item):
        dialogs.status("undone; your version is in %s" % os.path.join(folder.root, ".silo", "backup"))
        open_file(item, path)
        if done:
            done(item)

    tasks.Task(work, show, dialogs.fail)


# -- locks ------------------------------------------------------------------------------------------

def lock(part_number, comment=None, done=None):
    client, lease, place = session.client(), session.lease_seconds(), session.workstation()
    tasks.Task(lambda progress: client.lock(part_number, comment, lease, place),
               lambda held: (dialogs.status("%s is yours until %s" % (part_number, held["expires_at"])),
                             done and done(held)), dialogs.fail)


def unlock(part_number, done=None):
    client = session.client()
    tasks.Task(lambda progress: client.unlock(part_number),
               lambda held: (dialogs.status("%s is free" % part_number), done and done(held)), dialogs.fail)


def ask(part_number, message, done=None):
    client = session.client()
    tasks.Task(lambda progress: client.ask(part_number, message),
               lambda asked: (dialogs.status("%s has been asked for %s" % (asked["locked_by"], part_number)),
                              done and done(asked)), dialogs.fail)
