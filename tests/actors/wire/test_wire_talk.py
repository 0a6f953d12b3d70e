"""An open websocket: messages and pings, and what crosses a close."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked
from trio_websocket import ConnectionClosed, WebSocketConnection, WebSocketRequest, serve_websocket
from wsproto.events import CloseConnection, TextMessage

from ocppsim.actors.wire.transport import TransportClosed
from tests.actors.wire.peers import SUBPROTOCOL, DialTo, RawPeer, Serve, drain

AT_ONCE_S = 1.0
"""Below every time-out and grace of the wire."""


# -- listening


async def test_who_listens_is_given_each_frame_and_then_the_end(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept(TextMessage("0"))
        for number in range(1, 100):
            await peer.send(TextMessage(str(number)))
        await peer.send(CloseConnection(code=1000))
        await drain(stream)

    heard: list[object] = []

    async def take(frame: object) -> None:
        heard.append(frame)

    async with dial_to(await serve(handler))() as transport:
        with trio.fail_after(AT_ONCE_S), pytest.raises(TransportClosed, match="1000"):
            await transport.listen(take)
    assert heard == [str(number) for number in range(100)]


# -- pings


async def test_ping_returns_with_the_pong(nursery: trio.Nursery, dial_to: DialTo) -> None:
    async def handler(request: WebSocketRequest) -> None:
        await _until_closed(await request.accept(subprotocol=SUBPROTOCOL))

    async with dial_to(await _library_server(nursery, handler))() as transport:
        with trio.fail_after(AT_ONCE_S):
            await transport.ping()


async def test_ping_ends_when_the_peer_vanishes_meanwhile(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept()
        await stream.receive_some()

    async with dial_to(await serve(handler))() as transport:
        with trio.fail_after(AT_ONCE_S), pytest.raises(TransportClosed) as caught:
            await transport.ping()
        assert caught.value.code == 1006


async def test_ping_ends_when_the_peer_closes_but_keeps_tcp_open(
    serve: Serve, nursery: trio.Nursery, dial_to: DialTo
) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        await stream.receive_some()
        await peer.send(CloseConnection(1001))
        await drain(stream)

    async with dial_to(await serve(handler))() as transport:

        async def reading() -> None:
            with pytest.raises(TransportClosed):
                await transport.receive()

        nursery.start_soon(reading)
        with trio.fail_after(AT_ONCE_S), pytest.raises(TransportClosed) as caught:
            await transport.ping()
        assert caught.value.code == 1001


async def test_ping_to_a_half_open_peer_waits_for_the_callers_deadline(
    serve: Serve, quick_close: None, dial_to: DialTo
) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept()
        await trio.sleep_forever()

    async with dial_to(await serve(handler))() as transport:
        with trio.move_on_after(0.05) as patience:
            await transport.ping()
        assert patience.cancelled_caught
        await transport.send("still open")


async def test_ping_that_crosses_our_close_frame_does_no_harm(serve: Serve, dial_to: DialTo) -> None:
    """Without the fence the reader crashes, and cancels or kills the caller."""
    seen: list[int | None] = []
    ended = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        close = await peer.until_close()
        assert close is not None
        # The peer had not read our Close frame yet when it sent the ping.
        await stream.send_all(b"\x89\x02hi")
        await wait_all_tasks_blocked()  # the reader has met the ping
        await peer.send(close.response())
        await stream.send_eof()
        await drain(stream)  # a reset instead of an orderly end would raise here
        seen.append(peer.code)
        ended.set()

    went_on = False
    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport:
            await transport.close(1001, "going")
            went_on = True
        await ended.wait()
    assert went_on
    assert seen == [1001]


async def test_ping_race_fifty_times(nursery: trio.Nursery, dial_to: DialTo) -> None:
    """Fifty pings are in flight while the client closes; nothing but that happens."""

    async def pinging(request: WebSocketRequest) -> None:
        websocket = await request.accept(subprotocol=SUBPROTOCOL)
        try:
            async with trio.open_nursery() as pings:
                for _ in range(50):
                    pings.start_soon(websocket.ping)
        except* ConnectionClosed:
            pass  # sure to happen

    dial = dial_to(await _library_server(nursery, pinging))
    finished = 0
    for attempt in range(50):
        with trio.fail_after(5):
            async with dial() as transport:
                if attempt % 2:
                    await transport.close()
            finished += 1

    assert finished == 50


# -- messages


async def test_messages_of_all_sizes_go_both_ways(nursery: trio.Nursery, dial_to: DialTo) -> None:
    async def echo(request: WebSocketRequest) -> None:
        await _until_closed(await request.accept(subprotocol=SUBPROTOCOL), echo=True)

    async with dial_to(await _library_server(nursery, echo))() as transport:
        for size in (0, 1, 125, 126, 4096, 65535, 65536, 1_000_000):
            text = "ü" * (size // 2) + "x" * (size % 2)
            await transport.send(text)
            assert await transport.receive() == text


async def test_fragments_become_one_message_whatever_comes_between(serve: Serve, dial_to: DialTo) -> None:
    """A ping may come between them, and a fragment may end in the middle of a character."""

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        await stream.send_all(b"\x01\x02M\xc3" + b"\x89\x02hi" + b"\x00\x00" + b"\x80\x02\xbcn")
        await stream.send_all(b"\x02\x01\xff" + b"\x80\x01\x00" + b"\x82\x00")
        await drain(stream)

    with trio.CancelScope() as scope:
        async with dial_to(await serve(handler))() as transport:
            assert [await transport.receive() for _ in range(3)] == ["Mün", b"\xff\x00", b""]
            scope.cancel()


async def _library_server(nursery: trio.Nursery, handler: object) -> int:
    server = await nursery.start(serve_websocket, handler, "127.0.0.1", 0, None)
    port: int = server.port
    return port


async def _until_closed(websocket: WebSocketConnection, *, echo: bool = False) -> None:
    try:
        while True:
            message = await websocket.get_message()
            if echo:
                await websocket.send_message(message)
    except ConnectionClosed:
        pass  # the test is over
