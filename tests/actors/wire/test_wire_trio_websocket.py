"""The transport over trio-websocket: what the library's own task does to ours."""

from functools import partial

import pytest
import trio
from trio_websocket import WebSocketConnection
from wsproto.events import CloseConnection, TextMessage

from ocppsim.actors.wire.transport import TransportClosed
from tests.actors.wire import peers
from tests.actors.wire.peers import RawPeer, Serve, drain

dial_to = partial(peers.dial_to, transport="trio-websocket")


async def test_there_is_one_task_per_connection(serve: Serve) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        if close := await peer.until_close():
            await peer.send(close.response())

    port = await serve(handler)
    before = trio.lowlevel.current_statistics().tasks_living

    async with dial_to(port)():
        servers_tasks = 1
        assert trio.lowlevel.current_statistics().tasks_living == before + servers_tasks + 1


async def test_a_bug_in_the_reader_is_not_hidden(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("bug")

    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept(TextMessage("x"))
        await drain(stream)

    monkeypatch.setattr(WebSocketConnection, "_handle_message_event", broken)
    port = await serve(handler)

    with pytest.raises(RuntimeError, match="bug"):
        async with dial_to(port)():
            await trio.sleep_forever()


async def test_frames_go_straight_from_the_reader_to_who_listens(serve: Serve) -> None:
    """The exchanged parts of the library's connection are in their places, and in use."""

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept(TextMessage("0"))
        for number in range(1, 100):
            await peer.send(TextMessage(str(number)))
        await peer.send(CloseConnection(code=1000))
        await drain(stream)

    port = await serve(handler)
    heard: list[object] = []
    readers: set[str] = set()

    async def take(frame: object) -> None:
        heard.append(frame)
        readers.add(trio.lowlevel.current_task().name)

    async with dial_to(port)() as transport:
        with pytest.raises(TransportClosed, match="1000"):
            await transport.listen(take)
    assert heard == [str(number) for number in range(100)]
    assert "websocket reader" in readers
