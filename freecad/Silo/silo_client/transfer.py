"""Uploads and downloads files, with progress, cancelling and a check of what arrived."""

import hashlib
import http.client
import os
import urllib.parse

from . import errors
from .wire import REDIRECTS_MOST, Wire, judge, origin

PIECE = 1 << 18
LONG = 60    # seconds: the server answers only when a large file is on its disk


class Transfers(Wire):

    def upload(self, part_number, path, comment="", base_revision=None, release_lock=False, filename=None,
               progress=None, digest=None, lease_id=None):
        """Uploads a new revision and returns it.  `progress(done, whole)` may return False to cancel: then nothing
        is stored.  Opens the file once, so a file that is replaced meanwhile arrives as it was.  `digest`: called
        with the SHA-256 before anything is sent."""
        with open(path, "rb") as file:
            sha256, size = sha256_of(file), file.tell()
            file.seek(0)
            if digest:
                digest(sha256)
            query = {"filename": filename or os.path.basename(path), "comment": comment, "sha256": sha256,
                     "base_revision": base_revision, "lease_id": lease_id,
                     "release_lock": "true" if release_lock else None}
            route = self.path(self._item(part_number) + "/file", query)
            revision = self._post(route, file, size, progress)
        if revision.get("sha256") != sha256:
            raise errors.Refused("Check in again: the server didn't confirm the content of %s." % (
                os.path.basename(path)))
        return revision

    def _post(self, route, file, size, progress):
        headers = dict(self.headers(), **{"Content-Type": "application/octet-stream", "Content-Length": str(size)})
        connection = self.connection(timeout=max(self.timeout, LONG))
        try:
            connection.putrequest("POST", route)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            try:
                self._send_file(connection, file, size, progress)
            except OSError:
                # A server that refuses stops reading: its answer says more than the broken pipe.
                if self.cancellation.cancelled:
                    raise
            response = connection.getresponse()
            self.note_time(response)
            self.redirected("POST", self.url + "/", response)
            return judge(response.status, self._read(response))
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise self.away(fault, "The upload broke off. Check in again; your file is unchanged") from fault
        finally:
            connection.close()

    def _send_file(self, connection, file, size, progress):
        done = 0
        while done < size:
            piece = file.read(min(PIECE, size - done))
            if not piece:
                raise errors.Refused("The file got shorter while it was being sent. Check in again.")
            connection.send(piece)
            done += len(piece)
            if progress and progress(done, size) is False:
                raise errors.Cancelled("Upload cancelled. Nothing was stored.")
            self.cancellation.check()

    def download(self, part_number, target, revision=None, progress=None):
        """Writes the file to `target` (an open binary file); returns (revision, sha256)."""
        url = self.url + self._item(part_number) + "/file" + ("/%d" % revision if revision else "")
        for _hop in range(REDIRECTS_MOST + 1):
            connection = self.connection(timeout=max(self.timeout, LONG), url=url)
            try:
                parts = urllib.parse.urlsplit(url)
                own = origin(url) == origin(self.url)
                connection.request("GET", parts.path + ("?" + parts.query if parts.query else ""),
                                   headers=self.headers() if own else {})
                response = connection.getresponse()
                location = response.headers.get("Location")
                if response.status in (301, 302, 303, 307, 308) and location:
                    # A file may be elsewhere (an object store): fetch it there, without the token.
                    url = urllib.parse.urljoin(url, location)
                    safe = ("https://",) if self.url.lower().startswith("https:") else ("http://", "https://")
                    if not url.lower().startswith(safe):
                        raise errors.Refused("%s redirects to %s, which isn't safe." % (self.url, url), "redirected")
                    continue
                return self._receive(response, target, progress)
            except (OSError, http.client.HTTPException, ValueError) as fault:
                raise self.away(fault, "The download broke off. Try again") from fault
            finally:
                connection.close()
        raise errors.ServerAway("%s redirects in a loop." % self.url)

    def _receive(self, response, target, progress):
        if response.status != 200:
            judge(response.status, self._read(response))
        self.note_time(response)
        whole = int(response.headers.get("Content-Length") or 0)
        digest, done = hashlib.sha256(), 0
        for piece in iter(lambda: response.read(PIECE), b""):
            try:
                target.write(piece)
            except OSError as fault:    # a fault of the disk, not of the network
                raise errors.FolderProblem("Can't write the file: %s. Make room and try again; your files are "
                                           "unchanged." % fault.strerror) from fault
            digest.update(piece)
            done += len(piece)
            if progress and progress(done, whole) is False:
                raise errors.Cancelled("Download cancelled.")
            self.cancellation.check()
        expected = (response.headers.get("ETag") or "").strip('"')
        if done != whole or (len(expected) == 64 and expected != digest.hexdigest()):
            raise errors.ServerAway("The download is damaged. Try again.")
        return int(response.headers.get("X-Silo-Revision") or 0), digest.hexdigest()


def sha256_of(file):
    """Of an open file, from its position to its end."""
    digest = hashlib.sha256()
    for piece in iter(lambda: file.read(1 << 20), b""):
        digest.update(piece)
    return digest.hexdigest()
