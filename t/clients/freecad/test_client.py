"""silo_client in plain Python against the real server."""

import http.server
import io
import os
import ssl
import subprocess
import tempfile
import threading
import unittest

from common import URL, ServerTest, silent_server, until
from silo_client import (Cancellation, Cancelled, Client, EventStream, LockedByOther, NotAllowed, NotFound,
                         NotSignedIn, Refused, ServerAway, StaleRevision, config, errors, wire)
from silo_client.events import parse


class Calls(ServerTest):
    def test_a_token_is_made_from_a_password_and_revoked(self):
        mine = Client(URL, Client(URL).make_token("alice", "alice-secret-1", "FreeCAD on a test"))
        self.assertEqual(mine.me()["username"], "alice")
        mine.revoke_own_token()
        with self.assertRaises(NotSignedIn):
            mine.me()
        with self.assertRaises(NotSignedIn):
            Client(URL).make_token("alice", "wrong-secret", "x")

    def test_a_token_made_by_hand_is_not_revoked(self):
        mine = Client(URL, Client(URL).make_token("alice", "alice-secret-1", "my script"))
        mine.revoke_own_token()
        self.assertEqual(mine.me()["username"], "alice")

    def test_locks_and_who_holds_them(self):
        self.alice.lock(self.pn, "why", 600, "cad-1")
        with self.assertRaises(LockedByOther) as refused:
            self.bob.lock(self.pn)
        self.assertEqual(refused.exception.lock["locked_by"], "alice")
        self.assertIn("locked by alice since", str(refused.exception))
        with self.assertRaises(NotAllowed):
            self.bob.release(self.pn)
        asked = self.bob.request_release(self.pn, "please")
        self.assertEqual((asked["locked_by"], asked["holder_active"]), ("alice", True))
        self.alice.release(self.pn)
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_all_or_nothing(self):
        other = self.new_item()
        self.bob.lock(other)
        with self.assertRaises(LockedByOther) as refused:
            self.alice.lock_all([self.pn, other])
        self.assertEqual(len(refused.exception.locks), 1)
        self.assertIsNone(self.alice.lock_of(self.pn))

    def test_upload_download_and_a_stale_base(self):
        seen = []
        revision = self.alice.upload(self.pn, self.path, "first", 0, progress=lambda done, whole: seen.append(done))
        self.assertEqual((revision["revision_number"], seen[-1]), (1, 3))
        with self.assertRaises(StaleRevision) as refused:
            self.write("Half Hull.FCStd", "two")
            self.bob.upload(self.pn, self.path, "stale", 0)
        self.assertEqual(refused.exception.revision["revision_number"], 1)
        target = io.BytesIO()
        self.assertEqual(self.alice.download(self.pn, target)[0], 1)
        self.assertEqual((target.getvalue(), self.alice.head(self.pn)["filename"]), (b"one", "Half Hull.FCStd"))

    def test_a_cancelled_upload_stores_nothing(self):
        self.write("Half Hull.FCStd", "x" * 3000000)
        with self.assertRaises(Cancelled):
            self.alice.upload(self.pn, self.path, progress=lambda done, whole: False)
        self.assertEqual(self.alice.item(self.pn)["current_revision"], 0)

    def test_an_upload_too_large_reports_the_servers_answer_not_a_broken_pipe(self):
        class Refuses(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.send_response(413)
                self.end_headers()
                self.wfile.write(b'{"error":"too_large","message":"Too large."}')

            def log_message(self, *_words):
                pass
        self.write("Half Hull.FCStd", "x" * 30000000)
        with self.assertRaises(Refused) as refused:
            Client(self.serve(Refuses), "silo_x").upload("P-1", self.path)
        self.assertEqual(refused.exception.code, "too_large")

    def test_names_and_nonsense(self):
        with self.assertRaises(NotFound):
            self.alice.item("no-such-item")
        with self.assertRaises(Refused):
            self.alice.item("a/../b")
        for address in ("silo.example", "ftp://x", "http://", "http://a@b", "http://x:99999", "http://[::"):
            with self.assertRaises(Refused):
                Client(address)
        events = list(parse(io.BytesIO(b": note\r\nid: 7\nevent: x\ndata: {\"a\":\ndata: 1}\n\ndata: nonsense\n\n")))
        self.assertEqual(events, [("x", {"a": 1}, "7"), ("message", {}, "7")])

    def test_the_servers_clock_counts(self):
        self.alice.me()
        lock = self.alice.lock(self.pn, expires_in=600)
        self.assertLess(abs(errors.seconds_left(lock["expires_at"], self.alice.now()) - 600), 30)
        self.alice._clock["offset"] = -7200.0    # as with a machine whose clock is two hours ahead
        self.assertGreater(errors.seconds_left(lock["expires_at"], self.alice.now()), 7000)
        self.alice.me()
        self.assertLess(abs(errors.seconds_left(lock["expires_at"], self.alice.now()) - 600), 30)

    def test_a_silent_server_times_out(self):
        with self.assertRaises(ServerAway):
            Client(silent_server(self), "silo_x", timeout=1).me()

    def test_a_call_to_a_silent_server_is_cancelled_at_once(self):
        stop, ended = Cancellation(), []
        silent = Client(silent_server(self), "silo_x", timeout=600).bound(stop)

        def call():
            try:
                silent.me()
            except Exception as fault:
                ended.append(fault)
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        until(lambda: stop._socket is not None)
        stop.cancel()
        thread.join(60)
        self.assertIsInstance(ended[0], Cancelled)
        with self.assertRaises(Cancelled):
            silent.me()

    def test_a_redirect_never_takes_the_token_to_another_host(self):
        seen = []

        class Elsewhere(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append(self.headers.get("Authorization"))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_words):
                pass
        elsewhere = self.serve(Elsewhere)

        class Redirects(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                own = self.path.startswith("/own")
                self.send_response(307)
                self.send_header("Location", "/cad" + self.path[4:] if own else elsewhere + self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_words):
                pass
        away = Client(self.serve(Redirects), "silo_secret")
        with self.assertRaises(Refused) as refused:
            away.me()
        self.assertIn(elsewhere, str(refused.exception))
        self.assertRaises(Refused, away.upload, "P-1", self.path)
        self.assertEqual(seen, [])
        # A file may be on another host, but that one sees no token.
        target = io.BytesIO()
        away.download("P-1", target)
        self.assertEqual((seen, target.getvalue()), ([None], b"{}"))
        with self.assertRaises(Refused):    # own origin first, then elsewhere
            Client(away.url + "/own", "silo_secret").me()
        self.assertEqual(len(seen), 1)

    def test_tls_is_checked_and_a_private_certificate_can_be_trusted(self):
        class Answers(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"username":"alice"}')

            def log_message(self, *_words):
                pass
        with tempfile.TemporaryDirectory() as folder:
            key, own, other = (os.path.join(folder, name) for name in ("key", "own", "other"))
            for certificate in (other, own):
                subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
                                certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
                                "subjectAltName=DNS:localhost"], check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(own, key)
            url = self.serve(Answers, context)
            self.assertEqual(Client(url, cafile=own).me(), {"username": "alice"})
            with self.assertRaises(ServerAway) as refused:
                Client(url).me()
            self.assertIn("doesn't trust", str(refused.exception))
            self.assertRaises(ServerAway, Client(url, cafile=other).me)
            self.assertRaises(ServerAway, Client(url.replace("localhost", "127.0.0.1"), cafile=own).me)
            self.assertRaises(Refused, Client(url, cafile=os.path.join(folder, "none")).me)


class Events(ServerTest):
    def test_a_stream_without_heartbeats_connects_again(self):
        class Silent(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b'{"heartbeat_seconds":0.1}' if self.path == "/api/auth/config" else b""
                self.send_response(200)
                if body:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if not body:
                    self.rfile.read(1)    # until the client goes

            def log_message(self, *_words):
                pass
        states = []
        stream = EventStream(Client(self.serve(Silent), "silo_x"), lambda name, data: None,
                             lambda state, reason: states.append(state))
        stream.start()
        self.addCleanup(stream.stop, 60)
        until(lambda: states[:3] == [True, False, True])

    def test_events_arrive_and_resume_after_a_break(self):
        seen, states = [], []
        stream = EventStream(self.alice, lambda name, data: seen.append((name, data)),
                             lambda state, reason: states.append(state))
        stream.start()
        self.addCleanup(stream.stop)
        until(lambda: states == [True])
        self.alice.lock(self.pn)
        until(lambda: any(data.get("part_number") == self.pn for _, data in seen))
        # The connection breaks; what happens meanwhile arrives once it is back, once each.
        real = stream._client.connection
        broken = threading.Event()

        def no_network(*_words, **_more):
            if broken.is_set():
                raise ServerAway("no network")
            return real(*_words, **_more)
        stream._client.connection = no_network
        broken.set()
        stream._cancellation._socket.shutdown(2)
        until(lambda: False in states)
        self.alice.release(self.pn)
        self.alice.lock(self.pn, "again")
        broken.clear()
        until(lambda: [data.get("comment") for name, data in seen if name == "item.locked"
                       and data["part_number"] == self.pn].count("again") == 1)
        self.assertEqual([name for name, data in seen if data.get("part_number") == self.pn and name != "item.created"],
                         ["item.locked", "item.unlocked", "item.locked"])
        stream.stop(60)
        self.assertFalse(stream._thread.is_alive())

    def test_a_silent_server_does_not_hold_up_the_stream(self):
        stream = EventStream(Client(silent_server(self), "silo_x", timeout=600), lambda name, data: None)
        stream.start()
        until(lambda: stream._cancellation._socket is not None)
        stream.stop(60)
        self.assertFalse(stream._thread.is_alive())

    def test_a_refused_token_ends_it(self):
        states = []
        stream = EventStream(Client(URL, "silo_wrong"), lambda name, data: None,
                             lambda state, reason: states.append((state, reason)))
        stream.start()
        stream._thread.join(60)
        self.assertEqual([state for state, _ in states], [False])


class Config(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        kept = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(kept)))
        os.environ.pop("SILO_API_URL", None)
        os.environ.pop("SILO_API_TOKEN", None)
        os.environ["XDG_CONFIG_HOME"] = home.name

    def test_what_others_wrote_is_kept_and_nobody_else_may_read(self):
        config.write("http://a", "silo_1", "alice")
        with open(config.path(), "a", encoding="utf-8") as file:
            file.write("# note\ncolour = red\n")
        os.chmod(config.path(), 0o644)
        config.write("http://b", "silo_2")
        with open(config.path(), encoding="utf-8") as file:
            self.assertEqual(file.read(), "url = http://b\ntoken = silo_2\n# note\ncolour = red\n")
        self.assertEqual(os.stat(config.path()).st_mode & 0o777, 0o600)
        self.assertEqual(len(os.listdir(os.path.dirname(config.path()))), 1)

    def test_a_stored_token_is_not_shown_to_another_server(self):
        config.write("http://a", "silo_1", "alice")
        self.assertEqual(config.read()[:3], ("http://a", "silo_1", "alice"))
        os.environ["SILO_API_URL"] = "http://elsewhere"
        self.assertEqual(config.read(), ("http://elsewhere", "", "", True))
        os.environ["SILO_API_TOKEN"] = "silo_2"
        self.assertEqual(config.read(), ("http://elsewhere", "silo_2", "", True))
        del os.environ["SILO_API_URL"]
        self.assertEqual(config.read(), ("http://a", "silo_2", "", True))

    def test_the_command_line_reads_what_freecad_wrote_and_back(self):
        silo = os.path.join(os.environ.get("SILO_BUILD", "."), "silo")
        config.write(URL, os.environ["TOKEN_ALICE"], "alice")
        said = subprocess.run([silo, "whoami"], check=True, capture_output=True, text=True).stdout
        self.assertIn("alice", said)
        subprocess.run([silo, "login", URL, "--token-stdin"], check=True, input=os.environ["TOKEN_BOB"], text=True,
                       capture_output=True)
        self.assertEqual(config.read()[:3], (URL, os.environ["TOKEN_BOB"], "bob"))

    def test_addresses_that_expose_a_password(self):
        self.assertEqual([wire.in_the_open(url) for url in ("http://cad.example", "https://cad.example",
                          "http://localhost:8080", "http://127.0.0.1", "http://[::1]:80")],
                         [True, False, False, False, False])


if __name__ == "__main__":
    unittest.main(verbosity=1)
