"""What the tests of the command line share: the stack, people with folders, and expectations.

The server is the real one (t/stack/up); nothing here pretends to be Silo."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("SILO_BUILD", TOP))
SILO = os.path.join(BUILD, "silo")
FRAGILE = os.path.join(BUILD, "t/cli/silo-fragile")

DONE, FAILED, USAGE, HELD, DENIED, STALE, AWAY = range(7)

TESTS = []


def test(function):
    """Registers a test; its name is its promise."""
    TESTS.append(function)
    return function


class Failure(Exception):
    pass


def expect(wanted, got, what=""):
    if wanted != got:
        raise Failure(f"{what or 'expected'}: wanted {wanted!r}, got {got!r}")


def has(part, whole):
    if part not in whole:
        raise Failure(f"{part!r} is not in {whole!r}")


def lacks(part, whole):
    if part in whole:
        raise Failure(f"{part!r} is in {whole!r}")


class Stack:
    """The real thing, started once; parts are made with numbers of their own in each test."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="silo-cli.", dir="/tmp")
        os.chmod(self.dir, 0o711)
        self.up()
        self.last_part = 0

    def up(self):
        where = os.path.join(self.dir, "stack")
        subprocess.run([os.path.join(TOP, "t/stack/up"), where], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "SILO_BUILD": BUILD})
        shell = subprocess.run(["bash", "-c", f"set -a; . '{where}/env'; env -0"], check=True,
                               capture_output=True, text=True)
        self.env = dict(line.split("=", 1) for line in shell.stdout.split("\0") if "=" in line)
        self.url = self.env["SILO_URL"]

    def down(self):
        subprocess.run([os.path.join(TOP, "t/stack/down"), os.path.join(self.dir, "stack")],
                       stdout=subprocess.DEVNULL)
        shutil.rmtree(self.dir, ignore_errors=True)

    def token(self, name):
        return self.env["TOKEN_" + name.upper()]

    def ask(self, who, method, path, body=None):
        """The API itself, to see what really is."""
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", "Bearer " + self.token(who))
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, data) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refused:
            text = refused.read()
        return json.loads(text) if text else {}

    def revisions(self, part):
        return self.ask("vera", "GET", f"/api/items/{part}/revisions?limit=1000")["revisions"]

    def holder(self, part):
        lock = self.ask("vera", "GET", f"/api/items/{part}/lock")["lock"]
        return lock and lock["locked_by"]

    def part(self, content=b"first content\n", name=None, by="ada"):
        """A new item with one revision; returns its part number."""
        self.last_part += 1
        part = f"T{os.getpid()}-{self.last_part:04d}x"
        self.ask(by, "POST", "/api/items", {"part_number": part, "description": "for a test"})
        if content is not None:
            self.upload(part, content, name or f"{part}.FCStd", 0, by)
        return part

    def upload(self, part, content, name, base, by="ada"):
        request = urllib.request.Request(
            f"{self.url}/api/items/{part}/file?filename={urllib.request.quote(name)}"
            f"&base_revision={base}&comment=by+the+test", data=content, method="POST")
        request.add_header("Authorization", "Bearer " + self.token(by))
        request.add_header("Content-Type", "application/octet-stream")
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())


class Ran:
    """How a command ended."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)


class Person:
    """A user with a working folder and a configuration of their own."""

    def __init__(self, stack, name, url=None, token=None):
        self.stack, self.name = stack, name
        self.home = tempfile.mkdtemp(prefix=f"{name}.", dir=stack.dir)
        self.folder = os.path.join(self.home, "work")
        os.mkdir(self.folder)
        self.url = url or stack.url
        self.extra = {}
        os.makedirs(os.path.join(self.home, "config/silo"))
        with open(os.path.join(self.home, "config/silo/config"), "w", encoding="utf-8") as file:
            file.write(f"url = {self.url}\ntoken = {token or stack.token(name)}\nuser = {name}\n")

    def env(self):
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "ASAN_OPTIONS") if key in os.environ}
        return {**kept, "HOME": self.home, "XDG_CONFIG_HOME": os.path.join(self.home, "config"),
                "TZ": "UTC", **self.extra}

    def run(self, *words, program=SILO, stdin=b"", timeout=120, cwd=None):
        return Ran(subprocess.run([program, *words], cwd=cwd or self.folder, env=self.env(),
                                  input=stdin, capture_output=True, timeout=timeout,
                                  start_new_session=True))

    def start(self, *words, program=SILO):
        return subprocess.Popen([program, *words], cwd=self.folder, env=self.env(),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, start_new_session=True)

    def does(self, *words, **more):
        """Runs a command that must succeed."""
        ran = self.run(*words, **more)
        expect(DONE, ran.code, f"silo {' '.join(words)}: {ran.err}{ran.out}")
        return ran

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)

    def writable(self, name):
        return os.stat(self.path(name)).st_mode & 0o200 != 0

    def index(self):
        with open(self.path(".silo/index.json"), encoding="utf-8") as file:
            return json.load(file)

    def state(self, part):
        """What status --json says about a part."""
        rows = self.does("status", "--json").json["files"]
        return next(row for row in rows if row["part_number"] == part)

    def backups(self):
        folder = self.path(".silo/backup")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def run_all(names):
    """Runs the tests (all, or those whose name holds one of the words) and prints the summary."""
    passed = failed = 0
    stack = Stack()
    try:
        for function in TESTS:
            if names and not any(name in function.__name__ for name in names):
                continue
            try:
                function(stack)
                passed += 1
            except Exception as wrong:  # the next test still runs
                failed += 1
                print(f"not ok {function.__name__}: {wrong}")
                if not isinstance(wrong, Failure):
                    traceback.print_exc()
            else:
                if os.environ.get("VERBOSE"):
                    print(f"ok {function.__name__}")
            sys.stdout.flush()
    finally:
        stack.down()
    print(f"cli: {passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1
