"""The transport on the protocol core of `websockets`: no task of its own, no queue, no lock.

Whoever waits for the peer reads for all: normally the task in `receive`, and otherwise one that waits for a
pong or for the end of a close. Whoever writes takes along what others have to say meanwhile.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import trio
from attrs import define
from websockets.client import ClientProtocol
from websockets.http11 import Response
from websockets.protocol import State

from ocppsim import clock
from ocppsim.actors.wire.answer import is_whole, wrong_subprotocol
from ocppsim.actors.wire.conversation import Conversation, protocol_for
from ocppsim.actors.wire.opening import Opening
from ocppsim.actors.wire.stream import RECEIVE_BYTES, LightStream, WatchedStream
from ocppsim.actors.wire.transport import CLOSE_S, Take, Transport


@define(eq=False)
class DirectWebsocket(Transport):
    """One open websocket.

    Sends and receives that need not wait are no checkpoints.
    """

    _light: LightStream
    _stream: trio.abc.Stream
    """TLS over the light one, or the light one."""
    _conversation: Conversation
    _is_reading: bool = False
    _heard: trio.Event | None = None
    """For those who wait until the one who reads has read once."""
    _is_writing: bool = False
    _written: trio.Event | None = None
    """For those who wait until the one who writes is done."""

    async def send(self, text: str) -> None:
        self._conversation.say(text)
        if self._is_writing:
            await self.flush()
        else:
            await self._write(self._conversation.to_send())
        self._must_go_on()

    async def listen(self, take: Take) -> NoReturn:
        messages = self._conversation.messages
        while True:
            while messages:
                await take(messages.pop(0))
            self._must_go_on()
            await self._hear()

    async def receive(self) -> str | bytes:
        messages = self._conversation.messages
        while not messages:
            self._must_go_on()
            await self._hear()
        return messages.pop(0)

    async def ping(self) -> None:
        number = self._conversation.ping()
        await self.flush()
        while self._conversation.pongs < number:
            self._must_go_on()
            await self._hear()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._conversation.close(code, reason)
        with trio.move_on_after(clock.wire(CLOSE_S)):
            await self.flush()
            while not self._conversation.is_heard_out:
                await self._hear()
        self._break_off()

    def _must_go_on(self) -> None:
        if self._conversation.end is not None:
            raise self._conversation.closed()

    def _break_off(self) -> None:
        self._conversation.take(b"")
        self._light.drop()

    # -- reading

    async def _hear(self) -> None:
        """Take in what comes next, or wait until the task has that reads already."""
        if self._is_reading:
            if self._heard is None:
                self._heard = trio.Event()
            await self._heard.wait()
            return
        self._is_reading = True
        try:
            data = await self._stream.receive_some(RECEIVE_BYTES)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            data = b""  # the end, only less polite
        finally:
            self._is_reading = False
            if self._heard is not None:
                self._heard.set()
                self._heard = None
        self._conversation.take(data)
        if not self._is_writing and (frames := self._conversation.to_send()):
            await self._write(frames)

    # -- writing

    async def flush(self) -> None:
        """Write what the conversation has to say. Returns when that is done, or the connection at its end."""
        while self._is_writing:
            if self._written is None:
                self._written = trio.Event()
            await self._written.wait()
        await self._write(self._conversation.to_send())

    async def _write(self, frames: list[bytes]) -> None:
        """For one task at a time. One that is stopped in the middle takes the connection with it."""
        self._is_writing = True
        is_whole = False
        try:
            while frames:
                for frame in frames:
                    if frame:  # an empty one stands for the end of TCP, which comes by dropping
                        await self._stream.send_all(frame)
                frames = self._conversation.to_send()
            is_whole = True
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the connection ends below
        finally:
            self._is_writing = False
            if not is_whole:
                self._break_off()
            if self._written is not None:
                self._written.set()
                self._written = None


@asynccontextmanager
async def open_direct(opening: Opening) -> AsyncIterator[Transport]:
    """One connection, without a task or nursery: what the caller raises passes as it is."""
    deadline = opening.deadline()
    light = await opening.connect(deadline)
    try:
        websocket = await _handshake(opening, light, deadline)
        yield websocket
        await websocket.close()
    finally:
        light.drop()


async def _handshake(opening: Opening, light: LightStream, deadline: float) -> DirectWebsocket:
    stream = await opening.secure(light, deadline)
    watched = WatchedStream(stream)
    protocol = protocol_for(opening)
    with trio.move_on_at(deadline) as patience:
        await _exchange(watched, protocol)
    if protocol.state is State.CONNECTING:
        raise opening.explained(watched, is_over=not patience.cancelled_caught)
    response, *frames = protocol.events_received()
    assert isinstance(response, Response)
    if "Sec-WebSocket-Protocol" not in response.headers:  # the core has refused a wrong one
        raise wrong_subprotocol(None, opening.subprotocol)
    websocket = DirectWebsocket(light, stream, conversation := Conversation(protocol))
    conversation.hear(frames)
    await websocket.flush()
    return websocket


async def _exchange(stream: WatchedStream, protocol: ClientProtocol) -> None:
    """Ask, and read until the answer is there, or will not come."""
    try:
        for request in protocol.data_to_send():
            await stream.send_all(request)
        while protocol.state is State.CONNECTING and not is_whole(bytes(stream.answer or b"")):
            data = await stream.receive_some(RECEIVE_BYTES)
            if not data:
                return
            protocol.receive_data(data)
    except trio.BrokenResourceError:
        pass  # what came before says more about it
