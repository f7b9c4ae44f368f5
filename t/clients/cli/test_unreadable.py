"""Files that can't be judged (unreadable, gone, another kind of file in their place) are never
taken for unchanged: each command names them, and no lock is given away for them."""

import os
import shutil

from lib import DONE, FAILED, Person, expect, has, lacks, test


def unreadable(path):
    os.chmod(path, 0)


def folder_in_its_place(path):
    os.unlink(path)
    os.mkdir(path)


def pipe_in_its_place(path):
    os.unlink(path)
    os.mkfifo(path)


def link_in_its_place(path):
    os.unlink(path)
    os.symlink("elsewhere", path)


def folder_above_closed(path):
    os.chmod(os.path.dirname(path), 0)


def file_for_its_folder(path):
    shutil.rmtree(os.path.dirname(path))
    with open(os.path.dirname(path), "wb") as file:
        file.write(b"a file")


# What happens to the file, and what is said of it.
TROUBLES = [(unreadable, "Permission denied"), (os.unlink, "No such file"),
            (folder_in_its_place, "not a plain file"), (pipe_in_its_place, "not a plain file"),
            (link_in_its_place, "it is a link"), (folder_above_closed, "Permission denied"),
            (file_for_its_folder, "Not a directory")]


def checked_out(stack, name="f.FCStd"):
    """Alice, an ordinary account, with changes in sub/NAME that she has checked out."""
    alice, part = Person(stack, "alice"), stack.part(b"one", name)
    alice.does("get", stack.part(b"root", "root.FCStd"))
    os.mkdir(alice.path("sub"))
    alice.does("checkout", part, cwd=alice.path("sub"))
    with open(alice.path("sub/" + name), "ab") as file:
        file.write(b" and work")
    alice.become_ordinary()
    return alice, part


@test
def a_commit_names_what_it_can_not_read(stack):
    for trouble, why in TROUBLES:
        alice, part = checked_out(stack)
        trouble(alice.path("sub/f.FCStd"))
        for words in (("commit", "-m", "x"), ("commit", part, "-m", "x")):
            ran = alice.run(*words)
            expect(FAILED, ran.code, (trouble.__name__, words))
            has("can't read sub/f.FCStd: ", ran.err)
            has(why, ran.err)
            lacks("nothing to commit", ran.out)
        expect(("alice", 1), (stack.holder(part), len(stack.revisions(part))))


@test
def the_other_files_are_committed_all_the_same(stack):
    alice, part = checked_out(stack)
    other = stack.part(b"two", "other.FCStd")
    alice.does("checkout", other)
    alice.write("other.FCStd", b"three")
    unreadable(alice.path("sub/f.FCStd"))
    ran = alice.run("commit", "-m", "x", "--json")
    expect((FAILED, ["committed", "failed"]),
           (ran.code, sorted(row["outcome"] for row in ran.json["files"])))
    expect((2, None), (len(stack.revisions(other)), stack.holder(other)))


@test
def no_lock_is_given_away_for_what_can_not_be_read(stack):
    for trouble, why in TROUBLES:
        alice, part = checked_out(stack)
        trouble(alice.path("sub/f.FCStd"))
        for words in (("unlock", part), ("unlock", "--mine")):
            ran = alice.run(*words)
            expect(FAILED, ran.code, (trouble.__name__, words))
            has("can't tell whether sub/f.FCStd has changes: ", ran.err)
            has(why, ran.err)
        expect("alice", stack.holder(part))
        alice.does("unlock", part, "--yes")
        expect(None, stack.holder(part))


@test
def status_tells_missing_from_unreadable_and_why(stack):
    for trouble, why in TROUBLES:
        alice, part = checked_out(stack)
        trouble(alice.path("sub/f.FCStd"))
        missing = trouble is os.unlink
        expect("missing" if missing else "unreadable", alice.state(part)["state"],
               trouble.__name__)
        has("sub/f.FCStd is missing: silo checkout" if missing else why, alice.does("status").err)


@test
def undo_and_get_leave_what_they_can_not_read_and_say_how_to_go_on(stack):
    for trouble, _ in TROUBLES:
        if trouble is os.unlink:
            continue
        alice, part = checked_out(stack)
        path = alice.path("sub/f.FCStd")
        trouble(path)
        for words in (("undo", part, "--yes"), ("get", part, "--force"), ("checkout", part)):
            expect(FAILED, alice.run(*words).code, (trouble.__name__, words))
        expect("alice", stack.holder(part))
        if trouble is not unreadable:
            continue
        os.rename(path, path + ".mine")
        alice.does("undo", part, "--yes")
        expect((b"one", None), (alice.read("sub/f.FCStd"), stack.holder(part)))


@test
def an_entry_without_its_hash_is_not_taken_for_unchanged(stack):
    alice, part = checked_out(stack)
    index = alice.path(".silo/index.json")
    with open(index, encoding="utf-8") as file:
        text = file.read()
    with open(index, "w", encoding="utf-8") as file:
        file.write(text.replace('"sha256"', '"sha"'))
    for words in (("commit", "-m", "x"), ("unlock", part)):
        expect(FAILED, alice.run(*words).code, words)
    expect("alice", stack.holder(part))


@test
def no_item_is_made_for_a_file_that_can_not_be_read(stack):
    for trouble, why in TROUBLES:
        alice, part = checked_out(stack)
        trouble(alice.path("sub/f.FCStd"))
        fresh = part + "-new"
        ran = alice.run("commit", part, "--as-new-file", "--part", fresh)
        expect(FAILED, ran.code, trouble.__name__)
        has(why, ran.err)
        expect("item_not_found", stack.ask("vera", "GET", f"/api/items/{fresh}")["error"])
    os.mkfifo(alice.path("pipe"))
    expect(FAILED, alice.run("add", "pipe", "--part", fresh).code)
    expect("item_not_found", stack.ask("vera", "GET", f"/api/items/{fresh}")["error"])


@test
def edit_says_when_the_editor_has_taken_the_file_away(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "e.FCStd")
    alice.extra["SILO_EDITOR"] = "rm -f"
    ran = alice.run("edit", part)
    has("can't read e.FCStd: ", ran.err)
    lacks("is unchanged", ran.out)
    expect((DONE, "alice"), (ran.code, stack.holder(part)))


def downloaded(ran):
    return {row["part_number"]: row["outcome"] for row in ran.json["files"]}


@test
def get_brings_back_what_is_missing(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "m.FCStd")
    mine = stack.part(b"mine", "mine.FCStd")
    alice.does("get", part)
    alice.does("checkout", mine)
    for name in ("m.FCStd", "mine.FCStd"):
        os.unlink(alice.path(name))
    ran = alice.does("get", "--json")
    expect({part: "downloaded", mine: "downloaded"}, downloaded(ran))
    expect((b"one", False), (alice.read("m.FCStd"), alice.writable("m.FCStd")))
    expect((b"mine", True), (alice.read("mine.FCStd"), alice.writable("mine.FCStd")))
    has("everything is up to date", alice.does("get").out)


@test
def get_calls_nothing_up_to_date_that_was_replaced(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "r.FCStd")
    other = stack.part(b"two", "o.FCStd")
    alice.does("get", part, other)
    os.chmod(alice.path("r.FCStd"), 0o644)
    alice.write("r.FCStd", b"replaced")
    stack.upload(other, b"three", "o.FCStd", 1)
    ran = alice.does("get", "--json")
    expect({part: "skipped", other: "downloaded"}, downloaded(ran))
    has(f"r.FCStd has changes here and is not checked out: silo get {part} --force", ran.err)
    ran = alice.does("get")
    lacks("everything", ran.out)
    alice.does("get", part, "--force")
    expect(b"one", alice.read("r.FCStd"))
    has("everything is up to date", alice.does("get").out)


@test
def get_fails_for_what_it_can_not_read_and_brings_the_others(stack):
    for trouble, why in TROUBLES:
        if trouble is os.unlink:
            continue
        alice, part = checked_out(stack)
        root = next(row["part_number"] for row in alice.index()["files"].values()
                    if row["part_number"] != part)
        trouble(alice.path("sub/f.FCStd"))
        stack.upload(root, b"root 2", "root.FCStd", 1)
        ran = alice.run("get")
        expect(FAILED, ran.code, trouble.__name__)
        has("can't read sub/f.FCStd: ", ran.err)
        has(why, ran.err)
        expect(b"root 2", alice.read("root.FCStd"))


@test
def get_says_which_part_the_server_has_no_more(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "gone.FCStd")
    alice.does("get", part)
    stack.ask("ada", "DELETE", f"/api/items/{part}")
    ran = alice.does("get")
    has(f"gone.FCStd: {part} was archived by ada", ran.err)
    lacks("everything", ran.out)
