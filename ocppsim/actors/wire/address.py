"""Where a central system listens, read from the URL that a user gives.

No message of this module repeats the URL or a part of it: a mistyped one may show a password in any place.
"""

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import SplitResult, quote, unquote, urlsplit

from attrs import evolve

from ocppsim.actors.wire.transport import Address

_DEFAULT_PORTS = {"ws": 80, "wss": 443}

_HOST = re.compile(r"[a-z0-9_][a-z0-9_.-]*|[0-9a-f:.]+")
"""A name in ASCII, or an IPv6 address without a zone."""

_SEGMENT_SIGNS = "-._~!$&'()*+,;=:@"
"""What RFC 3986 lets stand unescaped in a path segment, besides letters and digits."""


def parse(url: str, identity: str) -> Address:
    """The address of the station `identity` at a central system's `url`.

    The identity becomes the last segment of the path, percent-encoded where needed; a query string stays
    behind it. Credentials leave the URL for `user` and `password`. Raises ValueError with the reason.
    """
    if not url.isprintable() or " " in url:
        raise ValueError("the URL must not contain spaces or control characters")
    scheme = url.partition("://")[0].lower()
    if "://" not in url or scheme not in _DEFAULT_PORTS:
        raise ValueError("the URL must begin with ws:// or wss://")
    if "#" in url:
        raise ValueError("the URL must not have a fragment; in credentials write %23 for the sign '#'")
    parts = _split(url)
    user, password = _credentials(parts)
    return Address(
        host=_host(parts.hostname),
        port=_port(parts) or _DEFAULT_PORTS[scheme],
        target=_target(parts, identity),
        secure=scheme == "wss",
        user=user,
        password=password,
        identity=identity,
    )


def with_credentials(address: Address, user: str, password: str) -> Address:
    """The address with credentials that did not come with the URL; raises ValueError as `parse` does."""
    if ":" in user:
        raise ValueError("a user name must not contain a colon")
    return evolve(address, user=user, password=password)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError("the URL's host is not valid") from None


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("the URL's port must be a number from 1 to 65535")
    return port


def _host(name: str | None) -> str:
    if not name:
        raise ValueError("the URL names no host")
    try:
        host = str(IPv6Address(name)) if ":" in name else name.encode("idna").decode("ascii").lower()
    except (AddressValueError, UnicodeError):
        raise ValueError("the URL's host is not valid") from None
    if not _HOST.fullmatch(host):
        raise ValueError("the URL's host is not valid")
    return host


def _target(parts: SplitResult, identity: str) -> str:
    """Path, identity and query, in the ASCII that a request line takes; escapes already there stay."""
    if identity in ("", ".", ".."):
        raise ValueError("the station's identity must not be empty, '.' or '..'")
    path = quote(parts.path, safe=f"/%{_SEGMENT_SIGNS}").removesuffix("/")
    query = quote(parts.query, safe=f"/?%{_SEGMENT_SIGNS}")
    return f"{path}/{quote(identity, safe=_SEGMENT_SIGNS)}" + (f"?{query}" if query else "")


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    """User and password, unescaped; octets that are no UTF-8 (binary keys) survive as surrogates."""
    if not parts.username and not parts.password:
        return None, None
    user, password = (
        unquote(part or "", errors="surrogateescape") for part in (parts.username, parts.password)
    )
    if ":" in user:
        raise ValueError("the user in the URL must not contain a colon: Basic authentication ends it there")
    return user, password
