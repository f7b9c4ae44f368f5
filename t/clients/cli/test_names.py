"""File names: odd ones work, hostile ones never reach the file system."""

import json
import os
import shutil
import urllib.error

from lib import DONE, FAILED, TOP, Person, expect, has, test
from proxy import Between

ODD = ["Half Hull 5x5 workboat.FCStd", "Träger & Söhne (2).FCStd", "部品.FCStd", "a'bc.FCStd",
       "%2e%2e%2f.FCStd", "no-ending", "-rf.FCStd", "50%.FCStd", "a+b=c.FCStd", "x" * 200 + ".stl"]

HOSTILE = ["../escaped", "/etc/silo-escaped", "..", ".", "", ".silo", ".bashrc", "a/b", "a\\b",
           "CON", "nul.FCStd", "com1.txt", "new\nline", "bell\x07", "\x1b[31mred", "\u202egpj.exe",
           "trailing.", "trailing ", "D:evil.FCStd", "what?.FCStd", "com¹.FCStd", "x" * 256, "zero\u200bwidth"]


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
    for name in HOSTILE + [case["name"] for case in CASES if not case["safe"] and "name" in case]:
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


with open(os.path.join(TOP, "t/clients/cases/names.json"), encoding="ascii") as table:
    CASES = json.load(table)["cases"]


def name_bytes(case):
    return bytes.fromhex(case["hex"]) if "hex" in case else case["name"].encode()


@test
def the_server_refuses_the_names_of_the_table_and_keeps_the_others(stack):
    part = stack.part(None)
    for base, case in enumerate(CASES):
        wanted = case["name"] if case["safe"] else case.get("upload")
        stored, code, answer = None, 201, {}
        head = stack.ask("vera", "GET", f"/api/items/{part}")["current_revision"]
        try:
            answer = stack.upload(part, b"content %d" % base, name_bytes(case), head)
            stored = answer["filename"]
        except urllib.error.HTTPError as refused:
            code, answer = refused.code, json.loads(refused.read())
        expect(wanted, stored, case)
        if wanted is None:
            # What is no text at all is refused as an address already.
            expect(True, (code, answer.get("field")) == (422, "filename")
                   or (code == 400 and "hex" in case), (case, code, answer))


@test
def the_command_line_refuses_the_names_of_the_table(stack):
    alice, part = Person(stack, "alice"), stack.part(None)
    for case in CASES:
        name = name_bytes(case)
        if name in (b"", b".", b"..") or b"\0" in name or b"/" in name or len(name) > 255 or name == b".silo":
            continue  # Linux has no such file
        name = os.fsdecode(name)
        alice.write(name, b"content")
        fresh = part + "-n" + str(CASES.index(case))
        ran = alice.run("add", "--part", fresh, "--", name)
        expect(case["safe"], ran.code == DONE, (case, ran.err))
        if not case["safe"]:
            has("can't be a file's name in Silo: " + case["why"], ran.err)
            expect("item_not_found", stack.ask("vera", "GET", f"/api/items/{fresh}")["error"])


@test
def a_file_stored_under_an_unsafe_name_is_still_served(stack):
    part = stack.part(b"content", "good.FCStd")
    stack.sql("update silo.revisions set filename = 'D:evil.FCStd' where item_id = "
              f"(select id from silo.items where part_number = '{part}')")
    bob = Person(stack, "bob")
    has("can't be a file's name here", bob.run("get", part).err)
    bob.does("get", part, "--to", "good.FCStd")
    expect(b"content", bob.read("good.FCStd"))


@test
def two_parts_with_one_file_name_do_not_mix(stack):
    alice = Person(stack, "alice")
    one, other, third = (stack.part(content, name) for content, name in
                         ((b"1", "same.FCStd"), (b"2", "same.FCStd"), (b"3", "Same.FCStd")))
    files = alice.does("checkout", one, other, third, "--json").json["files"]
    expect(["same.FCStd", f"{other} same.FCStd", f"{third} Same.FCStd"], [file["path"] for file in files])
    expect([b"1", b"2", b"3"], [alice.read(file["path"]) for file in files])
    # For everybody else it keeps its name.
    alice.write(f"{other} same.FCStd", b"2 changed")
    alice.does("commit", other, "-m", "longer")
    expect(["same.FCStd"] * 2, [row["filename"] for row in stack.revisions(other)])
    expect(f"{other} same.FCStd", alice.does("checkout", other, "--json").json["files"][0]["path"])
    ran = alice.run("get", one, "--to", f"{other} same.FCStd")
    expect(FAILED, ran.code)
    has("--to", ran.err)
    expect(b"2 changed", alice.read(f"{other} same.FCStd"))


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


def linked(alice, link):
    """A link in the working folder to a folder outside of it, which must stay empty."""
    outside = os.path.join(alice.home, "outside")
    os.makedirs(outside, exist_ok=True)
    if os.path.isdir(alice.path(link)):
        shutil.rmtree(alice.path(link))
    os.symlink(outside, alice.path(link))
    return outside


@test
def a_link_above_a_file_never_leads_out_of_the_folder(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "in.FCStd")
    alice.does("get", stack.part(b"1", "root.FCStd"))
    os.mkdir(alice.path("sub"))
    alice.does("checkout", part, cwd=alice.path("sub"))
    outside = linked(alice, "sub")
    for words in (("checkout", part), ("get", part), ("get", part, "--force"),
                  ("undo", part, "--yes"), ("edit", part)):
        ran = alice.run(*words)
        expect(FAILED, ran.code, words)
        has("a link", ran.err)
    expect([], os.listdir(outside))
    # What it leads to is not sent to the server either.
    for name in ("in.FCStd", "secret"):
        with open(os.path.join(outside, name), "wb") as file:
            file.write(b"a secret")
        os.chmod(os.path.join(outside, name), 0o666)
    for words in (("commit", part, "-m", "x"), ("add", "sub/secret", "--part", part + "-s")):
        ran = alice.run(*words)
        expect(FAILED, ran.code, words)
        has("a link", ran.err)
    expect("unreadable", alice.state(part)["state"])
    expect(1, len(stack.revisions(part)))
    expect(0o666, os.stat(os.path.join(outside, "in.FCStd")).st_mode & 0o777)


@test
def a_link_in_place_of_the_index_or_the_backups_is_refused(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "b.FCStd")
    outside = linked(alice, ".silo")
    for words in (("checkout", part), ("get", part), ("status",)):
        ran = alice.run(*words)
        expect(FAILED, ran.code, words)
        has("a link", ran.err)
    expect(([], None), (os.listdir(outside), stack.holder(part)))
    os.unlink(alice.path(".silo"))
    alice.does("checkout", part)
    alice.write("b.FCStd", b"mine")
    linked(alice, ".silo/backup")
    ran = alice.run("undo", part, "--yes")
    expect(FAILED, ran.code)
    has("can't back up", ran.err)
    expect((b"mine", []), (alice.read("b.FCStd"), os.listdir(outside)))
    os.unlink(alice.path(".silo/backup"))
    os.unlink(alice.path(".silo/lock"))
    os.symlink(os.path.join(outside, "lock"), alice.path(".silo/lock"))
    expect(FAILED, alice.run("commit", "-m", "x").code)
    expect([], os.listdir(outside))


@test
def a_pipe_in_place_of_a_file_is_not_waited_for(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "p.FCStd")
    alice.does("checkout", part)
    os.unlink(alice.path("p.FCStd"))
    os.mkfifo(alice.path("p.FCStd"))
    expect("unreadable", alice.state(part)["state"])
    for words in (("commit", part, "-m", "x"), ("checkout", part), ("undo", part, "--yes")):
        expect(FAILED, alice.run(*words, timeout=60).code, words)


@test
def a_folder_that_was_taken_away_is_made_again(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "f.FCStd")
    alice.does("get", stack.part(b"1", "root.FCStd"))
    os.makedirs(alice.path("a/b"))
    alice.does("get", part, cwd=alice.path("a/b"))
    shutil.rmtree(alice.path("a"))
    expect("missing", alice.state(part)["state"])
    alice.does("checkout", part)
    expect(b"one", alice.read("a/b/f.FCStd"))


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
