"""One server, one token: each method is one call of the contract.  Blocking, with time-outs; the GUI
calls it from worker threads only."""

import hashlib
import http.client
import json
import os
import ssl
import urllib.parse

from . import errors

PIECE = 1 << 18


class Cancelled(errors.SiloError):
    """The user stopped an upload or download."""


class Client:
    """`timeout` in seconds bounds each wait for the network, not the whole call."""

    def __init__(self, url, token=None, timeout=15, cafile=None):
        parts = urllib.parse.urlsplit(url.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise errors.Refused("The server's address must start with http:// or https://")
        self.url = url.rstrip("/")
        self.token = token
        self.timeout = timeout
        self._parts = parts
        self._context = ssl.create_default_context(cafile=cafile) if parts.scheme == "https" else None

    # -- the wire -----------------------------------------------------------------------------------

    @property
    def origin(self):
        return "%s://%s" % (self._parts.scheme, self._parts.netloc)

    def connection(self, timeout=None):
        """A new connection; redirects are never followed, so the token goes to no other host."""
        timeout = timeout or self.timeout
        if self._context:
            return http.client.HTTPSConnection(self._parts.hostname, self._parts.port, timeout=timeout,
                                               context=self._context)
        return http.client.HTTPConnection(self._parts.hostname, self._parts.port, timeout=timeout)

    def headers(self):
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        return headers

    def path(self, path, query=None):
        """The path on the server, below the prefix of its address."""
        query = {key: value for key, value in (query or {}).items() if value is not None}
        return self._parts.path + path + ("?" + urllib.parse.urlencode(query) if query else "")

    def send(self, method, path, body=None, headers=None, query=None):
        """(status, headers, body) of one call; ServerAway when there is no answer."""
        connection = self.connection()
        try:
            connection.request(method, self.path(path, query), body, headers or self.headers())
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        except (OSError, http.client.HTTPException) as fault:
            raise errors.ServerAway("%s does not answer (%s)" % (self.url, fault)) from fault
        finally:
            connection.close()

    def call(self, method, path, data=None, query=None):
        """The JSON answer of a call, or one of errors.py."""
        headers = self.headers()
        body = None
        if data is not None:
            body = json.dumps(data).encode()
            headers["Content-Type"] = "application/json"
        status, _, answer = self.send(method, path, body, headers, query)
        return self.judge(status, answer)

    @staticmethod
    def judge(status, answer):
        """The body of a 2xx, else the exception that fits."""
        try:
            body = json.loads(answer.decode()) if answer else {}
        except (ValueError, UnicodeDecodeError):
            body = {}
        if 200 <= status < 300:
            return body
        message = str(body.get("message") or "The server answered %d." % status)
        code = str(body.get("error") or "")
        if status == 401:
            raise errors.NotSignedIn(message)
        if status == 403:
            lock = body.get("lock")
            raise errors.NotAllowed(errors.describe_lock(lock) if lock else message)
        if status == 404:
            raise errors.NotFound(message)
        if code == "locked":
            raise errors.LockedByOther(body)
        if status == 412:
            raise errors.StaleRevision(body)
        if status in (502, 503, 504):
            raise errors.ServerAway(message)
        raise errors.Refused(message, code, body)

    # -- signing in ---------------------------------------------------------------------------------

    def make_token(self, username, password, name):
        """Signs in by password, makes a token of that name and signs out again.  Returns the token."""
        login = {"Content-Type": "application/json"}
        body = json.dumps({"username": username, "password": password}).encode()
        status, headers, answer = self.send("POST", "/login", body, login)
        self.judge(status, answer)
        cookie = (headers.get("Set-Cookie") or "").split(";")[0]
        session = {"Cookie": cookie, "Origin": self.origin, "Content-Type": "application/json"}
        status, _, answer = self.send("POST", "/api/auth/tokens", json.dumps({"name": name}).encode(), session)
        token = self.judge(status, answer)["token"]
        self.send("POST", "/logout", b"", session)
        return token

    def me(self):
        return self.call("GET", "/api/auth/me")

    # -- items and locks ----------------------------------------------------------------------------

    @staticmethod
    def _item(part_number):
        return "/api/items/" + urllib.parse.quote(part_number, safe="")

    def items(self, q=None, part_numbers=None, limit=50, cursor=None, lock=None):
        wanted = ",".join(part_numbers) if part_numbers else None
        return self.call("GET", "/api/items", query={"q": q or None, "part_numbers": wanted, "limit": limit,
                                                     "cursor": cursor, "lock": lock})

    def item(self, part_number):
        return self.call("GET", self._item(part_number))

    def thumbnail(self, part_number):
        """PNG bytes, or None."""
        status, _, answer = self.send("GET", self._item(part_number) + "/thumbnail")
        return answer if status == 200 else None

    def lock(self, part_number, comment=None, expires_in=None, workstation=None):
        wish = {"comment": comment, "expires_in": expires_in, "workstation": workstation}
        return self.call("POST", self._item(part_number) + "/lock",
                         {key: value for key, value in wish.items() if value is not None})

    def lock_all(self, part_numbers, comment=None, expires_in=None, workstation=None):
        """All or nothing."""
        wish = {"part_numbers": list(part_numbers), "comment": comment, "expires_in": expires_in,
                "workstation": workstation}
        return self.call("POST", "/api/locks",
                         {key: value for key, value in wish.items() if value is not None})["locks"]

    def lock_of(self, part_number):
        """The lock, or None."""
        return self.call("GET", self._item(part_number) + "/lock")["lock"]

    def unlock(self, part_number, reason=None):
        return self.call("DELETE", self._item(part_number) + "/lock", query={"reason": reason})

    def ask(self, part_number, message=""):
        return self.call("POST", self._item(part_number) + "/lock/request", {"message": message})

    def locks(self, limit=1000):
        """All live locks, newest first."""
        locks, cursor = [], None
        while True:
            page = self.call("GET", "/api/locks", query={"limit": limit, "cursor": cursor})
            locks += page["locks"]
            cursor = page.get("next_cursor")
            if not cursor or len(locks) >= 20000:
                return locks

    # -- files --------------------------------------------------------------------------------------

    def upload(self, part_number, path, comment="", base_revision=None, release_lock=False, filename=None,
               progress=None):
        """A new revision.  `progress(done, whole)` may return False to cancel: nothing is stored then."""
        size = os.path.getsize(path)
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            for piece in iter(lambda: file.read(PIECE), b""):
                digest.update(piece)
        query = {"filename": filename or os.path.basename(path), "comment": comment, "sha256": digest.hexdigest(),
                 "base_revision": base_revision, "release_lock": "true" if release_lock else "false"}
        headers = dict(self.headers(), **{"Content-Type": "application/octet-stream", "Content-Length": str(size)})
        connection = self.connection(timeout=max(self.timeout, 60))
        try:
            connection.putrequest("POST", self.path(self._item(part_number) + "/file", query))
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            self._send_file(connection, path, size, progress)
            response = connection.getresponse()
            return self.judge(response.status, response.read())
        except (OSError, http.client.HTTPException) as fault:
            raise errors.ServerAway("The upload broke off (%s); nothing is lost, try again." % fault) from fault
        finally:
            connection.close()

    @staticmethod
    def _send_file(connection, path, size, progress):
        done = 0
        with open(path, "rb") as file:
            for piece in iter(lambda: file.read(PIECE), b""):
                connection.send(piece)
                done += len(piece)
                if progress and progress(done, size) is False:
                    raise Cancelled("The upload was cancelled; nothing was stored.")

    def download(self, part_number, target, revision=None, progress=None):
        """Writes the file to `target` (an open binary file); returns (revision, sha256, filename)."""
        path = self._item(part_number) + "/file" + ("/%d" % revision if revision else "")
        connection = self.connection(timeout=max(self.timeout, 60))
        try:
            connection.request("GET", self.path(path), headers=self.headers())
            response = connection.getresponse()
            if response.status != 200:
                self.judge(response.status, response.read())
            whole = int(response.headers.get("Content-Length") or 0)
            digest, done = hashlib.sha256(), 0
            for piece in iter(lambda: response.read(PIECE), b""):
                target.write(piece)
                digest.update(piece)
                done += len(piece)
                if progress and progress(done, whole) is False:
                    raise Cancelled("The download was cancelled.")
        except (OSError, http.client.HTTPException) as fault:
            raise errors.ServerAway("The download broke off (%s)." % fault) from fault
        finally:
            connection.close()
        expected = (response.headers.get("ETag") or "").strip('"')
        if done != whole or (expected and expected != digest.hexdigest()):
            raise errors.ServerAway("The download arrived damaged; try again.")
        return (int(response.headers.get("X-Silo-Revision") or 0), digest.hexdigest(),
                filename_of(response.headers.get("Content-Disposition") or ""))


def filename_of(disposition):
    """The name in a Content-Disposition (RFC 6266), safe as a file's name; never a path."""
    name = ""
    for part in disposition.split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == "filename*" and value.upper().startswith("UTF-8''"):
            name = urllib.parse.unquote(value[7:])
            break
        if key.lower() == "filename" and not name:
            name = value.strip('"')
    name = name.replace("\\", "/").split("/")[-1].strip()
    name = "".join(letter for letter in name if letter >= " " and letter != "\x7f")
    return name if name not in ("", ".", "..") and not name.startswith(".silo") else ""
