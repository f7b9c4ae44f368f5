"""A document becomes a new item."""

import os

import FreeCAD

from silo_client import errors, flows, names

from . import dialogs, documents, forms, saves, session, tasks


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
    """Makes a new item of a document, whatever it was before; saves it into the working folder if it lies
    elsewhere.  `facts`: see Client.create_item.  `keep`: check it out at once."""
    client = session.client()
    folder = session.folder_of(document.FileName) if document.FileName else session.folder()
    if not _save_inside(document, folder):
        return
    path, name = document.FileName, document.Name

    def marked(item):
        """The document names its item before it is sent."""
        if name in FreeCAD.listDocuments():
            try:
                documents.mark(document, item["part_number"], item["id"])
                saves.save(document)
            except errors.SiloError as fault:
                dialogs.fail(fault)
                return
        dialogs.Progress("Adding %s…" % os.path.basename(path)).run(
            client, lambda job: work(job, item), show, dialogs.fail)

    def work(job, item):
        made = flows.first_revision(job.client, folder, path, item, comment, job.progress)
        if keep:
            flows.check_out(job.client, folder, [made["part_number"]], session.who(job.client), None,
                            session.lease_seconds(), session.workstation())
        return made

    def show(made):
        if name in FreeCAD.listDocuments():
            documents.loaded(document)
        dialogs.status("%s is now revision 1 of %s" % (os.path.basename(path), made["part_number"]))
        if done:
            done(made)
    dialogs.Progress("Adding %s…" % os.path.basename(path)).run(
        client, lambda job: flows.new_item(job.client, folder, path, **facts), marked, dialogs.fail)


def _save_inside(document, folder):
    """Saves a document, into the working folder if it lies elsewhere.  False when that failed, and says why."""
    try:
        if not document.FileName or folder.key(document.FileName) is None:
            path = os.path.join(folder.root, document.Label + ".FCStd")
            name = os.path.basename(path)
            why = names.problem(name) or ("it already exists" if os.path.exists(path) else None)
            if why:
                dialogs.say("Can't save %s in the working folder: %s." % (name, why), warning=True)
                return False
            os.makedirs(folder.root, exist_ok=True)
            try:
                document.saveAs(path)
            except Exception as fault:    # FreeCAD raises what it likes
                raise saves.NotSaved(path, str(fault)) from fault
        saves.save(document)
    except errors.SiloError as fault:
        dialogs.fail(fault)
        return False
    return True
