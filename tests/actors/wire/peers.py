"""Central systems for the tests of the wire: bare TCP servers that can do wrong all they want."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import trio
import wsproto
from attrs import define, field
from wsproto.events import AcceptConnection, CloseConnection, Event, Request

from ocppsim.actors.wire.address import parse
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.actors.wire.transport import Dial

SUBPROTOCOL = "ocpp1.6"

Serve = Callable[[Callable[[trio.SocketStream], Awaitable[object]]], Awaitable[int]]
"""Starts a TCP server with that handler and returns its port; stopped with the test."""


DialTo = Callable[..., Dial]
"""`dial_to` over one of the transports; all tests of their behaviour run over each."""


def dial_to(
    port: int, *, credentials: str = "", scheme: str = "ws", host: str = "127.0.0.1", **options: Any
) -> Dial:
    """A dial to a server of this machine, as station CS-1."""
    address = parse(f"{scheme}://{credentials}{host}:{port}/ocpp", "CS-1")
    return websocket_dial(address, subprotocol=SUBPROTOCOL, addresses=AddressBook(), **options)


async def listen(nursery: trio.Nursery, handler: Callable[[trio.SocketStream], Awaitable[object]]) -> int:
    """Serve on a free port of 127.0.0.1; a client that breaks off is nothing special."""

    async def tolerant(stream: trio.SocketStream) -> None:
        with suppress(trio.BrokenResourceError):  # what the client saw is what counts
            await handler(stream)

    listeners: list[trio.SocketListener] = await nursery.start(
        partial(trio.serve_tcp, tolerant, 0, host="127.0.0.1")
    )
    port: int = listeners[0].socket.getsockname()[1]
    return port


async def read_request(stream: trio.abc.Stream) -> bytes:
    """All of an opening request."""
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        data = await stream.receive_some()
        if not data:
            break
        request += data
    return request


def answering(answer: bytes, *, then_close: bool = True) -> Callable[[trio.SocketStream], Awaitable[None]]:
    """A server that reads the request and sends these bytes, whatever they are."""

    async def handler(stream: trio.SocketStream) -> None:
        await read_request(stream)
        await stream.send_all(answer)
        if not then_close:
            await drain(stream)

    return handler


async def drain(stream: trio.abc.ReceiveStream) -> None:
    """Read until the peer closes."""
    while await stream.receive_some():
        pass


async def cancellable(
    act: Callable[[], Awaitable[object]], task_status: trio.TaskStatus[trio.CancelScope]
) -> None:
    """Runs `act` in a scope of its own, which `nursery.start` returns."""
    with trio.CancelScope() as scope:
        task_status.started(scope)
        await act()


@define
class RawPeer:
    """The server's end of a websocket, frame by frame: it does nothing by itself."""

    stream: trio.abc.Stream
    websocket: wsproto.WSConnection = field(
        factory=lambda: wsproto.WSConnection(wsproto.ConnectionType.SERVER)
    )
    request: bytes = b""
    code: int | None = None
    """Of the client's Close frame; 1006 if the connection ended without one."""

    async def accept(self, *behind: Event, subprotocol: str | None = SUBPROTOCOL) -> None:
        """Accept the websocket; the frames `behind` travel in the same segment."""
        self.request = await read_request(self.stream)
        self.websocket.receive_data(self.request)
        assert any(isinstance(event, Request) for event in self.websocket.events())
        answer = self.websocket.send(AcceptConnection(subprotocol=subprotocol))
        await self.stream.send_all(answer + b"".join(map(self.websocket.send, behind)))

    async def send(self, *events: Event) -> None:
        await self.stream.send_all(b"".join(map(self.websocket.send, events)))

    async def hear(self) -> list[Event]:
        """What the client says next."""
        self.websocket.receive_data(bytes(await self.stream.receive_some()))
        return list(self.websocket.events())

    async def until_close(self) -> CloseConnection | None:
        """Read until the client's Close frame, without answering anything; None if there is none."""
        while self.code is None:
            data = await self.stream.receive_some()
            if not data:
                self.code = 1006
                return None
            self.websocket.receive_data(bytes(data))
            for event in self.websocket.events():
                if isinstance(event, CloseConnection):
                    self.code = int(event.code)
                    return event
        return None
