"""What the tests of the command line share: the stack, people with folders, and expectations.

The server is the real one (t/stack/up); nothing here pretends to be Silo."""

import hashlib
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
BUILD = os.path.abspath(os.environ.get("SILO_BUILD", TOP))
SILO = os.path.join(BUILD, "silo")
FRAGILE = os.path.join(BUILD, "t/clients/cli/silo-fragile")

DONE, FAILED, USAGE, HELD, DENIED, STALE, AWAY = range(7)

PATIENCE = 60  # seconds that a busy machine may need for what takes none

TESTS = []
WAITING = []
ALONE = []


def test(function):
    """Registers a test; its name is its promise."""
    TESTS.append(function)
    return function


def test_that_waits(function):
    """A test that mostly waits, for a lease or a retry: it runs beside the others, so it may only
    touch parts and people of its own and nothing that is one user's as a whole."""
    WAITING.append(function)
    return function


def test_alone(function):
    """A test that changes something for everybody: it runs when all others have ended."""
    ALONE.append(function)
    return function


class Failure(Exception):
    pass


class Skip(Exception):
    """What a test needs is not to be had here; its words say what."""


def expect(wanted, got, what=""):
    if wanted != got:
        raise Failure(f"{what or 'expected'}: wanted {wanted!r}, got {got!r}")


def has(part, whole):
    if part not in whole:
        raise Failure(f"{part!r} is not in {whole!r}")


def lacks(part, whole):
    if part in whole:
        raise Failure(f"{part!r} is in {whole!r}")


def until(done, what):
    """Waits until done() is true."""
    limit = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > limit:
            raise Failure(f"waited {PATIENCE} s in vain: {what}")
        time.sleep(0.02)


class Stack:
    """The real thing, started once; parts are made with numbers of their own in each test."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="silo-cli.", dir="/tmp")
        os.chmod(self.dir, 0o711)
        self.up()
        self.last_part = 0
        self.counting = threading.Lock()

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

    def sql(self, statement):
        """Asks the database itself, for what takes too long or can't be seen from outside."""
        ran = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", statement,
                              self.env["SILO_OWNER_DATABASE"]], check=True, capture_output=True,
                             text=True)
        return ran.stdout.strip()

    def read_only(self, on):
        """Refuses writes, or takes them again, as an administrator does it."""
        subprocess.run([os.path.join(BUILD, "silo-admin"), "--database",
                        self.env["SILO_OWNER_DATABASE"], "read-only", "on" if on else "off"],
                       check=True, capture_output=True)

    def lock(self, part):
        return self.ask("vera", "GET", f"/api/items/{part}/lock")["lock"]

    def lease_ends_in(self, part, seconds):
        """Moves the end of a lease nearer than the API lets anybody wish."""
        self.sql(f"update silo.locks set expires_at = clock_timestamp() + interval '{seconds} s' "
                 f"where item_id = (select id from silo.items where part_number = '{part}')")

    def revisions(self, part):
        return self.ask("vera", "GET", f"/api/items/{part}/revisions?limit=1000")["revisions"]

    def holder(self, part):
        lock = self.lock(part)
        return lock and lock["locked_by"]

    def part(self, content=b"first content\n", name=None, by="ada"):
        """A new item with one revision; returns its part number."""
        with self.counting:
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
        self.out = (done.stdout or b"").decode()
        self.err = done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)


class Running:
    """A command that has not ended yet; its lines can be waited for."""

    def __init__(self, words, cwd, env):
        self.process = subprocess.Popen(words, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        start_new_session=True)
        self.lines = {"out": [], "err": []}
        self.threads = [threading.Thread(target=self.read, args=each, daemon=True)
                        for each in ((self.process.stdout, "out"), (self.process.stderr, "err"))]
        for thread in self.threads:
            thread.start()

    def read(self, stream, name):
        for line in stream:
            self.lines[name].append(line.decode())

    @property
    def out(self):
        return "".join(self.lines["out"])

    @property
    def err(self):
        return "".join(self.lines["err"])

    def said(self, words, times=1):
        """Waits until the words have come so often, on either stream."""
        until(lambda: (self.out + self.err).count(words) >= times or self.process.poll() is not None,
              f"{words!r} from {self.process.args[1:]}; got {self.out + self.err!r}")
        if self.process.poll() is not None:
            self.ended()
        if (self.out + self.err).count(words) < times:
            raise Failure(f"{words!r} did not come before the end: {self.out + self.err!r}")

    def kill(self, signal_number=9):
        os.kill(self.process.pid, signal_number)
        return self.ended()

    def ended(self):
        """Waits for the end; its exit code."""
        code = self.process.wait(timeout=PATIENCE)
        for thread in self.threads:
            thread.join()
        return code


class Person:
    """A user with a working folder and a configuration of their own."""

    def __init__(self, stack, name, url=None, token=None):
        self.stack, self.name = stack, name
        self.home = tempfile.mkdtemp(prefix=f"{name}.", dir=stack.dir)
        self.folder = os.path.join(self.home, "work")
        os.mkdir(self.folder)
        self.url = url or stack.url
        self.extra, self.account = {}, {}
        os.makedirs(os.path.join(self.home, "config/silo"))
        with open(os.path.join(self.home, "config/silo/config"), "w", encoding="utf-8") as file:
            file.write(f"url = {self.url}\ntoken = {token or stack.token(name)}\nuser = {name}\n")

    def env(self):
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "ASAN_OPTIONS") if key in os.environ}
        return {**kept, "HOME": self.home, "XDG_CONFIG_HOME": os.path.join(self.home, "config"),
                "TZ": "UTC", **self.extra}

    def run(self, *words, program=SILO, stdin=b"", timeout=120, cwd=None, out=subprocess.PIPE):
        return Ran(subprocess.run([program, *words], cwd=cwd or self.folder, env=self.env(),
                                  input=stdin, stdout=out, stderr=subprocess.PIPE, timeout=timeout,
                                  start_new_session=True, **self.account))

    def become_ordinary(self):
        """From now on as an account that file permissions hinder, which they don't root."""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for at, folders, files in os.walk(self.home):
                for name in (".", *folders, *files):
                    os.chown(os.path.join(at, name), nobody.pw_uid, nobody.pw_gid,
                             follow_symlinks=False)

    def start(self, *words, program=SILO):
        return Running([program, *words], self.folder, self.env())

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

    def write_index(self, index):
        with open(self.path(".silo/index.json"), "w", encoding="utf-8") as file:
            json.dump(index, file)

    def state(self, part):
        """What status --json says about a part."""
        rows = self.does("status", "--json").json["files"]
        return next(row for row in rows if row["part_number"] == part)

    def backups(self):
        folder = self.path(".silo/backup")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def stranger(stack, name="alice"):
    """Somebody who has not signed in yet."""
    person = Person(stack, name, token="none")
    os.unlink(os.path.join(person.home, "config/silo/config"))
    os.rmdir(os.path.join(person.home, "config/silo"))
    return person


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Tally:
    """How the tests ended."""

    def __init__(self, stack):
        self.stack, self.passed, self.failed, self.skipped = stack, 0, 0, 0
        self.writing = threading.Lock()

    def run(self, function):
        wrong = None
        began = time.monotonic()
        try:
            function(self.stack)
        except Exception as failure:  # the next test still runs
            wrong = failure
        with self.writing:
            if wrong is None:
                self.passed += 1
                if os.environ.get("VERBOSE"):
                    print(f"ok {function.__name__} ({time.monotonic() - began:.1f} s)")
            elif isinstance(wrong, Skip):
                self.skipped += 1
                print(f"skipped {function.__name__}: {wrong}")
            else:
                self.failed += 1
                print(f"not ok {function.__name__}: {wrong}")
                if not isinstance(wrong, Failure):
                    traceback.print_exception(wrong)
            sys.stdout.flush()


def run_all(names):
    """Runs the tests (all, or those whose name holds one of the words) and prints the summary."""
    def wanted(tests):
        return [each for each in tests if not names or any(n in each.__name__ for n in names)]

    tally = Tally(Stack())
    try:
        beside = [threading.Thread(target=tally.run, args=(each,)) for each in wanted(WAITING)]
        for thread in beside:
            thread.start()
        for each in wanted(TESTS):
            tally.run(each)
        for thread in beside:
            thread.join()
        for each in wanted(ALONE):
            tally.run(each)
    finally:
        tally.stack.down()
    skipped = f", {tally.skipped} skipped" if tally.skipped else ""
    print(f"cli: {tally.passed} passed, {tally.failed} failed{skipped}")
    return 0 if tally.failed == 0 and tally.passed > 0 else 1
