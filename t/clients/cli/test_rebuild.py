"""A damaged index is rebuilt from what is left of it, from the last good one, the files on disk
and the server; nothing is deleted, and what can't be matched is named."""

import json
import os
import time

from lib import AWAY, DONE, FAILED, Person, expect, has, lacks, sha256, test

INDEX, LAST = ".silo/index.json", ".silo/index.json.last"


def folder_of_three(stack):
    """Alice with one file as it is, one checked out and changed, one at an older revision."""
    alice = Person(stack, "alice")
    plain, mine, old = (stack.part(b"one of " + name.encode(), name)
                        for name in ("plain.FCStd", "mine.FCStd", "old.FCStd"))
    alice.does("get", plain, old)
    alice.does("checkout", mine)
    stack.upload(old, b"newer", "old.FCStd", 1)
    alice.write("mine.FCStd", b"work")
    alice.write("foreign.txt", b"never Silo's")
    return alice, plain, mine, old


def entries(alice):
    """The index's files, without the ids that get doesn't ask for."""
    return {path: {key: value for key, value in entry.items() if key != "item_id"}
            for path, entry in alice.index()["files"].items()}


def contents(alice):
    return {name: alice.read(name) for name in os.listdir(alice.folder) if name != ".silo"}


@test
def the_last_good_index_is_taken_whatever_the_damage(stack):
    alice, plain, mine, old = folder_of_three(stack)
    good, files = alice.index(), contents(alice)
    text = alice.read(INDEX)
    entry = good["files"]["plain.FCStd"]
    others = {key: value for key, value in good["files"].items() if key != "plain.FCStd"}
    for bad in (b"", b"{", b"[]", b"null", b"\0" * 4096, text[:len(text) // 2], text[:-3],
                b"\xff" + text, b'{"version":1}', b"{}", b'{"version":1,"files":[]}',
                json.dumps({**good, "files": {**others, "../x": entry}}).encode(),
                json.dumps({**good, "files": {**others, "/etc/passwd": entry}}).encode(),
                json.dumps({**good, "files": {**others, "plain.FCStd": 7}}).encode(), None):
        if bad is None:
            os.unlink(alice.path(INDEX))
        else:
            alice.write(INDEX, bad)
        kept = len(alice.backups())
        ran = alice.does("status")
        has("has been rebuilt: 3 files found", ran.err)
        has("left alone: foreign.txt\n", ran.err)
        expect(good, alice.index(), bad)
        expect(kept + (bad is not None), len(alice.backups()))
        if bad is not None:
            expect(True, bad in [alice.read(".silo/backup/" + n) for n in alice.backups()])
        lacks("has been rebuilt", alice.does("status").err)
    expect(files, contents(alice))
    alice.does("commit", "-m", "all is well")
    expect([sha256(b"work"), None], [stack.revisions(mine)[0]["sha256"], stack.holder(mine)])


@test
def each_command_rebuilds_it(stack):
    alice, plain, mine, old = folder_of_three(stack)
    for words in (("status", "--json"), ("get", plain), ("renew",), ("checkout", mine),
                  ("log", "mine.FCStd"), ("commit", "-m", "x", "--json")):
        alice.write(INDEX, b"{")
        ran = alice.does(*words)
        has("has been rebuilt", ran.err)
        if "--json" in words:
            expect(True, isinstance(ran.json, dict))
    expect(2, len(stack.revisions(mine)))


@test
def the_damaged_text_names_the_parts_and_the_hashes_tell_the_revisions(stack):
    alice, plain, mine, old = folder_of_three(stack)
    good = entries(alice)
    os.unlink(alice.path(LAST))
    alice.write(INDEX, b"}" + alice.read(INDEX))
    ran = alice.does("status")
    has("2 files found", ran.err)
    has("foreign.txt", ran.err)
    has("mine.FCStd", ran.err)  # changed: its hash tells nothing
    expect({name: good[name] for name in ("plain.FCStd", "old.FCStd")}, entries(alice))
    expect((b"work", "alice"), (alice.read("mine.FCStd"), stack.holder(mine)))
    alice.does("get")
    expect(b"newer", alice.read("old.FCStd"))


@test
def without_any_trace_the_locks_and_the_names_of_files_lead_to_the_parts(stack):
    alice = Person(stack, "alice")
    named, spaced, mine = stack.part(b"named"), stack.part(b"spaced"), stack.part(b"mine", "m.FCStd")
    alice.does("get", named)
    alice.does("get", spaced, "--to", f"{spaced} a shaft.FCStd")
    alice.does("checkout", mine)
    good = entries(alice)
    alice.write("copy.FCStd", b"mine")
    for name in (INDEX, LAST):
        alice.write(name, b"")
    ran = alice.does("status")
    has("3 files found", ran.err)
    has("left alone: copy.FCStd\n", ran.err)
    expect(good, entries(alice))


@test
def a_content_of_several_parts_is_recognized_by_the_file_name_or_not_at_all(stack):
    alice = Person(stack, "alice")
    one, other = stack.part(b"same", "one.FCStd"), stack.part(b"same", "other.FCStd")
    alice.does("get", one, other)
    good = entries(alice)
    text = alice.read(INDEX)
    alice.write(LAST, b"")
    alice.write(INDEX, b"}" + text)
    alice.does("status")
    expect(good, entries(alice))
    os.rename(alice.path("one.FCStd"), alice.path("x.FCStd"))
    os.rename(alice.path("other.FCStd"), alice.path("y.FCStd"))
    alice.write(LAST, b"")
    alice.write(INDEX, b"}" + text)
    ran = alice.does("status")
    has("0 files found", ran.err)
    expect((b"same", b"same"), (alice.read("x.FCStd"), alice.read("y.FCStd")))


@test
def an_older_last_good_index_is_brought_up_to_what_is_on_disk(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    older = alice.read(LAST)
    stack.upload(part, b"two", "a.FCStd", 1)
    alice.does("get")
    good = alice.index()
    alice.write(LAST, older)
    alice.write(INDEX, b"")
    alice.does("status")
    expect(good, alice.index())


@test
def what_is_not_damaged_is_not_touched(stack):
    alice, plain, mine, old = folder_of_three(stack)
    good = alice.index()
    for bad in ({**good, "version": 2}, {"version": 9}):
        alice.write(INDEX, json.dumps(bad).encode())
        for words in (("status",), ("commit", "-m", "x"), ("get",)):
            ran = alice.run(*words)
            expect(FAILED, ran.code)
            has("a newer version of Silo", ran.err)
        expect(bad, alice.index())
    expect([], alice.backups())


@test
def without_the_right_server_it_stays_as_it_is(stack):
    alice, plain, mine, old = folder_of_three(stack)
    text = alice.read(LAST)
    alice.write(INDEX, b"{")
    ran = alice.run("forget", "plain.FCStd")
    expect(FAILED, ran.code)
    has("silo status   rebuilds it", ran.err)
    alice.extra = {"SILO_API_URL": "http://127.0.0.1:1", "SILO_API_TOKEN": stack.token("alice")}
    expect(FAILED, alice.run("status").code)  # the last good one names its server
    alice.write(LAST, text.replace(stack.url.encode(), b"http://127.0.0.1:1"))
    expect(AWAY, alice.run("status").code)
    expect((b"{", []), (alice.read(INDEX), alice.backups()))


@test
def the_last_good_index_is_not_swept_away(stack):
    alice = Person(stack, "alice")
    alice.does("get", stack.part(b"one"))
    leftover = alice.path(INDEX + ".abcdef")
    alice.write(INDEX + ".abcdef", b"half")
    for path in (alice.path(LAST), leftover):
        os.utime(path, (time.time() - 200000,) * 2)
    before = alice.read(LAST)
    expect(DONE, alice.run("get", stack.part(b"two") + "@1").code)
    expect((False, before), (os.path.exists(leftover), alice.read(LAST)))
