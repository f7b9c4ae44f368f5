"""The write permission follows the lock at each command, no matter who ended the lock."""

import os

from lib import Person, expect, has, lacks, test, until

COMMANDS = [("status",), ("status", "other.FCStd"), ("get",), ("commit", "-m", "x"),
            ("log", "other.FCStd"), ("renew", "other.FCStd"), ("get", "other.FCStd"),
            ("checkout", "other.FCStd"), ("add", "new", "--part")]


def forced(stack, *names):
    """Alice with two files checked out, after an admin has released the first by force."""
    alice, ada = Person(stack, "alice"), Person(stack, "ada")
    part, other = stack.part(b"one", "f.FCStd"), stack.part(b"two", "other.FCStd")
    alice.does("checkout", part, other)
    for name in names:
        alice.write(name, b"work")
    ada.does("unlock", part, "--force", "--reason", "needed")
    return alice, part, other


@test
def after_a_forced_release_the_unchanged_file_is_read_only_at_each_command(stack):
    for words in COMMANDS:
        alice, part, other = forced(stack)
        alice.write("new", b"new")
        expect(True, alice.writable("f.FCStd"))
        ran = alice.does(*words, *((part + "-new",) if words[0] == "add" else ()))
        expect((False, True), (alice.writable("f.FCStd"), alice.writable("other.FCStd")), words)
        if words != ("status",):
            has("f.FCStd is read-only again: its lock has ended", ran.err)


@test
def status_says_so(stack):
    alice, part, other = forced(stack)
    state = alice.state(part)
    expect((True, False, True), (state["lock_lost"], state["writable"], state["checked_out"]))
    expect(True, alice.state(other)["writable"])
    has("f.FCStd was checked out, but its lock", alice.does("status").err)


@test
def where_another_holds_the_lock_now_he_is_named(stack):
    alice, part, other = forced(stack)
    Person(stack, "bob").does("lock", part)
    lines = [line for line in alice.does("log", "other.FCStd").err.splitlines() if "f.FCStd" in line]
    expect(["warning: f.FCStd is read-only again: bob holds its lock"], lines)
    said = alice.does("status").err
    has(f"f.FCStd was checked out, but bob holds its lock: silo request {part} -m …", said)
    lacks(f"silo checkout {part}", said)


@test
def a_changed_file_stays_writable(stack):
    alice, part, other = forced(stack, "f.FCStd")
    for words in (("status",), ("get",), ("renew", "other.FCStd")):
        lacks("read-only again", alice.does(*words).err)
        expect((True, b"work"), (alice.writable("f.FCStd"), alice.read("f.FCStd")))
    expect((True, True), (alice.state(part)["writable"], alice.state(part)["lock_lost"]))


@test
def a_lock_that_is_ours_again_makes_the_file_writable_again(stack):
    alice, part, other = forced(stack)
    alice.does("status")
    stack.ask("alice", "POST", f"/api/items/{part}/lock")
    alice.does("status")
    expect(True, alice.writable("f.FCStd"))
    # Not when another has committed meanwhile: what is saved here could not be committed.
    stack.ask("alice", "DELETE", f"/api/items/{part}/lock")
    alice.does("status")
    stack.upload(part, b"newer", "f.FCStd", 1)
    stack.ask("alice", "POST", f"/api/items/{part}/lock")
    alice.does("status")
    expect(False, alice.writable("f.FCStd"))


@test
def a_lease_that_ran_out_is_followed_too(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "f.FCStd")
    alice.does("checkout", part)
    stack.lease_ends_in(part, 0.01)
    until(lambda: stack.holder(part) is None, "the end of the lease")
    has("f.FCStd is read-only again", alice.does("log", "f.FCStd").err)
    expect(False, alice.writable("f.FCStd"))


@test
def a_file_that_was_made_writable_without_a_check_out_is_read_only_after_status(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "f.FCStd")
    alice.does("get", part)
    os.chmod(alice.path("f.FCStd"), 0o644)
    expect(False, alice.state(part)["writable"])
