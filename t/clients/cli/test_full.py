"""A disk with no room left: a commit needs none, an undo needs none for what it keeps, and whatever
can't be done says how to go on and changes nothing."""

import contextlib
import os
import shutil
import subprocess

from lib import DONE, FAILED, Person, Skip, expect, has, sha256, test

CONTENT = 300_000


@contextlib.contextmanager
def small_disk(stack):
    """Alice's folder on a disk of its own of 1.5 MB."""
    alice = Person(stack, "alice")
    if os.geteuid() != 0:
        raise Skip("only root can mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1536k", "tmpfs", alice.folder],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        raise Skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield alice
    finally:
        subprocess.run(["umount", "-l", alice.folder], check=True)


def fill(alice, leave=0, name="filler"):
    """Takes all the room but `leave` bytes."""
    free = shutil.disk_usage(alice.folder).free - leave
    with open(alice.path(name), "wb", buffering=0) as file:
        try:
            while free > 0:
                free -= file.write(bytes(min(free, 4096)))
        except OSError:
            pass
    expect(True, shutil.disk_usage(alice.folder).free <= leave)


def changed(stack, alice):
    """A part that alice has checked out and changed."""
    part = stack.part(b"1" * CONTENT, "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"2" * CONTENT)
    return part


@test
def a_commit_needs_no_room(stack):
    with small_disk(stack) as alice:
        part = changed(stack, alice)
        fill(alice)
        has("revision 2 (a.FCStd), still yours", alice.does("commit", "-m", "full", "--keep").out)
        os.truncate(alice.path("a.FCStd"), CONTENT // 2)
        fill(alice, name="more")
        has("revision 3 (a.FCStd), released", alice.does("commit", "-m", "full again").out)
        entry = alice.index()["files"]["a.FCStd"]
        expect((3, False, sha256(b"2" * (CONTENT // 2)), None),
               (entry["revision"], entry["checked_out"], entry["sha256"], entry.get("committing")))
        expect(None, stack.holder(part))


@test
def an_undo_without_room_for_a_copy_moves_the_file(stack):
    with small_disk(stack) as alice:
        part = changed(stack, alice)
        fill(alice, leave=CONTENT + 60_000)  # the old content fits, a copy of the new one doesn't
        shown = alice.does("undo", part, "--yes", "--json").json
        expect(b"1" * CONTENT, alice.read("a.FCStd"))
        with open(shown["backup"], "rb") as backup:
            expect(b"2" * CONTENT, backup.read())
        expect(None, stack.holder(part))


@test
def an_undo_without_any_room_says_how_to_go_on(stack):
    with small_disk(stack) as alice:
        part = changed(stack, alice)
        fill(alice)
        ran = alice.run("undo", part, "--yes")
        expect(FAILED, ran.code)
        for words in ("No space left", "nothing was replaced", "make room"):
            has(words, ran.err)
        expect((b"2" * CONTENT, "alice"), (alice.read("a.FCStd"), stack.holder(part)))
        expect([], [name for name in os.listdir(alice.path(".silo")) if name.startswith("incoming")])
        os.unlink(alice.path("filler"))
        expect(DONE, alice.run("undo", part, "--yes").code)


@test
def a_check_out_without_room_names_both_ways_on(stack):
    with small_disk(stack) as alice:
        part = stack.part(b"1" * CONTENT, "a.FCStd")
        fill(alice, leave=CONTENT // 2)
        ran = alice.run("checkout", part)
        expect(FAILED, ran.code)
        has("you hold the lock: run the same command again", ran.err)
        has(f"silo unlock {part} releases what you don't need", ran.err)
        alice.does("unlock", part)
        expect(None, stack.holder(part))
