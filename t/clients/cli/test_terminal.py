"""Prompts, progress, tables and Ctrl-C, on a terminal."""

import os
import re
import signal
import unicodedata
import urllib.error
import urllib.request

from lib import (DONE, FAILED, Person, expect, has, lacks, sha256, stranger, test,
                 test_alone, until)
from proxy import Between, Cutter, Staller
from terminal import Terminal


@test
def on_a_terminal_the_password_is_asked_for_without_echo(stack):
    alice = stranger(stack)
    terminal = Terminal(alice, "login", stack.url)
    terminal.read_until("User at")
    terminal.type("alice\n")
    terminal.read_until("Password of alice")
    terminal.type("alice-secret-1\n")
    expect(DONE, terminal.done())
    has("Signed in", terminal.text)
    lacks("alice-secret-1", terminal.text)


@test
def on_a_terminal_undo_asks_and_commit_shows_progress(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "tty.FCStd")
    alice.does("checkout", part)
    alice.write("tty.FCStd", os.urandom(30_000_000))
    terminal = Terminal(alice, "undo", part)
    terminal.read_until("[y/N]")
    terminal.type("n\n")
    expect(FAILED, terminal.done())
    expect("alice", stack.holder(part))
    terminal = Terminal(alice, "commit")
    terminal.read_until("What changed?")
    terminal.type("typed at the prompt\n")
    expect(DONE, terminal.done())
    has("%", terminal.text)
    has("#", terminal.text)
    has("/s", terminal.text)
    expect("typed at the prompt", stack.revisions(part)[0]["comment"])
    alice.does("checkout", part)
    alice.write("tty.FCStd", b"a mistake")
    terminal = Terminal(alice, "undo", part)
    terminal.read_until("[y/N]")
    terminal.type("y\n")
    expect(DONE, terminal.done())
    expect(30_000_000, len(alice.read("tty.FCStd")))


@test
def on_a_terminal_tables_fit_and_colour_obeys(stack):
    alice, part = Person(stack, "alice"), "NARROW-1"
    stack.ask("ada", "POST", "/api/items", {"part_number": part})
    stack.upload(part, b"1", "a rather long file name " * 4 + ".stl", 0)
    alice.does("checkout", part)
    for columns in (40, 60, 200):
        terminal = Terminal(alice, "locks", "--mine", columns=columns)
        terminal.done()
        has("NARROW-1", terminal.text)
        terminal = Terminal(alice, "status", columns=columns)
        terminal.done()
        plain = re.sub("\x1b\\[[0-9;]*[mK]", "", terminal.text)
        lines = [line for line in plain.split("\r\n") if not line.startswith("warning")]
        expect(True, max(len(line) for line in lines) <= columns, (columns, lines))
        # What one types next stays whole as long as anything else can give way.
        has("NARROW-1", plain)
    has("\x1b[", terminal.text)
    terminal = Terminal(alice, "status", extra={"NO_COLOR": "1"})
    terminal.done()
    lacks("\x1b[3", terminal.text)
    alice.does("unlock", part)


@test
def on_a_terminal_wide_characters_count_as_two_columns(stack):
    alice, part = Person(stack, "alice"), "WIDE-1"
    stack.ask("ada", "POST", "/api/items", {"part_number": part, "description": "船体の図面" * 12})
    stack.upload(part, b"1", "長い部品の名前" * 5 + "e\u0301" * 5 + ".stl", 0)
    alice.does("checkout", part)
    for columns in (36, 50, 73, 100):
        for words in (("status",), ("ls", "WIDE"), ("log", part)):
            terminal = Terminal(alice, *words, columns=columns, extra={"NO_COLOR": "1"})
            terminal.done()
            for line in terminal.text.split("\r\n"):
                wide = sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
                           for c in line)
                expect(True, wide <= columns, (columns, line))
    alice.does("unlock", part)


@test
def control_characters_of_others_do_not_reach_the_terminal(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part()
    bob.does("lock", part, "-m", "evil \x1b]0;title\x07 \u202e text")
    terminal = Terminal(alice, "checkout", part, extra={"NO_COLOR": "1"})
    terminal.done()
    has("evil", terminal.text)
    for out in (terminal.text, alice.does("locks").out):
        for steering in ("\x1b]", "\x07", "\u202e"):
            lacks(steering, out)
    bob.does("unlock", part)


@test
def ctrl_c_at_the_password_gives_the_terminal_back(stack):
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        alice = stranger(stack)
        terminal = Terminal(alice, "login", stack.url, "--user", "alice")
        terminal.read_until("Password of alice")
        expect(False, terminal.echoes())
        if signal_number == signal.SIGINT:
            terminal.type("half a pass\x03")
        else:
            os.kill(terminal.child, signal_number)
        terminal.read_until(None)
        expect(True, terminal.echoes())
        expect(-signal_number, terminal.done())
        lacks("silo:", terminal.text)


@test
def ctrl_c_in_the_middle_of_an_upload_says_how_to_go_on(stack):
    proxy = Staller(stack.url, 300_000)
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(b"one", "up.FCStd")
    alice.does("checkout", part)
    content = os.urandom(30_000_000)
    alice.write("up.FCStd", content)
    terminal = Terminal(alice, "commit", "-m", "once")
    until(lambda: terminal.read() or proxy.stalled.is_set(), "the upload")
    terminal.type("\x03")
    expect(-signal.SIGINT, terminal.done())
    has("interrupted", terminal.text)
    has("nothing is lost: silo commit up.FCStd continues", terminal.text)
    has("\r\x1b[K", terminal.text[:terminal.text.index("interrupted")])  # no bar is left behind
    expect((content, True, "alice", 1), (alice.read("up.FCStd"), alice.writable("up.FCStd"),
                                         stack.holder(part), len(stack.revisions(part))))
    proxy.released.set()
    alice.does("commit", "-m", "once")
    expect([sha256(content), sha256(b"one")], [row["sha256"] for row in stack.revisions(part)])
    expect(None, stack.holder(part))
    proxy.close()


@test
def ctrl_c_in_the_middle_of_a_download_leaves_nothing_half_done(stack):
    proxy = Staller(stack.url, 300_000)
    content = os.urandom(30_000_000)
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(content, "down.FCStd")
    terminal = Terminal(alice, "checkout", part)
    until(lambda: terminal.read() or proxy.stalled.is_set(), "the download")
    terminal.type("\x03")
    expect(-signal.SIGINT, terminal.done())
    has("interrupted", terminal.text)
    has("run the same command again to continue", terminal.text)
    expect(False, os.path.exists(alice.path("down.FCStd")))
    expect([], [name for name in os.listdir(alice.path(".silo")) if name.startswith("incoming")])
    expect("alice", stack.holder(part))
    proxy.released.set()
    alice.does("checkout", part)
    expect((content, True), (alice.read("down.FCStd"), alice.writable("down.FCStd")))
    proxy.close()


@test
def ctrl_c_while_waiting_takes_nothing(stack):
    alice, bob, part = Person(stack, "alice"), Person(stack, "bob"), stack.part(b"1", "c.FCStd")
    bob.does("lock", part, "-m", "casting")
    terminal = Terminal(alice, "checkout", part, "--wait")
    terminal.read_until("waiting for")
    terminal.read_until("casting")
    terminal.type("\x03")
    expect(-signal.SIGINT, terminal.done())
    bob.does("unlock", part)
    expect((None, []), (stack.holder(part), os.listdir(alice.folder)))
    terminal = Terminal(alice, "watch", part, "--types", "server.state")
    terminal.read_until("server: normal")
    os.kill(terminal.child, signal.SIGINT)
    expect(-signal.SIGINT, terminal.done())
    lacks("silo:", terminal.text)


@test
def a_file_that_gets_shorter_while_it_is_sent_is_said_at_once(stack):
    proxy = Staller(stack.url, 300_000)
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(b"one", "short.FCStd")
    alice.does("checkout", part)
    alice.write("short.FCStd", os.urandom(60_000_000))
    running = alice.start("commit", "-m", "too early")
    until(proxy.stalled.is_set, "the upload")
    os.truncate(alice.path("short.FCStd"), 10_000)
    proxy.released.set()
    expect(FAILED, running.ended())
    has("became shorter while it was sent", running.err)
    expect(1, len(stack.revisions(part)))
    alice.does("commit", "-m", "now")
    expect(sha256(alice.read("short.FCStd")), stack.revisions(part)[0]["sha256"])
    proxy.close()


@test
def a_server_that_cannot_serve_now_is_named_while_it_is_tried_again(stack):
    part, refusals = stack.part(b"1", "busy.FCStd"), [2]

    def busy(method, path, *_):
        if "/revisions" in path and refusals[0] > 0:
            refusals[0] -= 1
            return 503, {"Retry-After": "1"}, b'{"error":"busy","message":"Busy."}'
        return None

    between = Between(stack.url, busy)
    terminal = Terminal(Person(stack, "alice", url=between.url), "log", part)
    expect(DONE, terminal.done())
    has("trying again", terminal.text)
    has("busy.FCStd", terminal.text)
    between.close()


@test
def a_watch_says_that_there_is_no_connection_and_that_there_is_one_again(stack):
    proxy = Cutter(stack.url)
    alice, bob, part = Person(stack, "alice", url=proxy.url), Person(stack, "bob"), stack.part()
    watch = alice.start("watch", part, "--json", "--types", "server.state,item.locked")
    watch.said("server.state")
    proxy.away = True
    proxy.cut_all()
    watch.said("no connection to")
    bob.does("lock", part)
    proxy.away = False
    watch.said("reconnected")
    watch.said("item.locked")
    watch.kill()
    bob.does("unlock", part)
    proxy.close()


@test_alone  # it takes all of vera's streams
def a_watch_does_not_call_a_server_away_that_only_gives_no_stream(stack):
    vera, taken = Person(stack, "vera"), []
    request = urllib.request.Request(f"{stack.url}/api/events")
    request.add_header("Authorization", "Bearer " + stack.token("vera"))
    try:
        while True:
            taken.append(urllib.request.urlopen(request))
    except urllib.error.HTTPError as refused:
        expect(429, refused.code)
    watch = vera.start("watch", "--json", "--types", "server.state")
    watch.said(f"{stack.url} sends no event stream, trying again")
    lacks("no connection", watch.err)
    for stream in taken:
        stream.close()
    watch.said("reconnected")
    watch.kill()
