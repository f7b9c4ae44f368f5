"""What is refused is said so that the next step is clear, and nothing is claimed that isn't so."""

import os

from lib import (AWAY, DENIED, DONE, FAILED, HELD, USAGE, Person, expect, has, lacks, stranger, test,
                 test_alone, test_that_waits, until)
from proxy import Between


@test_alone
def a_read_only_server_says_so_at_once_and_is_waited_for(stack):
    alice, bob = Person(stack, "alice"), Person(stack, "bob")
    part, free = stack.part(b"one", "ro.FCStd"), stack.part(b"one", "free.FCStd")
    alice.does("checkout", part)
    alice.write("ro.FCStd", b"two")
    signed_in = stranger(stack)
    signed_in.does("login", stack.url, "--user", "alice", "--password-stdin", stdin=b"alice-secret-1\n")
    watch = bob.start("watch", part)
    stack.read_only(True)
    try:
        watch.said("server: read-only")
        between = Between(stack.url)
        carol = Person(stack, "bob", url=between.url)
        for words in (("checkout", free), ("lock", free), ("request", part, "-m", "x")):
            before = len(between.requests)
            ran = carol.run(*words)
            expect(AWAY, ran.code, words)
            has("is read-only right now", ran.err)
            # It is no overload that has passed in a moment: nothing is tried again.
            expect(len({path for _, path, _ in between.requests[before:]}),
                   len(between.requests) - before, words)
        between.close()
        ran = alice.run("commit", "-m", "x", "--json")
        expect((AWAY, "server_read_only"), (ran.code, ran.json["files"][0]["error"]))
        expect((b"two", True), (alice.read("ro.FCStd"), alice.writable("ro.FCStd")))
        alice.does("status")
        bob.does("get", part)
        expect(AWAY, bob.run("checkout", free, "--wait", "--timeout", "1s").code)
        waiting = bob.start("checkout", free, "--wait")
        waiting.said("waiting for")
        # Signing out works, but the token can't be revoked now.
        has("still valid", signed_in.does("logout").err)
    finally:
        stack.read_only(False)
    expect(DONE, waiting.ended(), waiting.err)
    expect("bob", stack.holder(free))
    watch.kill()
    alice.does("commit", "-m", "x")
    bob.does("unlock", free)


@test
def a_part_that_is_not_there_is_named(stack):
    alice, part = Person(stack, "alice"), stack.part()
    for words in (("checkout", "No-Such.1"), ("lock", part, "No-Such.1"), ("log", "No-Such.1"),
                  ("get", "No-Such.1"), ("request", "No-Such.1"), ("unlock", "No-Such.1"),
                  ("edit", "No-Such.1"), ("renew", "No-Such.1")):
        ran = alice.run(*words)
        expect(FAILED, ran.code, words)
        has("there is no item No-Such.1\n", ran.err)
        has("silo ls No ", ran.err)
    expect(None, stack.holder(part))


@test
def a_value_that_will_not_do_is_a_usage_error_of_its_option(stack):
    ada, alice, part = Person(stack, "ada"), Person(stack, "alice"), stack.part()
    for person, words, option in ((alice, ("lock", part, "--for", "10s"),
                                   "--for 10s: a lease lasts at least 1 min and at most 30 d here"),
                                  (alice, ("checkout", part, "--for", "3000d"), "--for 3000d: a lease lasts"),
                                  (alice, ("lock", part, "--for", "9999d"), "--for 9999d: a lease lasts"),
                                  (alice, ("lock", part, "--for", "9" * 40 + "s"), "99s: a lease lasts"),
                                  (alice, ("lock", part, "--for", "9999d5"), "takes a time like"),
                                  (alice, ("ls", "--lock", "nobody"), "--lock nobody: lock must be any,"),
                                  (alice, ("ls", "--type", "toy"), "--type toy: type must be part,"),
                                  (alice, ("watch", "--types", "toys"), "--types toys: use event types"),
                                  (alice, ("watch", "--since", "today"), "--since takes a number"),
                                  (alice, ("lock", part, "-m", "x" * 501), "--message xxx"),
                                  (ada, ("user", "set", "vera", "--role", "king"),
                                   "--role king: role must be viewer,")):
        ran = person.run(*words)
        expect(USAGE, ran.code, words)
        has(option, ran.err)
    expect(None, stack.holder(part))


@test
def a_mistyped_command_is_recognized_and_letters_go_together(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "kept.FCStd")
    for typed, meant in (("comit", "commit"), ("checkuot", "checkout"), ("stauts", "status")):
        ran = alice.run(typed)
        expect(USAGE, ran.code)
        has(f"silo {meant}?", ran.err)
    lacks("?", alice.run("frobnicate").err)
    alice.does("checkout", part)
    alice.write("kept.FCStd", b"two")
    has("still yours", alice.does("commit", "-km", "both at once").out)
    expect("both at once", stack.revisions(part)[0]["comment"])
    expect("", alice.does("commit", part, "-qmx").out)
    expect((None, 2), (stack.holder(part), len(stack.revisions(part))))
    for words, command in ((("commit", "-kz"), "commit"), (("commit", "-km"), "commit"),
                           (("token", "create", "x", "--dys", "3"), "token create")):
        ran = alice.run(*words)
        expect(USAGE, ran.code, words)
        has(f"silo {command} --help explains", ran.err)
    has("silo --help lists", alice.run("--frobnicate").err)


@test
def no_advice_names_a_file_that_is_not_there(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    lacks("silo add", alice.run("commit", "b.FCStd", "-m", "x").err)
    alice.write("b.FCStd", b"new")
    has("silo add b.FCStd", alice.run("commit", "b.FCStd", "-m", "x").err)
    ran = alice.run("get", part, "--to", "old/a.FCStd")
    has("“old/a.FCStd” can't be a file's name here", ran.err)
    lacks("is called", ran.err)


@test
def nothing_is_called_released_or_free_that_is_not(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part(b"one", "w.FCStd")
    bob.does("get", part)
    alice.does("lock", part)
    lacks("released", bob.does("commit", part, "-m", "x").out)
    os.chmod(bob.path("w.FCStd"), 0o644)
    bob.write("w.FCStd", b"a mistake")
    lacks("free", bob.does("undo", part, "-y").out)
    expect(("alice", b"one"), (stack.holder(part), bob.read("w.FCStd")))
    alice.does("unlock", part)
    os.chmod(bob.path("w.FCStd"), 0o644)
    bob.write("w.FCStd", b"two")
    out = bob.does("commit", part, "-m", "without a lock", "-k").out
    has("revision 2", out)
    lacks("yours", out)


@test
def another_s_lock_leads_to_no_step_that_fails_or_does_more(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part()
    bob.does("lock", part)
    ran = alice.run("renew", part)
    expect(HELD, ran.code)
    for words in (f"silo request {part}", f"silo checkout {part} --wait"):
        has(words, ran.err)
    lacks(f"silo checkout {part}\n", ran.err)
    ran = alice.run("lock", part)
    expect(HELD, ran.code)
    has(f"silo request {part}", ran.err)
    lacks("checkout", ran.err)
    bob.does("unlock", part)
    has(f"silo checkout {part}\n", alice.run("renew", part).err)


@test
def what_is_in_the_way_names_the_next_step(stack):
    alice, vera, part = Person(stack, "alice"), Person(stack, "vera"), stack.part(b"one", "n.FCStd")
    ran = vera.run("lock", part)
    expect(DENIED, ran.code)
    has("ask an administrator for the role editor\n", ran.err)
    alice.does("checkout", part)
    os.unlink(alice.path("n.FCStd"))
    ran = alice.run("commit", part, "-m", "x")
    expect(FAILED, ran.code)
    has(f"silo undo {part} ", ran.err)
    alice.does("undo", part)
    expect((None, b"one"), (stack.holder(part), alice.read("n.FCStd")))


@test
def what_was_typed_is_named_and_no_field_of_the_interface(stack):
    alice, part = Person(stack, "alice"), stack.part()
    for words in (("lock", part, "a b"), ("checkout", part, "a b"), ("unlock", part, "a b"),
                  ("request", "a b"), ("log", "a b")):
        ran = alice.run(*words)
        expect(FAILED, ran.code, words)
        has("“a b”: A part number has 1 to 64", ran.err)
        lacks("part_numbers", ran.err)
    alice.write("b.FCStd", b"b")
    ran = alice.run("add", "b.FCStd", "--part", "a b")
    expect(USAGE, ran.code)
    has("--part a b: A part number has 1 to 64", ran.err)
    for word in ("request", "unlock"):
        ran = alice.run(word, part)
        expect(FAILED, ran.code)
        has(f"silo: {part} is not locked\n", ran.err)


@test
def a_commit_tells_that_the_lock_had_ended_before(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "l.FCStd")
    for number, words in ((2, ()), (3, ("-k",))):
        alice.does("checkout", part)
        alice.write("l.FCStd", b"%d" % number)
        stack.ask("ada", "DELETE", f"/api/items/{part}/lock")
        has(f"{part} revision {number} (l.FCStd), its lock had already ended",
            alice.does("commit", part, "-m", "x", *words).out)
        expect((None, False, False),
               (stack.holder(part), alice.writable("l.FCStd"), alice.state(part)["checked_out"]))
    alice.does("checkout", part)
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")
    has("is unchanged, its lock had already ended", alice.does("commit", part, "-k").out)
    expect(False, alice.writable("l.FCStd"))


@test
def a_file_is_added_by_any_path_that_leads_into_the_folder(stack):
    alice = Person(stack, "alice")
    os.mkdir(alice.path("sub"))
    for number, path in enumerate(("./a.FCStd", "sub/../b.FCStd", alice.path("c.FCStd"), "sub/d.FCStd")):
        alice.write(path, b"content of %d" % number)
        alice.does("add", path, "--part", f"ADD-{os.getpid()}-{number}")
    alice.write("sub/e.FCStd", b"e")
    alice.does("add", "./e.FCStd", "--part", f"ADD-{os.getpid()}-e", cwd=alice.path("sub"))
    expect(["a.FCStd", "b.FCStd", "c.FCStd", "sub/d.FCStd", "sub/e.FCStd"], sorted(alice.index()["files"]))
    for outside in ("../out.FCStd", "/etc/passwd", "sub/../../out.FCStd"):
        ran = alice.run("add", outside, "--part", "OUT")
        expect(FAILED, ran.code)
        has("is outside the working folder", ran.err)


@test_that_waits
def edit_does_not_take_back_a_lock_that_was_released_by_force(stack):
    alice, ada, part = Person(stack, "alice"), Person(stack, "ada"), stack.part(b"one", "f.FCStd")
    alice.extra = {"SILO_EDITOR": "echo two >f.FCStd; "
                                  "for i in $(seq 600); do test -e enough && break; sleep 0.1; done; true"}
    editing = alice.start("edit", part)
    until(lambda: stack.holder(part) == "alice", "the check-out")
    ada.does("unlock", part, "--force", "--reason", "on holiday")
    editing.said("is no longer yours")
    expect(None, stack.holder(part))
    alice.write("enough", b"")
    expect(DONE, editing.ended(), editing.err)
    has("without its lock: silo checkout", editing.out)
    expect(b"two\n", alice.read("f.FCStd"))


@test
def a_wait_is_announced_once(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part()
    bob.does("lock", part)
    ran = alice.run("checkout", part, "--wait", "--timeout", "1s")
    expect((HELD, 1), (ran.code, ran.out.count("waiting for")))
    bob.does("unlock", part)
