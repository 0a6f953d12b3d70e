"""The transport over trio-websocket: what the library's own task does to ours."""

import pytest
import trio
from trio_websocket import WebSocketConnection
from wsproto.events import TextMessage

from tests.actors.wire.peers import RawPeer, Serve, dial_to, drain


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
