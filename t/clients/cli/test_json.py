"""--json: every command gives one document, and the manual names its members."""

import json
import os
import re

import completions
from lib import (DENIED, DONE, FAILED, HELD, SILO, TOP, USAGE, Person, expect, has, test)


def manual():
    """The members that silo(1) names for each command, and "a failure"."""
    with open(os.path.join(TOP, "doc/silo.1"), encoding="utf-8") as file:
        section = file.read().split(".SH JSON\n")[1].split("\n.SH ")[0]
    members = {}
    for block in section.split(".TP\n.B ")[1:]:
        names, text = block.replace("\\-", "-").split("\n", 1)
        for name in names.split(", "):
            members[name] = set(re.findall(r"[a-z_0-9]+", text))
    return members


def document(ran):
    """The one JSON object that was printed."""
    value = json.loads(ran.out)
    expect(dict, type(value), ran.out)
    return value


def members(value):
    """All names of the document itself and of the objects in its lists."""
    names = set(value)
    for each in value.values():
        for row in each if isinstance(each, list) else []:
            names |= set(row) if isinstance(row, dict) else set()
    return names


def walk(stack):
    """Every command once, as somebody uses it with two folders: (command, what it printed)."""
    ada, alice, bob = (Person(stack, name) for name in ("ada", "alice", "bob"))
    secret = f"a long password {os.getpid()}\n".encode()
    name = f"walker{os.getpid()}"
    part, other = stack.part(b"1", "walk.FCStd"), stack.part(b"2", "other.FCStd")
    editor = {"SILO_EDITOR": "printf more >>"}

    def does(person, command, *words, **more):
        return command, document(person.does(*command.split(), *words, "--json", **more))

    yield does(ada, "user create", name, "--password-stdin", stdin=secret)
    yield does(ada, "user set", name, "--display-name", "Walker")
    yield does(ada, "user list")
    walker = Person(stack, name, token="none")
    yield does(walker, "login", stack.url, "--user", name, "--password-stdin", stdin=secret)
    yield does(walker, "whoami")
    yield does(walker, "password", "--stdin", stdin=secret + b"another long password\n")
    yield does(walker, "token create", "robot", "--days", "3")
    yield does(walker, "token list")
    yield does(walker, "token revoke", "robot")
    yield does(walker, "logout")
    alice.write("new.FCStd", b"new")
    yield does(alice, "add", "new.FCStd", "--part", part + "-n", "--checkout", "-m", "a new one")
    yield does(alice, "checkout", part, other, "-m", "why")
    yield does(alice, "renew")
    yield does(alice, "status")
    alice.write("walk.FCStd", b"changed")
    yield does(alice, "commit", "-m", "what", "--keep")
    yield does(bob, "request", part, "-m", "please")
    yield does(bob, "get", part, other)
    bob.extra = editor
    yield does(bob, "edit", part, "--read-only")
    alice.write("walk.FCStd", b"dropped")
    yield does(alice, "undo", part, "--yes")
    yield does(alice, "unlock", other)
    alice.extra = editor
    yield does(alice, "edit", part)
    yield does(alice, "commit", "walk.FCStd", "--as-new-file", "--part", part + "-v")
    yield does(alice, "forget", "new.FCStd")
    yield does(ada, "restore", part)
    yield does(alice, "lock", other)
    yield does(alice, "locks", "--mine")
    yield does(alice, "ls", part)
    yield does(alice, "log", part)
    yield does(alice, "watch", part, "--since", "0", "--count", "1")
    yield does(alice, "help", "commit")


@test
def json_is_one_document_of_each_command_as_the_manual_says(stack):
    documented, seen = manual(), set()
    for command, value in walk(stack):
        seen.add(command)
        if command not in documented:
            raise AssertionError(f"silo(1) does not tell of {command} --json")
        undocumented = members(value) - documented[command]
        expect(set(), undocumented, f"not in silo(1): {command} --json: {value}")
    expect({command["name"] for command in completions.Table(SILO).commands}, seen)


@test
def json_of_a_failure_is_one_document_as_the_manual_says(stack):
    alice, bob, vera = (Person(stack, name) for name in ("alice", "bob", "vera"))
    part, other = stack.part(b"1", "a.FCStd"), stack.part(b"2", "b.FCStd")
    bob.does("lock", part)
    documented = manual()["a failure"]
    for person, code, words in (
            (alice, HELD, ("checkout", part)), (alice, HELD, ("edit", part)),
            (alice, HELD, ("lock", part, other)), (alice, HELD, ("unlock", part)),
            (alice, FAILED, ("get", other, "NO-SUCH")), (alice, FAILED, ("log", "NO-SUCH")),
            (alice, USAGE, ("lock", other, "--for", "1s")), (vera, DENIED, ("lock", other)),
            (alice, DENIED, ("user", "list")), (alice, USAGE, ("checkout",)),
            (alice, USAGE, ("undo",)), (alice, FAILED, ("undo", "nothing")),
            (alice, USAGE, ("help", "nothing")), (alice, USAGE, ("token",))):
        ran = person.run(*words, "--json")
        expect(code, ran.code, f"{words}: {ran.out}{ran.err}")
        value = document(ran)
        expect(code, value["exit"], words)
        expect(set(), set(value) - documented, words)
    # What was done before it failed is told too.
    value = document(alice.run("get", other, "NO-SUCH", "--json"))
    expect([other], [row["part_number"] for row in value["files"]])
    # A stream of lines stays one.
    alice.extra = {"SILO_API_TOKEN": "silo_wrong"}
    ran = alice.run("watch", "--json")
    expect((DENIED, 1), (ran.code, len(ran.out.splitlines())))
    bob.does("unlock", part)


@test
def several_held_are_listed_each_with_its_holder(stack):
    alice, bob, ada = (Person(stack, name) for name in ("alice", "bob", "ada"))
    parts = [stack.part() for _ in range(4)]
    bob.does("lock", parts[1], "-m", "casting")
    ada.does("lock", parts[3], "-m", "drawing")
    ran = alice.run("checkout", *parts)
    expect(HELD, ran.code)
    for words in ("no lock was taken", f"{parts[1]}: bob since", f"{parts[3]}: ada since", "casting",
                  "drawing"):
        has(words, ran.err)
    failed = document(alice.run("checkout", *parts, "--json"))
    expect({parts[1]: "bob", parts[3]: "ada"},
           {lock["part_number"]: lock["locked_by"] for lock in failed["locks"]})
    ada.does("unlock", parts[3])
    ran = alice.run("checkout", *parts)
    has(f"{parts[1]} is held by bob", ran.err)
    has("no lock was taken", ran.err)
    bob.does("unlock", parts[1])
    expect(DONE, alice.run("checkout", *parts).code)


@test
def help_is_there_for_programs_and_for_groups(stack):
    alice = Person(stack, "alice")
    every = document(alice.does("help", "--json"))
    expect(every, document(alice.does("--help", "--json")))
    names = [command["name"] for command in every["commands"]]
    expect(True, len(names) > 20)
    one = document(alice.does("checkout", "--help", "--json"))["commands"]
    expect(["checkout"], [command["name"] for command in one])
    has("wait", [option["name"] for option in one[0]["options"]])
    for group in ("token", "user"):
        ran = alice.run(group)
        expect(USAGE, ran.code)
        for out in (alice.does(group, "--help").out, alice.does("help", group).out, ran.err):
            for name in names:
                if name.startswith(group + " "):
                    has("silo " + name if out is ran.err else name, out)


@test
def what_can_not_be_written_is_a_failure(stack):
    alice, part = Person(stack, "alice"), stack.part()
    with open("/dev/full", "wb") as full:
        for words in (("ls",), ("ls", "--json"), ("--help",), ("log", part), ("whoami",)):
            ran = alice.run(*words, out=full)
            expect(FAILED, ran.code, words)
            has("can't write", ran.err)
