"""More clients than anybody has, on bare sockets from one process: t/proofs/overload/run tells what for.

crowd.py URL TOKEN SCENE ARGUMENTS…    prints what the scene saw, a name and a value a line

  probe                       asks /health and /ready in turn until its standard input ends
  calls CLIENTS SECONDS       each locks, reads and releases an item of its own (CROWD-n), without a pause
  slow CLIENTS SIZE           a third each send a head, send a body and take a file (of SLOW-1) a byte at
                              a time, until standard input ends
  streams COUNT               opens event streams, says "open", and reads until standard input ends
  uploads COUNT SIZE          so many uploads, each to an item of its own (MASS-n), all at one moment
"""

import collections
import re
import resource
import selectors
import socket
import sys
import threading
import time
import urllib.parse

URL, TOKEN, SCENE = sys.argv[1:4]
NUMBERS = [int(word) for word in sys.argv[4:]]
PARTS = urllib.parse.urlsplit(URL)
WHERE = (PARTS.hostname, PARTS.port)
PATIENCE = 90  # beyond the time limits of nginx: who answers later than that has not answered


def request(method, path, body=b"", headers=(), length=None):
    lines = [f"{method} {PARTS.path}{path} HTTP/1.1", "Host: silo", f"Authorization: Bearer {TOKEN}",
             "Connection: close", *headers]
    if method != "GET":
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


JSON = ("Content-Type: application/json",)
BYTES = ("Content-Type: application/octet-stream",)


def say(**figures):
    for name, value in figures.items():
        print(name, value, flush=True)


class Tally:
    """What came back. Fair is an answer that succeeded, or that says when to come again."""

    def __init__(self):
        self.answers, self.unfair, self.slowest, self.lock = collections.Counter(), [], 0.0, threading.Lock()

    def note(self, answer, began):
        status = int(answer[9:12]) if re.match(rb"HTTP/1\.1 \d{3}", answer) else 0
        fair = 200 <= status < 300 or (status in (429, 503) and b"\r\nRetry-After: " in answer)
        with self.lock:
            self.answers[status] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            if not fair and len(self.unfair) < 5:
                self.unfair.append(answer[:300].decode("latin-1"))
        return status

    def told(self, **more):
        say(answers=" ".join(f"{status}:{count}" for status, count in sorted(self.answers.items())),
            all=sum(self.answers.values()), unfair=len(self.unfair), slowest=f"{self.slowest:.2f}", **more)
        for answer in self.unfair:
            print("unfair-answer", repr(answer), flush=True)


def ask(tally, data):
    """One request on a connection of its own."""
    began, answer = time.monotonic(), b""
    try:
        with socket.create_connection(WHERE, timeout=PATIENCE) as there:
            there.sendall(data)
            while part := there.recv(65536):
                answer += part
    except OSError as fault:
        answer = answer or str(fault).encode()
    return tally.note(answer, began)


def in_threads(count, work):
    threading.stack_size(256 * 1024)
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def probe():
    tally, over = Tally(), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.wait(0.1):
        for path in ("/health", "/ready"):
            ask(tally, request("GET", path))
    tally.told()


def calls(clients, seconds):
    tally, end = Tally(), time.monotonic() + seconds

    def client(number):
        pn = f"CROWD-{number}"
        while time.monotonic() < end:
            ask(tally, request("POST", f"/api/items/{pn}/lock", b"{}", JSON))
            ask(tally, request("GET", f"/api/items/{pn}"))
            ask(tally, request("DELETE", f"/api/items/{pn}/lock"))

    in_threads(clients, client)
    tally.told()


def slow(clients, size):
    """All that a client can do slowly; each connection a byte a second."""
    openers = (("head", request("GET", "/api/items")[:-2] + b"X: "),
               ("body", request("POST", "/api/items/SLOW-1/file?filename=a", b"", BYTES, length=size)),
               ("file", request("GET", "/api/items/SLOW-1/file")))
    open_ones = []
    for number in range(clients):
        kind, data = openers[number % 3]
        there = socket.socket()
        if kind == "file":
            there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        there.connect(WHERE)
        there.sendall(data)
        there.setblocking(False)
        open_ones.append((kind, there))
    print("open", flush=True)
    over, ended = threading.Event(), collections.Counter()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.wait(1):
        for kind, there in list(open_ones):
            try:
                if kind == "file":
                    there.recv(1)
                else:
                    there.send(b"a")
            except BlockingIOError:
                pass
            except OSError:
                ended[kind] += 1
                open_ones.remove((kind, there))
    say(held=len(open_ones), heads=ended["head"], bodies=ended["body"], files=ended["file"])


class Stream:
    def __init__(self):
        self.there, self.seen = socket.create_connection(WHERE, timeout=PATIENCE), b""
        self.there.sendall(request("GET", "/api/events?types=server.state,item.locked"))
        self.there.setblocking(False)
        self.began, self.told, self.status = time.monotonic(), False, None

    def read(self):
        """False when it is over."""
        try:
            part = self.there.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.seen += part
        if self.status is None and b"\r\n\r\n" in self.seen:
            self.status = int(self.seen[9:12])
        if b"event: item.locked" in self.seen:
            self.told = True
        return part != b""


def streams(count):
    tally, over, is_open, ended = Tally(), threading.Event(), 0, 0
    selector = selectors.DefaultSelector()

    def hear(wait):
        nonlocal is_open, ended
        for key, _ in selector.select(wait):
            stream, status = key.data, key.data.status
            goes_on = stream.read()
            if status is None and stream.status is not None:
                tally.note(stream.seen, stream.began)
                is_open += stream.status == 200
            if not goes_on:
                ended += stream.status == 200
                if stream.status is None:
                    tally.note(b"cut off", stream.began)
                selector.unregister(stream.there)
                stream.there.close()

    every = []
    for _ in range(count):
        every.append(Stream())
        selector.register(every[-1].there, selectors.EVENT_READ, every[-1])
        hear(0)
    end = time.monotonic() + PATIENCE
    while sum(tally.answers.values()) < count and time.monotonic() < end:
        hear(0.2)
    print(f"open {is_open}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.is_set():
        hear(0.2)
    end = time.monotonic() + PATIENCE
    while sum(one.told for one in every) < is_open - ended and time.monotonic() < end:
        hear(0.2)
    tally.told(open=is_open, ended=ended, heard=sum(one.told for one in every))


def uploads(count, size):
    tally, start = Tally(), threading.Barrier(count)

    def upload(number):
        pn = f"MASS-{number}"
        content = (b"%08d" % number) * (size // 8)
        data = request("POST", f"/api/items/{pn}/file?filename=a.txt", content, BYTES)
        start.wait()
        ask(tally, data)

    in_threads(count, upload)
    tally.told()


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    {"probe": probe, "calls": calls, "slow": slow, "streams": streams, "uploads": uploads}[SCENE](*NUMBERS)
