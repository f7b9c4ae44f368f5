"""A network that goes silent after the request: the wait ends, and what became of the commit is told."""

import time

from lib import AWAY, Person, expect, has, lacks, sha256, test_that_waits, until
from proxy import Mute
from terminal import Terminal

SILENCE = 3


def behind(stack, words, name="a.FCStd"):
    """Alice has changes and reaches the server through a network that goes silent."""
    proxy = Mute(stack.url, words)
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(b"one", name)
    alice.extra = {"SILO_SILENCE": str(SILENCE)}
    alice.does("checkout", part)
    alice.write(name, b"two")
    return alice, part, proxy


@test_that_waits
def a_commit_ends_when_the_network_stays_silent_and_status_finds_it_arrived(stack):
    alice, part, proxy = behind(stack, b"POST /api/items/")
    began = time.monotonic()
    ran = alice.run("commit", "-m", "into the silence")
    took = time.monotonic() - began
    expect(AWAY, ran.code, ran.err)
    has(f"no data for {SILENCE} s", ran.err)
    has("silo commit a.FCStd continues", ran.err)
    expect(1, proxy.muted)  # tries don't multiply the wait
    expect(True, SILENCE <= took < 3 * SILENCE, took)
    until(lambda: len(stack.revisions(part)) == 2, "the upload")
    expect(sha256(b"two"), alice.index()["files"]["a.FCStd"]["committing"])
    proxy.heal()
    ran = alice.does("status")
    has("a.FCStd: the interrupted commit did arrive, as revision 2", ran.out)
    lacks("starts from", ran.out + ran.err)
    row = alice.state(part)
    expect(("unchanged", 2, False, False, False),
           (row["state"], row["revision"], row["checked_out"], row["newer"],
            row["commit_unfinished"]))
    expect((False, True), (alice.writable("a.FCStd"), "committing" not in str(alice.index())))
    has("nothing to commit", alice.does("commit", "-m", "again").out)
    expect(2, len(stack.revisions(part)))
    proxy.close()


@test_that_waits
def status_names_a_commit_that_did_not_arrive(stack):
    alice, part, proxy = behind(stack, None)
    alice.does("renew")
    index = alice.index()
    index["files"]["a.FCStd"]["committing"] = sha256(b"two")
    alice.write_index(index)
    has("a.FCStd: its commit was interrupted before it arrived: silo commit a.FCStd",
        alice.does("status").err)
    expect(True, alice.state(part)["commit_unfinished"])
    alice.does("commit", "a.FCStd", "-m", "now")
    expect((2, None), (len(stack.revisions(part)), stack.holder(part)))
    proxy.close()


@test_that_waits
def questions_are_asked_once_more_and_then_no_more(stack):
    alice, _, proxy = behind(stack, None)
    proxy.words = b"GET /api/items?"
    began = time.monotonic()
    ran = alice.run("status")
    expect(AWAY, ran.code, ran.err)
    has("no data for", ran.err)
    expect(2, proxy.muted)
    expect(True, time.monotonic() - began < 3 * SILENCE)
    proxy.close()


@test_that_waits
def a_terminal_sees_how_long_it_waits(stack):
    alice, _, proxy = behind(stack, b"POST /api/items/")
    alice.extra = {"SILO_SILENCE": "6"}
    terminal = Terminal(alice, "commit", "-m", "slow")
    terminal.read_until("silent for 3 of 6 s")
    proxy.heal()
    expect(AWAY, terminal.done())
    proxy.close()
