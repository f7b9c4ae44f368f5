"""Whose bodies nginx keeps on the disk: nobody's who may not write, however large, slow or oddly framed;
of those who may, no more at a time than the limits say.

PYTHONPATH=t/stack bodies.py URL EDITOR VIEWER TEMP NGINX MOST     prints what failed and the summary
EDITOR and VIEWER are tokens; TEMP is client_body_temp_path; NGINX the process id of nginx's master;
MOST how many large bodies of one address are taken at a time."""

import contextlib
import http.client
import json
import os
import re
import select
import socket
import sys
import time
import urllib.parse

from asked import summary, tell

URL, EDITOR, VIEWER, TEMP, NGINX, MOST = sys.argv[1:7]
PARTS = urllib.parse.urlsplit(URL)
PREFIX = PARTS.path.rstrip("/")
PATIENCE = float(os.environ.get("BODIES_PATIENCE", "60"))
MIB = 1 << 20


def files():
    """The sizes of bodies on the disk: nginx unlinks its files at once, but has them open."""
    sizes = []
    with open(f"/proc/{NGINX}/task/{NGINX}/children", encoding="ascii") as children:
        workers = children.read().split()
    for worker in workers:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{worker}/fd"):
                path = f"/proc/{worker}/fd/{name}"
                with contextlib.suppress(OSError):
                    if os.readlink(path).startswith(TEMP + "/"):
                        sizes.append(os.stat(path).st_blocks * 512)
    return sizes


def kept():
    return sum(files())


class Sender:
    """A connection that sends a body bit by bit, and looks whether an answer has come meanwhile."""

    def __init__(self, path, *lines, method="POST", source="127.0.0.1"):
        self.socket = socket.create_connection((PARTS.hostname, PARTS.port), PATIENCE, (source, 0))
        self.answer, self.closed = b"", False
        self.send("\r\n".join([f"{method} {PREFIX}{path} HTTP/1.1", "Host: x", *lines]).encode() + b"\r\n\r\n")

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:  # refused before it was all sent
            self.closed = True
        self.look(0)

    def look(self, patience):
        """Reads what is there, and waits for the first of it at most as long."""
        while not self.closed and select.select([self.socket], [], [], patience)[0]:
            try:
                part = self.socket.recv(65536)
            except OSError:
                part = b""
            self.closed = not part
            self.answer += part
            patience = 0

    def status(self):
        found = re.match(rb"HTTP/1\.1 (\d{3})", self.answer)
        return int(found[1]) if found else None

    def code(self):
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", self.answer)
        body = self.answer.partition(b"\r\n\r\n")[2]
        with contextlib.suppress(ValueError):
            return json.loads(body[:int(length[1])])["error"] if length else None
        return None

    def close(self):
        self.socket.close()


def call(method, path, body=None, headers=None, source=None):
    there = http.client.HTTPConnection(PARTS.hostname, PARTS.port, PATIENCE, source and (source, 0))
    there.request(method, PREFIX + path, body, {"Authorization": f"Bearer {EDITOR}", **(headers or {})})
    answer = there.getresponse()
    said = answer.read()
    there.close()
    return answer.status, json.loads(said) if said else None


def bearer(token):
    return f"Authorization: Bearer {token}"


FILE = "/api/items/BODY/file?filename=a.step"
LARGE = f"Content-Length: {150 * MIB}"
CHUNKED = "Transfer-Encoding: chunked"
NOBODIES = [
    # who, address, lines of the head, method, status, code
    ("nobody's file", FILE, [LARGE], "POST", 401, "not_signed_in"),
    ("a made-up token's file", FILE, [LARGE, bearer("silo_" + "A" * 43)], "POST", 401, "not_signed_in"),
    ("a made-up session's file", FILE, [LARGE, "Cookie: silo_session=AAAA", "Sec-Fetch-Site: same-origin"], "POST",
     401, "not_signed_in"),
    ("a viewer's file", FILE, [LARGE, bearer(VIEWER)], "POST", 403, "role_too_low"),
    ("nobody's chunks", FILE, [CHUNKED], "POST", 401, "not_signed_in"),
    ("nobody's chunks of JSON", "/api/items", [CHUNKED], "POST", 401, "not_signed_in"),
    ("nobody's JSON", "/api/items", ["Content-Length: 2000000"], "POST", 401, "not_signed_in"),
    ("nobody's JSON, just above what memory takes", "/api/locks", ["Content-Length: 100000"], "POST",
     401, "not_signed_in"),
    ("a viewer's JSON", "/api/locks", ["Content-Length: 2000000", bearer(VIEWER)], "POST", 403, "role_too_low"),
    ("nobody's body of a GET", "/api/items", ["Content-Length: 2000000"], "GET", 401, "not_signed_in"),
    ("nobody's body of a download", "/api/items/BODY/file", [LARGE], "GET", 401, "not_signed_in"),
    ("nobody's body to an address that is none", "/api/nothing", ["Content-Length: 2000000"], "PUT",
     401, "not_signed_in"),
    ("nobody's body to one that is for all", "/api/auth/config", ["Content-Length: 2000000"], "GET",
     401, "not_signed_in"),
    ("nobody's sign-out", "/logout", ["Content-Length: 2000000"], "POST", 401, "not_signed_in"),
    ("nobody's sign-in", "/login", ["Content-Length: 2000000"], "POST", 413, "body_too_large"),
    ("nobody's stream", "/api/events", ["Content-Length: 2000000"], "GET", 413, "body_too_large"),
    ("nobody's metrics", "/metrics", ["Content-Length: 2000000"], "GET", 413, "body_too_large"),
    ("nobody's health", "/health", ["Content-Length: 2000000"], "GET", 413, "body_too_large"),
    ("nobody's page", "/index.html", ["Content-Length: 2000000"], "POST", 405, "method_not_allowed"),
]


def nothing_is_kept_of_a_user_who_may_not_write():
    most = 0
    senders = [(row, Sender(row[1], *row[2], method=row[3])) for row in NOBODIES for _ in range(2)]
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    until = time.monotonic() + PATIENCE
    for row, sender in senders:
        for _ in range(8):  # half a MiB each: what is kept lies on the disk by then
            if not sender.closed:
                sender.send(piece if CHUNKED in row[2] else b"x" * 65536)
            most = max(most, kept())
    for row, sender in senders:
        while sender.status() is None and not sender.closed and time.monotonic() < until:
            sender.look(1)
            most = max(most, kept())
        tell(f"{row[0]} is refused before it has come", (sender.status(), sender.code()) == row[4:],
             sender.answer[:400])
        sender.close()
    tell("nothing of it was kept", most == 0, most)


def a_small_one_lies_in_memory():
    """Who sends it is asked when it is whole."""
    senders = [Sender(path, "Content-Length: 99999") for path in (FILE, "/api/items", "/api/locks", "/logout")]
    for sender in senders:
        sender.send(b"x" * 99998)
    most = 0
    until = time.monotonic() + 1  # nothing tells that nginx has read it: it is looked at for a while
    while time.monotonic() < until:
        most = max(most, kept())
    for sender in senders:
        sender.send(b"x")
    for sender in senders:
        if sender.status() is None:  # else it came while the last byte was sent, and nothing follows it
            sender.look(PATIENCE)
        sender.close()
    tell("small bodies of nobody's lie in memory", most == 0, most)
    tell("and are refused or of no use when they are whole", [sender.status() for sender in senders] ==
         [401, 401, 401, 204], [sender.answer[:200] for sender in senders])


def one_that_sends_no_more_is_let_go():
    sender = Sender(FILE, LARGE)
    until = time.monotonic() + PATIENCE
    while not sender.closed and time.monotonic() < until:
        sender.look(5)
    tell("a stranger who is refused and silent is let go", sender.closed and sender.status() == 401, sender.answer)


def nobody_is_asked_to_go_on():
    sender = Sender(FILE, LARGE, "Expect: 100-continue")
    until = time.monotonic() + PATIENCE
    while not sender.answer and time.monotonic() < until:
        sender.look(5)
    tell("a stranger who asks whether to send is told no", sender.status() == 401, sender.answer)
    sender.close()


def a_slow_upload_of_one_who_may(size=3 * MIB):
    sender = Sender(FILE, f"Content-Length: {size}", bearer(EDITOR), "Connection: close")
    most = 0
    for _ in range(size // 65536 - 1):
        sender.send(b"x" * 65536)
    until = time.monotonic() + PATIENCE
    while most <= MIB and time.monotonic() < until:  # a busy nginx reads it later than it is sent
        most = max(most, kept())
        time.sleep(0.02)
    sender.send(b"x" * 65536)
    while sender.status() is None and time.monotonic() < until:
        sender.look(5)
    tell("an editor's slow upload is stored", sender.status() in (200, 201), sender.answer[:400])
    tell("it lay on the disk meanwhile, where this test looks", most > MIB, most)
    status, said = call("POST", FILE + "&force=true", iter([b"y" * 65536] * 4))
    tell("so is one of unknown length", status == 201 and said["size"] == 4 * 65536, said)
    status, said = call("POST", "/api/locks", json.dumps({"part_numbers": ["BODY"], "x": "y" * 200000}))
    tell("so is a large body that is no file", status in (200, 201), said)


def what_is_no_file_stays_small():
    """No matter how it is framed and who sends it: only a file may take the disk."""
    for title, path, method, token in (
            ("an editor's list", "/api/locks", "POST", EDITOR),
            ("a viewer's password", "/api/auth/password", "POST", VIEWER),
            ("a viewer's address that is none", "/api/nothing", "PUT", VIEWER),
            ("a viewer's sign-out", "/logout", "POST", VIEWER)):
        sender = Sender(path, CHUNKED, bearer(token), method=method)
        most = 0
        for _ in range(8 * 16):  # 8 MiB
            if not sender.closed:
                sender.send(b"10000\r\n" + b" " * 65536 + b"\r\n")
            most = max(most, kept())
        until = time.monotonic() + PATIENCE
        while sender.status() is None and not sender.closed and time.monotonic() < until:
            sender.look(1)
        tell(f"{title} in endless chunks is refused", (sender.status(), sender.code()) == (413, "body_too_large"),
             sender.answer[:400])
        tell(f"{title} in endless chunks fills no disk", most < 3 * MIB, most)
        sender.close()


def large_bodies_are_counted():
    """The signed in alone: the connections of strangers take nobody's place."""
    def started():
        sender = Sender(FILE, LARGE, bearer(EDITOR))
        sender.send(b"x" * 262144)
        return sender
    strangers = [Sender(FILE, LARGE) for _ in range(int(MOST) + 1)]
    senders = [started() for _ in range(int(MOST))]
    until = time.monotonic() + PATIENCE
    while len(files()) < int(MOST) and time.monotonic() < until:
        time.sleep(0.05)
    tell("as many as may are under way", len(files()) == int(MOST) and
         all(sender.status() is None for sender in senders), [sender.answer[:100] for sender in senders])
    late = started()
    while late.status() is None and time.monotonic() < until:
        late.look(1)
    tell("one more is told to wait", late.status() == 429 and late.code() == "too_many_requests" and
         b"Retry-After:" in late.answer, late.answer)
    status, _ = call("POST", FILE + "&force=true", b"z" * 200000, source="127.0.0.2")
    tell("one of another address is taken", status == 201, status)
    for sender in [*senders, *strangers, late]:
        sender.close()
    while files() and time.monotonic() < until:
        time.sleep(0.05)
    status, _ = call("POST", FILE + "&force=true", b"w" * 200000)
    tell("when they have gone, there is room", status == 201, status)


call("POST", "/api/items", json.dumps({"part_number": "BODY"}), {"Content-Type": "application/json"})
nothing_is_kept_of_a_user_who_may_not_write()
a_small_one_lies_in_memory()
one_that_sends_no_more_is_let_go()
nobody_is_asked_to_go_on()
a_slow_upload_of_one_who_may()
what_is_no_file_stays_small()
if int(MOST):
    large_bodies_are_counted()
sys.exit(summary())
