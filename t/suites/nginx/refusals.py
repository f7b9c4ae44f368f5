"""What nginx refuses by itself, on bare sockets: each answer is the contract's JSON and names its
request, whatever was wrong and wherever nginx noticed.

PYTHONPATH=t/stack refusals.py URL TOKEN   prints what failed and the summary"""

import json
import re
import socket
import sys
import urllib.parse

from asked import summary, tell

PARTS = urllib.parse.urlsplit(sys.argv[1])
TOKEN = sys.argv[2].encode()
PREFIX = PARTS.path.rstrip("/").encode()
PATIENCE = 60


def request(*lines, method=b"GET", path=b"/api/items", version=b"HTTP/1.1", host=b"Host: x", body=b""):
    first = b"%s %s%s %s" % (method, PREFIX, path, version)
    return b"".join(line + b"\r\n" for line in (first, host, *lines) if line) + b"\r\n" + body


GIB3 = b"Content-Length: 3221225472"
SIGNED = b"Authorization: Bearer " + TOKEN
CHUNKED = b"Transfer-Encoding: chunked"
TABLE = [
    # what is wrong, what is sent, status, code
    ("a method of small letters", request(method=b"get"), 400, "malformed_request"),
    ("a line that is no request", b"\x16\x03\x01\x02\r\n\r\n", 400, "malformed_request"),
    ("%00 in the address", request(path=b"/api/items/%00"), 400, "malformed_request"),
    ("a lone % in the address", request(path=b"/api/items/%"), 400, "malformed_request"),
    ("no host", request(host=b""), 400, "malformed_request"),
    ("two hosts", request(b"Host: y"), 400, "malformed_request"),
    ("a length that is no number", request(b"Content-Length: ten", method=b"POST"), 400, "malformed_request"),
    ("a length and chunks", request(b"Content-Length: 2", CHUNKED, method=b"POST"), 400, "malformed_request"),
    ("a chunk without a length", request(SIGNED, CHUNKED, method=b"POST", body=b"zz\r\n"), 400,
     "malformed_request"),
    ("a chunk without a length, of nobody's", request(CHUNKED, method=b"POST", body=b"zz\r\n"), 400,
     "malformed_request"),
    ("a file of nobody's in such a chunk", request(CHUNKED, method=b"POST", path=b"/api/items/A/file", body=b"zz\r\n"),
     400, "malformed_request"),
    ("such a chunk to the page", request(CHUNKED, method=b"POST", path=b"/", body=b"zz\r\n"), 400, "malformed_request"),
    ("such a chunk to nothing", request(CHUNKED, path=b"/nothing.js", body=b"zz\r\n"), 400, "malformed_request"),
    ("an address too long (414)", request(path=b"/api/items?q=" + b"a" * 40000), 400, "malformed_request"),
    ("a header too large (431, 494)", request(b"X: " + b"a" * 40000), 400, "malformed_request"),
    ("a cookie too large", request(b"Cookie: silo_session=" + b"a" * 40000), 400, "malformed_request"),
    ("a protocol to come (505)", request(version=b"HTTP/3.0"), 400, "malformed_request"),
    ("TRACE", request(method=b"TRACE"), 405, "method_not_allowed"),
    ("CONNECT", b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", (400, 405), None),
    ("POST to the page", request(b"Content-Length: 0", method=b"POST", path=b"/"), 405, "method_not_allowed"),
    ("a file that the page lacks", request(b"Connection: close", path=b"/nothing.js"), 404, "not_found"),
    ("an unknown transfer coding", request(b"Transfer-Encoding: gzip", method=b"POST"), 501, "not_implemented"),
    ("a body too large", request(GIB3, method=b"POST"), 413, "body_too_large"),
    ("a file too large", request(GIB3, method=b"POST", path=b"/api/items/A/file"), 413, "body_too_large"),
    ("a sign-in too large", request(GIB3, method=b"POST", path=b"/login"), 413, "body_too_large"),
    ("a stream asked for with a body", request(GIB3, path=b"/api/events"), 413, "body_too_large"),
    ("a large body of nobody's", request(b"Content-Length: 1000000", method=b"POST"), 401, "not_signed_in"),
    ("a large file of nobody's", request(b"Content-Length: 2000000000", method=b"POST", path=b"/api/items/A/file"),
     401, "not_signed_in"),
    ("the inside of the answers", request(b"Connection: close", path=b"/_silo_answer/503"), 404, "not_found"),
    ("the question before a body", request(b"Connection: close", path=b"/_silo_ask"), 404, "not_found"),
    ("the way of a large body", request(b"Connection: close", path=b"/_silo_body/taken"), 404, "not_found"),
]


def first_answer(data):
    """Sends the bytes; head and body of the answer to them, by its Content-Length."""
    with socket.create_connection((PARTS.hostname, PARTS.port), timeout=PATIENCE) as there:
        try:
            there.sendall(data)
        except OSError:
            pass  # refused before it was all sent
        got = b""
        while True:
            head, end, body = got.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            if end and length and len(body) >= int(length[1]):
                return head.decode("latin-1"), body[:int(length[1])]
            part = there.recv(65536)
            if not part:
                return head.decode("latin-1"), body
            got += part


def fault(head, body, status, code):
    found = re.match(r"HTTP/1\.[01] (\d{3})", head)
    if not found or int(found[1]) not in (status if isinstance(status, tuple) else (status,)):
        return f"not {status}"
    if not re.search(r"(?im)^content-type: application/json\r?$", head):
        return "no JSON"
    if not re.search(r"(?im)^x-request-id: [0-9a-f]+\r?$", head):
        return "no X-Request-Id"
    if int(found[1]) == 405 and not re.search(r"(?im)^allow: ", head):
        return "no Allow"
    if int(found[1]) == 401 and not re.search(r"(?im)^www-authenticate: bearer\r?$", head):
        return "no WWW-Authenticate"
    try:
        said = json.loads(body)
    except ValueError:
        return "no JSON"
    return None if said.get("message") and code in (None, said.get("error")) else f"not {code}"


for name, data, status, code in TABLE:
    try:
        head, body = first_answer(data)
    except OSError as end:
        head, body = f"[{end}]", b""
    wrong = fault(head, body, status, code)
    tell(f"{name}: {wrong}", not wrong, (head[:400], body[:200]))
sys.exit(summary())
