"""Dialling a central system: which transport carries the websocket, and what goes with its request."""

import base64
import re
import ssl
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import assert_never

from attrs import define, evolve, field

from ocppsim.actors.wire import tls as tls_contexts
from ocppsim.actors.wire.access import OPEN, Access
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.opening import Opening
from ocppsim.actors.wire.transport import Address, Dial, DialFailed, Transport, TransportName

_Open = Callable[[Opening], AbstractAsyncContextManager[Transport]]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN_HEADERS = re.compile(r"host|connection|upgrade|content-length|transfer-encoding|sec-websocket-.*")


def websocket_dial(
    address: Address,
    *,
    subprotocol: str,
    headers: Sequence[tuple[str, str]] = (),
    tls: ssl.SSLContext | None = None,
    secure_address: Address | None = None,
    addresses: AddressBook,
    handshake_timeout_s: float = 30.0,
    transport: TransportName = "auto",
) -> Dial:
    """How to open a websocket to `address`, again and again.

    The address' credentials go as Basic authentication unless `headers` bring their own Authorization.
    Connections of the security profiles 2 and 3 go to `secure_address`, or to the same host with TLS; they
    and those of profile 1 have their credentials from the station. `handshake_timeout_s` is wire time for all
    of it: look-up, TCP, TLS and websocket. Raises ValueError for headers that cannot be sent, and for a
    transport whose package is not installed.
    """
    if address.secure and tls is None:
        tls = tls_contexts.default_context()
    opening = Opening(
        address,
        subprotocol,
        _checked([*_authorization(address, headers), *headers]),
        tls if address.secure else None,
        addresses,
        handshake_timeout_s,
    )
    return _WebsocketDial(_opened_by(transport), opening, secure_address or _with_tls(address))


@define(eq=False)
class _WebsocketDial:
    _open: _Open
    _opening: Opening
    """Of a station without a security profile."""
    _secure: Address
    _kept: tuple[Access, ssl.SSLContext] | None = field(default=None, repr=False)
    """The last context with a certificate of the station's own."""

    def __call__(self, access: Access = OPEN) -> AbstractAsyncContextManager[Transport]:
        try:
            opening = self._for(access)
        except (ssl.SSLError, ValueError) as error:
            reason = tls_contexts.words(error) if isinstance(error, ssl.SSLError) else str(error)
            raise DialFailed(f"a certificate or key of the station cannot be used: {reason}") from error
        return self._open(opening)

    def reaches(self, profile: int) -> bool:
        return profile != 1 or not self._opening.address.secure

    def _for(self, access: Access) -> Opening:
        opening = self._opening
        if access.profile == 0:
            return opening if access.password is None else _identified(opening, opening.address, access)
        address = opening.address if access.profile == 1 else self._secure
        secured = evolve(opening, tls=self._context(access), met=access.met)
        return _identified(secured, evolve(address, user=None, password=None), access)

    def _context(self, access: Access) -> ssl.SSLContext | None:
        if access.profile == 1:
            return None
        if access.certificate is None or access.key is None:
            return tls_contexts.trusting(access.roots)
        if self._kept is None or self._kept[0] != access:
            context = tls_contexts.presenting(access.roots, access.certificate, access.key)
            self._kept = access, context
        return self._kept[1]


def _identified(opening: Opening, address: Address, access: Access) -> Opening:
    """With the password of the station, or with none."""
    others = [(name, value) for name, value in opening.headers if name.lower() != "authorization"]
    if access.password is not None:
        password = access.password.decode(errors="surrogateescape")
        address = evolve(address, user=address.user or address.identity, password=password)
    headers = (*_authorization(address, others), *others)
    return evolve(opening, address=address, headers=headers)


def _with_tls(address: Address) -> Address:
    """The same place behind TLS: the port stays, unless it is the usual one."""
    if address.secure:
        return address
    return evolve(address, secure=True, port=443 if address.port == 80 else address.port)


def _opened_by(transport: TransportName) -> _Open:
    """Loads the library of this transport and no other."""
    match transport:
        case "auto":
            try:
                return _opened_by("websockets")
            except ValueError:
                return _opened_by("trio-websocket")
        case "trio-websocket":
            from ocppsim.actors.wire.websocket import open_websocket

            return open_websocket
        case "websockets":
            try:
                from ocppsim.actors.wire.direct import open_direct
            except ImportError as error:
                if (error.name or "").partition(".")[0] != "websockets":
                    raise
                raise ValueError(
                    "the transport websockets needs the package of this name: install ocppsim[fast]"
                ) from error
            return open_direct
        case _:
            assert_never(transport)


def _authorization(address: Address, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if address.user is None or any(name.lower() == "authorization" for name, _ in headers):
        return []
    credentials = f"{address.user}:{address.password or ''}".encode(errors="surrogateescape")
    return [("Authorization", basic(credentials))]


def basic(credentials: bytes) -> str:
    """The value of the header Authorization."""
    return f"Basic {base64.b64encode(credentials).decode()}"


def header_problem(name: str, value: str) -> str | None:
    """Why it would break the request, or end in the middle of a connection attempt; without its value."""
    if not _HEADER_NAME.fullmatch(name):
        return f"{name!r} is no name for a header"
    if _OWN_HEADERS.fullmatch(name.lower()):
        return f"the header {name} belongs to the handshake"
    if not (value.isascii() and value.isprintable()):
        return f"the value of the header {name} must be printable ASCII"
    return None


def _checked(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Raises ValueError."""
    for name, value in headers:
        if (problem := header_problem(name, value)) is not None:
            raise ValueError(problem)
    return tuple((name, value.strip()) for name, value in headers)
