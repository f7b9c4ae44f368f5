"""One server, one token: each method is one call of the contract.  Blocks, with time-outs; the GUI calls it from
worker threads only."""

import json
import urllib.parse

from . import errors
from .transfer import Transfers
from .wire import judge, origin

QUERY_MOST = 4000    # bytes of part numbers in one address: a web server takes 8 kB of it, unless told otherwise


class Client(Transfers):
    """See wire.Wire for the arguments."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self._facts = {}    # as `config` last told them; shared with the copies that `bound` makes

    # -- signing in ---------------------------------------------------------------------------------

    def make_token(self, username, password, name):
        """Signs in by password, makes a token of that name and signs out.  Returns the token."""
        login = {"Content-Type": "application/json"}
        body = json.dumps({"username": username, "password": password}).encode()
        status, headers, answer = self.send("POST", "/login", body, login)
        judge(status, answer)
        cookie = (headers.get("Set-Cookie") or "").split(";")[0]
        scheme, host, port = origin(self.url)
        usual = port == {"http": 80, "https": 443}[scheme]
        place = "[%s]" % host if ":" in host else host
        session = {"Cookie": cookie, "Content-Type": "application/json",
                   "Origin": "%s://%s%s" % (scheme, place, "" if usual else ":%d" % port)}
        status, _, answer = self.send("POST", "/api/auth/tokens", json.dumps({"name": name}).encode(), session)
        token = judge(status, answer).get("token")
        self.send("POST", "/logout", b"", session)
        if not token:
            raise errors.Refused("%s issued no token. Is it a Silo server?" % self.url)
        return token

    def revoke_own_token(self, names=("FreeCAD on ", "silo on ")):
        """Revokes the token in use if its name says that a program made it."""
        for row in self.call("GET", "/api/auth/tokens", query={"limit": self.limit("page")})["tokens"]:
            prefix = str(row.get("prefix") or "")
            if len(prefix) >= 8 and self.token.startswith(prefix) and str(row.get("name")).startswith(names):
                self.call("DELETE", "/api/auth/tokens/" + urllib.parse.quote(str(row["id"]), safe=""))
                return

    def config(self):
        """The public facts of the server: lock_default_seconds, lock_maximum_seconds, limits, item_types, …"""
        self._facts.update(self.call("GET", "/api/auth/config"))
        return dict(self._facts)

    def fact(self, name):
        """One of these facts, or None where the server doesn't tell it.  Asks the server once."""
        return (self._facts or self.config()).get(name)

    def limit(self, name):
        """One of the server's `limits`, in the same way."""
        return (self.fact("limits") or {}).get(name)

    def me(self):
        return self.call("GET", "/api/auth/me")

    # -- items and locks ----------------------------------------------------------------------------

    @staticmethod
    def _item(part_number):
        return "/api/items/" + urllib.parse.quote(part_number, safe="")

    def items(self, q=None, limit=None, cursor=None, lock=None):
        return self.call("GET", "/api/items", query={"q": q or None, "limit": limit, "cursor": cursor, "lock": lock})

    def items_of(self, part_numbers):
        """These items, by part number in lower case.  Leaves out those that the server doesn't know."""
        found = {}
        for some in _within(part_numbers, QUERY_MOST):
            page = self.call("GET", "/api/items", query={"part_numbers": ",".join(some), "limit": len(some)})
            found.update((item["part_number"].lower(), item) for item in page["items"])
        return found

    def item(self, part_number):
        return self.call("GET", self._item(part_number))

    def create_item(self, **facts):
        """part_number or category, item_type, description, project."""
        return self.call("POST", "/api/items", {key: value for key, value in facts.items() if value})

    def revision(self, part_number, number):
        return self.call("GET", self._item(part_number) + "/revisions/%d" % number)

    def revisions(self, part_number, cursor=None):
        """A page of the item's revisions, newest first."""
        query = {"limit": self.limit("page"), "cursor": cursor}
        return self.call("GET", self._item(part_number) + "/revisions", query=query)

    def end_of_lock(self, part_number, holder):
        """The newest event that ended a lock of that holder, with `reason`, `by`, `at`, `note`; or {}."""
        for row in self.call("GET", self._item(part_number) + "/events", query={"limit": 50})["events"]:
            if row.get("event") == "item.unlocked" and row["data"].get("locked_by") == holder:
                return row["data"]
        return {}

    def head(self, part_number):
        """The newest revision, or None before the first."""
        rows = self.call("GET", self._item(part_number) + "/revisions", query={"limit": 1})["revisions"]
        return rows[0] if rows else None

    def thumbnail(self, part_number):
        """PNG bytes, or None."""
        status, _, answer = self.send("GET", self._item(part_number) + "/thumbnail")
        return answer if status == 200 else None

    # `lease_id`: the lease that is meant, as it was last seen; OtherLease when there is another now.

    def lock(self, part_number, comment=None, expires_in=None, workstation=None, lease_id=None):
        """Takes the lock or renews it.  With `lease_id`, renews that lease and takes no new lock."""
        wish = {"comment": comment, "expires_in": expires_in, "workstation": workstation, "lease_id": lease_id}
        return self.call("POST", self._item(part_number) + "/lock",
                         {key: value for key, value in wish.items() if value is not None})

    def lock_all(self, part_numbers, comment=None, expires_in=None, workstation=None):
        """Takes or renews all these locks, or none; the locks."""
        wish = {"part_numbers": list(part_numbers), "comment": comment, "expires_in": expires_in,
                "workstation": workstation}
        return self.call("POST", "/api/locks",
                         {key: value for key, value in wish.items() if value is not None})["locks"]

    def lock_of(self, part_number):
        """The lock, or None."""
        return self.call("GET", self._item(part_number) + "/lock")["lock"]

    def release(self, part_number, reason=None, lease_id=None):
        return self.call("DELETE", self._item(part_number) + "/lock", query={"reason": reason, "lease_id": lease_id})

    def release_all(self, part_numbers, lease_ids=None):
        """Releases all these locks, or none."""
        wish = {"part_numbers": list(part_numbers)}
        if any(lease is not None for lease in lease_ids or []):
            wish["lease_ids"] = list(lease_ids)
        return self.call("DELETE", "/api/locks", wish)

    def request_release(self, part_number, message=""):
        """Asks the holder to release."""
        return self.call("POST", self._item(part_number) + "/lock/request", {"message": message})

    def locks(self, most=20000):
        """All live locks, newest first, up to `most`."""
        locks, cursor = [], None
        while True:
            page = self.call("GET", "/api/locks", query={"limit": self.limit("page"), "cursor": cursor})
            locks += page["locks"]
            cursor = page.get("next_cursor")
            if not cursor or len(locks) >= most:
                return locks


def _within(words, most):
    """These words in lists of at most `most` bytes, counting a comma for each."""
    some, size = [], 0
    for word in words:
        length = len(word.encode()) + 1
        if some and size + length > most:
            yield some
            some, size = [], 0
        some.append(word)
        size += length
    if some:
        yield some
