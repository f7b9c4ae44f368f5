"""What silo says is true, and a command that it names can be pasted into a shell."""

import os
import re
import shlex

from lib import DENIED, DONE, FAILED, STALE, Person, expect, has, lacks, test
from proxy import Between

NAME = "Träger 'groß' & rot.FCStd"


def pasted(text):
    """The commands on a refusal's lines, as a shell reads them; what they do comes after."""
    lines = re.findall(r"→ silo (.*?)(?:   .*)?$", text, re.M)
    return [shlex.split(line) for line in lines]


@test
def a_name_with_blanks_and_quotes_is_advised_as_one_word(stack):
    for step in (0, 1, 2):
        alice, part = Person(stack, "alice"), stack.part(b"one", NAME)
        alice.does("checkout", part)
        alice.write(NAME, b"alice's work")
        stack.ask("alice", "DELETE", f"/api/items/{part}")
        steps = pasted(alice.run("commit", part, "-m", "x").err)
        expect([["commit", NAME, "--as-new-file"], ["undo", NAME], ["forget", NAME],
                ["restore", part]], steps)
        undo = re.search(r"silo (undo .*?) moves", alice.does("status").err)
        expect(["undo", NAME], shlex.split(undo.group(1)))
        alice.does(*steps[step], *(["--yes"] if step == 1 else []))


@test
def a_plain_name_is_advised_as_it_is(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "Träger-1_a.FCStd")
    alice.does("checkout", part)
    alice.write("Träger-1_a.FCStd", b"two")
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")
    stack.upload(part, b"other", "Träger-1_a.FCStd", 1)
    has("silo commit Träger-1_a.FCStd --as-new-file ", alice.run("commit", "-m", "x").err)


@test
def a_name_like_an_option_is_advised_as_a_path(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part, "--to", "-a.FCStd")
    alice.write("-a.FCStd", b"two")
    stack.ask("alice", "DELETE", f"/api/items/{part}")
    steps = pasted(alice.run("commit", part, "-m", "x").err)
    expect(["commit", "./-a.FCStd", "--as-new-file"], steps[0])
    alice.does(*steps[0])


@test
def a_file_of_no_item_can_be_added_as_advised(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    alice.write("new one.FCStd", b"new")
    (step,) = pasted(alice.run("commit", "new one.FCStd").err)
    expect(["add", "new one.FCStd", "--part", "PN"], step)
    alice.does(*step[:-1], part + "-n")


@test
def an_empty_file_makes_no_item(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    alice.write("empty.FCStd", b"")
    ran = alice.run("add", "empty.FCStd", "--part", part + "-e")
    expect((FAILED, "silo: empty.FCStd is empty\n"), (ran.code, ran.err))
    expect("item_not_found", stack.ask("alice", "GET", f"/api/items/{part}-e")["error"])


@test
def a_refused_password_is_named_as_people_call_it(stack):
    alice = Person(stack, "alice")
    ran = alice.run("password", "--stdin", stdin=b"alice-secret-1\nshort\n")
    expect((FAILED, "silo: the new password must be text of 8 to 1024 characters.\n"),
           (ran.code, ran.err))
    ran = alice.run("password", "--stdin", stdin=b"not it at all\nlong enough, this\n")
    expect((DENIED, "silo: The current password is wrong.\n"), (ran.code, ran.err))


@test
def where_there_is_no_such_item_the_advice_shows_its_neighbours(stack):
    # A category of its own: ls shows the first fifty.
    alice, part = Person(stack, "alice"), f"N{os.getpid()}-0001"
    stack.ask("ada", "POST", "/api/items", {"part_number": part})
    for words in (("checkout", part + "z"), ("get", part + "z"), ("lock", part, part + "z")):
        (step,) = pasted(alice.run(*words).err)
        expect(["ls", part.rsplit("-", 1)[0]], step)
        has(part, alice.does(*step).out)
    expect([["ls"]], pasted(alice.run("checkout", "nothing").err))


@test
def restore_does_not_claim_what_it_has_not_done(stack):
    ada, part = Person(stack, "ada"), stack.part(b"one", "a.FCStd")
    has(f"{part} is not archived, at revision 1", ada.does("restore", part).out)
    stack.ask("ada", "DELETE", f"/api/items/{part}")
    has(f"{part} is back, at revision 1", ada.does("restore", part).out)


@test
def watch_tells_each_event_in_words(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    watch = Person(stack, "ada").start("watch", part, "--since", "0", "--count", "15")
    address = f"/api/items/{part}"
    stack.ask("ada", "PUT", address, {"description": "another"})
    for how in ("", "?reason=on+holiday"):
        alice.does("lock", part)
        stack.ask("bob", "POST", address + "/lock/request", {})
        stack.ask("ada" if how else "alice", "DELETE", address + "/lock" + how)
    alice.does("checkout", part)
    alice.does("commit", part)
    stack.ask("alice", "POST", address + "/lock")
    stack.ask("alice", "DELETE", address)
    stack.ask("ada", "POST", address + "/restore")
    expect(DONE, watch.ended(), watch.err)
    lines = [line.split("  ", 1)[1] for line in watch.out.splitlines()]
    for line in (f"{part} created by ada", f"{part} revision 1 by ada: by the test",
                 f"{part} properties changed by ada", f"{part}: bob asks alice to release it",
                 f"{part} is free: alice released it",
                 f"{part} is free: ada force-released alice's lock: on holiday",
                 f"{part} is no longer locked: alice archived it", f"{part} archived by alice",
                 f"{part} restored by ada"):
        expect(True, line in lines, f"{line!r} in {lines}")
    lacks("item.", os.linesep.join(lines))


@test
def each_command_says_who_archived_an_item(stack):
    alice, part, other = Person(stack, "alice"), stack.part(b"one", "a.FCStd"), stack.part()
    alice.does("get", other)
    stack.ask("ada", "DELETE", f"/api/items/{part}")
    for words in (("checkout",), ("checkout", other), ("lock",), ("lock", other), ("unlock",), ("renew",),
                  ("get",), ("log",), ("request",), ("edit",)):
        ran = alice.run(*words, part)
        expect(FAILED, ran.code, words)
        has(f"{part} was archived by ada, ", ran.err)
        expect([["restore", part]], pasted(ran.err), words)
        expect(len(words) > 1, "all or none" in ran.err, words)


@test
def an_editor_that_does_not_start_leaves_a_lock_that_is_named(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.extra = {"SILO_EDITOR": "no-such-editor"}
    ran = alice.run("edit", part)
    expect((FAILED, [["unlock", part]]), (ran.code, pasted(ran.err)))
    alice.does("unlock", part)
    expect(None, stack.holder(part))


@test
def locks_that_a_refused_check_out_could_not_give_back_are_named(stack):
    parts = [stack.part(b"one", "a.FCStd"), stack.part(b"one", "b.FCStd")]
    between = Between(stack.url, lambda method, path, *_: (
        (503, {}, b'{"error":"server_read_only","message":"x"}') if method == "DELETE" else None))
    alice = Person(stack, "alice", url=between.url)
    alice.does("get", *parts)
    os.chmod(alice.path("b.FCStd"), 0o600)
    alice.write("b.FCStd", b"alice's work")
    stack.upload(parts[1], b"two", "b.FCStd", 1)
    ran = alice.run("checkout", *parts)
    expect(STALE, ran.code, ran.err)
    has(f"warning: you may still hold what was locked for this: silo unlock {parts[0]} {parts[1]}\n", ran.err)
    between.close()
