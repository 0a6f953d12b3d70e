"""Where a file is or goes, read from a URL. No message says more of it than host and port."""

import re
from ipaddress import IPv6Address
from urllib.parse import quote, unquote, urlsplit

from attrs import evolve, field

from ocppsim.actors.transfer.port import Failure, TransferFailed
from ocppsim.values import frozen

PORTS = {"ftp": 21, "http": 80, "https": 443}
"""The protocols, with their usual ports."""

_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
_AS_IT_IS = "/%-._~!$&'()*+,;=:@"


@frozen
class Place:
    """`path` is escaped as in the URL, and begins with a slash."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = field(default="", repr=False)
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """Path and query, for a request line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def file(self) -> str:
        """The path without escapes, as seen from where one is after a login."""
        return unquote(self.path.removeprefix("/"))

    def for_file(self, name: str) -> "Place":
        """The place of a file of this name. A location names a folder, unless it ends in a file's name or
        carries a query: then it is the place itself.
        """
        last = self.path.rpartition("/")[2]
        if self.query or "." in last:
            return self
        return evolve(self, path=f"{self.path.removesuffix('/')}/{quote(name)}")


def parse(location: str) -> Place:
    """The place that a URL names; raises TransferFailed."""
    try:
        location.encode()  # JSON can bring halves of characters, which nobody can send
        parts = urlsplit(location)
        scheme, host, port = parts.scheme.lower(), _ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise _bad("the location is no URL") from None
    if scheme not in PORTS:
        if not re.fullmatch(r"[a-z][a-z0-9+.-]{0,15}", scheme):
            raise _bad("the location is no URL")
        raise TransferFailed(Failure.NOT_SUPPORTED, f"transfers by {scheme} are not supported")
    if not host or _CONTROL.search(location):
        raise _bad("the location names no host")
    if port == 0:
        raise _bad("the location's port is none")
    place = Place(
        scheme=scheme,
        host=host,
        port=port or PORTS[scheme],
        path=quote(parts.path or "/", safe=_AS_IT_IS),
        query=quote(parts.query, safe=f"?{_AS_IT_IS}"),
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
    )
    said = (place.file, place.user or "", place.password)
    if any(re.search(r"[\r\n\x00]", text) for text in said):
        raise _bad("the location has control characters")
    return place


def _ascii(host: str) -> str:
    """A host's name as it is looked up; raises ValueError."""
    if ":" in host:
        return str(IPv6Address(host))
    name = host.encode("idna").decode("ascii").lower()
    if name and not _NAME.fullmatch(name):
        raise ValueError("no name of a host")
    return name


def _bad(words: str) -> TransferFailed:
    return TransferFailed(Failure.BAD_LOCATION, words)


def with_credentials(place: Place, user: str | None, password: str) -> Place:
    return evolve(place, user=user, password=password)
