"""The network between: cut uploads and downloads, a server that is away."""

import concurrent.futures
import json
import os
import socket
import threading

from lib import AWAY, DENIED, FAILED, Person, expect, has, sha256, test, test_that_waits
from proxy import Between, Cutter


@test
def an_upload_cut_in_the_middle_is_one_revision(stack):
    content = os.urandom(3_000_000)
    proxy = Cutter(stack.url, after=1_000_000, times=2)
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(b"one", "big.FCStd")
    alice.does("checkout", part)
    alice.write("big.FCStd", content)
    alice.does("commit", "-m", "through a bad line")
    expect(2, proxy.cuts)
    expect([sha256(content), sha256(b"one")], [row["sha256"] for row in stack.revisions(part)])
    expect(None, stack.holder(part))
    proxy.close()


@test
def an_upload_cut_on_a_connection_that_was_in_use_before_is_repeated(stack):
    proxy = Cutter(stack.url, after=1_000_000)
    alice = Person(stack, "alice", url=proxy.url)
    parts = [stack.part(b"one", f"{name}.FCStd") for name in ("first", "second")]
    contents = [b"small", os.urandom(3_000_000)]
    alice.does("checkout", *parts)
    for name, content in zip(("first", "second"), contents):
        alice.write(f"{name}.FCStd", content)
    alice.does("commit", *parts, "-m", "both on one line")
    expect(1, proxy.cuts)
    for part, content in zip(parts, contents):
        expect([sha256(content), sha256(b"one")], [row["sha256"] for row in stack.revisions(part)])
    proxy.close()


@test
def an_upload_whose_answer_is_lost_is_one_revision(stack):
    proxy = Cutter(stack.url, hide_answer=b"POST /api/items/")
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(b"one", "lost.FCStd")
    alice.does("checkout", part)
    alice.write("lost.FCStd", b"two")
    has("revision 2", alice.does("commit", "-m", "answer lost").out)
    expect((1, 2, None), (proxy.cuts, len(stack.revisions(part)), stack.holder(part)))
    proxy.close()


@test
def a_download_cut_in_the_middle_goes_on_where_it_was(stack):
    content = os.urandom(3_000_000)
    part = stack.part(content, "down.FCStd")
    statuses = []

    def note(method, path, status, headers, body):
        if "/file/" in path:
            statuses.append(status)

    between = Between(stack.url, note)
    proxy = DownCutter(between.url, 1_000_000)
    alice = Person(stack, "alice", url=proxy.url)
    alice.does("get", part)
    expect(content, alice.read("down.FCStd"))
    expect([200, 206], statuses)
    proxy.close()
    between.close()


class DownCutter(Cutter):
    """Cuts the first answer that is longer than `after`."""

    def pass_down(self, server, client, hidden):
        passed = 0
        try:
            while data := server.recv(65536):
                passed += len(data)
                if self.cuts < self.times and passed > self.after:
                    self.cuts += 1
                    break
                client.sendall(data)
        except OSError:
            pass
        for end in (client, server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __init__(self, url, after):
        super().__init__(url, after=None)
        self.after = after

    def serve(self, client):
        server = socket.create_connection(self.target)
        threading.Thread(target=self.pass_down, args=(server, client, None), daemon=True).start()
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass


@test
def a_damaged_download_is_not_placed(stack):
    part = stack.part(b"right content", "d.FCStd")

    def damage(method, path, status, headers, body):
        return (status, headers, b"wrong content") if "/file/" in path else None

    between = Between(stack.url, damage)
    alice = Person(stack, "alice", url=between.url)
    ran = alice.run("get", part)
    expect(FAILED, ran.code)
    has("SHA-256", ran.err)
    expect(False, os.path.exists(alice.path("d.FCStd")))
    expect([], [name for name in os.listdir(alice.path(".silo")) if name.startswith("incoming")])
    between.close()


@test_that_waits
def a_server_that_is_away_is_six(stack):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    alice = Person(stack, "alice", url=url)
    for words in (("ls",), ("locks",), ("checkout", "X"), ("whoami",)):
        ran = alice.run(*words)
        expect(AWAY, ran.code, words)
        has("no answer from", ran.err)
        has("try again later; silo login URL", ran.err)
    alice.extra = {"SILO_API_URL": url + "/x", "SILO_API_TOKEN": "silo_x"}
    has("try again later; SILO_API_URL=URL", alice.run("ls").err)
    expect("unreachable", alice.run("ls", "--json").json["error"])


@test_that_waits
def a_commit_to_a_server_that_is_away_keeps_everything(stack):
    proxy = Cutter(stack.url)
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"two")
    port = int(proxy.url.rsplit(":", 1)[1])
    proxy.listener.shutdown(socket.SHUT_RDWR)
    proxy.close()
    expect(AWAY, alice.run("commit", "-m", "x").code)
    expect((b"two", True), (alice.read("a.FCStd"), alice.writable("a.FCStd")))
    again = Cutter.__new__(Cutter)
    target = stack.url.rsplit(":", 1)
    again.target, again.after, again.times, again.hide_answer, again.cuts, again.open, again.away = (
        (target[0][7:], int(target[1])), None, 0, None, 0, [], False)
    again.listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=again.accept, daemon=True).start()
    alice.does("commit", "-m", "x")
    expect(2, len(stack.revisions(part)))
    again.close()


@test_that_waits
def a_commit_waits_for_a_server_that_is_away_as_long_as_any_command(stack):
    proxy = Cutter(stack.url)
    alice, part = Person(stack, "alice", url=proxy.url), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part)
    alice.write("a.FCStd", b"two")
    alice.does("checkout", stack.part(b"one", "b.FCStd"))
    alice.write("b.FCStd", b"two")
    proxy.away = True
    proxy.cut_all()
    tries = []
    for words in (("ls",), ("commit", "-m", "x")):
        before = proxy.refused
        ran = alice.run(*words)
        expect(AWAY, ran.code, words)
        tries.append(proxy.refused - before)
    has("nothing is lost: silo commit a.FCStd continues", ran.err)
    has("1 more not tried", ran.err)
    expect(tries[0], tries[1])
    proxy.close()


@test
def a_bad_token_is_four(stack):
    alice = Person(stack, "alice", token="silo_wrong")
    for words in (("ls",), ("checkout", "X"), ("watch", "--timeout", "5s")):
        ran = alice.run(*words)
        expect(DENIED, ran.code, words)
        has("silo login", ran.err)


@test
def a_watch_that_is_cut_off_reconnects_and_misses_nothing(stack):
    proxy = Cutter(stack.url)
    alice, bob, part = Person(stack, "alice", url=proxy.url), Person(stack, "bob"), stack.part()
    watch = alice.start("watch", part, "--json", "--types",
                        "server.state,item.locked,item.unlocked")
    watch.said("server.state")
    for number in range(1, 4):
        bob.does("lock", part)
        watch.said("item.locked", number)
        proxy.cut_all()
        bob.does("unlock", part)  # while nobody listens
        watch.said("item.unlocked", number)
    watch.kill()
    lines = [json.loads(line) for line in watch.out.splitlines()]
    lines = [line for line in lines if line["event"] != "server.state"]
    expect(["item.locked", "item.unlocked"] * 3, [line["event"] for line in lines], watch.err)
    ids = [int(line["id"]) for line in lines]
    expect(sorted(set(ids)), ids)
    proxy.close()


@test
def status_of_a_thousand_files_is_two_or_three_requests(stack):
    alice = Person(stack, "alice")
    parts = [stack.part(b"x%d" % i, f"thousand{i}.FCStd") for i in range(3)]
    alice.does("get", *parts)
    index = alice.index()
    one = index["files"]["thousand0.FCStd"]
    for i in range(3, 1000):
        name = f"thousand{i}.FCStd"
        alice.write(name, b"x0")
        index["files"][name] = {**one, "part_number": f"Q01-{i:04d}"}
        if i % 2:
            stack.ask("ada", "POST", "/api/items", {"part_number": f"Q01-{i:04d}"})
    between = Between(stack.url)
    index["server"] = between.url
    with open(alice.path(".silo/index.json"), "w", encoding="utf-8") as file:
        json.dump(index, file)
    with open(os.path.join(alice.home, "config/silo/config"), "w", encoding="utf-8") as file:
        file.write(f"url = {between.url}\ntoken = {stack.token('alice')}\nuser = alice\n")
    rows = alice.does("status", "--json").json["files"]
    expect(1000, len(rows))
    expect(502, len([row for row in rows if row["head_revision"] is not None]))
    expect(True, 2 <= len(between.requests) <= 3, [path[:60] for _, path, _ in between.requests])
    between.close()


@test
def a_thousand_files_are_checked_out_and_committed(stack):
    ada = Person(stack, "ada")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda i: stack.part(b"many %d" % i, f"many {i}.FCStd"), range(1000)))
    ada.does("checkout", *parts, timeout=300)
    expect(1000, len(ada.index()["files"]))
    for i in range(0, 1000, 50):
        ada.write(f"many {i}.FCStd", b"changed %d" % i)
    rows = ada.does("commit", "-m", "some", "--json", timeout=300).json["files"]
    expect(20, len(rows))
    ada.does("unlock", "--mine", timeout=300)
