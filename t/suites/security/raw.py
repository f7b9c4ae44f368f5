"""Requests as no client library would send them, on bare sockets through the real nginx: two lengths,
folded headers, odd chunks, too much of anything. Each carries a second request inside: a server
that takes one for two has made the item that it asks for.

PYTHONPATH=t/stack raw.py URL TOKEN        prints what failed and the summary"""

import http.client
import json
import re
import socket
import sys
import urllib.parse

from asked import summary, tell

URL, TOKEN = sys.argv[1:3]
PARTS = urllib.parse.urlsplit(URL)
PREFIX = PARTS.path.rstrip("/")
PATIENCE = 60


def exchange(data):
    """Sends the bytes and gives all that comes until the server closes."""
    with socket.create_connection((PARTS.hostname, PARTS.port), timeout=PATIENCE) as there:
        try:
            there.sendall(data)
        except OSError:
            pass  # refused before it was all sent
        answer = b""
        try:
            while part := there.recv(65536):
                answer += part
        except OSError as end:  # reset, or silent: then what has come is judged
            answer += f" [{end}]".encode()
    return answer


def statuses(answer):
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


def hidden(number):
    """The request inside: it would make an item."""
    body = b'{"part_number":"SMUGGLED-%d"}' % number
    return (b"POST %s/api/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            % (PREFIX.encode(), TOKEN.encode(), len(body), body))


def head(*lines, method=b"POST", path=b"/api/items", version=b"HTTP/1.1", host=b"Host: x\r\n"):
    return (b"%s %s%s %s\r\n%sAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
            % (method, PREFIX.encode(), path, version, host, TOKEN.encode())
            + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


def framings(inner):
    """name, bytes: the front and the back of a chain of servers might disagree where each ends."""
    size = b"%d" % len(inner)
    ended = b"0\r\n\r\n" + inner
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)
    length, coding = b"Content-Length: ", b"Transfer-Encoding: "
    yield "length and chunked", head(length + b"5", coding + b"chunked") + ended
    yield "chunked and length", head(coding + b"chunked", length + size) + ended
    yield "length and chunked, whole", head(length + size, coding + b"chunked") + chunked
    yield "two lengths", head(length + b"0", length + size) + inner
    yield "two lengths, other order", head(length + size, length + b"0") + inner
    yield "the same length twice", head(length + b"0", length + b"0") + inner
    yield "a list of lengths", head(length + b"0, " + size) + inner
    yield "a signed length", head(length + b"+0") + inner
    yield "a negative length", head(length + b"-1") + inner
    yield "a hexadecimal length", head(length + b"0x0") + inner
    yield "an empty length", head(length.rstrip()) + inner
    yield "a length beyond 64 bits", head(length + b"18446744073709551616") + inner
    yield "a blank before the colon", head(b"Content-Length : 0", length + size) + inner
    yield "a folded length", head(b"Content-Length:\r\n 0") + inner
    yield "a folded coding", head(b"Transfer-Encoding:\r\n chunked") + ended
    yield "a folded header hides a length", head(b"X: a\r\n Content-Length: 0", length + size) + inner
    yield "a line that begins with a tab", head(b"X: a", b"\tContent-Length: 0") + inner
    yield "a coding with a tab", head(b"Transfer-Encoding:\tchunked", length + b"5") + ended
    yield "an unknown coding", head(coding + b"xchunked") + ended
    yield "two codings", head(coding + b"identity, chunked") + ended
    yield "chunked twice", head(coding + b"chunked", coding + b"chunked") + ended
    yield "a quoted coding", head(coding + b'"chunked"') + ended
    yield "a coding in HTTP/1.0", head(coding + b"chunked", version=b"HTTP/1.0") + ended
    yield "a vertical tab in the coding", head(coding + b"\x0bchunked") + ended
    yield "a NUL in a header", head(b"X: a\0b", coding + b"xx") + ended
    yield "a lone carriage return", head(b"X: a\rContent-Length: 0", coding + b"xx") + ended
    yield "a header without a name", head(b": 0", coding + b"xx") + ended
    yield "a header without a colon", head(b"Content-Length 0", coding + b"xx") + ended
    yield "a chunk beyond 64 bits", head(coding + b"chunked") + b"10000000000000000\r\n" + inner
    yield "a negative chunk", head(coding + b"chunked") + b"-1\r\n" + inner
    yield "a chunk that is longer than it says", head(coding + b"chunked") + b"2\r\n{}" + inner
    yield "a chunk of no number", head(coding + b"chunked") + b"\r\n" + inner


def no_request_is_two():
    for name, data in framings(hidden(1)):
        answer = exchange(data)
        got = statuses(answer)
        tell(f"{name}: refused, once", len(got) == 1 and 400 <= got[0] <= 501 and got[0] != 500, answer)


def a_body_stays_a_body():
    """Framed well: what looks like a request is content."""
    inner = hidden(900)
    for name, data in (
            ("a request as a body", head(b"Content-Length: %d" % len(inner), b"Connection: close") + inner),
            ("a request as a chunk", head(b"Transfer-Encoding: chunked", b"Connection: close") +
             b"%x;x=y\r\n%s\r\n0\r\nX: y\r\n\r\n" % (len(inner), inner)),
            ("a request as the body of a GET", head(b"Content-Length: %d" % len(inner), b"Connection: close",
                                                     method=b"GET") + inner),
            ("a request as the body of a refusal", head(b"Content-Length: %d" % len(inner),
                                                         b"Connection: close", path=b"/api/nothing") + inner),
            ("a name with an underscore is no length", head(b"Content_Length: 0", b"Connection: close",
                                                             b"Content-Length: %d" % len(inner)) + inner)):
        got = statuses(exchange(data))
        tell(f"{name} is one request", len(got) == 1 and got[0] < 500, got)
    two = head(b"Connection: keep-alive", method=b"GET") + head(b"Connection: close", method=b"GET")
    tell("two requests are two, each with its answer", statuses(exchange(two)) == [200, 200], two)


def refused_bodies_leave_the_connection_in_step():
    """A worker refuses without reading the body; the next request on the connection is the next."""
    body = b'{"part_number":"' + b"A" * 100000 + b'"}'
    first = (b"POST %s/api/items HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (PREFIX.encode(), len(body))
             + body)
    answer = exchange(first + head(b"Connection: close", method=b"GET", path=b"/api/auth/me"))
    tell("after a refused body the next request is the next", statuses(answer) == [401, 200]
         and b'"alice"' in answer, answer)


def too_much_is_refused():
    big = b"a" * 20000
    for name, data in (
            ("an address of 20 KB", head(b"Connection: close", method=b"GET", path=b"/api/items?q=" + big)),
            ("a header of 20 KB", head(b"X: " + big, method=b"GET")),
            ("a cookie of 20 KB", head(b"Cookie: silo_session=" + big, method=b"GET")),
            ("a token of 20 KB", head(b"Authorization: Bearer " + big, method=b"GET")),
            ("a header name of 20 KB", head(big + b": x", method=b"GET")),
            ("80 KB of headers", head(*[b"X-%d: %s" % (i, b"b" * 4000) for i in range(20)], method=b"GET"))):
        answer = exchange(data)
        tell(f"{name} is refused in JSON", statuses(answer) == [400] and b'"error":"malformed_request"' in answer,
             answer[:400])
    answer = exchange(head(*[b"X-%d: y" % i for i in range(1000)], b"Connection: close", method=b"GET"))
    tell("a thousand small headers harm nobody", statuses(answer) in ([200], [400]), answer[:200])
    answer = exchange(head(b"Cookie: " + b"a=b; " * 2800, b"Connection: close", method=b"GET"))
    tell("as many cookies as fit harm nobody", statuses(answer) in ([200], [400]), answer[:200])


def odd_request_lines():
    for name, data in (
            ("no host", head(b"Connection: close", method=b"GET", host=b"")),
            ("two hosts", head(b"Host: y", method=b"GET")),
            ("a host with a slash", head(method=b"GET", host=b"Host: a/b\r\n")),
            ("HTTP/2 out of the blue", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            ("HTTP/3.0", head(method=b"GET", version=b"HTTP/3.0")),
            ("a tunnel", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("a method in small letters", head(method=b"get")),
            ("FastCGI itself", b"\1\1\0\1\0\x08\0\0\0\1\0\0\0\0\0\0\1\4\0\1\0\0\0\0"),
            ("a NUL in the address", head(method=b"GET", path=b"/api/items\0/x"))):
        got = statuses(exchange(data))
        tell(f"{name} is refused", len(got) <= 1 and all(400 <= code < 600 and code != 500 for code in got), got)
    for target in (b"http://169.254.169.254/latest", b"http://127.0.0.1:22/", b"//evil.example/api/items",
                   b"file:///etc/passwd"):
        answer = exchange(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % target)
        tell(f"{target.decode()} leads nowhere", b"root:" not in answer and
             all(code in (200, 400, 404, 401) for code in statuses(answer)) and b"SSH-" not in answer, answer[:300])


def nothing_was_smuggled():
    there = http.client.HTTPConnection(PARTS.hostname, PARTS.port, timeout=PATIENCE)
    there.request("GET", PREFIX + "/api/items?q=SMUGGLED&limit=1000", headers={"Authorization": "Bearer " + TOKEN})
    answer = there.getresponse()
    found = json.loads(answer.read())
    tell("no hidden request has made its item", answer.status == 200 and found["items"] == [], found)


no_request_is_two()
a_body_stays_a_body()
refused_bodies_leave_the_connection_in_step()
too_much_is_refused()
odd_request_lines()
nothing_was_smuggled()
sys.exit(summary())
