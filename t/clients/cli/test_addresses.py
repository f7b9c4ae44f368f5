"""Where an address leads: redirects, encryption, prefixes, a server that is none."""

import os
import shutil
import socket
import ssl
import subprocess

from lib import AWAY, FAILED, TOP, USAGE, Person, expect, has, lacks, stranger, test
from proxy import Between


@test
def a_redirect_to_another_host_never_carries_the_token(stack):
    part = stack.part(b"moved content", "m.FCStd")
    elsewhere = Between(stack.url, lambda *_: (200, {}, b"moved content"))

    for target in (elsewhere.url, elsewhere.url.replace("127.0.0.1", "localhost")):
        del elsewhere.requests[:]
        between = Between(stack.url, lambda method, path, *_, target=target: (
            (302, {"Location": target + "/there"}, b"") if "/file/" in path else None))
        alice = Person(stack, "alice", url=between.url)
        alice.does("get", part)
        expect(b"moved content", alice.read("m.FCStd"))
        expect(["/there"], [path for _, path, _ in elsewhere.requests])
        for _, _, headers in elsewhere.requests:
            lacks(stack.token("alice"), str(headers))
            lacks("authorization", str(headers).lower())
        expect(True, all("Authorization" in headers for _, _, headers in between.requests))
        between.close()
    # A write is not sent on at all.
    between = Between(stack.url, lambda method, path, *_: (
        (307, {"Location": elsewhere.url + path}, b"") if method == "POST" else None))
    alice = Person(stack, "alice", url=between.url)
    del elsewhere.requests[:]
    ran = alice.run("lock", part)
    expect(FAILED, ran.code)
    has("redirects to", ran.err)
    expect([], elsewhere.requests)
    between.close()
    elsewhere.close()


@test
def a_redirect_leads_to_web_addresses_only(stack):
    part = stack.part(b"content", "r.FCStd")
    secret = os.path.join(stack.dir, "local-secret")
    with open(secret, "w", encoding="utf-8") as file:
        file.write("a file of this machine")
    asked = socket.create_server(("127.0.0.1", 0))
    asked.settimeout(0)
    port = asked.getsockname()[1]
    for target in (f"file://{secret}", f"FILE://localhost{secret}", f"gopher://127.0.0.1:{port}/x",
                   f"ftp://127.0.0.1:{port}/x", f"telnet://127.0.0.1:{port}", f"dict://127.0.0.1:{port}/x",
                   "data:text/plain,x", "http://[", "http://127.0.0.1:99999/", "\\\\evil\\x"):
        between = Between(stack.url, lambda method, path, *_, target=target: (
            (302, {"Location": target}, b"") if "/file/" in path else None))
        alice = Person(stack, "alice", url=between.url)
        ran = alice.run("get", part)
        expect(True, ran.code in (FAILED, AWAY), (target, ran.code))
        expect(False, os.path.exists(alice.path("r.FCStd")), target)
        lacks("a file of this machine", ran.out + ran.err)
        between.close()
    try:
        asked.accept()
        raise AssertionError("another service of this machine was asked")
    except BlockingIOError:
        asked.close()


@test
def a_redirect_in_a_circle_ends(stack):
    part = stack.part(b"content", "c.FCStd")
    between = Between(stack.url, lambda method, path, *_: (
        (302, {"Location": path}, b"") if "/file/" in path else None))
    alice = Person(stack, "alice", url=between.url)
    ran = alice.run("get", part)
    expect(AWAY, ran.code)
    has("circle", ran.err)
    expect(True, len(between.requests) < 30, len(between.requests))
    between.close()


@test
def what_is_no_silo_server_is_said(stack):
    for body in (b"<html>hello</html>", b"[]", b"", b'{"items":7}', b"{" * 1000, b'{"a":' * 500):
        between = Between(stack.url, lambda *_, body=body: (200, {}, body))
        alice = Person(stack, "alice", url=between.url)
        expect(FAILED, alice.run("ls").code, body[:20])
        between.close()
    between = Between(stack.url, lambda *_: (404, {}, b"<html>no</html>"))
    ran = Person(stack, "alice", url=between.url).run("ls")
    expect(FAILED, ran.code)
    has("is it a Silo server?", ran.err)
    between.close()


def encrypted(stack, change=None):
    """A proxy that speaks TLS, and its certificate."""
    where = os.path.join(stack.dir, "tls")
    if not os.path.isdir(where):
        os.mkdir(where)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-keyout", where + "/key.pem", "-out", where + "/cert.pem",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                       check=True, capture_output=True)
    between = Between(stack.url, change)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(where + "/cert.pem", where + "/key.pem")
    between.server.socket = context.wrap_socket(between.server.socket, server_side=True)
    return between, where + "/cert.pem"


@test
def a_redirect_out_of_encryption_is_not_followed(stack):
    part, plain = stack.part(b"secret", "s.FCStd"), Between(stack.url)
    between, trusted = encrypted(stack, lambda method, path, *_: (
        (302, {"Location": plain.url.replace("127.0.0.1", "localhost") + path}, b"")
        if "/file/" in path or "/locks" in path else None))
    alice = Person(stack, "alice", url=f"https://localhost:{between.server.server_port}")
    for words in (("get", part), ("locks",)):
        ran = alice.run(*words, "--cacert", trusted)
        expect(FAILED, ran.code)
        has("redirects to http://localhost", ran.err)
    expect([], plain.requests)
    between.close()
    plain.close()


@test
def tls_is_verified_and_cacert_trusts(stack):
    between, trusted = encrypted(stack)
    port = between.server.server_port
    alice = Person(stack, "alice", url=f"https://localhost:{port}")
    ran = alice.run("whoami")
    expect(AWAY, ran.code)
    has("certificate", ran.err.lower())
    has("alice", alice.does("whoami", "--cacert", trusted).out)
    has("--cacert FILE", ran.err)
    for wrong in ("/no/such/file", os.path.join(TOP, "README.md")):
        expect(FAILED, alice.run("whoami", "--cacert", wrong).code)
    # Named at the sign-in, it need not be named again; a server elsewhere is not trusted by it.
    carol, token = stranger(stack), stack.token("alice").encode()
    words = ("login", alice.url, "--token-stdin", "--cacert")
    expect(USAGE, carol.run(*words, "nothing.pem", stdin=token).code)
    shutil.copy(trusted, carol.path("ca.pem"))
    carol.does(*words, "ca.pem", stdin=token)
    has("alice", carol.does("whoami", cwd=carol.home).out)
    carol.does("logout")
    carol.does("login", "--token-stdin", stdin=token)
    carol.extra = {"SILO_API_URL": alice.url + "/", "SILO_API_TOKEN": stack.token("alice")}
    carol.does("whoami")
    carol.extra["SILO_API_URL"] = alice.url.replace("localhost", "LOCALHOST")
    expect(AWAY, carol.run("whoami").code)
    # The right certificate for another name is refused too.
    other = Person(stack, "alice", url=f"https://127.0.0.1:{port}")
    expect(AWAY, other.run("whoami", "--cacert", trusted).code)
    expect(False, any("127.0.0.1" in headers.get("Host", "")
                      for _, _, headers in between.requests))
    between.close()


@test
def a_server_without_tls_is_recognized(stack):
    alice, carol = Person(stack, "alice", url=stack.url.replace("http:", "https:")), stranger(stack)
    ran = alice.run("ls")
    expect(AWAY, ran.code)
    has(f"the server speaks http, not https: silo login {stack.url}\n", ran.err)
    ran = carol.run("login", alice.url, "--token-stdin", stdin=stack.token("alice").encode())
    has(f"silo login {stack.url}\n", ran.err)
    carol.extra = {"SILO_API_URL": alice.url, "SILO_API_TOKEN": "silo_x"}
    has(f"SILO_API_URL={stack.url}\n", carol.run("ls").err)


@test
def a_prefix_in_the_address_is_kept(stack):
    between = Between(stack.url)
    alice = Person(stack, "alice", url=between.url + "/cad")
    alice.run("ls")
    has("/cad/api/items", between.requests[0][1])
    between.close()
