"""The transport over trio-websocket, and the fence that keeps this library's traps away from our tasks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import NoReturn, cast

import h11
import trio
from attrs import Factory, define
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketConnection, wrap_client_stream
from wsproto.utilities import LocalProtocolError

from ocppsim import clock
from ocppsim.actors.wire.answer import wrong_subprotocol
from ocppsim.actors.wire.opening import Opening
from ocppsim.actors.wire.stream import RECEIVE_BYTES, LightStream, WatchedStream
from ocppsim.actors.wire.transport import (
    ABNORMAL,
    CLOSE_S,
    MESSAGE_BYTES,
    Address,
    Take,
    Transport,
    TransportClosed,
)

QUEUED_MESSAGES = 64
"""What the library reads ahead of us. Above it, pings wait as well."""


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
        finally:
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
class LightLock:
    """Stands where trio-websocket takes turns at writing: taking a free lock is no checkpoint."""

    _lock: trio.StrictFIFOLock = Factory(trio.StrictFIFOLock)

    async def __aenter__(self) -> None:
        try:
            self._lock.acquire_nowait()
        except trio.WouldBlock:
            await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


@define(eq=False)
class Handover:
    """Stands where trio-websocket queues what it read: frames go from its reader straight to who listens."""

    _queue: trio.MemorySendChannel[str | bytes]
    take: Take | None = None

    async def send(self, frame: str | bytes) -> None:
        if self.take is not None:
            await self.take(frame)
        else:
            await self._queue.send(frame)

    async def aclose(self) -> None:
        await self._queue.aclose()

    @property
    def queued(self) -> int:
        return self._queue.statistics().current_buffer_used


@define(eq=False)
class Websocket(Transport):
    """One open websocket.

    Two parts of the library's connection are exchanged for lighter ones: each would let other tasks run, and
    come back, for every frame.
    """

    _connection: WebSocketConnection
    _fence: Fence
    _handover: Handover
    _pings: list[trio.CancelScope] = Factory(list)
    _closed_by_us: trio.Event | None = None
    """Set when our close has ended, one way or the other."""

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

    async def listen(self, take: Take) -> NoReturn:
        while self._handover.queued:
            await take(await self.receive())
        self._handover.take = take
        await self.receive()  # nothing comes any more but the end
        raise AssertionError("a frame was queued although somebody listened")

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
        if self._closed_by_us is not None:
            await self._closed_by_us.wait()  # to leave now would take the reader from the one who closes
            return
        self._closed_by_us = trio.Event()
        self._handover.take = None  # what comes now is too late, as the library has it
        try:
            with self._fence.until_over(trio.current_time() + clock.wire(CLOSE_S)):
                await self._connection.aclose(code, reason or None)
        finally:
            self._closed_by_us.set()

    def _closed(self) -> TransportClosed:
        """What to raise now; a ping that still waits learns it too, for the library would let it wait on."""
        for scope in self._pings:
            scope.cancel()
        end = self._connection.closed
        return TransportClosed(int(end.code), end.reason or "") if end else TransportClosed(ABNORMAL)


@asynccontextmanager
async def open_websocket(opening: Opening) -> AsyncIterator[Transport]:
    """One connection: the caller's task, the library's reader, and the nursery that holds the reader."""
    deadline = opening.deadline()
    light = await opening.connect(deadline)
    failure: BaseException | None = None
    try:
        async with trio.open_nursery() as nursery:
            try:
                websocket = await _handshake(opening, nursery, light, deadline)
                yield websocket
                await websocket.close()
            except Exception as error:
                failure = error  # around the nursery, which would wrap it
            finally:
                light.drop()
                nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        failure = _sole(failure, *group.exceptions)
    if failure is not None:
        try:
            raise failure  # outside of `except`, so that its cause and context stay its own
        finally:
            del failure  # or the traceback would hold this frame, and the frame the traceback


async def _handshake(
    opening: Opening, nursery: trio.Nursery, light: LightStream, deadline: float
) -> Websocket:
    stream = WatchedStream(await opening.secure(light, deadline))
    fence = Fence(nursery, stream)
    connection = None
    with fence.until_over(deadline):
        connection = await wrap_client_stream(
            cast("trio.Nursery", fence),
            cast("trio.SocketStream", stream),  # declared narrower than what it takes
            _host_header(opening.address),
            opening.address.target,
            subprotocols=[opening.subprotocol],
            extra_headers=[(name.encode(), value.encode()) for name, value in opening.headers],
            message_queue_size=QUEUED_MESSAGES,
            max_message_size=MESSAGE_BYTES,
            receive_buffer_size=RECEIVE_BYTES,
        )
    if connection is None:
        raise opening.explained(stream, is_over=fence.is_over)
    if connection.subprotocol != opening.subprotocol:
        raise wrong_subprotocol(connection.subprotocol, opening.subprotocol)
    stream.opened()
    handover = Handover(connection._send_channel)
    connection._send_channel = cast("trio.MemorySendChannel[str | bytes]", handover)
    connection._stream_lock = cast("trio.StrictFIFOLock", LightLock())
    return Websocket(connection, fence, handover)


def _host_header(address: Address) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return host if address.port == (443 if address.secure else 80) else f"{host}:{address.port}"


def _sole(*raised: BaseException | None) -> BaseException:
    """What to raise for all this: the one error in it, or all of them; a cancellation if there is none."""
    errors = [error for error in raised if error is not None]
    bugs = [error for error in errors if not isinstance(error, trio.Cancelled)]
    if len(bugs) > 1:
        return BaseExceptionGroup("around a websocket", bugs)
    return bugs[0] if bugs else errors[0]
