"""A websocket as a channel: wsproto on a Trio stream, seen from the server, after the opening handshake."""

from collections import deque
from collections.abc import Callable

import trio
from wsproto.connection import Connection, ConnectionState
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import LocalProtocolError

from ocppsim.clock import wire
from ocppsim.csms.channel import ChannelClosed

MESSAGE_SIZE = 2**20
"""A longer message closes the connection with 1009."""

_UNREAD = 256  # so many frames wait for a slow receiver before the stream is left unread
_CLOSE_S = 2.0
_BLOCKED_S = 30.0  # so long one frame may wait for a client that does not read


class WebSocketChannel:
    """A Channel. `pump` has to run beside whoever uses it; `cut` closes the socket at once."""

    def __init__(self, stream: trio.abc.Stream, protocol: Connection, cut: Callable[[], None]) -> None:
        self._stream, self._protocol, self._cut = stream, protocol, cut
        self._writing = trio.StrictFIFOLock()
        self._frames: deque[str | bytes] = deque()
        self._text: list[str] = []
        self._bytes = bytearray()
        self._size = 0  # of the message that is being read
        self._closing: ChannelClosed | None = None
        self._changed = trio.Event()
        self._end: ChannelClosed | None = None
        self._ended = trio.Event()

    # -- the channel

    async def send(self, text: str) -> None:
        try:
            await self._write(TextMessage(data=text))
        except ChannelClosed:
            if self._closing is not None:
                raise
            await self._ended.wait()  # who left now would cut off our answer to the peer's Close frame
            raise (self._end or ChannelClosed()) from None

    async def receive(self) -> str | bytes:
        await trio.lowlevel.checkpoint()
        while not self._frames:
            if self._end is not None:
                raise ChannelClosed(self._end.code, self._end.reason)
            await self._changed.wait()
        frame = self._frames.popleft()
        self._has_changed()
        return frame

    def unread(self) -> bool:
        return bool(self._frames)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._closing = ChannelClosed(code, reason)
        with trio.move_on_after(wire(_CLOSE_S)):
            try:
                await self._write(CloseConnection(code=code, reason=reason))
            except ChannelClosed:
                return
            await self._ended.wait()
        self.drop()

    def drop(self) -> None:
        self._finish(1006)
        self._cut()

    # -- the stream

    async def pump(self) -> None:
        """Read the stream, and answer pings, until the connection ends."""
        try:
            while self._end is None:
                while len(self._frames) >= _UNREAD:
                    await self._changed.wait()
                self._protocol.receive_data(bytes(await self._stream.receive_some()) or None)
                for event in self._protocol.events():
                    await self._handle(event)
        except (trio.BrokenResourceError, trio.ClosedResourceError, ChannelClosed):
            self._finish(1006)

    async def _handle(self, event: Event) -> None:
        match event:
            case TextMessage() | BytesMessage() if self._closing is None:
                await self._collect(event)
            case Ping():
                await self._write(event.response())
            case CloseConnection(code=code, reason=reason):
                if self._protocol.state in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
                    await self._write(event.response())
                self._finish(int(code), reason or "")

    async def _collect(self, event: TextMessage | BytesMessage) -> None:
        self._size += len(event.data)
        if self._size > MESSAGE_SIZE:
            await self._write(CloseConnection(code=1009, reason=f"more than {MESSAGE_SIZE} characters"))
            self._finish(1009)
            return
        if isinstance(event.data, str):
            self._text.append(event.data)
        else:
            self._bytes += event.data
        if event.message_finished:
            self._frames.append("".join(self._text) if isinstance(event, TextMessage) else bytes(self._bytes))
            self._text.clear()
            self._bytes.clear()
            self._size = 0
            self._has_changed()

    async def _write(self, event: Event) -> None:
        async with self._writing:
            try:
                data = self._protocol.send(event)
            except LocalProtocolError:  # the Close frames were exchanged meanwhile
                raise self._end or self._closing or ChannelClosed() from None
            is_whole = False
            try:
                with trio.fail_after(wire(_BLOCKED_S)):
                    await self._stream.send_all(data)
                is_whole = True
            except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
                raise ChannelClosed from None
            finally:
                if not is_whole:  # cut off in mid-frame: what follows would be unreadable
                    self.drop()

    def _finish(self, code: int, reason: str = "") -> None:
        if self._end is None:
            self._end = ChannelClosed(code, reason)
            self._ended.set()
            self._has_changed()

    def _has_changed(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
