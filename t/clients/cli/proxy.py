"""Two ways to sit between the command line and the real server: one cuts connections,
one counts and changes answers."""

import http.client
import http.server
import socket
import threading
import urllib.parse


class Cutter:
    """Passes bytes on; the first `times` connections that send more than `after` bytes up are cut
    there.  With hide_answer the request goes through whole and its answer is withheld."""

    def __init__(self, url, after=None, times=1, hide_answer=None):
        parts = urllib.parse.urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.after, self.times, self.hide_answer = after, times, hide_answer
        self.cuts = 0
        self.away = False  # takes connections and ends them at once
        self.refused = 0  # how many
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.away:
                self.refused += 1
                client.close()
                continue
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def cut_all(self):
        """Ends every connection there is."""
        for end in self.open:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve(self, client):
        self.open.append(client)
        server = socket.create_connection(self.target)
        hidden = threading.Event()
        down = threading.Thread(target=self.pass_down, args=(server, client, hidden), daemon=True)
        down.start()
        sent = 0
        try:
            while data := client.recv(65536):
                sent += len(data)
                if self.hide_answer and self.cuts < self.times and self.hide_answer in data:
                    self.cuts += 1
                    hidden.set()
                if self.after is not None and self.cuts < self.times and sent > self.after:
                    self.cuts += 1
                    server.sendall(data[:max(0, len(data) - (sent - self.after))])
                    break
                server.sendall(data)
        except OSError:
            pass
        for end in (server, client):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def pass_down(self, server, client, hidden):
        try:
            while data := server.recv(65536):
                if hidden.is_set():
                    break
                client.sendall(data)
        except OSError:
            pass
        for end in (client, server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


class Mute(Cutter):
    """A network that goes silent: from a request that holds the words on, its connection stays
    open and nothing comes back any more.  heal() ends that for new connections."""

    def __init__(self, url, words):
        self.words, self.muted = words, 0
        super().__init__(url)

    def heal(self):
        self.words = None

    def serve(self, client):
        self.open.append(client)
        server = socket.create_connection(self.target)
        silent = threading.Event()
        threading.Thread(target=self.answer, args=(server, client, silent), daemon=True).start()
        try:
            while data := client.recv(65536):
                if self.words and self.words in data:
                    self.muted += 1
                    silent.set()
                server.sendall(data)
        except OSError:
            pass
        for end in (server, client):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def answer(self, server, client, silent):
        try:
            while data := server.recv(65536):
                if not silent.is_set():
                    client.sendall(data)
        except OSError:
            pass


class Staller(Cutter):
    """Lets `after` bytes of a connection through, then holds it until released: somebody who
    presses Ctrl-C, or saves the file, does it in the middle of a transfer."""

    def __init__(self, url, after):
        self.stalled, self.released = threading.Event(), threading.Event()
        self.most = after
        super().__init__(url)

    def copy(self, one, other):
        passed = 0
        try:
            while data := one.recv(65536):
                passed += len(data)
                if passed > self.most and not self.released.is_set():
                    self.stalled.set()
                    self.released.wait()
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve(self, client):
        server = socket.create_connection(self.target)
        threading.Thread(target=self.copy, args=(server, client), daemon=True).start()
        self.copy(client, server)


class Between:
    """A reverse proxy: `change(method, path, status, headers, body)` may return another
    (status, headers, body); all requests are noted as (method, path, headers)."""

    def __init__(self, url, change=None):
        outer = self
        self.requests = []
        target = urllib.parse.urlsplit(url)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: else each answer waits for a delayed ACK

            def log_message(self, *words):
                pass

            def any(self):
                outer.requests.append((self.command, self.path, dict(self.headers)))
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                upstream = http.client.HTTPConnection(target.hostname, target.port)
                headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                status, content = answer.status, answer.read()
                kept = {k: v for k, v in answer.getheaders()
                        if k.lower() not in ("content-length", "transfer-encoding", "connection")}
                if change:
                    changed = change(self.command, self.path, status, kept, content)
                    if changed:
                        status, kept, content = changed
                self.send_response(status)
                for key, value in kept.items():
                    self.send_header(key, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content if status != 204 else b"")
                    self.wfile.flush()
                except OSError:
                    self.close_connection = True  # the client has left, as some tests let it

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
