#!/usr/bin/env python3
"""What the stock client asks for, in its order: the workbench, its Python client, the office extension.

Plain urllib, so no Origin, no Sec-Fetch-*, no Referer: none of these clients is a browser. Starts a
stack of its own. Each step says what must come back, and only one that later steps need ends the walk."""

import http.cookiejar
import io
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib

from asked import summary, tell

HERE = os.path.dirname(os.path.abspath(__file__))
STACK = os.path.join(HERE, "..", "..", "stack")
SECONDS = 30


class Answer:
    """A status, its headers and its body; `json` of a body that is some."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.url = response.url

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """As the stock client keeps itself: a cookie jar, later a token; any 401 would end the token."""

    def __init__(self, base):
        self.base = base
        self.token = None
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(self, method, path, body=None, kind=None):
        headers = {"Content-Type": kind} if kind else {}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method=method)
        try:
            return Answer(self.opener.open(request, timeout=SECONDS))
        except urllib.error.HTTPError as error:
            return Answer(error)

    def send(self, method, path, value):
        return self.ask(method, path, json.dumps(value).encode(), "application/json")

    def upload(self, pn, field, filename, content, words=()):
        """A multipart form written by hand, as the client does: the text parts come first."""
        mark = "----silo-stock"
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
                 for name, text in words]
        parts += [f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n'
                  "Content-Type: application/octet-stream\r\n\r\n".encode(), content,
                  f"\r\n--{mark}--\r\n".encode()]
        return self.ask("POST", f"/api/items/{pn}/file", b"".join(parts),
                        f"multipart/form-data; boundary={mark}")

    def sign_in(self, name):
        """Steps 2 to 4: the form, who am I, a token; the cookie is not needed any more then."""
        form = urllib.parse.urlencode({"username": name, "password": f"{name}-secret-1"}).encode()
        yield self.ask("POST", "/login", form)
        yield self.ask("GET", "/api/auth/me")
        made = self.send("POST", "/api/auth/tokens", {"name": f"FreeCAD of {name}"})
        yield made
        self.token = made.json.get("token")


def chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def fcstd(words):
    """A file as FreeCAD writes it, with a picture in it; another for other words."""
    header = (2).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    picture = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
               + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0\0\xff\0" * 2)) + chunk(b"IEND", b""))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        # Of one time, so that the same words are the same bytes a second later.
        archive.writestr(zipfile.ZipInfo("Document.xml"), words)
        archive.writestr(zipfile.ZipInfo("thumbnails/Thumbnail.png"), picture)
    return whole.getvalue()


class Walk:
    def __init__(self, env):
        self.base = env["SILO_URL"] + env["SILO_PREFIX"]
        self.alice, self.bob = Client(self.base), Client(self.base)

    def expect(self, step, wanted, found):
        tell(f"{step}: {wanted!r}", wanted == found, found)

    def answers(self, step, wanted, answer):
        """The status; the sentence of the server is what helps when it is another."""
        self.expect(step, wanted, answer.status)
        if answer.status != wanted:
            print("  " + answer.body[:300].decode(errors="replace"))
        return answer

    def operations(self):
        self.answers("1 /health", 200, self.alice.ask("GET", "/health"))
        ready = self.answers("1 /ready", 200, self.alice.ask("GET", "/ready"))
        self.expect("1 Save is offered", "normal", ready.json.get("mode"))

    def signing_in(self):
        entered, me, made = self.alice.sign_in("alice")
        self.answers("2 the form leads to the page", 200, entered)
        self.expect("2 the form leads to /", self.base + "/", entered.url)
        self.answers("3 who am I, by cookie", 200, me)
        self.expect("3 alice", ["alice", "editor"], [me.json.get("username"), me.json.get("role")])
        self.expect("3 auth_source", True, "auth_source" in me.json)
        self.answers("4 a token, by cookie", 201, made)
        self.expect("4 the secret", True, str(self.alice.token).startswith("silo_"))
        self.answers("5 the tokens, by token", 200, self.alice.ask("GET", "/api/auth/tokens"))
        list(self.bob.sign_in("bob"))

    def forms(self):
        modules = self.answers("15 the modules", 200, self.alice.ask("GET", "/api/modules"))
        self.expect("15 core is on", True, modules.json["modules"]["core"]["enabled"])
        schemas = self.answers("15 the schemas", 200, self.alice.ask("GET", "/api/schemas")).json["schemas"]
        self.expect("15 one schema", 1, len(schemas))
        form = self.answers("15 its form", 200,
                            self.alice.ask("GET", f"/api/schemas/{schemas[0]['name']}/form"))
        categories = form.json["category_picker"]["stages"][0]["values"]
        self.expect("15 its categories are the item types", True, {"part", "assembly", "drawing"} <= set(categories))
        self.expect("15 no further fields", [{}, []], [form.json["item_fields"], form.json["field_groups"]])
        return schemas[0]["name"]

    def items(self, schema):
        told = self.answers("6 the next number", 200, self.alice.send(
            "POST", "/api/generate-part-number", {"schema": schema, "category": "F01"}))
        self.expect("6 of the category", "F01-0001", told.json.get("part_number"))
        self.answers("16 a project", 201, self.alice.send(
            "POST", "/api/projects", {"code": "LAMP", "name": "Desk lamp"}))
        made = self.answers("7 an item", 201, self.alice.send("POST", "/api/items", {
            "schema": schema, "category": "F01", "description": "Bracket of a lamp", "projects": ["LAMP"]}))
        self.expect("7 the announced number", told.json["part_number"], made.json["part_number"])
        self.expect("7 the project", "LAMP", made.json["project"])
        self.answers("7 two projects", 422, self.alice.send(
            "POST", "/api/items", {"category": "F01", "projects": ["LAMP", "TABLE"]}))
        projects = self.alice.ask("GET", "/api/projects").json["projects"]
        self.expect("16 counted", {"code": "LAMP", "name": "Desk lamp", "item_count": 1}, projects[0])
        self.alice.send("POST", "/api/items", {"category": "R27", "description": "Motor"})
        return made.json

    def lists(self):
        for word in ("q", "search"):
            found = self.answers(f"8 ?{word}=", 200, self.alice.ask("GET", f"/api/items?{word}=bracket"))
            self.expect(f"8 ?{word}= filters", ["F01-0001"], [i["part_number"] for i in found.json["items"]])
        for way in ("limit=1&offset={}", "limit=1&page={}"):
            first = 0 if "offset" in way else 1
            pages = [[i["part_number"] for i in self.alice.ask("GET", "/api/items?" + way.format(n)).json["items"]]
                     for n in range(first, first + 3)]
            self.expect(f"8 ?{way}", [["F01-0001"], ["R27-0001"], []], pages)
        refused = self.answers("8 a parameter nobody knows", 400, self.alice.ask("GET", "/api/items?colour=red"))
        self.expect("8 is named", "colour", refused.json.get("field"))

    def files(self, item):
        pn, n = item["part_number"], 0
        self.answers("9 by number", 200, self.alice.ask("GET", f"/api/items/{pn}"))
        self.answers("9 by id", 200, self.alice.ask("GET", f"/api/items/by-uuid/{item['id']}"))
        self.answers("10 lock", 201, self.alice.send("POST", f"/api/items/{pn}/lock", {"workstation": "ws-7"}))
        for field in ("file", "File", "upload", "document", "fcstd", "data"):
            n += 1
            name = "C:\\parts\\bracket.FCStd" if n % 2 else "bracket.kc"
            made = self.answers(f"10 a file in {field}", 201, self.alice.upload(
                pn, field, name, fcstd(f"<Document n='{n}'/>"), [("comment", f"save {n}"), ("source", "workbench")]))
            self.expect(f"10 {field}: name, comment, picture", [name.rsplit("\\", 1)[-1], f"save {n}", True],
                        [made.json[k] for k in ("filename", "comment", "has_thumbnail")])
        self.answers("11 a revision of words", 201, self.alice.send(
            "POST", f"/api/items/{pn}/revisions", {"comment": "released", "properties": {"state": "released"}}))
        self.answers("11 a change", 200, self.alice.send("PUT", f"/api/items/{pn}", {"description": "Bracket"}))
        numbers = [r["revision_number"]
                   for r in self.alice.ask("GET", f"/api/items/{pn}/revisions").json["revisions"]]
        self.expect("11 newest first", list(range(n + 1, 0, -1)), numbers)
        for path, wanted in (("file", n), ("file/1", 1), ("file/latest", n)):
            got = self.answers(f"12 {path}", 200, self.alice.ask("GET", f"/api/items/{pn}/{path}"))
            self.expect(f"12 {path} is the content", True, got.body == fcstd(f"<Document n='{wanted}'/>"))
        picture = self.answers("12 thumbnail", 200, self.alice.ask("GET", f"/api/items/{pn}/thumbnail"))
        self.expect("12 a picture", b"\x89PNG", picture.body[:4])
        back = self.answers("17 back to revision 1", 201, self.alice.send(
            "POST", f"/api/items/{pn}/rollback", {"revision": 1}))
        self.expect("17 as a new revision", n + 2, back.json.get("revision_number"))
        self.expect("17 the old content", True,
                    self.alice.ask("GET", f"/api/items/{pn}/file").body == fcstd("<Document n='1'/>"))

    def refusals(self, pn):
        """While alice holds it, bob hears who does, and never a 401: he would drop his token."""
        writes = {
            "a file": lambda: self.bob.upload(pn, "file", "a.FCStd", fcstd("x")),
            "a revision": lambda: self.bob.send("POST", f"/api/items/{pn}/revisions", {"comment": "x"}),
            "a change": lambda: self.bob.send("PUT", f"/api/items/{pn}", {"description": "x"}),
            "an end": lambda: self.bob.ask("DELETE", f"/api/items/{pn}"),
            "a way back": lambda: self.bob.send("POST", f"/api/items/{pn}/rollback", {"revision": 2}),
            "a lock": lambda: self.bob.send("POST", f"/api/items/{pn}/lock", {}),
        }
        for name, write in writes.items():
            answer = self.answers(f"13 {name} of another", 409, write())
            self.expect(f"13 {name}: the holder is named", "alice", (answer.json.get("lock") or {}).get("locked_by"))
        self.answers("13 the lock of another", 403, self.bob.ask("DELETE", f"/api/items/{pn}/lock"))
        self.answers("13 bob is still signed in", 200, self.bob.ask("GET", "/api/auth/me"))

    def events(self):
        request = urllib.request.Request(self.base + "/api/events?workstation_id=ws-7",
                                         headers={"Authorization": "Bearer " + self.alice.token})
        with urllib.request.urlopen(request, timeout=SECONDS) as stream:
            self.expect("14 a stream", "text/event-stream", stream.headers.get_content_type())
            lines = (line.decode().strip() for line in stream)
            event = next(line for line in lines if line.startswith("event:"))
            self.expect("14 the state comes first", "event: server.state", event)

    def run(self):
        self.operations()
        self.signing_in()
        item = self.items(self.forms())
        self.lists()
        self.files(item)
        self.refusals(item["part_number"])
        self.events()
        for path in ("bom", "dag", "approvals"):
            self.answers(f"{path} is not there", 404, self.alice.ask("GET", f"/api/items/F01-0001/{path}"))


def environment(folder):
    """The stack's env file, as the shell reads it."""
    told = subprocess.run(["sh", "-c", f'set -a; . "{folder}/env"; env -0'], check=True, capture_output=True)
    return dict(pair.split("=", 1) for pair in told.stdout.decode().split("\0") if "=" in pair)


def main():
    with tempfile.TemporaryDirectory(prefix="silo-stock-") as outer:
        os.chmod(outer, 0o711)
        folder = os.path.join(outer, "stack")
        subprocess.run([os.path.join(STACK, "up"), folder], check=True, timeout=300)
        try:
            Walk(environment(folder)).run()
        finally:
            subprocess.run([os.path.join(STACK, "down"), folder], check=False, timeout=120,
                           stdout=subprocess.DEVNULL)
    return summary("stock client")


sys.exit(main())
