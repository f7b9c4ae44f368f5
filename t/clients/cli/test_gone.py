"""Items that end for their user (archived, or the role lowered) while the folder has work on them:
nothing is lost, and every step that is advised works."""

import os
import re

from lib import DENIED, DONE, FAILED, Person, expect, has, lacks, test, test_alone


def archived_under(stack, name="a.FCStd"):
    """Alice has changes; her lock was ended, and the item archived by ada."""
    alice, part = Person(stack, "alice"), stack.part(b"one", name)
    alice.does("checkout", part)
    alice.write(name, b"alice's work")
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")
    stack.ask("ada", "DELETE", f"/api/items/{part}")
    return alice, part


def advice(text):
    """The commands that a text names, as words."""
    return [found.split() for found in re.findall(r"silo ([a-z]+ [^\s,:]+(?: --[a-z-]+)?)", text)]


def kept(alice):
    """The work, wherever it is now."""
    places = [alice.path(name) for name in os.listdir(alice.folder) if name.endswith(".FCStd")]
    places += [alice.path(".silo/backup/" + name) for name in alice.backups()]
    contents = []
    for place in places:
        with open(place, "rb") as file:
            contents.append(file.read())
    return b"alice's work" in contents


@test
def each_step_that_status_advises_for_an_archived_item_works(stack):
    alice, part = archived_under(stack)
    said = alice.does("status").err
    has(f"{part} was archived by ada, ", said)
    lacks("silo checkout", said)
    steps = advice(said)
    expect([["commit", "a.FCStd", "--as-new-file"], ["undo", "a.FCStd"]], steps)
    for step in steps:
        alice, part = archived_under(stack)
        alice.does(*step, *(["--yes"] if step[0] == "undo" else ["-m", "kept"]))
        expect(True, kept(alice), step)
        lacks("archived", alice.does("status").err)


@test
def each_step_that_a_refusal_of_an_archived_item_advises_works(stack):
    alice, part = archived_under(stack)
    for words in (("commit", "-m", "x"), ("commit", part, "-m", "x"), ("checkout", part),
                  ("get", part), ("get", part, "--beside"), ("unlock", part), ("renew", part),
                  ("edit", part)):
        ran = alice.run(*words)
        expect(FAILED, ran.code, words)
        has(f"{part} was archived by ada, ", ran.err)
        has("nothing is lost", ran.err)
        steps = advice(ran.err)
        expect([["commit", "a.FCStd", "--as-new-file"], ["undo", "a.FCStd"],
                ["forget", "a.FCStd"], ["restore", part]], steps, words)
    expect(b"alice's work", alice.read("a.FCStd"))
    for step in steps:
        alice, part = archived_under(stack)
        if step[0] == "restore":
            ada = Person(stack, "ada")
            has(f"{part} is back, at revision 1", ada.does("restore", part).out)
            alice.does("checkout", part)
            alice.does("commit", "-m", "in spite of it")
            expect(2, stack.revisions(part)[0]["revision_number"])
            continue
        alice.does(*step, *(["--yes"] if step[0] == "undo" else []))
        expect(True, kept(alice), step)
        expect(False, part in [row["part_number"] for row in
                               alice.does("status", "--json").json["files"]], step)


@test
def undo_of_an_archived_item_moves_the_file_out(stack):
    alice, part = archived_under(stack)
    shown = alice.does("undo", part, "--yes", "--json").json
    expect((False, part), (os.path.exists(alice.path("a.FCStd")), shown["part_number"]))
    with open(shown["backup"], "rb") as backup:
        expect(b"alice's work", backup.read())
    alice, part = archived_under(stack)
    os.unlink(alice.path("a.FCStd"))  # nothing there to keep
    expect(None, alice.does("undo", part, "--json").json["backup"])


@test
def a_forgotten_file_stays_and_can_be_added_again(stack):
    alice, part = archived_under(stack)
    alice.extra = {"SILO_API_URL": "http://127.0.0.1:9"}  # without any server
    expect(FAILED, alice.run("forget", "a.FCStd", "no-such").code)
    alice.extra = {}
    expect([part], [entry["part_number"] for entry in alice.index()["files"].values()])
    has("stays here", alice.does("forget", "a.FCStd").out)
    expect((b"alice's work", True, {}),
           (alice.read("a.FCStd"), alice.writable("a.FCStd"), alice.index()["files"]))
    alice.does("add", "a.FCStd", "--part", part + "-n")


@test
def a_file_of_an_archived_item_can_be_added_under_another_number(stack):
    alice, part = archived_under(stack)
    new = alice.does("add", "a.FCStd", "--part", part + "-n", "--json").json
    expect((part + "-n", 1), (new["part_number"], len(stack.revisions(part + "-n"))))
    expect(part + "-n", alice.index()["files"]["a.FCStd"]["part_number"])
    expect(FAILED, alice.run("add", "a.FCStd", "--part", part + "-m").code)  # that one lives


@test_alone  # it releases all of alice's locks
def an_archived_item_does_not_end_the_renewal_of_the_others(stack):
    alice, part = archived_under(stack)
    other = stack.part(b"other", "other.FCStd")
    alice.does("checkout", other)
    ran = alice.does("renew")
    has(f"{part} was archived by ada", ran.err)
    has(f"{other} is yours until", ran.out)
    alice.does("unlock", "--mine")
    expect(None, stack.holder(other))


@test
def only_an_admin_restores(stack):
    alice, part = archived_under(stack)
    expect(DENIED, alice.run("restore", part).code)
    ada = Person(stack, "ada")
    expect(1, len(ada.does("restore", part, part, "--json").json["items"][:1]))
    expect(FAILED, ada.run("restore", "NO-SUCH").code)


@test
def whose_role_is_lowered_keeps_the_work_and_can_release(stack):
    name = f"lowered{os.getpid()}"
    ada = Person(stack, "ada")
    ada.does("user", "create", name, "--password-stdin", stdin=b"a long password\n")
    person = Person(stack, name, token="none")
    person.does("login", stack.url, "--user", name, "--password-stdin", stdin=b"a long password\n")
    parts = [stack.part(b"one", f"{letter}.FCStd") for letter in "abc"]
    person.does("checkout", *parts)
    for letter in "ab":
        person.write(f"{letter}.FCStd", b"alice's work")
    ada.does("user", "set", name, "--role", "viewer")
    ran = person.run("commit", "a.FCStd", "-m", "x")
    expect(DENIED, ran.code)
    expect([["undo", "a.FCStd"], ["forget", "a.FCStd"]], advice(ran.err))
    expect(DENIED, person.run("commit", "a.FCStd", "--as-new-file").code)
    person.does("undo", "a.FCStd", "--yes")
    expect((True, b"one", None), (kept(person), person.read("a.FCStd"), stack.holder(parts[0])))
    person.does("forget", "b.FCStd")
    person.does("unlock", "--mine")
    expect([None] * 3, [stack.holder(part) for part in parts])
    expect((b"alice's work", True), (person.read("b.FCStd"), person.writable("b.FCStd")))
    expect(DONE, person.run("status").code)
