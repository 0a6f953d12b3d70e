"""The seam between a link and whatever carries its texts: a websocket, or a pipe in memory."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from enum import Enum, auto
from typing import Literal, NoReturn, Protocol, TypeAlias

from attrs import field

from ocppsim.actors.wire.access import OPEN, Access
from ocppsim.values import frozen

TransportName = Literal["auto", "trio-websocket", "websockets"]
"""The libraries that can carry a websocket. The last is optional; "auto" takes it where it is installed."""

CLOSE_S = 2.0
"""How long, in wire time, a clean close may take."""

MESSAGE_BYTES = 1024 * 1024
"""The longest message taken; a longer one ends the connection with 1009."""

ABNORMAL = 1006
"""The close code of a connection that ended without a Close frame."""


class TransportClosed(Exception):
    """The connection is over. `code` is the websocket close code, 1006 when there was no Close frame."""

    def __init__(self, code: int = ABNORMAL, reason: str = "") -> None:
        super().__init__(f"closed {code} {reason}".rstrip())
        self.code, self.reason = code, reason


class Flaw(Enum):
    """What of the security of a connection was wrong."""

    CERTIFICATE = auto()  # the central system's
    CREDENTIALS = auto()  # our own: a password, a certificate
    TLS_VERSION = auto()
    CIPHERS = auto()


class DialFailed(Exception):
    """No connection came about: nobody there, refused, or a broken handshake.

    `status` is the HTTP status of a refusal. `permanent` says that trying again cannot help: 401, 403, 404,
    a wrong subprotocol, or a certificate of the central system that does not hold.
    """

    def __init__(
        self, reason: str, status: int | None = None, *, permanent: bool = False, flaw: Flaw | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.status, self.permanent, self.flaw = reason, status, permanent, flaw


Take: TypeAlias = Callable[[str | bytes], Awaitable[object]]
"""Takes one frame; the next is read when it returns."""


class Transport(Protocol):
    """One open connection. A send or receive after its end raises TransportClosed."""

    async def send(self, text: str) -> None:
        """Write one text frame."""

    async def receive(self) -> str | bytes:
        """The next frame; bytes for a binary one."""

    async def listen(self, take: Take) -> NoReturn:
        """Hand over frame by frame until the connection is over; TransportClosed then."""
        while True:
            await take(await self.receive())

    async def ping(self) -> None:
        """Send a ping and wait for its pong. The caller sets the deadline."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close cleanly: a Close frame each way, within CLOSE_S of wire time. Never raises."""


class Dial(Protocol):
    """How one station reaches its central system."""

    def __call__(self, access: Access = OPEN) -> AbstractAsyncContextManager[Transport]:
        """Open one connection for the time of the context; raises DialFailed.

        Leaving the context by cancellation or exception drops the connection without a Close frame (a power
        cut, 1006 at the other end); otherwise it is closed with 1000, unless `close()` was called before.
        """

    def reaches(self, profile: int) -> bool:
        """Whether there is an address for connections of this security profile."""


@frozen
class Address:
    """Where a central system listens, split from its URL; see `address.parse`."""

    host: str
    port: int
    target: str
    secure: bool
    user: str | None = None
    password: str | None = None
    identity: str = field(default="", eq=False)  # of the station, as the target ends with it

    def __repr__(self) -> str:
        """The URL without credentials, and without its query, which may hold a token."""
        scheme = "wss" if self.secure else "ws"
        host = f"[{self.host}]" if ":" in self.host else self.host
        path, has_query, _ = self.target.partition("?")
        return f"{scheme}://{host}:{self.port}{path}" + ("?..." if has_query else "")
