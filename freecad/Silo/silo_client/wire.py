"""HTTP for the client: time-outs, TLS, redirects, cancelling, and which status is which error.  Knows no route of the
contract."""

import copy
import email.utils
import http.client
import json
import socket
import ssl
import threading
import time
import urllib.parse

from . import errors

ANSWER_MOST = 64 << 20    # bytes of an answer held in memory
REDIRECTS_MOST = 5
REDIRECTS = (301, 302, 303, 307, 308)


def address(url):
    """The server's address without trailing slashes; Refused when it isn't one."""
    url = url.strip().rstrip("/")
    try:
        parts = urllib.parse.urlsplit(url)
        good = parts.scheme.lower() in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or any(letter in url for letter in "?#@ \t\r\n"):
        raise errors.Refused("“%s” isn't a server address. An address looks like https://silo.example.org" % url)
    return url


def in_the_open(url):
    """True when others can read a password on its way to this address."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme.lower() == "http" and not (host == "localhost" or host == "::1" or host.startswith("127."))


def origin(url):
    """Scheme, host and port: what decides who may see the token."""
    parts = urllib.parse.urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or (443 if scheme == "https" else 80)


class Cancellation:
    """Stops a call from another thread, even one that waits for a server that doesn't answer."""

    def __init__(self):
        self._lock = threading.Lock()
        self._socket = None
        self.cancelled = False

    def cancel(self):
        with self._lock:
            self.cancelled = True
            if self._socket is not None:
                try:
                    # Not SSLSocket's own shutdown, which would pull the TLS state out from under the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
                except OSError:
                    pass

    def hold(self, sock):
        """From now on, this is the socket to break."""
        with self._lock:
            self._socket = sock
        self.check()

    def check(self):
        if self.cancelled:
            raise errors.Cancelled("Cancelled.")


class _Watched:
    """Hands its socket to a Cancellation and keeps it: http.client forgets the socket when an answer says
    `Connection: close`."""

    cancellation = None
    kept_socket = None

    def connect(self):
        self.cancellation.check()
        super().connect()
        self.kept_socket = self.sock
        self.cancellation.hold(self.sock)


class _Plain(_Watched, http.client.HTTPConnection):
    pass


class _Secure(_Watched, http.client.HTTPSConnection):
    pass


class Wire:
    """`timeout`: seconds for each wait on the network; a whole answer in memory may take four times as long.
    `cafile`: certificates to trust instead of the system's.  `context`: an ssl.SSLContext to use instead (client
    certificates and the like)."""

    def __init__(self, url, token=None, timeout=15, cafile=None, context=None):
        self.url = address(url)
        self.token = token
        self.timeout = timeout
        self.cafile = cafile or None
        self._prefix = urllib.parse.urlsplit(self.url).path
        self._context = context
        self._clock = {"offset": 0.0}    # shared with the copies that `bound` makes
        self.cancellation = Cancellation()

    def bound(self, cancellation):
        """The same client, which that Cancellation stops."""
        other = copy.copy(self)
        other.cancellation = cancellation
        return other

    def now(self):
        """The server's time by its last answer's Date (RFC 9110, 6.6.1), to the second."""
        return time.time() + self._clock["offset"]

    def headers(self):
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        return headers

    def path(self, path, query=None):
        """The path on the server, below the prefix of its address."""
        query = {key: value for key, value in (query or {}).items() if value is not None}
        return self._prefix + path + ("?" + urllib.parse.urlencode(query) if query else "")

    def _tls(self):
        if self._context is None:
            try:
                self._context = ssl.create_default_context(cafile=self.cafile)
            except OSError as fault:
                raise errors.Refused("Can't read the certificates in %s (%s)." % (self.cafile, fault)) from fault
        return self._context

    def connection(self, timeout=None, url=None):
        """A new connection, to `url` or the server, that `cancellation` can break."""
        scheme, host, port = origin(url or self.url)
        timeout = timeout or self.timeout
        if scheme == "https":
            connection = _Secure(host, port, timeout=timeout, context=self._tls())
        else:
            connection = _Plain(host, port, timeout=timeout)
        connection.cancellation = self.cancellation
        return connection

    def away(self, fault, words="%s doesn't answer"):
        """The exception for a call that broke off."""
        if self.cancellation.cancelled:
            return errors.Cancelled("Cancelled.")
        if isinstance(fault, ssl.SSLCertVerificationError):
            return errors.ServerAway("This computer doesn't trust %s: %s. If that is your server, choose the file of "
                                     "its certificate authority in the preferences." % (self.url, fault.verify_message))
        return errors.ServerAway("%s (%s)" % (words.replace("%s", self.url), fault))

    def note_time(self, response):
        stamp = email.utils.parsedate_tz(response.headers.get("Date") or "")
        if stamp:
            self._clock["offset"] = email.utils.mktime_tz(stamp) - time.time()

    def redirected(self, method, url, response):
        """Where a redirect leads, or None.  The token goes only to the server's own origin."""
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or not location:
            return None
        target = urllib.parse.urljoin(url, location)
        if target.lower().startswith(("http://", "https://")):
            if origin(target) == origin(self.url) and (method in ("GET", "HEAD") or response.status in (307, 308)):
                return target
        raise errors.Refused("%s redirects to %s. If that is your server, sign in there." % (self.url, target),
                             "redirected")

    def send(self, method, path, body=None, headers=None, query=None):
        """(status, headers, body) of one call; ServerAway when there is no answer."""
        url = self.url + self.path(path, query)[len(self._prefix):]
        for _hop in range(REDIRECTS_MOST + 1):
            connection = self.connection(url=url)
            try:
                parts = urllib.parse.urlsplit(url)
                connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body,
                                   headers or self.headers())
                response = connection.getresponse()
                self.note_time(response)
                target = self.redirected(method, url, response)
                if target is None:
                    return response.status, response.headers, self._read(response)
                url = target
            except (OSError, http.client.HTTPException, ValueError) as fault:
                raise self.away(fault) from fault
            finally:
                connection.close()
        raise errors.ServerAway("%s redirects in a circle." % self.url)

    def _read(self, response):
        """The whole body, within bounds of size and time."""
        end, pieces, size = time.monotonic() + 4 * self.timeout, [], 0
        while True:
            piece = response.read1(1 << 16)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
            if size > ANSWER_MOST:
                raise http.client.HTTPException("the answer is too long")
            if time.monotonic() > end:
                raise http.client.HTTPException("the answer takes too long")
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(pieces)

    def call(self, method, path, data=None, query=None):
        """The JSON answer of a call; raises one of errors.py."""
        headers = self.headers()
        body = None
        if data is not None:
            body = json.dumps(data).encode()
            headers["Content-Type"] = "application/json"
        status, _, answer = self.send(method, path, body, headers, query)
        return judge(status, answer)


def judge(status, answer):
    """The body of a 2xx; raises the matching error for anything else."""
    try:
        body = json.loads(answer.decode()) if answer else {}
    except (ValueError, UnicodeDecodeError, RecursionError):
        body = {}
    body = body if isinstance(body, dict) else {}
    if 200 <= status < 300:
        return body
    message = str(body.get("message") or "The server answered %d." % status)
    code = str(body.get("error") or "")
    lock = body.get("lock")
    if status == 401:
        raise errors.NotSignedIn(message)
    if status == 403:
        raise errors.NotAllowed(errors.describe_lock(lock) if isinstance(lock, dict) else message)
    if status == 404:
        raise errors.NotFound(message, body)
    if status == 409 and code == "locked":
        raise errors.LockedByOther(body)
    if status == 412:
        raise errors.OtherLease(body) if code == "other_lease" else errors.StaleRevision(body)
    if status in (502, 503, 504):
        raise errors.ServerAway(message)
    raise errors.Refused(message, code, body)
