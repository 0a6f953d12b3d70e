"""Who may connect: what the central system says to an opening handshake."""

from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from hmac import compare_digest
from string import hexdigits
from urllib.parse import unquote

from attrs import define, field

from ocppsim.protocol import v16
from ocppsim.values import frozen


@frozen
class Refused:
    """The handshake ends with an HTTP status."""

    status: int


@frozen
class Admitted:
    """The handshake succeeds. Without a common subprotocol the connection is closed at once."""

    identity: str
    subprotocol: str | None


@define
class Admission:
    """The rules of admission, to be changed at any time.

    `passwords` (user -> password) asks for Basic authentication, `password` is that of all others; 32 to 40
    hexadecimal digits stand for the bytes that they spell; `identities` limits who is known;
    `refuse_with` refuses everybody with that HTTP status; `wrong_subprotocol` is selected whatever the
    client offers.
    """

    subprotocols: tuple[str, ...] = (v16.SUBPROTOCOL,)
    passwords: Mapping[str, str] | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    identities: Collection[str] | None = None
    refuse_with: int | None = None
    wrong_subprotocol: str | None = None

    def admit(
        self, target: str, offered: Sequence[str], authorization: bytes | None = None
    ) -> Admitted | Refused:
        """The verdict on a request: its target, the subprotocols it offers, its Authorization header."""
        if self.refuse_with is not None:
            return Refused(self.refuse_with)
        identity = identity_in(target)
        if identity is None or (self.identities is not None and identity not in self.identities):
            return Refused(404)
        if not self._is_authorized(authorization):
            return Refused(401)
        return Admitted(identity, self.select(offered))

    def select(self, offered: Sequence[str]) -> str | None:
        """The subprotocol for a connection; None when there is none in common."""
        if self.wrong_subprotocol is not None:
            return self.wrong_subprotocol
        return next((name for name in offered if name in self.subprotocols), None)

    def _is_authorized(self, authorization: bytes | None) -> bool:
        if self.passwords is None and self.password is None:
            return True
        credentials = _credentials(authorization or b"")
        if credentials is None:
            return False
        user, password = credentials
        expected = (self.passwords or {}).get(user, self.password)
        return expected is not None and compare_digest(password, _octets(expected))

    def key_changed(self, identity: str, key: str, value: str) -> None:
        """A station took a new value of a key: its old password is worth nothing any more (A01.FR.03)."""
        if key.lower() == "authorizationkey" and (self.passwords is not None or self.password is not None):
            self.passwords = {**(self.passwords or {}), identity: value}


def _octets(password: str) -> bytes:
    is_hex = len(password) in range(32, 41, 2) and set(password) <= set(hexdigits)
    return bytes.fromhex(password) if is_hex else password.encode()


def identity_in(target: str) -> str | None:
    """The identity in a request target: the last segment of its path, percent-decoded."""
    segment = target.partition("?")[0].rpartition("/")[2]
    try:
        return unquote(segment, errors="strict") or None
    except UnicodeDecodeError:
        return None


def _credentials(authorization: bytes) -> tuple[str, bytes] | None:
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        user, separator, password = b64decode(encoded, validate=True).partition(b":")
        return (user.decode(), password) if separator else None
    except ValueError:  # no base64, or a user name that is no UTF-8
        return None
