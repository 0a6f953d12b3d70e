"""The ends of an open websocket: what the library would turn into a hang, a crash or a lost task."""

from functools import partial

import pytest
import trio
from attrs import define, field
from trio.testing import wait_all_tasks_blocked
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage

from ocppsim.actors.wire import conversation as conversation_module
from ocppsim.actors.wire import websocket as websocket_module
from ocppsim.actors.wire.transport import TransportClosed
from tests.actors.wire.peers import DialTo, RawPeer, Serve, drain

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


async def test_violation_of_the_websocket_protocol_ends_the_connection(
    serve: Serve, quick_close: None, dial_to: DialTo
) -> None:
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
    for module in (websocket_module, conversation_module):
        monkeypatch.setattr(module, "MESSAGE_BYTES", 100)
    records = Records((TextMessage("x" * 101), Ping(b"after it")))

    async with dial_to(await serve(records))() as transport:
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert caught.value.code == 1009
    assert await records.code() == 1009


async def test_text_that_is_not_utf8_is_1007_after_all_that_came_before(
    serve: Serve, quick_close: None, dial_to: DialTo
) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept(TextMessage("good"))
        await stream.send_all(b"\x81\x02\xc3\x28" + b"\x81\x04late")
        await drain(stream)

    async with dial_to(await serve(handler))() as transport:
        assert await transport.receive() == "good"
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert caught.value.code == 1007


async def test_fragments_beyond_the_bound_are_1009(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, dial_to: DialTo
) -> None:
    for module in (websocket_module, conversation_module):
        monkeypatch.setattr(module, "MESSAGE_BYTES", 100)
    records = Records(tuple(TextMessage("x" * 40, message_finished=False) for _ in range(3)))

    async with dial_to(await serve(records))() as transport:
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert caught.value.code == 1009
    assert await records.code() == 1009


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


async def test_reason_that_a_close_frame_has_no_room_for_is_cut(serve: Serve, dial_to: DialTo) -> None:
    closes: list[CloseConnection | None] = []
    ended = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        closes.append(close := await peer.until_close())
        assert close is not None
        await peer.send(close.response())
        ended.set()

    async with dial_to(await serve(handler))() as transport:
        await transport.close(1001, "x" + "ü" * 100)
        await ended.wait()
    assert closes[0] is not None
    assert closes[0].reason == "x" + "ü" * 61


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
    serve: Serve, quick_close: None, dial_to: DialTo
) -> None:
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

    async with dial_to(await serve(records))() as transport:
        await wait_all_tasks_blocked()
        with trio.fail_after(AT_ONCE_S):
            await transport.close()
    assert await records.code() == 1000
