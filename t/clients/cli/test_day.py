"""The day's work: check out, edit, status, commit; and two people in conflict."""

import os

from lib import DENIED, DONE, FAILED, HELD, STALE, USAGE, Person, expect, has, lacks, sha256, test


@test
def checkout_takes_the_lock_and_a_writable_file(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "bracket.FCStd")
    ran = alice.does("checkout", part, "-m", "new ribs", "--for", "2h", "--json").json["files"][0]
    expect("downloaded", ran["outcome"])
    expect("bracket.FCStd", ran["path"])
    expect("alice", ran["lock"]["locked_by"])
    expect("new ribs", ran["lock"]["comment"])
    expect(b"one", alice.read("bracket.FCStd"))
    expect(True, alice.writable("bracket.FCStd"))
    entry = alice.index()["files"]["bracket.FCStd"]
    expect((part, 1, sha256(b"one"), True),
           (entry["part_number"], entry["revision"], entry["sha256"], entry["checked_out"]))
    expect("alice", stack.holder(part))


@test
def commit_uploads_releases_and_makes_read_only(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "bracket.FCStd")
    alice.does("checkout", part)
    alice.write("bracket.FCStd", b"two")
    has("revision 2", alice.does("commit", "-m", "Add ribs").out)
    expect(False, alice.writable("bracket.FCStd"))
    expect(None, stack.holder(part))
    head = stack.revisions(part)[0]
    expect((2, "Add ribs", "alice", sha256(b"two"), "bracket.FCStd"),
           (head["revision_number"], head["comment"], head["created_by"], head["sha256"],
            head["filename"]))
    expect(2, alice.index()["files"]["bracket.FCStd"]["revision"])
    lacks("committing", str(alice.index()))


@test
def commit_keep_keeps_lock_and_permission(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    for number, content in ((2, b"two"), (3, b"three")):
        alice.write("a.FCStd", content)
        alice.does("commit", "a.FCStd", "-m", "step", "--keep")
        expect(number, stack.revisions(part)[0]["revision_number"])
        expect("alice", stack.holder(part))
        expect(True, alice.writable("a.FCStd"))


@test
def commit_of_nothing_says_so_and_of_an_unchanged_file_releases(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    has("nothing to commit", alice.does("commit", "-m", "x").out)
    expect("alice", stack.holder(part))
    expect("unchanged", alice.does("commit", part, "-m", "x", "--json").json["files"][0]["outcome"])
    expect(None, stack.holder(part))
    expect(1, len(stack.revisions(part)))
    expect(False, alice.writable("a.FCStd"))


@test
def several_are_checked_out_all_or_none(stack):
    alice, bob = Person(stack, "alice"), Person(stack, "bob")
    parts = [stack.part(b"%d" % i) for i in range(3)]
    bob.does("lock", parts[1])
    ran = alice.run("checkout", *parts)
    expect(HELD, ran.code)
    has("bob", ran.err)
    expect([None, "bob", None], [stack.holder(part) for part in parts])
    expect(False, os.path.exists(alice.path(".silo/index.json")))
    bob.does("unlock", parts[1])
    expect(3, len(alice.does("checkout", *parts, "--json").json["files"]))
    expect(["alice"] * 3, [stack.holder(part) for part in parts])


@test
def another_s_lock_says_who_since_when_and_what_to_do(stack):
    alice, bob = Person(stack, "alice"), Person(stack, "bob")
    part = stack.part()
    bob.does("checkout", part, "-m", "casting")
    ran = alice.run("checkout", part)
    expect(HELD, ran.code)
    for words in ("held by bob since", "until", "casting", "--wait", "silo request"):
        has(words, ran.err)
    failed = alice.run("checkout", part, "--json")
    expect((HELD, "locked", "bob"),
           (failed.code, failed.json["error"], failed.json["lock"]["locked_by"]))


@test
def get_gives_a_read_only_copy_without_a_lock(stack):
    bob, part = Person(stack, "bob"), stack.part(b"one", "hull.FCStd")
    bob.does("get", part)
    expect((b"one", False), (bob.read("hull.FCStd"), bob.writable("hull.FCStd")))
    expect(None, stack.holder(part))
    stack.upload(part, b"two", "hull.FCStd", 1)
    expect(True, bob.state(part)["newer"])
    bob.does("get")
    expect((b"two", False), (bob.read("hull.FCStd"), bob.writable("hull.FCStd")))
    has("up to date", bob.does("get").out)
    bob.does("get", part + "@1")
    expect((b"one", b"two"), (bob.read("hull@1.FCStd"), bob.read("hull.FCStd")))


@test
def the_viewer_may_get_but_not_check_out(stack):
    vera, part = Person(stack, "vera"), stack.part(b"one", "a.FCStd")
    vera.does("get", part)
    expect(DENIED, vera.run("checkout", part).code)
    expect(None, stack.holder(part))


@test
def a_stale_commit_loses_nothing_and_says_what_to_do(stack):
    alice, bob = Person(stack, "alice"), Person(stack, "bob")
    part = stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"alice's work")
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")  # her lease ends behind her back
    bob.does("checkout", part)
    bob.write("a.FCStd", b"bob's work")
    bob.does("commit", "-m", "bob was faster")
    ran = alice.run("commit", "-m", "late")
    expect(STALE, ran.code)
    for words in ("has a newer revision", "bob committed 2", "bob was faster", "--beside",
                  "--as-new-file", "nothing is lost"):
        has(words, ran.err)
    expect(b"alice's work", alice.read("a.FCStd"))
    expect(2, len(stack.revisions(part)))
    failed = alice.run("commit", "-m", "late", "--json").json["files"][0]
    expect(("stale_revision", 2), (failed["error"], failed["revision"]["revision_number"]))
    # The steps it names work.
    alice.does("get", part, "--beside")
    expect((b"bob's work", b"alice's work"), (alice.read("a@2.FCStd"), alice.read("a.FCStd")))
    alice.does("commit", "a.FCStd", "--as-new-file", "-m", "my variant")
    new = alice.index()["files"]["a.FCStd"]["part_number"]
    expect(True, new != part)
    expect(sha256(b"alice's work"), stack.revisions(new)[0]["sha256"])


@test
def a_commit_against_another_s_lock_loses_nothing(stack):
    alice, bob = Person(stack, "alice"), Person(stack, "bob")
    part = stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"alice's work")
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")
    bob.does("checkout", part, "-m", "mine now")
    ran = alice.run("commit", "-m", "late")
    expect(HELD, ran.code)
    for words in ("held by bob since", "mine now", "nothing is lost", "silo request"):
        has(words, ran.err)
    expect((b"alice's work", 1), (alice.read("a.FCStd"), len(stack.revisions(part))))


@test
def checkout_keeps_changes_that_were_made_before_it(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    os.chmod(alice.path("a.FCStd"), 0o644)
    alice.write("a.FCStd", b"hasty")
    expect(True, alice.state(part)["modified_without_lock"])
    has("without a lock", alice.does("status").err)
    ran = alice.does("checkout", part, "--json").json["files"][0]
    expect(("kept_changes", b"hasty"), (ran["outcome"], alice.read("a.FCStd")))
    alice.does("commit", "-m", "now properly")
    expect(sha256(b"hasty"), stack.revisions(part)[0]["sha256"])


@test
def checkout_of_changes_on_an_old_revision_is_refused_and_gives_the_lock_back(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    os.chmod(alice.path("a.FCStd"), 0o644)
    alice.write("a.FCStd", b"hasty")
    stack.upload(part, b"two", "a.FCStd", 1)
    expect(STALE, alice.run("checkout", part).code)
    expect((b"hasty", None), (alice.read("a.FCStd"), stack.holder(part)))
    ran = alice.does("checkout", part, "--force", "--json").json["files"][0]
    expect("replaced", ran["outcome"])
    expect(b"two", alice.read("a.FCStd"))
    with open(ran["backup"], "rb") as backup:
        expect(b"hasty", backup.read())


@test
def status_advises_nothing_that_checkout_refuses(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"alice's work")
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")  # her lease ends behind her back
    has("keeps the changes", alice.does("status").err)
    bob.does("checkout", part)
    bob.write("a.FCStd", b"bob's work")
    bob.does("commit", "-m", "bob was faster")
    said = alice.does("status").err
    lacks("keeps the changes", said)
    for words in ("has changes without a lock and starts from revision 1, the newest is 2",
                  f"silo get {part} --beside", f"silo checkout {part} --force"):
        has(words, said)
    expect(STALE, alice.run("checkout", part).code)
    # The steps it names work.
    alice.does("get", part, "--beside")
    expect((b"bob's work", b"alice's work"), (alice.read("a@2.FCStd"), alice.read("a.FCStd")))
    alice.does("checkout", part, "--force")
    expect(b"bob's work", alice.read("a.FCStd"))
    alice.does("unlock", part)
    # A missing file comes back without further questions.
    stack.upload(part, b"three", "a.FCStd", 2)
    os.unlink(alice.path("a.FCStd"))
    said = alice.does("status").err
    has(f"revision 3 is newer: silo get {part}\n", said)
    alice.does("get", part)
    expect(b"three", alice.read("a.FCStd"))


@test
def a_file_that_differs_is_never_overwritten_without_force(stack):
    alice, part = Person(stack, "alice"), stack.part(b"server", "a.FCStd")
    alice.write("a.FCStd", b"mine, from elsewhere")
    for words in (("checkout", part), ("get", part)):
        ran = alice.run(*words)
        expect(FAILED, ran.code)
        has("--force", ran.err)
        expect(b"mine, from elsewhere", alice.read("a.FCStd"))
    expect(None, stack.holder(part))
    has("backup", alice.does("checkout", part, "--force").out)
    expect(b"server", alice.read("a.FCStd"))
    expect(1, len(alice.backups()))
    expect(b"mine, from elsewhere", alice.read(".silo/backup/" + alice.backups()[0]))


@test
def undo_drops_changes_keeps_a_backup_and_releases(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"a mistake")
    expect(USAGE, alice.run("undo", part).code)  # nobody there to confirm
    expect(b"a mistake", alice.read("a.FCStd"))
    shown = alice.does("undo", part, "--yes", "--json").json
    expect((b"one", False, None),
           (alice.read("a.FCStd"), alice.writable("a.FCStd"), stack.holder(part)))
    with open(shown["backup"], "rb") as backup:
        expect(b"a mistake", backup.read())
    expect(DONE, alice.run("undo", "a.FCStd").code)  # nothing to lose: no question


@test
def add_puts_a_new_file_under_care(stack):
    alice = Person(stack, "alice")
    alice.write("new part.FCStd", b"new")
    made = alice.does("add", "new part.FCStd", "--category", f"N{os.getpid()}", "-t", "assembly",
                      "-d", "a new one", "-m", "start", "--json").json
    part = made["part_number"]
    item = stack.ask("vera", "GET", f"/api/items/{part}")
    expect(("assembly", "a new one", 1),
           (item["item_type"], item["description"], item["current_revision"]))
    expect(False, alice.writable("new part.FCStd"))
    expect(FAILED, alice.run("add", "new part.FCStd", "--part", "X-1").code)
    alice.write("second.FCStd", b"2")
    expect(FAILED, alice.run("add", "second.FCStd", "--part", part).code)
    alice.does("add", "second.FCStd", "--part", part + "-b", "--checkout")
    expect("alice", stack.holder(part + "-b"))
    expect(True, alice.writable("second.FCStd"))


@test
def an_item_without_a_file_is_locked_and_gets_its_first(stack):
    alice, part = Person(stack, "alice"), stack.part(None)
    expect("locked_only", alice.does("checkout", part, "--json").json["files"][0]["outcome"])
    alice.write("first.FCStd", b"first")
    alice.does("add", "first.FCStd", "--part", part)
    expect(1, len(stack.revisions(part)))
    expect(FAILED, alice.run("get", stack.part(None)).code)


@test
def files_are_found_from_a_subfolder_and_by_any_case(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    other = stack.part(b"o", "b.FCStd")
    alice.does("checkout", part)
    os.mkdir(alice.path("sub"))
    sub = alice.path("sub")
    alice.does("checkout", other.lower(), cwd=sub)
    expect(b"o", alice.read("sub/b.FCStd"))
    expect(["a.FCStd", "sub/b.FCStd"], sorted(alice.index()["files"]))
    expect(other, alice.index()["files"]["sub/b.FCStd"]["part_number"])
    alice.write("a.FCStd", b"two")
    has("../a.FCStd", alice.does("status", cwd=sub).out)
    alice.does("commit", "../a.FCStd", "-m", "from below", cwd=sub)
    expect(2, len(stack.revisions(part)))
