"""Locks without files, lists, waiting, events."""

import json

from lib import (DONE, FAILED, HELD, USAGE, Person, expect, has, lacks, test, test_that_waits,
                 until)


@test
def lock_unlock_renew(stack):
    ada, part, other = Person(stack, "ada"), stack.part(), stack.part()
    taken = ada.does("lock", part, other, "-m", "why", "--for", "1h", "--json").json["locks"]
    expect({part, other}, {lock["part_number"] for lock in taken})
    first = taken[0]["expires_at"]
    renewed = ada.does("renew", part, other, "--for", "1d", "--json").json["locks"]
    expect(True, renewed[0]["expires_at"] > first)
    expect("why", renewed[0]["comment"])
    ada.does("unlock", part)
    expect((None, "ada"), (stack.holder(part), stack.holder(other)))
    ada.does("unlock", "--mine")
    expect(None, stack.holder(other))
    expect(FAILED, ada.run("unlock", part).code)


@test
def a_comment_is_in_any_language(stack):
    """Raw in the request and in the answer, which json-c 0.18's strict mode takes for no JSON."""
    ada, part, why = Person(stack, "ada"), stack.part(b"1", "Tür.FCStd"), "Tür € 🔒"
    ada.does("lock", part, "-m", why)
    has(why, ada.does("locks").out)
    locks = ada.does("locks", "--json").json["locks"]
    expect([why], [lock["comment"] for lock in locks if lock["part_number"] == part])
    ada.does("checkout", part)
    ada.write("Tür.FCStd", b"2")
    ada.does("commit", "-m", why)
    has(why, ada.does("log", part).out)


@test
def several_are_shown_in_the_order_asked_for(stack):
    alice = Person(stack, "alice")
    parts = [stack.part(b"1", f"order{i}.FCStd") for i in range(4)]
    asked = [parts[i] for i in (2, 0, 3, 1)]

    def shown(key, rows):
        expect(asked, [row["part_number"] for row in rows[key]])

    shown("locks", alice.does("lock", *asked, "--json").json)
    shown("locks", alice.does("renew", *asked, "--json").json)
    said = alice.does("renew", *asked).out
    expect(asked, [line.split()[0] for line in said.splitlines()])
    shown("files", alice.does("checkout", *asked, "--json").json)
    shown("locks", alice.does("unlock", *asked[:3], asked[3].upper(), "--json").json)


@test
def renew_never_takes_a_lock_that_has_ended(stack):
    alice, part = Person(stack, "alice"), stack.part(b"1", "a.FCStd")
    alice.does("checkout", part)
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")
    expect(FAILED, alice.run("renew").code)
    expect(None, stack.holder(part))
    expect(True, alice.state(part)["lock_lost"])
    Person(stack, "bob").does("lock", part)
    expect(HELD, alice.run("renew").code)


@test
def unlock_of_another_s_needs_an_admin_and_a_wish(stack):
    alice, bob, ada = (Person(stack, name) for name in ("alice", "bob", "ada"))
    part = stack.part()
    bob.does("lock", part)
    expect(HELD, alice.run("unlock", part).code)
    ran = alice.run("unlock", part, "--force", "--reason", "please")
    expect(HELD, ran.code)
    has("only its holder or an admin", ran.err)
    lacks("checkout", ran.err)
    expect(HELD, ada.run("unlock", part).code)  # an admin doesn't do it by accident
    expect("bob", stack.holder(part))
    ada.does("unlock", part, "--force", "--reason", "on holiday")
    expect(None, stack.holder(part))


@test
def unlock_refuses_while_the_folder_has_changes(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"two")
    ran = alice.run("unlock", part)
    expect(FAILED, ran.code)
    has("silo commit", ran.err)
    expect("alice", stack.holder(part))
    alice.does("unlock", part, "--yes")
    expect((None, b"two", False),
           (stack.holder(part), alice.read("a.FCStd"), alice.writable("a.FCStd")))


@test
def unlock_of_several_is_all_or_none(stack):
    alice, mine, free = Person(stack, "alice"), stack.part(b"1", "u.FCStd"), stack.part()
    alice.does("checkout", mine)
    expect(FAILED, alice.run("unlock", mine, free).code)
    expect("alice", stack.holder(mine))
    alice.does("unlock", "u.FCStd")
    expect((None, False), (stack.holder(mine), alice.writable("u.FCStd")))
    alice.does("checkout", mine)
    stack.ask("ada", "DELETE", f"/api/items/{mine}/lock")
    expect(FAILED, alice.run("unlock", mine).code)  # gone already: said, and noted here
    expect((False, False), (alice.writable("u.FCStd"), alice.state(mine)["checked_out"]))


@test
def unknown_parts_and_bad_times_are_refused(stack):
    alice, part = Person(stack, "alice"), stack.part()
    expect(FAILED, alice.run("lock", "NO-SUCH-PART").code)
    expect(FAILED, alice.run("checkout", part, "NO-SUCH-PART").code)
    expect(None, stack.holder(part))
    expect(USAGE, alice.run("lock", part, "--for", "soon").code)
    expect(USAGE, alice.run("lock", part, "--for", "1s").code)  # the server's minimum
    expect(FAILED, alice.run("get", "../../etc/passwd").code)
    expect(None, stack.holder(part))


@test
def lists_show_what_is(stack):
    alice, bob = Person(stack, "alice"), Person(stack, "bob")
    part = stack.part(b"one", "list me.FCStd")
    bob.does("lock", part, "-m", "for the list")
    rows = alice.does("locks", "--user", "bob", "--json").json["locks"]
    expect(True, part in [row["part_number"] for row in rows])
    lacks(part, alice.does("locks", "--mine").out)
    has("for the list", bob.does("locks", "--mine").out)
    expect([part], [row["part_number"] for row in
                    alice.does("ls", part, "--json").json["items"]])
    has("bob", alice.does("ls", part).out)
    lacks(part, alice.does("ls", part, "--lock", "none").out)
    has(part, alice.does("ls", part, "--type", "part", "--lock", "others").out)
    has("list me.FCStd", alice.does("log", part).out)
    expect(1, len(alice.does("log", part, "--json").json["revisions"]))
    expect(3, len(alice.does("ls", "-n", "3", "--json").json["items"]))
    expect(FAILED, alice.run("log", "NO-SUCH").code)
    bob.does("unlock", part)


@test
def request_reaches_the_holder_as_an_event(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part()
    bob.does("lock", part)
    watch = bob.start("watch", part, "--json", "--count", "2", "--types",
                      "lock.requested,server.state")
    watch.said("server.state")
    alice.does("request", part, "-m", "may I?")
    asked = alice.run("request", part, "--json").json["requested_at"]
    has(f"bob has already been asked, {asked[11:16]}; the new message was not sent\n",
        alice.does("request", part, "-m", "it is urgent now").out)
    has(f"bob has already been asked, {asked[11:16]}\n", alice.does("request", part).out)
    expect(DONE, watch.ended(), watch.err)
    has("may I?", watch.out)
    expect(FAILED, alice.run("request", stack.part()).code)
    expect(FAILED, bob.run("request", part).code)


@test
def checkout_wait_takes_it_the_moment_it_is_free(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part(b"1", "w.FCStd")
    bob.does("checkout", part)
    wait = alice.start("checkout", part, "--wait")
    wait.said("held by bob")
    expect(None, wait.process.poll())
    bob.does("unlock", part)
    expect(DONE, wait.ended(), wait.err)
    expect(("alice", b"1"), (stack.holder(part), alice.read("w.FCStd")))


@test
def checkout_wait_gives_up_at_its_timeout(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part()
    bob.does("lock", part)
    ran = alice.run("checkout", part, "--wait", "--timeout", "2s")
    expect(HELD, ran.code)
    has("waiting for", ran.out)
    has("held by bob", ran.err)
    expect("bob", stack.holder(part))


@test_that_waits
def checkout_wait_takes_an_expired_lease(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part(b"1", "e.FCStd")
    bob.does("lock", part)
    stack.lease_ends_in(part, 8)
    wait = alice.start("checkout", part, "--wait")
    wait.said("held by bob")
    expect(DONE, wait.ended(), wait.err)
    expect("alice", stack.holder(part))


@test
def watch_follows_resumes_and_ends(stack):
    alice, part = Person(stack, "alice"), stack.part(b"1", "v.FCStd")
    watch = alice.start("watch", part, "--json", "--count", "3", "--types",
                        "server.state,item.locked,item.unlocked")
    watch.said("server.state")
    alice.does("lock", part)
    alice.does("unlock", part)
    expect(DONE, watch.ended(), watch.err)
    lines = [json.loads(line) for line in watch.out.splitlines()][1:]
    expect(["item.locked", "item.unlocked"], [line["event"] for line in lines])
    again = alice.does("watch", part, "--json", "--count", "1", "--since", lines[0]["id"])
    expect(lines[1], again.json)
    has("is free", alice.does("watch", part, "--count", "1", "--since", lines[0]["id"]).out)
    expect(DONE, alice.run("watch", part, "--timeout", "1s").code)


@test
def edit_opens_the_editor_renews_and_tells(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "an edit.FCStd")
    alice.extra = {"SILO_EDITOR": "printf more >>"}
    ran = alice.does("edit", part, "-m", "edit it")
    has("has changes", ran.out)
    expect((b"onemore", "alice"), (alice.read("an edit.FCStd"), stack.holder(part)))
    alice.does("commit", "-m", "edited")
    bob = Person(stack, "bob")
    bob.does("lock", part)
    ran = alice.run("edit", part)
    expect(HELD, ran.code)
    has(f"silo edit {part} --read-only ", ran.err)
    alice.extra = {"SILO_EDITOR": "test ! -w /proc/self/mem; test -f"}
    ran = alice.does("edit", part, "--read-only")
    has("read-only", ran.err)
    expect("bob", stack.holder(part))


@test_that_waits
def edit_renews_the_lease_while_open(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "e.FCStd")
    alice.extra = {"SILO_EDITOR": "for i in $(seq 600); do test -e enough && break; sleep 0.1; done; true"}
    editing = alice.start("edit", part, "--for", "60s")
    until(lambda: stack.holder(part) == "alice", "the check-out")
    first = stack.lock(part)["expires_at"]
    until(lambda: stack.lock(part)["expires_at"] > first, "the renewal")
    alice.write("enough", b"")
    expect(DONE, editing.ended(), editing.err)
