"""A damaged index of the working folder is rebuilt before anything is done in that folder, and its user reads
what came of it."""

import FreeCAD

from silo_client import flows

from . import dialogs, session


def with_index(then):
    """Runs `then` once the working folder's index is whole."""
    document, client = FreeCAD.ActiveDocument, session.client()
    folder = session.folder_of(document.FileName) if document and document.FileName else session.folder()
    if client is None or not folder.is_damaged():
        then()
        return

    def show(_):
        report()
        then()
    dialogs.Progress("Rebuilding the index…").run(
        client, lambda job: flows.ready(job.client, folder, session.who(job.client)), show, dialogs.fail)


def report():
    """Says what has become of each damaged index, once."""
    for folder in session.folders():
        while folder.rebuilt:
            dialogs.say(folder.rebuilt.pop(0), warning=True)
