"""Locks and where they were taken: here, in another folder, at another workstation, or not at all;
how they ended behind one's back; and that a command means the lease that it has seen."""

import os
import shutil

from lib import (DONE, FAILED, FRAGILE, HELD, STALE, Person, expect, has, lacks, test, test_alone, until)
from proxy import Between


def second_folder(person):
    """Another working folder of the same user on the same machine."""
    other = Person.__new__(Person)
    other.__dict__.update(person.__dict__)
    other.folder = os.path.join(person.home, "other")
    os.mkdir(other.folder)
    return other


def told(stack, part):
    """How many ends of locks the feed tells of the part."""
    events = stack.ask("vera", "GET", f"/api/items/{part}/events?limit=1000")["events"]
    return len([event for event in events if event["event"] == "item.unlocked"])


def seize(stack, part, reason):
    """Ada releases the lock by force, and the feed tells it."""
    before = told(stack, part)
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock?reason={reason}")
    until(lambda: told(stack, part) > before, "the event")


@test
def a_commit_without_a_check_out_says_that_no_lock_was_held(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    os.chmod(alice.path("a.FCStd"), 0o644)
    alice.write("a.FCStd", b"two")
    has("revision 2 (a.FCStd), you held no lock", alice.does("commit", "a.FCStd", "-m", "x").out)


@test
def status_says_who_force_released_a_lock_when_and_why(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    words = "ada force-released your lock, "

    def lose():
        alice.does("checkout", part)
        seize(stack, part, "on%20holiday")

    lose()
    said = alice.does("status").err
    has(f"a.FCStd: {words}", said)
    has(": on holiday\n", said)
    row = alice.state(part)
    expect((True, "forced", "ada", "on holiday"),
           (row["lock_lost"], row["lock_end"]["reason"], row["lock_end"]["by"],
            row["lock_end"]["note"]))
    ran = alice.run("renew")
    expect(FAILED, ran.code)
    has(words, ran.err)
    alice.write("a.FCStd", b"two")
    out = alice.does("commit", "-m", "late").out
    has(f"its lock had already ended ({words}", out)
    lose()
    has(words, alice.does("commit", part, "-m", "unchanged").out)
    Person(stack, "bob").does("lock", part)
    lacks(words, alice.does("status").err)  # nothing was lost here any more


@test
def status_says_that_a_lease_expired(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    stack.sql("update silo.locks set expires_at = clock_timestamp() where item_id = "
              f"(select id from silo.items where part_number = '{part}')")
    Person(stack, "bob").does("lock", part)  # the end is in the feed now
    until(lambda: told(stack, part) == 1, "the event")
    has("a.FCStd: your lease expired, ", alice.does("status").err)
    expect(HELD, alice.run("renew").code)


def without_file(person):
    """The locks that status lists as without a file here: part number → its line."""
    lines = person.does("status").out.partition("your locks without a file here:\n")[2].splitlines()
    return {line.split()[0]: line for line in lines[1:-2]}


@test
def status_lists_locks_that_have_no_file_here(stack):
    alice, parts = Person(stack, "alice"), [stack.part(b"one", f"{n}.FCStd") for n in "abc"]
    alice.does("checkout", parts[0])
    alice.does("lock", parts[1])
    alice.extra = {"SILO_DIE_AT": "locked"}
    expect(-9, alice.run("checkout", parts[2], program=FRAGILE).code)
    alice.extra = {}
    listed = without_file(alice)
    for part in parts[1:]:
        has("mine, ends in ", listed[part])
        has("not checked out here", listed[part])
    found = [lock["part_number"] for lock in alice.does("status", "--json").json["locks_without_file"]]
    expect((True, True, False), tuple(part in found for part in (*parts[1:], parts[0])))
    alice.does("checkout", parts[2])
    alice.does("unlock", parts[1])
    listed = without_file(alice)
    expect((False, False), (parts[1] in listed, parts[2] in listed))


@test
def status_where_no_folder_is_names_the_locks_too(stack):
    alice, part = Person(stack, "alice"), stack.part()
    alice.does("lock", part)
    ran = alice.run("status")
    expect(FAILED, ran.code)
    has("this is not a working folder", ran.err)
    has(f"you hold {part} until ", ran.err)
    expect(False, os.path.exists(alice.path(".silo")))


@test
def a_commit_does_not_release_what_another_folder_has_checked_out(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    other = second_folder(alice)
    alice.does("checkout", part)
    other.does("get", part)
    said = other.does("status")
    has("mine elsewhere", said.out)
    has(f"you hold the lock of {part}, checked out in {alice.folder}: a commit here keeps it", said.err)
    os.chmod(other.path("a.FCStd"), 0o644)
    other.write("a.FCStd", b"two")
    has(f"you keep the lock, checked out in {alice.folder}",
        other.does("commit", "a.FCStd", "-m", "from the other folder").out)
    expect("alice", stack.holder(part))
    has(f"{part} is also checked out in {alice.folder}", other.does("checkout", part).err)
    other.write("a.FCStd", b"three")
    has(f"you keep the lock, also checked out in {alice.folder}",
        other.does("commit", "-m", "again").out)
    expect(("alice", False), (stack.holder(part), other.writable("a.FCStd")))
    alice.does("get", part)
    alice.does("unlock", part)
    expect(None, stack.holder(part))


@test
def an_undo_does_not_release_what_another_folder_has_checked_out(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    other = second_folder(alice)
    alice.does("checkout", part)
    other.does("get", part)
    has(f"you keep the lock, checked out in {alice.folder}", other.does("undo", part).out)
    other.does("checkout", part)
    other.write("a.FCStd", b"two")
    out = other.does("undo", part, "--yes").out
    has(f"revision 1 again, you keep the lock, also checked out in {alice.folder}", out)
    lacks("free", out)
    expect(("alice", False, b"one"), (stack.holder(part), other.writable("a.FCStd"), other.read("a.FCStd")))
    has("and free", alice.does("undo", part).out)
    expect(None, stack.holder(part))


@test
def what_status_says_of_a_lock_of_two_folders_ends_that(stack):
    for step in (("commit",), ("undo", "--yes")):
        alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
        other = second_folder(alice)
        alice.does("checkout", part)
        other.does("checkout", part)
        said = other.does("status").err
        has(f"also checked out in {alice.folder}: a commit here keeps it, until you have run "
            f"silo commit {part} or silo undo {part} there", said)
        lacks(f"silo checkout {part}", said)
        alice.does(step[0], part, *step[1:])
        lacks("also checked out", other.does("status").err)
        other.write("a.FCStd", b"two")
        has("released", other.does("commit", "-m", "x").out)
        expect(None, stack.holder(part))


@test
def a_lock_of_another_workstation_is_shown_and_kept(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    stack.ask("alice", "POST", f"/api/items/{part}/lock", {"workstation": "ws-7"})
    has("taken again at ws-7", alice.does("status").err)
    alice.write("a.FCStd", b"two")
    has("you keep the lock, taken again at ws-7", alice.does("commit", "-m", "x").out)
    expect("alice", stack.holder(part))
    has("taken at ws-7", alice.does("status").err)
    os.chmod(alice.path("a.FCStd"), 0o644)
    alice.write("a.FCStd", b"three")
    has("you keep the lock, taken at ws-7", alice.does("commit", "a.FCStd", "-m", "x").out)
    expect("alice", stack.holder(part))
    alice.does("checkout", part)  # takes it here
    alice.write("a.FCStd", b"four")
    has("released", alice.does("commit", "-m", "x").out)
    expect(None, stack.holder(part))


def renewed_after(stack, part, what, times=1):
    """Between client and server: after `times` questions that hold the words, the lock is renewed
    by another program of its holder."""
    left = [times]

    def change(method, path, status, headers, body):
        if method == "GET" and what in path and left[0] > 0:
            left[0] -= 1
            stack.ask("alice", "POST", f"/api/items/{part}/lock", {})

    return Between(stack.url, change)


@test
def commands_mean_the_lease_that_they_have_seen(stack):
    part = stack.part(b"one", "a.FCStd")
    for words, what in ((("unlock", part), "part_numbers="), (("unlock", part, "--yes"), "part_numbers="),
                        (("undo", part, "--yes"), "/lock"), (("commit", part, "-m", "x"), "/lock")):
        between = renewed_after(stack, part, what, 0)
        alice = Person(stack, "alice", url=between.url)
        alice.does("checkout", part)
        between.close()
        between = renewed_after(stack, part, what)
        alice.extra = {"SILO_API_URL": between.url, "SILO_API_TOKEN": stack.token("alice")}
        index = alice.index()
        index["server"] = between.url
        alice.write_index(index)
        ran = alice.run(*words)
        expect(STALE, ran.code, f"{words}: {ran.err}")
        has(f"you renewed or locked {part} elsewhere", ran.err)
        expect("alice", stack.holder(part), words)
        alice.does(*words)  # means it as it is now
        expect(None, stack.holder(part), words)
        between.close()


@test
def an_upload_means_the_lease_that_it_has_seen(stack):
    part = stack.part(b"one", "a.FCStd")
    alice = Person(stack, "alice")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"two")
    between = renewed_after(stack, part, "/lock")
    alice.extra = {"SILO_API_URL": between.url, "SILO_API_TOKEN": stack.token("alice")}
    index = alice.index()
    index["server"] = between.url
    alice.write_index(index)
    ran = alice.run("commit", "-m", "x")
    expect((STALE, b"two", 1), (ran.code, alice.read("a.FCStd"), len(stack.revisions(part))))
    has("nothing is lost", ran.err)
    lacks("--as-new-file", ran.err)
    has("revision 2 (a.FCStd), released", alice.does("commit", "-m", "x").out)
    between.close()


@test
def a_renewal_that_meets_another_is_judged_once_more(stack):
    part = stack.part(b"one", "a.FCStd")
    between = renewed_after(stack, part, "part_numbers=", 1)
    alice = Person(stack, "alice", url=between.url)
    stack.ask("alice", "POST", f"/api/items/{part}/lock", {})
    before = stack.lock(part)["lease_id"]
    expect(DONE, alice.run("renew", part).code)
    expect(True, stack.lock(part)["lease_id"] > before + 1)
    between.close()


@test_alone
def an_unlock_gives_nothing_away_that_another_folder_has_changed(stack):
    alice, part, plain = Person(stack, "alice"), stack.part(b"one", "a.FCStd"), stack.part(b"one", "b.FCStd")
    other = second_folder(alice)
    other.does("checkout", part, plain)
    other.write("a.FCStd", b"two")
    for words in (("unlock", part.lower()), ("unlock", part, plain), ("unlock", "--mine")):
        ran = alice.run(*words)
        expect(FAILED, ran.code, words)
        has(f"a.FCStd in {other.folder} has changes that are not committed", ran.err)
        has(f"cd {other.folder} && silo commit {part} -m …", ran.err)
    expect(("alice", "alice"), (stack.holder(part), stack.holder(plain)))
    alice.does("unlock", plain)
    alice.does("unlock", part, "--yes")
    expect((None, None, b"two"), (stack.holder(part), stack.holder(plain), other.read("a.FCStd")))
    alice.does("lock", plain)
    alice.does("unlock", "--mine")  # what is changed there is no longer of a lock of hers
    expect(None, stack.holder(plain))
    other.does("undo", part, "--yes")
    other.does("checkout", part)
    alice.does("unlock", "--mine")
    expect(None, stack.holder(part))


@test_alone
def an_unlock_takes_no_other_folder_for_unchanged_that_it_cannot_read(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.become_ordinary()
    other = second_folder(alice)
    os.chmod(other.folder, 0o777)
    other.does("checkout", part)

    def refused(words, why):
        for asked in (("unlock", part), ("unlock", "--mine")):
            ran = alice.run(*asked)
            expect(FAILED, ran.code, asked)
            has(f"can't tell whether {words} has changes: ", ran.err)
            has(why, ran.err)
        expect("alice", stack.holder(part))

    inner = other.path(".silo")
    os.rename(other.path("a.FCStd"), other.path("away"))
    refused(f"a.FCStd in {other.folder}", "No such file")
    os.rename(other.path("away"), other.path("a.FCStd"))
    os.chmod(inner, 0)
    refused(other.folder, "Permission denied")
    os.chmod(inner, 0o777)
    with open(other.path(".silo/index.json"), "r+b") as file:
        file.truncate(20)
    refused(other.folder, "it is not JSON")
    has(f"cd {other.folder} && silo status", alice.run("unlock", part).err)
    other.does("status")
    other.write("a.FCStd", b"two")
    refused_by = alice.run("unlock", part)
    has(f"a.FCStd in {other.folder} has changes", refused_by.err)
    shutil.rmtree(other.folder)
    alice.does("unlock", part)  # the folder is gone, and so are its changes
    expect(None, stack.holder(part))
