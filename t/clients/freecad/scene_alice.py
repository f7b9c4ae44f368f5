"""Alice installs, signs in, checks a part out, edits, checks in; bob is warned in between.  Then she is refused
when she carries on without a lock, saves elsewhere, and undoes her check-out."""

import os
import subprocess

import FreeCAD
import FreeCADGui

from silo_gui import (checkin, checkout, commands, documents, forms, locking, open_item, panel, preferences, saves,
                      session)
from silo_gui.guard import guard
from silo_gui.live import live
from silo_gui.qt import QtCore, QtWidgets
from stage import (HOME, PATIENCE, URL, answer_question, answer_words, check, clear_messages, fit_view, hear, message,
                   messages, new_part, picture, press, quiet, say, server, until)

PN = "FC-0001"


def play():
    sign_in()
    toolbar()
    find_and_check_out()
    edit_and_commit()
    without_a_lock()
    bob_takes_over()


def sign_in():
    """Nothing is configured: the first command leads to the sign-in."""
    check("nobody is signed in", session.client() is None)
    FreeCADGui.activateWorkbench("SiloWorkbench")
    FreeCADGui.runCommand("Silo_Open")
    window = until("the sign-in window", lambda: next((window for window in QtWidgets.QApplication.topLevelWidgets()
                   if isinstance(window, forms.SignIn) and window.isVisible()), None))
    window.url.setText("http://cad.example")
    check("an unencrypted address raises a warning", "not encrypted" in window.note.text())
    window.url.setText(URL)
    window.name.setText("alice")
    window.password.setText("wrong-secret")
    press(window, "Sign in")
    until("the refusal", lambda: "wrong" in window.note.text().lower())
    check("nobody is signed in after a wrong password", session.client() is None)
    picture("sign-in")
    window.password.setText("alice-secret-1")
    press(window, "Sign in")
    until("the sign-in", lambda: session.client() and not window.isVisible())
    # The command continues where the sign-in interrupted it.
    search = until("the search", opened_search)
    search.reject()
    names = [row["name"] for row in server(lambda client: client.call("GET", "/api/auth/tokens"))["tokens"]]
    check("the token is named after the machine", "FreeCAD on " + session.workstation() in names)
    check("token and name are in a file that only the user can read",
          session.config.read()[:1] + session.config.read()[2:3] == (URL, "alice")
          and os.stat(session.config.path()).st_mode & 0o777 == 0o600)
    page = preferences.SiloPreferences()
    page.loadSettings()
    page.folder.setText(os.path.join(HOME, "work"))
    page.hours.setValue(2)
    page.saveSettings()
    check("the preferences are kept", session.folder().root == os.path.join(HOME, "work")
          and session.lease_seconds() == 7200 and page.server.text() == URL)
    FreeCADGui.runCommand("Silo_Locks")
    until("the stream", lambda: live().is_connected and session.user() == "alice")
    check("the panel is live", "Live" in panel.panel().state.text())


def opened_search():
    return next((window for window in QtWidgets.QApplication.topLevelWidgets()
                 if isinstance(window, open_item.OpenItem) and window.isVisible()), None)


def toolbar():
    listed = FreeCADGui.listCommands()
    check("every command is there", all(name in listed for name in commands.COMMANDS))
    icons = {commands.Command(*row).GetResources()["Pixmap"] for row in commands.COMMANDS.values()}
    check("each command has its own icon", len(icons) == len(commands.COMMANDS) and all(map(os.path.isfile, icons)))
    if hasattr(FreeCADGui, "Command"):
        keys = {name: FreeCADGui.Command.get(name).getShortcut() for name in commands.COMMANDS}
        taken = {name: FreeCADGui.Command.listByShortcut(key) for name, key in keys.items()}
        check("each command has its own shortcut %s" % [x for x in taken.items() if x[1] != [x[0]]],
              all(keys.values()) and all(taken[name] == [name] for name in keys))
    bars = [bar for bar in FreeCADGui.getMainWindow().findChildren(QtWidgets.QToolBar) if bar.windowTitle() == "Silo"]
    check("the toolbar is there", bool(bars) and bars[0].isVisible())
    FreeCADGui.activateWorkbench("PartWorkbench")
    menu = until("the menu in another workbench", silo_menus)
    check("other workbenches have the menu too", len(menu) == 1 and len(menu[0].menu().actions()) == len(commands.MENU))
    FreeCADGui.activateWorkbench("SiloWorkbench")
    until("one menu", lambda: len(silo_menus()) == 1)
    FreeCADGui.activateWorkbench("PartWorkbench")
    until("the menu again", lambda: len(silo_menus()) == 1)
    FreeCADGui.activateWorkbench("SiloWorkbench")


def silo_menus():
    return [action for action in FreeCADGui.getMainWindow().menuBar().actions()
            if action.isVisible() and action.text().replace("&", "") == "Silo"]


def find_and_check_out():
    new_part(PN, "bracket")
    new_part("FC-0002", "cover", 3)
    server(lambda client: client.lock("FC-0002", "moving the holes"), "bob")
    FreeCADGui.runCommand("Silo_Open")
    window = until("the search", opened_search)
    window.search.setText("FC-000")
    until("the search with pictures", lambda: window.shown_for == "FC-000" and window.list.topLevelItemCount() == 2
          and not any(window.list.topLevelItem(row).icon(0).isNull() for row in range(2)))
    rows = {window.list.topLevelItem(row).text(0): window.list.topLevelItem(row) for row in range(2)}
    check("the search shows who holds what", rows["FC-0002"].text(3) == "bob" and rows[PN].text(3) == ""
          and not rows["FC-0002"].icon(3).isNull())
    window.list.setCurrentItem(rows["FC-0002"])
    check("what bob holds can only be looked at", window.look.isEnabled() and not window.check_out.isEnabled())
    server(lambda client: client.release("FC-0002"), "bob")
    until("its release, live in the search", lambda: rows["FC-0002"].text(3) == "")
    check("a release shows live in the search", window.check_out.isEnabled())
    server(lambda client: client.lock("FC-0002", "moving the holes"), "bob")
    until("bob's lock", lambda: rows["FC-0002"].text(3) == "bob")
    window.list.setCurrentItem(rows[PN])
    window.move(180, 150)
    picture("open")
    press(window, "Check out")
    until("the check-out", lambda: documents.open_of(PN) and session.folder().entry_of(PN)[1])
    document = documents.open_of(PN)
    until("my lock in the panel", lambda: panel.panel().tree.findItems(PN, QtCore.Qt.MatchFlag.MatchExactly))
    lock = server(lambda client: client.lock_of(PN))
    check("a check-out locks for as long as the preferences say, and opens", lock["locked_by"] == "alice"
          and lock["workstation"] == session.workstation() and 7000 < seconds(lock) < 7300)
    check("the file is writable, the document unchanged", os.access(document.FileName, os.W_OK)
          and not saves.is_modified(document))
    table = panel.panel().tree
    first = table.topLevelItem(0)
    check("alice's locks come first in the panel", first.text(0) == PN and first.font(0).bold())
    fit_view()
    picture("checked-out")
    panel_actions(table)
    say("alice-holds")


def seconds(lock):
    from silo_client.errors import utc_seconds
    return utc_seconds(lock["expires_at"]) - utc_seconds(lock["locked_at"])


def panel_actions(table):
    """What the panel offers for alice's own lock and for bob's."""
    mine, = table.findItems(PN, QtCore.Qt.MatchFlag.MatchExactly)
    other, = table.findItems("FC-0002", QtCore.Qt.MatchFlag.MatchExactly)
    on = {words: action for words, (action, _) in panel.panel().actions.items()}
    table.setCurrentItem(mine)
    check("the panel offers to release alice's lock",
          on["Release"].isEnabled() and not on["Ask for release"].isEnabled())
    table.setCurrentItem(other)
    check("the panel offers to ask for bob's",
          on["Ask for release"].isEnabled() and not on["Release"].isEnabled())
    live().changed.emit()
    until("the panel to be drawn again", lambda: not panel.panel()._pending.isActive())
    check("drawing again keeps the selection", panel.panel().selected() == "FC-0002")
    answer_words("when are you done? " + "x" * 600)
    on["Ask for release"].trigger()
    quiet()
    rows = server(lambda client: client.call("GET", "/api/items/FC-0002/events"))["events"]
    asked = [row["data"]["message"] for row in rows if row["event"] == "lock.requested"]
    check("the message goes to the holder, as long as the server allows",
          asked == ["when are you done? " + "x" * (500 - len("when are you done? "))])
    server(lambda client: client.release("FC-0002"), "bob")
    message("FC-0002 is free now")
    check("alice, who asked for it, reads that it is free", True)
    clear_messages()


def edit_and_commit():
    hear("bob-was-warned")
    message("bob asks you to release FC-0001")
    check("a request for release is shown", True)
    picture("asked")
    clear_messages()
    document = documents.open_of(PN)
    document.getObject("Plate").Height = 15
    document.recompute()
    quiet()
    check("changing what she holds raises no warning", not messages())
    fit_view()
    done = []
    dialog = forms.CheckIn(PN)
    dialog.show()
    dialog.comment.setText("thicker, for the new screws")
    dialog.move(430, 350)
    picture("check-in")
    dialog.close()
    checkin.check_in(document, "thicker, for the new screws", done=done.append)
    until("the check-in", lambda: done)
    check("a check-in is revision 2", done[0]["revision_number"] == 2)
    check("a check-in releases", server(lambda client: client.lock_of(PN)) is None)
    check("the checked-in file is read-only", not os.stat(document.FileName).st_mode & 0o222)
    check("the revision has a thumbnail", done[0]["has_thumbnail"])
    check("the document has nothing unsaved", not saves.is_modified(document))
    check("the document knows its item", own_number(document) == PN and
          documents.item_id_of(document) == server(lambda client: client.item(PN))["id"])
    web_page()
    copy = FreeCAD.openDocument(shutil_copy(document.FileName, os.path.join(HOME, "copy.FCStd")))
    check("a copy elsewhere still knows it", documents.part_number_of(copy) == PN and documents.entry_of(copy) is None)
    FreeCAD.closeDocument(copy.Name)
    say("alice-committed")


def own_number(document):
    """The part number in the document itself: a property, or in 0.20 in its Meta."""
    return getattr(document, "SiloPartNumber", "") or document.Meta.get("SiloPartNumber", "")


def web_page():
    """What bob sees in his browser now."""
    if not os.environ.get("SILO_WEB"):
        return
    target = os.path.join(os.environ["SILO_PICTURES"], "freecad-web.png")
    # Its own home: not FreeCAD's, whose Qt variables are set.
    browser = subprocess.Popen(["node", os.environ["SILO_WEB"], PN, "thicker, for the new screws", target],
                               env={name: value for name, value in os.environ.items() if not name.startswith("QT")})
    until("the browser", lambda: browser.poll() is not None, 3 * PATIENCE)
    check("the web page shows revision 2 with its thumbnail", browser.returncode == 0)


def shutil_copy(source, target):
    import shutil
    return shutil.copy(source, target)


def without_a_lock():
    """Nobody holds it, and it isn't checked out: a change raises a warning, a save needs a choice."""
    document = documents.open_of(PN)
    guard().warn_again(PN)
    before = open(document.FileName, "rb").read()
    document.getObject("Plate").Length = 61
    message("not checked out")
    check("changing what is not checked out raises a warning", True)
    clear_messages()
    asked = answer_question("Don't save")
    document.save()
    until("FreeCAD to notice", lambda: saves.is_modified(document))
    check("a save of it asks first, and “Don't save” saves nothing",
          "not checked out" in asked[0] and open(document.FileName, "rb").read() == before)
    check("a copy of what was open is kept", any(name.endswith("bracket.FCStd") for name in os.listdir(
        session.folder().inner("backup"))))
    asked = answer_question("Check out")
    document.save()
    until("check-out and save", lambda: session.folder().entry_of(PN)[1]["checked_out"]
          and not saves.is_modified(document))
    check("\"Check out\" checks it out, then saves", open(document.FileName, "rb").read() != before
          and server(lambda client: client.lock_of(PN))["locked_by"] == "alice")
    clear_messages()
    locking.release(PN)
    box = message("aren't checked in")
    check("Enter releases nothing", box.defaultButton().text().replace("&", "") == "Close")
    check("a release with changes asks first",
          server(lambda client: client.lock_of(PN))["locked_by"] == "alice")
    box.close()
    undone = []
    checkin.undo(document, done=undone.append)
    until("undo", lambda: undone)
    document = documents.open_of(PN)
    check("undo brings the revision back and keeps alice's changes", document.getObject("Plate").Length.Value == 60
          and os.path.isfile(undone[0].kept))
    check("undo releases", server(lambda client: client.lock_of(PN)) is None)


def bob_takes_over():
    """Bob holds it and checks in revision 3 while alice changes what she has."""
    say("alice-is-done")
    hear("bob-holds")
    document = documents.open_of(PN)
    until("bob's lock, live", lambda: live().others(PN))
    clear_messages()
    document.getObject("Plate").Length = 62
    message("You are changing FC-0001")
    check("changing what bob holds raises a warning", True)
    clear_messages()
    before = open(document.FileName, "rb").read()
    target = os.path.join(HOME, "mine.FCStd")
    real, QtWidgets.QFileDialog.getSaveFileName = QtWidgets.QFileDialog.getSaveFileName, lambda *words: (target, "")
    asked = answer_question("Save a copy elsewhere…", "saving")
    document.save()
    QtWidgets.QFileDialog.getSaveFileName = real
    check("a save while bob holds the lock can go elsewhere", "locked by bob" in asked[0] and os.path.isfile(target)
          and document.FileName == target and session.folder().entry_of(PN)[0] != target)
    path = session.folder().entry_of(PN)[0]
    check("then the item's file stays as it was", open(path, "rb").read() == before)
    FreeCAD.closeDocument(document.Name)
    document = FreeCAD.openDocument(path)
    message("locked by bob")
    clear_messages()
    document.getObject("Plate").Length = 63
    asked = answer_question("Save here anyway")
    document.save()
    check("it can go here by a deliberate choice", asked and open(path, "rb").read() != before)
    refused = []
    checkin.check_in(document, "mine after all", failed=refused.append)
    until("the refusal", lambda: refused)
    check("a check-in while bob holds the lock is refused and keeps the file",
          type(refused[0]).__name__ == "LockedByOther" and os.path.isfile(path))
    box = message("locked by bob")
    box.move(380, 380)
    fit_view()
    picture("refused")
    clear_messages()
    say("alice-was-refused")
    hear("bob-committed")
    until("bob's release, live", lambda: live().lock_of(PN) is None)
    clear_messages()
    del refused[:]
    checkin.check_in(document, "on an old revision", failed=refused.append)
    until("the second refusal", lambda: refused)
    check("a check-in on an old revision is refused", type(refused[0]).__name__ == "StaleRevision")
    press(message("since you started"), "Open the newest beside mine")
    until("the newest beside", lambda: any(other.FileName.endswith("bracket@3.FCStd")
                                          for other in FreeCAD.listDocuments().values()))
    check("the newest opens beside alice's file", os.path.isfile(path))
    clear_messages()
    clashes = []
    FreeCAD.setActiveDocument(document.Name)
    checkout.check_out([PN], failed=clashes.append)
    until("the clash", lambda: clashes)
    check("a check-out overwrites nothing", type(clashes[0]).__name__ == "LocalChanges"
          and server(lambda client: client.lock_of(PN)) is None)
    press(message("has changes on revision"), "Take the newest, back up mine")
    until("the newest", lambda: session.folder().entry_of(PN)[1]["revision"] == 3 and documents.open_of(PN))
    until("the document read again", lambda: documents.open_of(PN).getObject("Plate").Width.Value == 41)
    check("unless she says so; then the document is read again", documents.base_of(documents.open_of(PN)) == 3)
    until("my lock", lambda: live().mine(PN))
    clear_messages()
    check("its file can be written", os.access(path, os.W_OK) and os.stat(path).st_mode & 0o200)
    server(lambda client: client.release(PN, "we ship today"), "ada")
    taken = message("Your lock on FC-0001 was force-released by ada at 20")
    check("a force release comes with its reason", "we ship today" in taken.text())
    check("a force release is reported at once", documents.open_of(PN) is not None)
    until("the file to be read-only again", lambda: not os.stat(path).st_mode & 0o222
          and not session.folder().entry(path)["checked_out"])
    check("the unchanged file is read-only again", True)
