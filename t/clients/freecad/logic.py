"""In freecadcmd, without windows, against the real server: what documents know, which revision they came
from, assemblies, and the user's steps with real documents."""

import os
import sys
import traceback

import FreeCAD

from silo_client import Client, LocalChanges, StaleRevision, flows
from silo_gui import documents, session

HOME, URL = os.environ["HOME"], os.environ["SILO_URL"]
results = []


def check(name, true_of_it):
    results.append("%s %s" % (name, "ok" if true_of_it else "FAILED"))


def open_document(path):
    document = FreeCAD.openDocument(path)
    documents.loaded(document)
    return document


def close(document):
    documents.forget(document.Name)
    FreeCAD.closeDocument(document.Name)


def play():
    check("there is no GUI here, and no Qt is needed", not FreeCAD.GuiUp and not any(
        name.startswith(("PySide2.QtWidgets", "PySide6.QtWidgets")) for name in sys.modules))
    session.parameters().SetString("Folder", os.path.join(HOME, "work"))
    session.parameters().SetInt("LeaseHours", 24 * 90)
    client, bob = session.client(), Client(URL, os.environ["TOKEN_BOB"])
    check("the server says who we are", session.learn(client) == "alice" == session.user())
    check("a lease is never longer than the server allows",
          session.lease_seconds() == client.config()["lock_maximum_seconds"])
    session.parameters().SetInt("LeaseHours", 3)
    check("its length comes from the preferences", session.lease_seconds() == session.lease_length() == 3 * 3600)

    # An assembly of two files, made here and added to Silo.
    folder = session.folder()
    os.makedirs(folder.root)
    pin, hinge = FreeCAD.newDocument("pin"), FreeCAD.newDocument("hinge")
    for document in (pin, hinge):
        document.addObject("Part::Box", "Plate")
        document.recompute()
        document.saveAs(os.path.join(folder.root, document.Name + ".FCStd"))
    hinge.addObject("App::Link", "LinkedPin").LinkedObject = pin.getObject("Plate")
    hinge.recompute()
    hinge.save()
    made = [flows.add(client, folder, document.FileName, "first", category="LG") for document in (pin, hinge)]
    numbers = [each["part_number"] for each in made]
    check("the linked part is found", documents.linked_part_numbers(hinge) == [numbers[0]])
    check("a document is found by its item", documents.open_of(numbers[1].lower()).Name == "hinge")
    for document in (hinge, pin):
        close(document)

    outcomes = flows.check_out(client, folder, numbers, "alice", lease=session.lease_seconds())
    check("both are checked out together", len(client.locks()) >= 2
          and all(outcome.revision == 1 for outcome in outcomes))
    hinge = open_document(os.path.join(folder.root, "hinge.FCStd"))
    check("a document knows the revision it came from", documents.base_of(hinge) == 1)
    documents.mark(hinge, numbers[1], made[1]["item_id"])
    hinge.getObject("Plate").Height = 12
    hinge.recompute()
    hinge.save()
    revision = flows.check_in(client, folder, hinge.FileName, "alice", "higher", documents.base_of(hinge))
    documents.loaded(hinge)
    check("a check-in is revision 2, and the base of the next",
          (revision["revision_number"], documents.base_of(hinge)) == (2, 2))
    copy = os.path.join(HOME, "a copy.FCStd")
    hinge.saveCopy(copy)
    close(hinge)
    copied = open_document(copy)
    check("a copy elsewhere knows its item, but no revision", documents.part_number_of(copied) == numbers[1]
          and documents.item_id_of(copied) == made[1]["item_id"] and documents.base_of(copied) is None)
    close(copied)
    foreign = FreeCAD.newDocument("foreign")
    thing = foreign.addObject("App::FeaturePython", "Body")
    thing.addProperty("App::PropertyString", "SiloPartNumber")
    thing.SiloPartNumber = "X-1"
    check("what other clients wrote on an object is understood", documents.part_number_of(foreign) == "X-1")
    close(foreign)

    # Bob checks in while our document shows revision 2; then the file is updated under it.
    hinge = open_document(os.path.join(folder.root, "hinge.FCStd"))
    with open(copy, "ab") as file:
        file.write(b" ")    # other content
    bob.upload(numbers[1], copy, "bob's", 2)
    flows.look(client, folder, numbers[1])
    check("the index moved on, the document didn't", folder.entry(hinge.FileName)["revision"] == 3
          and documents.base_of(hinge) == 2)
    try:
        flows.check_out(client, folder, [numbers[1]], "alice", unsaved={numbers[1].lower(): documents.base_of(hinge)})
        check("unsaved changes on an old revision stop a check-out", False)
    except LocalChanges:
        check("unsaved changes on an old revision stop a check-out", client.lock_of(numbers[1]) is None)
    flows.check_out(client, folder, [numbers[1]], "alice")
    hinge.getObject("Plate").Height = 13
    hinge.save()
    try:
        flows.check_in(client, folder, hinge.FileName, "alice", "buries bob's", documents.base_of(hinge))
        check("a check-in from the older document is refused", False)
    except StaleRevision as refused:
        check("a check-in from the older document is refused", refused.revision["revision_number"] == 3
              and os.path.isfile(hinge.FileName))
    client.release_all(numbers[:1])


try:
    play()
except Exception as fault:
    traceback.print_exc()
    results.append("it broke off: %s FAILED" % " ".join(str(fault).split()))
with open(os.environ["SILO_RESULT"], "w", encoding="utf-8") as file:
    file.write("\n".join(results) + "\n")
os._exit(0)
