"""The byte streams below a websocket: a light one over TCP, and one that remembers how the peer answered."""

import socket

import trio
from attrs import Factory, define

from ocppsim import clock
from ocppsim.values import frozen

BLOCKED_S = 30.0
"""How long, in wire time, one send may wait for a peer that does not read."""

RECEIVE_BYTES = 4096
"""More than almost every OCPP message; each receive allocates this much."""

ANSWER_BYTES = 65536
"""The longest answer to an opening handshake that is read."""


@frozen
class Endpoint:
    """One resolved address of a host, as the socket calls take it."""

    family: socket.AddressFamily
    protocol: int
    address: tuple[object, ...]


@define(eq=False)
class LightStream(trio.abc.Stream):
    """A TCP connection that saves system calls and scheduling: sends at once, receives when told to.

    A send which the kernel takes whole is no checkpoint; its callers soon wait for an answer. Several
    senders must take turns, as those of a websocket do. A vanished peer is told by receiving, and by every
    send but the first.
    """

    _socket: socket.socket
    _cut: bool = False
    """A send stopped in the middle of its data, or is there right now: nothing may follow it."""
    _lost: bool = False
    """The peer is gone; what it said last may still be unread."""

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        if self._cut or self._lost:
            raise trio.BrokenResourceError("an earlier send was cut off")
        sent = self._send_some(data)
        if sent < len(data):
            await self._send_rest(memoryview(data)[sent:])

    async def _send_rest(self, rest: memoryview) -> None:
        self._cut = True
        with trio.move_on_after(clock.wire(BLOCKED_S)):
            while rest:
                await trio.lowlevel.wait_writable(self._socket)
                rest = rest[self._send_some(rest) :]
            self._cut = False
        if self._cut:
            raise trio.BrokenResourceError(f"the peer did not read for {BLOCKED_S:g} s")

    def _send_some(self, data: bytes | bytearray | memoryview) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            if self._is_closed():
                raise trio.ClosedResourceError("this stream was closed") from error
            # Not told by the first send that fails: its caller would give up reading, and with it the alert,
            # the refusal or the Close frame that says why the peer went. The reader finds the end behind it.
            self._lost = True
            return len(data)

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.wait_writable(self._socket)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        while True:
            if self._is_closed():
                raise trio.ClosedResourceError("this stream was closed")
            await trio.lowlevel.wait_readable(self._socket)
            try:
                return self._socket.recv(max_bytes or RECEIVE_BYTES)
            except BlockingIOError:
                continue  # a false alarm of the kernel's
            except OSError as error:
                if self._is_closed():
                    raise trio.ClosedResourceError("this stream was closed") from error
                raise trio.BrokenResourceError from error

    def drop(self) -> None:
        """End the connection at once and without a word; whoever waits on it is woken."""
        if not self._is_closed():
            trio.lowlevel.notify_closing(self._socket)
            self._socket.close()

    async def aclose(self) -> None:
        self.drop()
        await trio.lowlevel.checkpoint()

    def _is_closed(self) -> bool:
        return self._socket.fileno() < 0


async def connect(endpoint: Endpoint) -> LightStream:
    """A TCP connection to `endpoint`, without Nagle's delay; raises OSError."""
    with trio.socket.socket(endpoint.family, socket.SOCK_STREAM, endpoint.protocol) as connecting:
        await connecting.connect(endpoint.address)
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain = socket.socket(
            endpoint.family, socket.SOCK_STREAM, endpoint.protocol, fileno=connecting.detach()
        )
    plain.setblocking(False)
    return LightStream(plain)


@define(eq=False)
class WatchedStream(trio.abc.Stream):
    """Passes everything on, and keeps what arrived until `opened()`, to explain a failed handshake."""

    _inner: trio.abc.Stream
    answer: bytearray | None = Factory(bytearray)
    failure: BaseException | None = None
    """What broke the stream before the handshake was done."""

    def opened(self) -> None:
        """The handshake is done: from here on nothing is kept."""
        self.answer = None
        self.failure = None

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        try:
            data = await self._inner.receive_some(max_bytes)
        except trio.BrokenResourceError as error:
            if self.answer is not None:
                self.failure = error.__cause__
            raise
        if self.answer is not None:
            self._keep(data)
        return data

    def _keep(self, data: bytes | bytearray) -> None:
        assert self.answer is not None
        self.answer += data
        if len(self.answer) > ANSWER_BYTES:
            raise trio.BrokenResourceError("the answer to the handshake has no end")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        await self._inner.aclose()
