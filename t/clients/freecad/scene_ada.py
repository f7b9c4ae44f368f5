"""Assemblies, leases, the connection, and real files: ada alone with her FreeCAD and the server."""

import os
import shutil
import subprocess
import threading

import FreeCAD
import FreeCADGui

from silo_client import Client
from silo_gui import checkin, checkout, dialogs, documents, forms, leases, newitem, panel, session
from silo_gui.live import live
from silo_gui.qt import QtWidgets
from stage import (HOME, PATIENCE, URL, answer_question, check, clear_messages, fit_view, message, new_part,
                   picture, press, quiet, server, skip, until, warned)

PIN, HINGE, BOLT, WASHER = "FC-0101", "FC-0102", "FC-0103", "FC-0104"


def play():
    session.parameters().SetString("Folder", os.path.join(HOME, "work"))
    FreeCADGui.activateWorkbench("SiloWorkbench")
    until("the stream", lambda: live().is_connected and session.user() == "ada")
    new_item()
    assembly()
    renewal()
    ends()
    cancelled_upload()
    away_and_back()
    forced_while_away()
    archived_by_its_holder()
    real_files()


def check_out(*numbers, **more):
    got, failed = [], []
    checkout.check_out(list(numbers), done=got.append, failed=failed.append, **more)
    until("the check-out of %s" % (numbers,), lambda: got or failed)
    return got[0] if got else failed[0]


def new_item():
    """A document that Silo doesn't know becomes an item."""
    document = FreeCAD.newDocument("bolt")
    document.addObject("Part::Cylinder", "Bolt").Radius = 4
    document.recompute()
    fit_view()
    form = forms.NewItem("bolt")
    form.number.setText("BO")
    check("a category means the next free number", form.facts().get("category") == "BO")
    form.number.setText(BOLT)
    form.description.setText("Bolt")
    made = []
    newitem.add(document, form.facts(), "first", keep=True, done=made.append)
    until("the new item", lambda: made)
    item = server(lambda client: client.item(BOLT))
    check("a new document becomes an item, checked out if asked", item["current_revision"] == 1
          and item["lock"]["locked_by"] == "ada" and session.folder().entry(document.FileName)["checked_out"])
    check("the new item has a thumbnail", server(lambda client: client.thumbnail(BOLT)) is not None)
    server(lambda client: client.release(BOLT))
    FreeCAD.closeDocument(document.Name)
    clear_messages()


def assembly():
    """A hinge that links to a pin: made, uploaded, fetched, checked out together."""
    new_part(PIN, "pin")
    new_part(HINGE, "hinge", 3, "assembly")
    for number in (PIN, HINGE):
        check_out(number)
    pin, hinge = documents.open_of(PIN), documents.open_of(HINGE)
    link = hinge.addObject("App::Link", "LinkedPin")
    link.LinkedObject = pin.getObject("Plate")
    hinge.recompute()
    done = []
    checkin.check_in(hinge, "with its pin", done=done.append)
    until("the check-in of the hinge", lambda: done)
    server(lambda client: client.release(PIN))
    until("all free", lambda: not live().mine(PIN) and not live().mine(HINGE))
    for document in (hinge, pin):
        FreeCAD.closeDocument(document.Name)
    clear_messages()
    FreeCAD.openDocument(session.folder().entry_of(HINGE)[0])
    hinge = until("the hinge", lambda: documents.open_of(HINGE))
    check("the linked part is found", documents.linked_part_numbers(hinge) == [PIN])
    check("the linked part was loaded too", documents.open_of(PIN) is not None)
    server(lambda client: client.lock(PIN), "bob")
    until("bob's lock", lambda: live().others(PIN))
    FreeCAD.setActiveDocument(hinge.Name)
    fit_view()
    asked = answer_question("All together", "assembly")
    FreeCADGui.runCommand("Silo_CheckOut")
    check("the linked parts are listed, with who holds them", asked and PIN in asked[0] and "held by bob" in asked[0])
    message("locked by bob")
    check("all or nothing: bob holds the part, so nothing is locked",
          server(lambda client: client.lock_of(HINGE)) is None)
    clear_messages()
    server(lambda client: client.release(PIN), "bob")
    until("bob's release", lambda: not live().others(PIN))
    clear_messages()
    answer_question("All together")
    FreeCADGui.runCommand("Silo_CheckOut")
    until("both", lambda: live().mine(PIN) and live().mine(HINGE))
    quiet()
    check("an assembly and its part are checked out together",
          all(session.folder().entry_of(number)[1]["checked_out"] for number in (PIN, HINGE)))
    # A link to a file that isn't loaded is found in what was saved.
    path = os.path.join(HOME, "work", "hinge.FCStd")
    for name in list(FreeCAD.listDocuments()):
        FreeCAD.closeDocument(name)
    moved = os.path.join(HOME, "pin.away")
    shutil.move(session.folder().entry_of(PIN)[0], moved)
    hinge = FreeCAD.openDocument(path)
    check("a linked part whose file is missing is found", documents.linked_part_numbers(hinge) == [PIN])
    shutil.move(moved, session.folder().entry_of(PIN)[0])
    clear_messages()


def renewal():
    """The timer renews a short lease while its document is open, and not afterwards."""
    before = server(lambda client: client.lock(HINGE, expires_in=60))["expires_at"]
    until("the renewal", lambda: server(lambda client: client.lock_of(HINGE))["expires_at"] > before)
    check("the lease of an open document is renewed", True)
    document = documents.open_of(HINGE)
    FreeCAD.closeDocument(document.Name)
    leases.leases().look()
    lock = server(lambda client: client.lock(HINGE, expires_in=60))
    until("the event", lambda: live().mine(HINGE) and live().mine(HINGE)["expires_at"] == lock["expires_at"])
    leases.leases().look()
    quiet()
    check("the lease of a closed document is not renewed",
          server(lambda client: client.lock_of(HINGE))["expires_at"] == lock["expires_at"])
    check_out(HINGE)
    until("my lock", lambda: HINGE.lower() in leases.leases()._mine)


def end_soon(number):
    """Does what time would do: the server's row ends in a moment."""
    subprocess.run(["psql", "-X", "-q", os.environ["SILO_OWNER_DATABASE"], "-v", "ON_ERROR_STOP=1", "-c",
                    "update silo.locks set expires_at = clock_timestamp() + interval '0.3 s' where item_id = "
                    "(select id from silo.items where part_number = '%s')" % number], check=True)


def ends():
    """The lease ends, by an event or by the clock: ada reads it at once, and a check-in that is too late is refused."""
    end_soon(HINGE)
    message("Your lock on FC-0102 expired")
    check("the end of a lease is reported at once", True)
    picture("ended")
    clear_messages()
    hinge = documents.open_of(HINGE)
    hinge.addObject("Part::Box", "Mine")
    hinge.recompute()
    other = os.path.join(HOME, "others.FCStd")
    shutil.copy(hinge.FileName, other)
    with open(other, "ab") as file:
        file.write(b" ")    # other content
    server(lambda client: client.upload(HINGE, other, "bob was faster", 2), "bob")
    refused = []
    checkin.check_in(hinge, "mine", failed=refused.append)
    until("the refusal", lambda: refused)
    check("a check-in after bob's is refused (412) and the file kept", type(refused[0]).__name__ == "StaleRevision"
          and os.path.isfile(hinge.FileName) and hinge.getObject("Mine") is not None)
    clear_messages()
    check_out(PIN)
    until("my lock of the pin", lambda: PIN.lower() in leases.leases()._mine)
    server(lambda client: client.release(PIN, "we need it today"), "ada")
    until("its release", lambda: not live().mine(PIN))
    check("releasing a lock oneself raises no alarm", not warned("Your lock on " + PIN))
    # By the clock alone, without an event: there is no connection when it ends.
    check_out(PIN)
    until("my lock of the pin", lambda: PIN.lower() in leases.leases()._mine)
    mine = leases.leases()._mine
    mine[PIN.lower()] = dict(mine[PIN.lower()], expires_at="2020-01-01T00:00:00.000000Z")
    live().locks.pop(PIN.lower())
    leases.leases().look()
    message("Your lock on FC-0101 expired")
    check("the clock reports the end too", True)
    clear_messages()
    live().reload()
    quiet()


def cancelled_upload():
    """Progress is shown; Cancel stops the upload and stores nothing."""
    document = documents.open_of(PIN)
    document.getObject("Plate").Height = 8
    document.recompute()
    seen, failed, gate = [], [], threading.Event()
    real = dialogs.Progress._show

    def show(self, done, whole):
        real(self, done, whole)
        seen.append((done, whole))
    from silo_client import transfer
    piece, transfer.PIECE = transfer.PIECE, 512
    sending = transfer.Transfers._send_file

    def slowly(self, connection, file, size, progress):
        def cancelling(done, whole):
            progress(done, whole)
            gate.wait(PATIENCE)    # a network so slow that the user gives up
            return progress(done, whole)
        sending(self, connection, file, size, cancelling)
    transfer.Transfers._send_file, dialogs.Progress._show = slowly, show
    task = checkin.check_in(document, "never", failed=failed.append)
    until("progress", lambda: seen)
    window = until("the progress window", lambda: next((window for window in QtWidgets.QApplication.topLevelWidgets()
                   if isinstance(window, dialogs.Progress) and window.isVisible()), None))
    picture("progress")
    press(window, "Cancel")
    gate.set()
    until("the end of the upload", lambda: failed)
    transfer.PIECE, transfer.Transfers._send_file, dialogs.Progress._show = piece, sending, real
    check("an upload shows progress and can be cancelled", type(failed[0]).__name__ == "Cancelled" and task is not None)
    item = server(lambda client: client.item(PIN))
    check("a cancelled upload stores nothing and keeps the lock", item["current_revision"] == 1
          and item["lock"]["locked_by"] == "ada")
    done = []
    checkin.check_in(document, "after all", done=done.append)
    until("the check-in", lambda: done)
    check("the next check-in goes through", done[0]["revision_number"] == 2)


def away_and_back():
    """The connection breaks while bob takes what was ada's: she reads it when the connection is back."""
    check_out(PIN)
    until("my lock", lambda: PIN.lower() in leases.leases()._mine)
    stream = live().stream
    real = stream._client.connection
    broken = [True]

    def connection(*words, **more):
        if broken:
            raise OSError("no network")
        return real(*words, **more)
    stream._client.connection = connection
    stream._cancellation._socket.shutdown(2)
    until("the panel to say so", lambda: "Not connected" in panel.panel().state.text())
    check("a lost connection is shown", not live().is_connected)
    picture("away")
    subprocess.run(["psql", "-X", "-q", os.environ["SILO_OWNER_DATABASE"], "-v", "ON_ERROR_STOP=1", "-c",
                    "delete from silo.locks where locked_by = 'ada'"], check=True)
    server(lambda client: client.lock(PIN, "urgent"), "bob")
    broken.clear()
    message("Your lock on FC-0101 has ended, and bob holds it now")
    until("the connection", lambda: live().is_connected)
    check("it comes back by itself and reports what happened meanwhile", live().others(PIN) is not None
          and "Live" in panel.panel().state.text())
    failed = []
    checkin.undo(documents.open_of(PIN), done=lambda outcome: failed.append("done"), failed=failed.append)
    until("undo", lambda: failed)
    check("undo while bob holds the lock brings the file back and leaves his lock",
          failed == ["done"] and server(lambda client: client.lock_of(PIN))["locked_by"] == "bob")
    server(lambda client: client.release(PIN), "bob")
    clear_messages()


def forced_while_away():
    """Another admin force-releases the lock while there is no connection: ada reads who, when and why afterwards."""
    check_out(PIN)
    until("my lock", lambda: PIN.lower() in leases.leases()._mine)
    stream = live().stream
    real, broken = stream._client.connection, [True]

    def connection(*words, **more):
        if broken:
            raise OSError("no network")
        return real(*words, **more)
    stream._client.connection = connection
    stream._cancellation._socket.shutdown(2)
    until("the connection to break", lambda: not live().is_connected)

    def make(client):
        client.call("POST", "/api/users", {"username": "max", "role": "admin", "password": "max-secret-12"})
        return Client(URL).make_token("max", "max-secret-12", "FreeCAD on a test")
    os.environ["TOKEN_MAX"] = server(make)
    server(lambda client: client.release(PIN, "the order is out"), "max")
    broken.clear()
    told = message("Your lock on FC-0101 was force-released by max at 20")
    check("a force release without a connection is reported later with who, when and why",
          "the order is out" in told.text())
    clear_messages()


def archived_by_its_holder():
    """Bob archives what he holds while ada looks at it: there is nothing to check out."""
    new_part(WASHER, "washer")
    opened = []
    checkout.look({"part_number": WASHER}, opened.append)
    until("the look", lambda: opened)
    server(lambda client: client.lock(WASHER), "bob")
    until("bob's lock", lambda: live().others(WASHER))
    clear_messages()
    server(lambda client: client.call("DELETE", "/api/items/" + WASHER), "bob")
    buttons = message("bob has archived FC-0104").findChildren(QtWidgets.QAbstractButton)
    check("an archived item is not called free", [button.text().replace("&", "") for button in buttons] == ["Close"])
    FreeCAD.closeDocument(opened[0].Name)
    clear_messages()


def there_and_back(path, part_number):
    name = os.path.basename(path)
    server(lambda client: client.create_item(part_number=part_number))
    server(lambda client: client.upload(part_number, path, "from outside", 0))
    check_out(part_number)
    document = documents.open_of(part_number)
    check("%s opens under its own name" % name, os.path.basename(document.FileName) == name)
    thing = next((thing for thing in document.Objects if hasattr(thing, "Label2")), None)
    thing.Label2 = "changed here"
    done = []
    checkin.check_in(document, "saved by this FreeCAD", done=done.append)
    until("its check-in", lambda: done)
    check("%s is checked in with its picture" % name, done[0]["revision_number"] == 2 and done[0]["has_thumbnail"])
    FreeCAD.closeDocument(document.Name)


def real_files():
    """Documents made by somebody else's FreeCAD, checked out and in."""
    folder = os.environ.get("SILO_CAD", "")
    if not os.path.isdir(folder):
        skip("real files are not here")
        return
    names = ("page67-a.FCStd", "Half Hull 5x5 workboat.FCStd", "assembly.FCStd")
    for number, name in enumerate(names, 201):
        there_and_back(os.path.join(folder, name), "FC-0%d" % number)
