"""File names: odd ones work, hostile ones never reach the file system."""

import json
import os

from lib import FAILED, Person, expect, has, test
from proxy import Between

ODD = ["Half Hull 5x5 workboat.FCStd", "Träger & Söhne (2).FCStd", "部品.FCStd", "a'b\"c.FCStd",
       "%2e%2e%2f.FCStd", "no-ending", "-rf.FCStd", "50%.FCStd", "a+b=c?.FCStd", "x" * 200 + ".stl"]

HOSTILE = ["../escaped", "/etc/silo-escaped", "..", ".", "", ".silo", ".bashrc", "a/b", "a\\b",
           "CON", "nul.FCStd", "com1.txt", "new\nline", "bell\x07", "\x1b[31mred", "‮gpj.exe",
           "trailing.", "trailing ", "x" * 256, "zero​width"]


@test
def odd_names_go_there_and_back(stack):
    for name in ODD:
        alice, part = Person(stack, "alice"), stack.part(None)
        alice.write(name, b"one")
        alice.does("add", "--part", part, "--", name)
        alice.does("checkout", part)
        alice.write(name, b"two")
        alice.does("commit", "-m", "odd", "--", name)
        bob = Person(stack, "bob")
        bob.does("get", part)
        expect(b"two", bob.read(name), name)
        expect("unchanged", bob.state(part)["state"], name)


@test
def hostile_names_from_the_server_never_reach_the_disk(stack):
    part = stack.part(b"content", "good.FCStd")
    current = [""]

    def rename(method, path, status, headers, body):
        if "/revisions" not in path:
            return None
        answer = json.loads(body)
        for row in answer.get("revisions", [answer]):
            row["filename"] = current[0]
        return status, headers, json.dumps(answer).encode()

    between = Between(stack.url, rename)
    for name in HOSTILE:
        current[0] = name
        alice = Person(stack, "alice", url=between.url)
        for words in (("get", part), ("checkout", part)):
            ran = alice.run(*words)
            expect(FAILED, ran.code, repr(name))
            has("can't be a file's name", ran.err)
            for byte in ("\x1b", "\x07"):
                expect(False, byte in ran.err)
        expect(["work"], [n for n in os.listdir(alice.home) if n != "config"], repr(name))
        expect(True, set(os.listdir(alice.folder)) <= {".silo"}, repr(name))
        expect(None, stack.holder(part))
        alice.does("get", part, "--to", "safe.FCStd")
        expect(b"content", alice.read("safe.FCStd"))
        expect(FAILED, alice.run("get", part, "--to", "../x").code)
    expect(False, os.path.exists("/etc/silo-escaped"))
    between.close()


@test
def two_parts_with_one_file_name_do_not_mix(stack):
    alice = Person(stack, "alice")
    one, other = stack.part(b"1", "same.FCStd"), stack.part(b"2", "same.FCStd")
    expect(FAILED, alice.run("checkout", one, other).code)
    expect((None, None), (stack.holder(one), stack.holder(other)))
    alice.does("checkout", one)
    ran = alice.run("checkout", other)
    expect(FAILED, ran.code)
    has("--to", ran.err)
    expect(FAILED, alice.run("checkout", other, "--force").code)
    expect(b"1", alice.read("same.FCStd"))
    alice.does("checkout", other, "--to", "other.FCStd")
    expect(b"2", alice.read("other.FCStd"))


@test
def a_link_or_folder_in_the_way_is_left_alone(stack):
    alice, part = Person(stack, "alice"), stack.part(b"content", "way.FCStd")
    target = os.path.join(alice.home, "precious")
    with open(target, "wb") as file:
        file.write(b"precious")
    os.symlink(target, alice.path("way.FCStd"))
    for words in (("get", part), ("checkout", part), ("checkout", part, "--force")):
        expect(FAILED, alice.run(*words).code)
    with open(target, "rb") as file:
        expect(b"precious", file.read())
    os.unlink(alice.path("way.FCStd"))
    os.mkdir(alice.path("way.FCStd"))
    expect(FAILED, alice.run("checkout", part).code)
    expect(None, stack.holder(part))


@test
def a_damaged_or_hostile_index_is_refused(stack):
    alice, part = Person(stack, "alice"), stack.part(b"content", "i.FCStd")
    alice.does("get", part)
    good = alice.index()
    entry = good["files"]["i.FCStd"]
    for bad in ("", "{", "[]", "null", '{"version":2}', json.dumps({**good, "version": 9}),
                json.dumps({**good, "files": {"../x": entry}}),
                json.dumps({**good, "files": {"/etc/passwd": entry}}),
                json.dumps({**good, "files": {"a": 7}}), json.dumps({**good, "files": []})):
        with open(alice.path(".silo/index.json"), "w", encoding="utf-8") as file:
            file.write(bad)
        for words in (("status",), ("commit",), ("get",)):
            expect(FAILED, alice.run(*words).code, bad)
        with open(alice.path(".silo/index.json"), encoding="utf-8") as file:
            expect(bad, file.read())


@test
def unknown_members_of_the_index_are_kept(stack):
    alice, part = Person(stack, "alice"), stack.part(b"content", "k.FCStd")
    alice.does("get", part)
    index = alice.index()
    index["from_freecad"] = {"a": [1]}
    index["files"]["k.FCStd"]["note"] = "kept"
    with open(alice.path(".silo/index.json"), "w", encoding="utf-8") as file:
        json.dump(index, file)
    alice.does("checkout", part)
    expect(({"a": [1]}, "kept"),
           (alice.index()["from_freecad"], alice.index()["files"]["k.FCStd"]["note"]))
