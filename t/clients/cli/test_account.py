"""Signing in, tokens, users, the environment, exit codes, help, completions."""

import json
import os
import re
import subprocess

import completions
import manual
from lib import (AWAY, BUILD, DENIED, FAILED, SILO, TOP, USAGE, Person, expect, has, lacks, stranger,
                 test)


def config(person):
    path = os.path.join(person.home, "config/silo/config")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


@test
def login_stores_a_token_of_its_own_and_logout_revokes_it(stack):
    alice = stranger(stack)
    expect(DENIED, alice.run("whoami").code)
    before = len(stack.ask("alice", "GET", "/api/auth/tokens")["tokens"])
    alice.does("login", stack.url, "--user", "alice", "--password-stdin", stdin=b"alice-secret-1\n")
    path = os.path.join(alice.home, "config/silo/config")
    expect(0o600, os.stat(path).st_mode & 0o777)
    expect(0o700, os.stat(os.path.dirname(path)).st_mode & 0o777)
    lacks("secret", config(alice))
    # Whatever the shell lets others see, also of what was there before.
    os.chmod(path, 0o666)
    subprocess.run([SILO, "login", stack.url, "--token-stdin"], env=alice.env(), umask=0, check=True,
                   input=re.search("token = (.*)", config(alice))[1].encode(), capture_output=True)
    fresh = stranger(stack)
    subprocess.run([SILO, "login", stack.url, "--token-stdin"], env=fresh.env(), umask=0, check=True,
                   input=stack.token("alice").encode(), capture_output=True)
    for person in (alice, fresh):
        path = os.path.join(person.home, "config/silo/config")
        expect((0o600, 0o700), (os.stat(path).st_mode & 0o777,
                                os.stat(os.path.dirname(path)).st_mode & 0o777))
    has("alice, editor", alice.does("whoami").out)
    expect("alice", alice.does("whoami", "--json").json["username"])
    expect(before + 1, len(stack.ask("alice", "GET", "/api/auth/tokens")["tokens"]))
    token = re.search("token = (.*)", config(alice))[1]
    alice.does("logout")
    expect(before, len(stack.ask("alice", "GET", "/api/auth/tokens")["tokens"]))
    lacks("token", config(alice))
    alice.extra = {"SILO_API_TOKEN": token}
    expect(DENIED, alice.run("whoami").code)


@test
def login_by_token_and_with_a_wrong_one(stack):
    alice = stranger(stack)
    expect(DENIED, alice.run("login", stack.url, "--token-stdin", stdin=b"silo_wrong\n").code)
    expect("", config(alice))
    token = stack.token("alice").encode() + b"\n"
    alice.does("login", stack.url + "/", "--token-stdin", stdin=token)
    has("alice", alice.does("whoami").out)
    alice.does("login", "--token", stack.token("bob"))
    has("bob", alice.does("whoami").out)
    ran = alice.run("login", "--user", "alice", "--password-stdin", stdin=b"wrong\n")
    expect(DENIED, ran.code)
    has("wrong name or password", ran.err)
    has("bob", alice.does("whoami").out)
    expect(USAGE, alice.run("login", "ftp://x").code)
    # A token that was given is not revoked by signing out: it may serve elsewhere.
    alice.does("logout")
    expect("bob", stack.ask("bob", "GET", "/api/auth/me")["username"])


@test
def the_environment_wins(stack):
    alice = Person(stack, "alice")
    alice.extra = {"SILO_API_TOKEN": stack.token("bob")}
    has("bob", alice.does("whoami").out)
    part = stack.part(b"1", "env.FCStd")
    alice.does("checkout", part)
    expect("bob", stack.holder(part))
    expect(True, alice.state(part)["mine"])
    alice.does("unlock", part)
    # A wrong one is called by its name: signing in would not help while it wins.
    alice.extra = {"SILO_API_TOKEN": "silo_wrong"}
    for words in (("whoami",), ("checkout", part), ("watch", "--timeout", "5s")):
        ran = alice.run(*words)
        expect(DENIED, ran.code)
        has("SILO_API_TOKEN", ran.err)
    lacks("SILO_API_TOKEN", alice.run("login", "--token-stdin", stdin=b"silo_other\n").err)
    # The stored token is not shown to another server.
    alice.extra = {"SILO_API_URL": "http://127.0.0.1:9"}
    expect(DENIED, alice.run("whoami").code)
    alice.extra = {"SILO_API_URL": "http://127.0.0.1:9", "SILO_API_TOKEN": "silo_x"}
    expect(AWAY, alice.run("whoami").code)
    ran = alice.run("status")
    expect(FAILED, ran.code)
    has("belongs to", ran.err)


@test
def tokens_are_made_listed_and_revoked(stack):
    alice = Person(stack, "alice")
    token = alice.does("token", "create", "robot", "--days", "7").out.strip()
    robot = Person(stack, "alice", token=token)
    has("alice", robot.does("whoami").out)
    rows = alice.does("token", "list", "--json").json["tokens"]
    expect(1, len([row for row in rows if row["name"] == "robot"]))
    has("robot", alice.does("token", "list").out)
    alice.does("token", "revoke", "robot")
    expect(DENIED, robot.run("whoami").code)
    expect(FAILED, alice.run("token", "revoke", "robot").code)


@test
def admins_manage_users_and_others_do_not(stack):
    ada, alice = Person(stack, "ada"), Person(stack, "alice")
    name = f"carol{os.getpid()}"
    secret = b"a long first password\n"
    expect(DENIED, alice.run("user", "create", name, "--password-stdin", stdin=secret).code)
    ada.does("user", "create", name, "--display-name", "Carol", "--password-stdin", stdin=secret)
    has(name, ada.does("user", "list").out)
    carol = stranger(stack, name)
    carol.does("login", stack.url, "--user", name, "--password-stdin", stdin=secret)
    carol.does("password", "--stdin", stdin=secret + b"another long password\n")
    part = stack.part()
    carol.does("lock", part)
    ada.does("user", "set", name, "--role", "viewer")
    expect("viewer", carol.does("whoami", "--json").json["role"])
    ada.does("user", "set", name, "--deactivate")
    expect(DENIED, carol.run("whoami").code)
    has(f"{name} is deactivated and can't answer: ask an admin", alice.does("request", part).err)
    expect(USAGE, ada.run("user", "set", name).code)
    expect(FAILED, ada.run("user", "set", "nobody", "--role", "viewer").code)


@test
def wrong_words_are_two(stack):
    alice = Person(stack, "alice")
    for words in (("nonsense",), ("checkout",), ("checkout", "--nonsense", "X"), ("log",),
                  ("log", "a", "b"), ("locks", "--user"), ("ls", "--mine=1"), ("ls", "-n", "x"),
                  ("unlock", "X", "--mine"), ("unlock",), ("commit", "--message"), ("--nonsense",),
                  ("watch", "--timeout", "x"), ("checkout", "A", "B", "--to", "c"), ("token",)):
        ran = alice.run(*words)
        expect(USAGE, ran.code, words)
        expect(("", True), (ran.out, ran.err.startswith("silo: ")), words)
        expect(USAGE, json.loads(alice.run("--json", *words).out)["exit"], words)


@test
def status_says_everything_that_matters(stack):
    alice, bob = Person(stack, "alice"), Person(stack, "bob")
    mine, theirs, old, gone = (stack.part(b"1", f"{n}.FCStd")
                               for n in ("mine", "theirs", "old", "gone"))
    alice.does("get", theirs, old, gone)
    alice.does("checkout", mine, "--for", "10m")
    bob.does("lock", theirs)
    stack.upload(old, b"2", "old.FCStd", 1)
    os.unlink(alice.path("gone.FCStd"))
    alice.write("mine.FCStd", b"changed")
    rows = {row["part_number"]: row for row in alice.does("status", "--json").json["files"]}
    expect(("modified", True, True, True), tuple(rows[mine][key] for key in (
        "state", "mine", "checked_out", "lease_ending")))
    expect(("unchanged", "bob"), (rows[theirs]["state"], rows[theirs]["lock"]["locked_by"]))
    expect((True, 2), (rows[old]["newer"], rows[old]["head_revision"]))
    expect("missing", rows[gone]["state"])
    ran = alice.does("status")
    for words in ("mine, ends in", "bob since", "1, newest 2", "missing", "modified"):
        has(words, ran.out)
    for words in ("ends soon", "silo get " + old):
        has(words, ran.err)
    lacks("\x1b", ran.out)
    expect(1, len(alice.does("status", "mine.FCStd", "--json").json["files"]))
    expect(FAILED, alice.run("status", "nothing").code)
    expect(FAILED, alice.run("commit", "nothing").code)
    alice.does("undo", mine, "-y")


@test
def quiet_says_nothing_but_errors_and_what_was_asked_for(stack):
    alice, part = Person(stack, "alice"), stack.part(b"1", "q.FCStd")
    for words in (("checkout", part), ("renew",), ("commit", "-m", "x"), ("commit", part, "-m", "x"),
                  ("get",), ("lock", part), ("unlock", part), ("undo", part)):
        expect(("", ""), (lambda ran: (ran.out, ran.err))(alice.does(*words, "-q")), words)
    has(part, alice.does("log", part, "-q").out + alice.does("ls", part, "-q").out)
    has("not a working folder", Person(stack, "bob").run("status", "-q").err)


@test
def help_is_everywhere(stack):
    alice = Person(stack, "alice")
    commands = [command["name"] for command in completions.Table(SILO).commands]
    expect(True, len(commands) > 20)
    for command in commands:
        text = alice.does(*command.split(), "--help").out
        has(f"silo {command}", text)
        has("Examples:", text)
        has("--json", text)
        if command != "help":
            expect(text, alice.does("help", *command.split()).out)
    for command in commands:
        has(command, alice.does().out)


@test
def the_manual_is_that_of_the_table_of_commands(stack):
    page = os.path.join(TOP, "doc/silo.1")
    with open(page, encoding="utf-8") as file:
        text = file.read()
    expect(True, manual.section(SILO) == manual.parts(text)[1], "run t/clients/cli/manual.py silo doc/silo.1")
    for option in completions.Table(SILO).common:
        has("\\-\\-" + option["name"], manual.parts(text)[0])
    ran = subprocess.run(["man", "--warnings", "-l", "-Tutf8", page], capture_output=True, text=True,
                         env={**os.environ, "MANWIDTH": "90"})
    expect((0, ""), (ran.returncode, ran.stderr))


@test
def make_install_puts_manual_and_completions_in_place(stack):
    where = os.path.join(stack.dir, "installed")
    subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={where}"], check=True,
                   capture_output=True)
    found = {os.path.join(folder, name)[len(where):] for folder, _, names in os.walk(where)
             for name in names}
    for wanted in ("bin/silo", "share/man/man1/silo.1", "share/bash-completion/completions/silo",
                   "share/zsh/site-functions/_silo", "share/fish/vendor_completions.d/silo.fish"):
        expect(True, any(path.endswith("/" + wanted) for path in found), wanted)
