"""An in-memory pipe in place of a websocket: texts in order, close codes, drops and half-open connections.

As on a websocket, an end learns that the other one closed after it was given all that was sent before.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeAlias, TypeVar
from urllib.parse import quote

import trio
from attrs import define, field

from ocppsim.actors.wire.access import OPEN, Access
from ocppsim.actors.wire.dial import basic
from ocppsim.actors.wire.transport import DialFailed, Flaw, Transport, TransportClosed
from ocppsim.clock import wire
from ocppsim.csms.admission import Admitted, Refused
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.channel import ChannelClosed
from ocppsim.protocol import v16
from ocppsim.values import frozen

T = TypeVar("T")

_CLOSE_S = 2.0
_PERMANENT = frozenset({401, 403, 404})


class Queue(Protocol[T]):
    """One direction of a pipe: unbounded, in order, one reader."""

    def put(self, item: T) -> None: ...

    async def get(self) -> T: ...

    def ready(self) -> Sequence[T]:
        """What `get` would give without waiting, in order."""


class PlainQueue(Generic[T]):
    """First in, first out, at once."""

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._news = trio.Event()

    def put(self, item: T) -> None:
        self._items.append(item)
        self._news.set()

    async def get(self) -> T:
        while not self._items:
            self._news = trio.Event()
            await self._news.wait()
        return self._items.popleft()

    def ready(self) -> Sequence[T]:
        return self._items


@frozen
class Ended:
    """The end of a connection, as it travels through a pipe."""

    code: int = 1006
    reason: str = ""


Item: TypeAlias = str | bytes | Ended


@define(eq=False)
class _Line:
    """What both ends share."""

    frozen: bool = False


@define(eq=False)
class _End(ABC):
    """One end; `_other` is the inbox of the other one."""

    _line: _Line
    _inbox: Queue[Item]
    _other: Queue[Item]
    _ended: Ended | None = None  # received, or of our own making
    _over: trio.Event = field(factory=trio.Event)

    async def send(self, text: str | bytes) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()
        self._check()
        self._put(text)

    async def receive(self) -> str | bytes:
        await trio.lowlevel.checkpoint_if_cancelled()
        while self._ended is None:
            item = await self._inbox.get()
            if isinstance(item, Ended):
                self._finish(item)
            elif self._ended is None:
                return item
        raise self._error(self._ended)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await trio.lowlevel.checkpoint()
        if self._known_end() is not None:
            return
        if self._line.frozen:
            await trio.sleep(wire(_CLOSE_S))
            self._hang_up(Ended())
        else:
            self._hang_up(Ended(code, reason))

    def drop(self) -> None:
        """Break the connection: 1006 at the other end."""
        if self._ended is None:
            self._hang_up(Ended())

    def freeze(self) -> None:
        """Make the connection half-open: from now on nothing arrives at either end, no pong and no Close."""
        self._line.frozen = True

    def _hang_up(self, ended: Ended) -> None:
        self._finish(ended)
        self._put(ended)
        self._inbox.put(ended)  # wakes our own reader

    def _put(self, item: Item) -> None:
        if not self._line.frozen:
            self._other.put(item)

    def _finish(self, ended: Ended) -> None:
        if self._ended is None:
            self._ended = ended
            self._over.set()

    def _known_end(self) -> Ended | None:
        """The end, if it came about here or its news has arrived."""
        if self._ended is not None:
            return self._ended
        ready = self._inbox.ready()
        last = ready[-1] if ready else None
        return last if isinstance(last, Ended) else None

    def _check(self) -> None:
        if (ended := self._known_end()) is not None:
            raise self._error(ended)

    @abstractmethod
    def _error(self, ended: Ended) -> Exception: ...


class ClientEnd(_End, Transport):
    """The station's end."""

    async def ping(self) -> None:
        await trio.lowlevel.checkpoint()
        self._check()
        if self._line.frozen:
            await self._over.wait()
            self._check()

    def _error(self, ended: Ended) -> TransportClosed:
        return TransportClosed(ended.code, ended.reason)


class ServerEnd(_End):
    """The central system's end: a Channel."""

    def unread(self) -> bool:
        return bool(self._inbox.ready())

    def _error(self, ended: Ended) -> ChannelClosed:
        return ChannelClosed(ended.code, ended.reason)


def pipe(queue: Callable[[], Queue[Item]] = PlainQueue[Item]) -> tuple[ClientEnd, ServerEnd]:
    """A new connection; `queue` makes its two directions."""
    line, to_client, to_server = _Line(), queue(), queue()
    return ClientEnd(line, to_client, to_server), ServerEnd(line, to_server, to_client)


class InMemoryDial:
    """The Dial of one station to a central system in memory; `client` is its present connection."""

    def __init__(
        self,
        central_system: CentralSystem,
        identity: str,
        queue: Callable[[], Queue[Item]] = PlainQueue[Item],
    ) -> None:
        self.client: ClientEnd | None = None
        self._central_system, self._identity, self._queue = central_system, identity, queue

    @asynccontextmanager
    async def __call__(self, access: Access = OPEN) -> AsyncIterator[Transport]:
        await trio.lowlevel.checkpoint()
        self._check_admission(access)
        client, server = pipe(self._queue)
        self._central_system.attach(server, self._identity)
        self.client = client
        try:
            yield client
            await client.close()
        finally:
            self.client = None
            client.drop()

    def reaches(self, profile: int) -> bool:
        """Any: there is no TLS in memory, but credentials are looked at."""
        del profile
        return True

    def _check_admission(self, access: Access) -> None:
        if self._central_system.is_down:
            raise DialFailed("connection refused")
        authorization = None
        if access.password is not None:
            authorization = basic(self._identity.encode() + b":" + access.password).encode()
        target = f"/{quote(self._identity, safe='')}"
        match self._central_system.admission.admit(target, [v16.SUBPROTOCOL], authorization):
            case Refused(status):
                flaw = Flaw.CREDENTIALS if status == 401 else None
                raise DialFailed(f"HTTP {status}", status, permanent=status in _PERMANENT, flaw=flaw)
            case Admitted(subprotocol=subprotocol) if subprotocol != v16.SUBPROTOCOL:
                raise DialFailed(f"wrong subprotocol {subprotocol}", permanent=True)


def dial_in_memory(central_system: CentralSystem, identity: str) -> InMemoryDial:
    """How a station reaches a central system that was opened with `open_central_system`."""
    return InMemoryDial(central_system, identity)
