"""Killed at each step of check-out and commit, and run again: nothing lost, nothing twice."""

import os
import random
import signal
import time

from lib import DONE, FRAGILE, Person, expect, sha256, test

KILLED = -signal.SIGKILL


def dies_at(person, step, *words):
    person.extra = {"SILO_DIE_AT": step}
    ran = person.run(*words, program=FRAGILE)
    person.extra = {}
    expect(KILLED, ran.code, f"{words[0]} was to die at {step}")


@test
def checkout_killed_at_each_step_goes_on(stack):
    for step in ("locked", "fetched", "placed", "recorded", "writable"):
        alice, part = Person(stack, "alice"), stack.part(b"content", "a.FCStd")
        dies_at(alice, step, "checkout", part)
        # The index is readable and a file that isn't checked out yet can't be edited.
        if os.path.exists(alice.path(".silo/index.json")):
            alice.index()
        elif os.path.exists(alice.path("a.FCStd")):
            expect(False, alice.writable("a.FCStd"), step)
        alice.does("checkout", part)
        expect((b"content", True, "alice"),
               (alice.read("a.FCStd"), alice.writable("a.FCStd"), stack.holder(part)), step)
        alice.write("a.FCStd", b"edited")
        alice.does("commit", "-m", step)
        expect(sha256(b"edited"), stack.revisions(part)[0]["sha256"], step)


@test
def checkout_of_several_killed_between_files_goes_on(stack):
    alice = Person(stack, "alice")
    parts = [stack.part(b"%d" % i, f"f{i}.FCStd") for i in range(5)]
    dies_at(alice, "placed", "checkout", *parts)
    alice.does("checkout", *parts)
    expect([b"0", b"1", b"2", b"3", b"4"], [alice.read(f"f{i}.FCStd") for i in range(5)])
    expect([True] * 5, [alice.writable(f"f{i}.FCStd") for i in range(5)])


@test
def commit_killed_at_each_step_makes_one_revision(stack):
    for step in ("noted", "uploaded", "read-only"):
        alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
        alice.does("checkout", part)
        alice.write("a.FCStd", b"two")
        dies_at(alice, step, "commit", "-m", "once")
        expect(b"two", alice.read("a.FCStd"), step)
        alice.index()
        alice.does("commit", "-m", "once")
        expect((2, None, False), (len(stack.revisions(part)), stack.holder(part),
                                  alice.writable("a.FCStd")), step)
        expect(("unchanged", 2), (alice.state(part)["state"], alice.state(part)["revision"]))


@test
def commit_killed_then_edited_further_is_no_conflict_with_oneself(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"two")
    dies_at(alice, "uploaded", "commit", "-m", "first")
    alice.write("a.FCStd", b"three")
    alice.does("commit", "-m", "second")
    expect([sha256(b"three"), sha256(b"two"), sha256(b"one")],
           [row["sha256"] for row in stack.revisions(part)])


@test
def undo_killed_keeps_the_backup_and_goes_on(stack):
    for step in ("fetched", "placed", "undone"):
        alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
        alice.does("checkout", part)
        alice.write("a.FCStd", b"dropped")
        dies_at(alice, step, "undo", part, "--yes")
        alice.does("undo", part, "--yes")
        expect((b"one", False, None),
               (alice.read("a.FCStd"), alice.writable("a.FCStd"), stack.holder(part)), step)
        expect(True, any(alice.read(".silo/backup/" + name) == b"dropped"
                         for name in alice.backups()), step)


@test
def killed_at_random_times_never_loses_or_doubles(stack):
    """Each round edits and commits, killed after a random time; then tried to the end."""
    chance = random.Random(4)
    alice, part = Person(stack, "alice"), stack.part(b"start", "r.FCStd")
    wrote = [b"start"]
    for round_number in range(30):
        for words in (("checkout", part), ("commit", "r.FCStd", "-m", "x")):
            if words[0] == "commit":
                wrote.append(b"round %d " % round_number + os.urandom(200000))
                alice.write("r.FCStd", wrote[-1])
            running = alice.start(*words)
            time.sleep(chance.random() * 0.03)
            running.kill()
            expect(DONE, alice.run(*words).code, f"round {round_number}, {words}")
            alice.index()
    expect([sha256(content) for content in reversed(wrote)],
           [row["sha256"] for row in stack.revisions(part)])


@test
def what_was_left_half_written_is_taken_away_after_a_day(stack):
    alice = Person(stack, "alice")
    alice.does("get", stack.part(b"1", "one.FCStd"))
    for name in ("incoming-abcdef", "index.json.abcdef", "incoming-fresh1"):
        alice.write(".silo/" + name, b"half")
        if "fresh" not in name:
            os.utime(alice.path(".silo/" + name), (0, 0))
    alice.does("get", stack.part(b"2", "two.FCStd"))
    expect(["incoming-fresh1", "index.json", "index.json.last", "lock"], sorted(os.listdir(alice.path(".silo"))))


@test
def two_programs_change_the_index_at_the_same_time(stack):
    alice = Person(stack, "alice")
    parts = [stack.part(b"%d" % i, f"p{i}.FCStd") for i in range(12)]
    running = [alice.start("checkout", part) for part in parts]
    for each in running:
        expect(DONE, each.ended(), each.err)
    expect(12, len(alice.index()["files"]))
