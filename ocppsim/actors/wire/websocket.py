"""The transport over trio-websocket, and the fence that keeps this library's traps away from our tasks."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import h11
import trio
from attrs import Factory, define
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketConnection
from wsproto.utilities import LocalProtocolError

from ocppsim import clock
from ocppsim.actors.wire.stream import RECEIVE_BYTES
from ocppsim.actors.wire.transport import TransportClosed

CLOSE_S = 2.0
"""How long, in wire time, a clean close may take."""

ABNORMAL = 1006
"""The close code of a connection that ended without a Close frame."""


@define(eq=False)
class Fence:
    """Stands where trio-websocket expects a nursery, and runs the library's reader so that it cannot do harm.

    Unfenced, a reader that fails cancels the nursery with our own task in it, and one that ends quietly
    leaves those waiting for ever who wait for the handshake, a pong or the peer's Close frame.
    """

    _nursery: trio.Nursery
    _stream: trio.abc.Stream
    is_over: bool = False
    """The reader has ended: nothing will come any more."""
    _waits: list[trio.CancelScope] = Factory(list)

    def start_soon(self, reader: Callable[[], Awaitable[object]]) -> None:
        """The one method of a nursery that trio-websocket calls."""
        self._nursery.start_soon(self._run, reader, name="websocket reader")

    async def _run(self, reader: Callable[[], Awaitable[object]]) -> None:
        try:
            await reader()
        except (ConnectionRejected, h11.LocalProtocolError, UnicodeDecodeError):
            pass  # the handshake failed; what came instead of an answer is explained by the dialler
        except LocalProtocolError:
            # A ping came after our Close frame, and the library tried to answer it (its issue 184).
            await self._read_to_the_end()
        self.is_over = True
        for scope in self._waits:
            scope.cancel()

    async def _read_to_the_end(self) -> None:
        """Take what the peer still sends: closing with unread data would reset the connection."""
        try:
            while await self._stream.receive_some(RECEIVE_BYTES):
                pass
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the end, only less polite

    @contextmanager
    def until_over(self, deadline: float = float("inf")) -> Iterator[trio.CancelScope]:
        """Leave the block silently when the connection ends, or at `deadline`."""
        with trio.CancelScope(deadline=deadline) as scope:
            self._waits.append(scope)
            try:
                yield scope
            finally:
                self._waits.remove(scope)


@define(eq=False)
class Websocket:
    """One open websocket, as a Transport."""

    _connection: WebSocketConnection
    _fence: Fence
    _pings: list[trio.CancelScope] = Factory(list)

    @property
    def subprotocol(self) -> str | None:
        """What the central system chose."""
        return self._connection.subprotocol

    async def send(self, text: str) -> None:
        try:
            await self._connection.send_message(text)
        except ConnectionClosed:
            raise self._closed() from None

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.get_message()
        except ConnectionClosed:
            raise self._closed() from None

    async def ping(self) -> None:
        with self._fence.until_over() as scope:
            self._pings.append(scope)
            try:
                await self._connection.ping()
                return
            except ConnectionClosed:
                pass  # the same as the end of the connection while we wait
            finally:
                self._pings.remove(scope)
        raise self._closed()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        with self._fence.until_over(trio.current_time() + clock.wire(CLOSE_S)):
            await self._connection.aclose(code, reason or None)

    def _closed(self) -> TransportClosed:
        """What to raise now; a ping that still waits learns it too, for the library would let it wait on."""
        for scope in self._pings:
            scope.cancel()
        end = self._connection.closed
        return TransportClosed(int(end.code), end.reason or "") if end else TransportClosed(ABNORMAL)
