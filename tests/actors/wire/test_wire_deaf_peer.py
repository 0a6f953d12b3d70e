"""A peer that does not read: who waits for it gives up in time, and no frame is cut by another."""

import socket

import pytest
import trio
from trio.testing import wait_all_tasks_blocked
from wsproto.events import Ping, Pong, TextMessage

from ocppsim.actors.wire import stream as stream_module
from ocppsim.actors.wire.transport import Transport, TransportClosed
from tests.actors.wire.peers import DialTo, RawPeer, Serve

AT_ONCE_S = 1.0
"""Below every time-out and grace of the wire."""

LONG = 4_000_000
"""More bytes than the kernel takes from a sender whose peer does not read."""


@pytest.fixture
async def deaf(serve: Serve) -> int:
    async def handler(stream: trio.SocketStream) -> None:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await RawPeer(stream).accept()
        await trio.sleep_forever()

    return await serve(handler)


async def test_blocked_send_gives_up(deaf: int, monkeypatch: pytest.MonkeyPatch, dial_to: DialTo) -> None:
    monkeypatch.setattr(stream_module, "BLOCKED_S", 0.05)

    async with dial_to(deaf)() as transport:
        with trio.fail_after(AT_ONCE_S), pytest.raises(TransportClosed) as caught:
            await _flood(transport)
        assert caught.value.code == 1006
        with pytest.raises(TransportClosed):
            await transport.receive()


async def test_close_beside_a_blocked_send_ends_both(deaf: int, quick_close: None, dial_to: DialTo) -> None:
    ends: list[int] = []

    with trio.fail_after(AT_ONCE_S):
        async with dial_to(deaf)() as transport, trio.open_nursery() as own:

            async def flooding() -> None:
                try:
                    await _flood(transport)
                except TransportClosed as closed:
                    ends.append(closed.code)

            own.start_soon(flooding)
            await wait_all_tasks_blocked()
            await transport.close()
    assert len(ends) == 1


async def test_cancelled_send_poisons_the_connection_not_the_stream_of_frames(
    deaf: int, dial_to: DialTo
) -> None:
    """Half a frame is on its way: whatever followed would be read as the rest of it."""
    async with dial_to(deaf)() as transport:
        async with trio.open_nursery() as own:
            own.start_soon(_flood, transport)
            await wait_all_tasks_blocked()
            own.cancel_scope.cancel()
        with pytest.raises(TransportClosed):
            await transport.send("next")


async def test_ping_during_a_blocked_send_is_answered_behind_it(serve: Serve, dial_to: DialTo) -> None:
    blocked = trio.Event()
    heard: list[bytes | int] = []
    ended = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        await blocked.wait()
        await peer.send(Ping(b"are you there?"))
        await wait_all_tasks_blocked()
        length = 0
        while not heard:
            for event in await peer.hear():
                if isinstance(event, Pong):
                    heard.extend((length, bytes(event.payload)))
                elif isinstance(event, TextMessage):
                    length += len(event.data)
        ended.set()
        await trio.sleep_forever()

    with trio.fail_after(10), trio.CancelScope() as scope:
        async with dial_to(await serve(handler))() as transport, trio.open_nursery() as own:
            own.start_soon(transport.receive)
            own.start_soon(transport.send, "x" * LONG)
            await wait_all_tasks_blocked()
            blocked.set()
            await ended.wait()
            scope.cancel()
    assert heard == [LONG, b"are you there?"]


async def test_frames_of_several_senders_arrive_whole(serve: Serve, dial_to: DialTo) -> None:
    """All wait for the peer, with the pong that the reader owes it among them."""
    read = trio.Event()
    texts: list[str] = []
    pongs: list[bytes] = []
    ended = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept(Ping(b"are you there?"))
        await read.wait()
        text = ""
        while len(texts) < 3 or not pongs:
            for event in await peer.hear():
                if isinstance(event, Pong):
                    pongs.append(bytes(event.payload))
                elif isinstance(event, TextMessage):
                    text += event.data
                    if event.message_finished:
                        texts.append(text)
                        text = ""
        ended.set()
        await trio.sleep_forever()

    sent = [sign * LONG for sign in "abc"]
    with trio.fail_after(10), trio.CancelScope() as scope:
        async with dial_to(await serve(handler))() as transport, trio.open_nursery() as own:
            for text in sent:
                own.start_soon(transport.send, text)
            own.start_soon(transport.receive)
            await wait_all_tasks_blocked()
            read.set()
            await ended.wait()
            scope.cancel()
    assert sorted(text[0] for text in texts) == ["a", "b", "c"]
    assert sorted(texts) == sent
    assert pongs == [b"are you there?"]


async def _flood(transport: Transport) -> None:
    while True:
        await transport.send("x" * 100_000)
