"""The ends of an open websocket: what the library would turn into a hang, a crash or a lost task."""

import socket
from functools import partial

import pytest
import trio
from attrs import define, field
from trio.testing import wait_all_tasks_blocked
from trio_websocket import ConnectionClosed, WebSocketConnection, WebSocketRequest, serve_websocket
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage

from ocppsim.actors.wire import dial as dial_module
from ocppsim.actors.wire import stream as stream_module
from ocppsim.actors.wire import websocket as websocket_module
from ocppsim.actors.wire.transport import Transport, TransportClosed
from tests.actors.wire.peers import SUBPROTOCOL, DialTo, RawPeer, Serve, drain

AT_ONCE_S = 1.0
"""Below every time-out and grace of the wire."""


@define
class Records:
    """A peer that accepts, sends `frames`, reads until the end, and notes the client's last word."""

    frames: tuple[Event, ...] = ()
    peers: list[RawPeer] = field(factory=list)
    ended: trio.Event = field(factory=trio.Event)

    async def __call__(self, stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        self.peers.append(peer)
        await peer.accept(*self.frames)
        if (close := await peer.until_close()) and not self._closed_first():
            await peer.send(close.response())
        self.ended.set()

    def _closed_first(self) -> bool:
        return any(isinstance(frame, CloseConnection) for frame in self.frames)

    async def code(self) -> int | None:
        with trio.fail_after(AT_ONCE_S):
            await self.ended.wait()
        return self.peers[0].code


# -- the end of the connection, seen from here


async def test_peers_close_is_told_with_code_and_reason_after_all_it_said_before(
    serve: Serve, dial_to: DialTo
) -> None:
    records = Records((TextMessage("one"), BytesMessage(b"two"), CloseConnection(4001, "bye")))

    async with dial_to(await serve(records))() as transport:
        assert [await transport.receive(), await transport.receive()] == ["one", b"two"]
        for act in (transport.receive, partial(transport.send, "x"), transport.ping):
            with pytest.raises(TransportClosed) as caught:
                await act()
            assert (caught.value.code, caught.value.reason) == (4001, "bye")


async def test_connection_that_breaks_off_is_1006(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept()

    async with dial_to(await serve(handler))() as transport:
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert (caught.value.code, caught.value.reason) == (1006, "")
        with pytest.raises(TransportClosed):
            await transport.send("x")
        await transport.close()


async def test_violation_of_the_websocket_protocol_ends_the_connection(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept()
        await stream.send_all(b"\xff\xff\xff")
        await drain(stream)

    async with dial_to(await serve(handler))() as transport:
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert caught.value.code == 1002


async def test_message_beyond_the_bound_is_1009(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, dial_to: DialTo
) -> None:
    _patch(monkeypatch, "MESSAGE_BYTES", 100)
    records = Records((TextMessage("x" * 101), Ping(b"after it")))

    async with dial_to(await serve(records))() as transport:
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert caught.value.code == 1009
    assert await records.code() == 1009


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
    serve: Serve, monkeypatch: pytest.MonkeyPatch, dial_to: DialTo
) -> None:
    _patch(monkeypatch, "CLOSE_S", 0.05)

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


# -- leaving


async def test_close_is_clean_and_carries_code_and_reason(serve: Serve, dial_to: DialTo) -> None:
    records = Records()

    async with dial_to(await serve(records))() as transport:
        await transport.send("last words")
        await transport.close(1001, "reset")
        with pytest.raises(TransportClosed):
            await transport.send("x")
        with pytest.raises(TransportClosed):
            await transport.receive()
        await transport.close()

    assert await records.code() == 1001


async def test_leaving_at_the_end_of_the_block_closes_cleanly(serve: Serve, dial_to: DialTo) -> None:
    records = Records()

    async with dial_to(await serve(records))():
        pass

    assert await records.code() == 1000


async def test_close_wakes_a_receiver(serve: Serve, nursery: trio.Nursery, dial_to: DialTo) -> None:
    woken: list[int] = []

    async with dial_to(await serve(Records()))() as transport:

        async def reading() -> None:
            try:
                await transport.receive()
            except TransportClosed as closed:
                woken.append(closed.code)

        nursery.start_soon(reading)
        await wait_all_tasks_blocked()
        await transport.close()
    await wait_all_tasks_blocked()
    assert woken == [1000]


async def test_close_to_a_silent_peer_takes_its_time_and_no_more(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, dial_to: DialTo
) -> None:
    _patch(monkeypatch, "CLOSE_S", 0.05)
    ended = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        assert await peer.until_close()
        await drain(stream)
        ended.set()

    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport:
            await transport.close()
            await ended.wait()  # the connection is gone although the block has not ended


async def test_leaving_by_cancellation_is_a_power_cut(serve: Serve, dial_to: DialTo) -> None:
    records = Records()

    with trio.fail_after(AT_ONCE_S), trio.CancelScope() as scope:
        async with dial_to(await serve(records))() as transport:
            scope.cancel()
            await transport.receive()

    assert scope.cancelled_caught
    assert await records.code() == 1006


async def test_leaving_by_exception_is_a_power_cut_and_the_exception_stays_itself(
    serve: Serve, dial_to: DialTo
) -> None:
    records = Records()
    cause = KeyError("cause")
    error = ValueError("a bug")

    with pytest.raises(ValueError, match="a bug") as caught:
        async with dial_to(await serve(records))():
            raise error from cause

    assert caught.value is error
    assert caught.value.__cause__ is cause
    assert await records.code() == 1006


async def test_a_group_of_the_callers_stays_itself(serve: Serve, dial_to: DialTo) -> None:
    group = ExceptionGroup("mine", [ValueError("one"), KeyError("two")])

    with pytest.raises(ExceptionGroup) as caught:
        async with dial_to(await serve(Records()))():
            raise group

    assert caught.value is group


async def test_error_while_being_cancelled_wins_over_the_cancellation(serve: Serve, dial_to: DialTo) -> None:
    dial = dial_to(await serve(Records()))

    async def cleaning_up_badly() -> None:
        async with dial() as transport:
            scope.cancel()
            try:
                await transport.receive()
            finally:
                raise ValueError("in clean-up")

    with trio.CancelScope() as scope, pytest.raises(ValueError, match="in clean-up"):
        await cleaning_up_badly()


async def test_end_of_the_connection_does_not_cancel_the_block(serve: Serve, dial_to: DialTo) -> None:
    """The caller goes on with what it does until it touches the transport."""

    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept()

    async with dial_to(await serve(handler))() as transport:
        with pytest.raises(TransportClosed):
            await transport.receive()
        await wait_all_tasks_blocked()
        await trio.lowlevel.checkpoint()
        went_on = True
    assert went_on


async def test_leaving_with_unread_messages_is_immediate(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept(*[TextMessage(str(number)) for number in range(500)])
        await drain(stream)

    with trio.fail_after(AT_ONCE_S), trio.CancelScope() as scope:
        async with dial_to(await serve(handler))() as transport:
            assert await transport.receive() == "0"
            await wait_all_tasks_blocked()
            scope.cancel()
            await trio.lowlevel.checkpoint()


async def test_close_with_unread_messages_is_clean(serve: Serve, dial_to: DialTo) -> None:
    records = Records(tuple(TextMessage(str(number)) for number in range(500)))

    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(records))() as transport:
            await wait_all_tasks_blocked()
            await transport.close()
    assert await records.code() == 1000


# -- a peer that does not read


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


async def test_close_beside_a_blocked_send_ends_both(
    deaf: int, monkeypatch: pytest.MonkeyPatch, dial_to: DialTo
) -> None:
    _patch(monkeypatch, "CLOSE_S", 0.05)
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


# -- messages


async def test_messages_of_all_sizes_go_both_ways(nursery: trio.Nursery, dial_to: DialTo) -> None:
    async def echo(request: WebSocketRequest) -> None:
        await _until_closed(await request.accept(subprotocol=SUBPROTOCOL), echo=True)

    async with dial_to(await _library_server(nursery, echo))() as transport:
        for size in (0, 1, 125, 126, 4096, 65535, 65536, 1_000_000):
            text = "ü" * (size // 2) + "x" * (size % 2)
            await transport.send(text)
            assert await transport.receive() == text


async def test_subprotocol_is_known_and_there_is_one_task_per_connection(
    serve: Serve, dial_to: DialTo
) -> None:
    port = await serve(Records())
    before = trio.lowlevel.current_statistics().tasks_living

    async with dial_to(port)() as transport:
        assert isinstance(transport, websocket_module.Websocket)
        assert transport.subprotocol == SUBPROTOCOL
        servers_tasks = 1
        assert trio.lowlevel.current_statistics().tasks_living == before + servers_tasks + 1


async def test_a_bug_in_the_reader_is_not_hidden(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, dial_to: DialTo
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(WebSocketConnection, "_handle_message_event", broken)
    port = await serve(Records((TextMessage("x"),)))

    with pytest.raises(RuntimeError, match="bug"):
        async with dial_to(port)():
            await trio.sleep_forever()


async def _flood(transport: Transport) -> None:
    while True:
        await transport.send("x" * 100_000)


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
