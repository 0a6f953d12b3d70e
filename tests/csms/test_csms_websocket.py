"""The server's websocket on a stream in memory, with frames written by hand at the other end."""

from collections.abc import AsyncIterator

import pytest
import trio
from attrs import define, field
from trio.testing import MockClock, memory_stream_pair, wait_all_tasks_blocked
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage

from ocppsim.csms.channel import ChannelClosed
from ocppsim.csms.websocket import WebSocketChannel


@define
class Line:
    """A channel and the client at the other end of its stream."""

    channel: WebSocketChannel
    stream: trio.abc.Stream
    protocol: Connection = field(factory=lambda: Connection(ConnectionType.CLIENT))

    async def write(self, *events: Event) -> None:
        await self.stream.send_all(b"".join(self.protocol.send(event) for event in events))

    async def read(self) -> list[Event]:
        self.protocol.receive_data(bytes(await self.stream.receive_some()) or None)
        return list(self.protocol.events())


@pytest.fixture
async def line(nursery: trio.Nursery) -> AsyncIterator[Line]:
    ours, theirs = memory_stream_pair()

    def cut() -> None:
        ours.send_stream.close()
        ours.receive_stream.close()

    channel = WebSocketChannel(ours, Connection(ConnectionType.SERVER), cut)
    nursery.start_soon(channel.pump)
    yield Line(channel, theirs)
    channel.drop()


async def test_messages_of_both_kinds_arrive_whole_and_apart(line: Line) -> None:
    await line.write(
        TextMessage(data="one ", message_finished=False),
        Ping(payload=b"between"),
        TextMessage(data="text"),
        BytesMessage(data=b"some "),
        BytesMessage(data=b"bytes"),
        TextMessage(data=""),
    )
    assert [await line.channel.receive() for _ in range(4)] == ["one text", b"some ", b"bytes", ""]
    assert await line.read() == [Pong(payload=b"between")]


async def test_what_has_arrived_is_unread_until_it_is_received(line: Line) -> None:
    assert not line.channel.unread()
    await line.write(TextMessage(data="text"))
    await wait_all_tasks_blocked()
    assert line.channel.unread()
    await line.channel.receive()
    assert not line.channel.unread()


async def test_the_code_of_a_close_is_seen_after_what_was_sent_before(line: Line) -> None:
    await line.write(TextMessage(data="last words"), CloseConnection(code=4001, reason="enough"))
    assert await line.channel.receive() == "last words"
    with pytest.raises(ChannelClosed) as closed:
        await line.channel.receive()
    assert (closed.value.code, closed.value.reason) == (4001, "enough")
    with pytest.raises(ChannelClosed):
        await line.channel.send("too late")
    assert await line.read() == [CloseConnection(code=4001, reason="enough")]


async def test_a_stream_that_ends_without_a_close_is_1006(line: Line) -> None:
    await line.stream.aclose()
    with pytest.raises(ChannelClosed) as closed:
        await line.channel.receive()
    assert closed.value.code == 1006


async def test_after_our_close_nothing_is_taken_any_more(line: Line, autojump_clock: MockClock) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.channel.close, 4000, "done")
        assert await line.read() == [CloseConnection(code=4000, reason="done")]
        with pytest.raises(ChannelClosed) as closed:
            await line.channel.send("too late")
        assert closed.value.code == 4000
        await line.stream.send_all(Connection(ConnectionType.CLIENT).send(TextMessage(data="unheard")))
        await line.write(CloseConnection(code=4000, reason="done"))
    assert not line.channel.unread()
    assert trio.current_time() == 0


async def test_a_close_that_is_not_answered_takes_two_seconds(line: Line, autojump_clock: MockClock) -> None:
    await line.channel.close()
    assert trio.current_time() == 2
    with pytest.raises(ChannelClosed) as closed:
        await line.channel.receive()
    assert closed.value.code == 1006


async def test_a_receiver_that_does_not_receive_holds_the_sender_back(line: Line) -> None:
    for number in range(300):
        await line.write(TextMessage(data=str(number)))
        await wait_all_tasks_blocked()
    assert len(line.channel._frames) == 256
    assert [await line.channel.receive() for _ in range(300)] == [str(number) for number in range(300)]


class StuckStream(trio.abc.Stream):
    """A stream whose other end reads nothing."""

    async def send_all(self, data: object) -> None:
        del data
        await trio.sleep_forever()

    async def wait_send_all_might_not_block(self) -> None:
        raise NotImplementedError

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError


@pytest.fixture
def cuts() -> list[str]:
    return []


@pytest.fixture
def stuck(cuts: list[str]) -> WebSocketChannel:
    return WebSocketChannel(StuckStream(), Connection(ConnectionType.SERVER), lambda: cuts.append("cut"))


async def test_a_send_that_is_cancelled_in_mid_frame_breaks_the_connection(
    stuck: WebSocketChannel, cuts: list[str], autojump_clock: MockClock
) -> None:
    with trio.move_on_after(5):
        await stuck.send("text")
    assert cuts == ["cut"]
    with pytest.raises(ChannelClosed):
        await stuck.receive()


async def test_a_client_that_reads_nothing_for_30_seconds_is_given_up(
    stuck: WebSocketChannel, cuts: list[str], autojump_clock: MockClock
) -> None:
    with pytest.raises(ChannelClosed):
        await stuck.send("text")
    assert (trio.current_time(), cuts) == (30, ["cut"])
