"""At the limits: names as long as they may be, and more parts at once than one request takes."""

import os

from lib import DONE, USAGE, Person, expect, has, test, test_alone

LONGEST = ["x" * 249 + ".FCStd", "ä" * 124 + ".FCStd", "部" * 85, "y" * 200 + "." + "z" * 54]


def many(stack, count):
    """So many new items, the quick way."""
    first = stack.part(None)
    stack.sql("insert into silo.items (part_number, item_type, created_by, updated_by) "
              f"select '{first}-' || n, 'part', 'ada', 'ada' from generate_series(1, {count}) n")
    return [f"{first}-{n}" for n in range(1, count + 1)]


@test
def the_longest_names_are_backed_up_and_laid_beside(stack):
    for name in LONGEST:
        alice, part = Person(stack, "alice"), stack.part(b"one", name)
        alice.does("checkout", part)
        alice.write(name, b"two")
        alice.does("commit", "-m", "x")
        alice.does("get", part + "@1")
        beside = [n for n in os.listdir(alice.folder) if n not in (name, ".silo")]
        expect(1, len(beside), name)
        expect(b"one", alice.read(beside[0]))
        expect((True, name.endswith(".FCStd")),
               ("@1" in beside[0], beside[0].endswith(".FCStd")), name)
        alice.does("checkout", part)
        alice.write(name, b"three")
        alice.does("undo", part, "--yes")
        expect((1, b"two"), (len(alice.backups()), alice.read(name)))
        has(name[:50], alice.backups()[0])
        expect(b"three", alice.read(os.path.join(".silo/backup", alice.backups()[0])))


@test
def more_parts_at_once_than_all_or_none_allows_are_refused_before_anything_is_sent(stack):
    alice, parts = Person(stack, "alice", url="http://127.0.0.1:1"), many(stack, 1001)
    for command in ("lock", "checkout", "unlock"):
        ran = alice.run(command, *parts)
        expect(USAGE, ran.code)
        has(f"silo {command} takes at most 1000 items at once, all or none; you named 1001",
            ran.err)
    alice = Person(stack, "alice")
    alice.does("lock", *parts[:1000])
    expect(("alice", None), (stack.holder(parts[999]), stack.holder(parts[1000])))
    alice.does("unlock", *parts[:1000])


@test_alone  # it releases all of bob's locks
def more_parts_than_one_request_takes_are_renewed_listed_and_released(stack):
    bob, parts = Person(stack, "bob"), many(stack, 1001)
    bob.does("lock", *parts[:1000])
    bob.does("lock", parts[1000])
    ran = bob.does("renew", *parts, "--for", "9h", "--json")
    expect(parts, [lock["part_number"] for lock in ran.json["locks"]])
    expect(True, stack.lock(parts[1000])["expires_at"] > stack.lock(parts[0])["locked_at"])
    has(f"{parts[1000]} is yours until", bob.does("renew", *parts).out)
    expect(True, len(bob.does("locks", "--mine", "--json").json["locks"]) >= 1001)
    bob.does("get", stack.part(b"one"))
    expect(True, len(bob.does("status", "--json").json["locks_without_file"]) >= 1001)
    bob.does("unlock", "--mine")
    expect((None, None), (stack.holder(parts[0]), stack.holder(parts[1000])))


@test
def more_parts_than_an_address_holds_are_watched_and_waited_for(stack):
    alice, bob, parts = Person(stack, "alice"), Person(stack, "bob"), many(stack, 70)
    other = stack.part(None)
    watching = alice.start("watch", *parts, "--json", "--count", "1", "--types", "item.locked")
    while watching.process.poll() is None:
        bob.does("lock", other)
        bob.does("lock", parts[69])
    expect(DONE, watching.ended())
    has(parts[69], watching.out)
    waiting = alice.start("checkout", "--wait", *parts)
    waiting.said("held by bob")
    bob.does("unlock", parts[69])
    expect(DONE, waiting.ended())
    expect("alice", stack.holder(parts[0]))
    alice.does("unlock", *parts)
    bob.does("unlock", other)
