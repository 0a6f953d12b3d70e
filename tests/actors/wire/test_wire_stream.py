"""The light stream over a pair of sockets: no checkpoint too many, none missing, and every end is told."""

import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import pytest
import trio
from trio.testing import MockClock, assert_no_checkpoints, wait_all_tasks_blocked

from ocppsim import clock
from ocppsim.actors.wire.stream import BLOCKED_S, Endpoint, LightStream, connect


@pytest.fixture
def pair() -> Iterator[tuple[LightStream, socket.socket]]:
    """A stream and the other end of its connection, neither of which blocks."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield LightStream(ours), theirs


Pair = tuple[LightStream, socket.socket]
MORE_THAN_THE_KERNEL_TAKES = b"x" * 10_000_000


async def test_send_that_the_kernel_takes_is_no_checkpoint(pair: Pair) -> None:
    stream, other = pair

    with assert_no_checkpoints():
        await stream.send_all(bytearray(b"frame"))

    assert other.recv(100) == b"frame"


async def test_receive_waits_and_takes_what_is_there(pair: Pair, nursery: trio.Nursery) -> None:
    stream, other = pair
    received: list[bytes] = []

    async def receiving() -> None:
        received.append(await stream.receive_some())

    nursery.start_soon(receiving)
    await wait_all_tasks_blocked()
    assert received == []
    other.send(b"one")
    await wait_all_tasks_blocked()
    assert received == [b"one"]


async def test_receive_obeys_its_bound_and_tells_the_end(pair: Pair) -> None:
    stream, other = pair
    other.send(b"abc")
    other.close()

    assert [await stream.receive_some(2), await stream.receive_some(), await stream.receive_some()] == [
        b"ab",
        b"c",
        b"",
    ]


async def test_long_send_goes_on_as_the_peer_reads(pair: Pair, nursery: trio.Nursery) -> None:
    stream, other = pair
    nursery.start_soon(stream.send_all, MORE_THAN_THE_KERNEL_TAKES)
    taken = 0
    while taken < len(MORE_THAN_THE_KERNEL_TAKES):
        await trio.lowlevel.wait_readable(other)
        taken += len(other.recv(1_000_000))

    await wait_all_tasks_blocked()
    await stream.send_all(b"next")
    assert other.recv(100) == b"next"


@pytest.mark.parametrize("speed", [1.0, 60.0])
async def test_blocked_send_gives_up_after_its_wire_time(
    pair: Pair, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch, speed: float
) -> None:
    monkeypatch.setattr(clock, "speed", lambda: speed)
    start = trio.current_time()

    with pytest.raises(trio.BrokenResourceError, match="did not read"):
        await pair[0].send_all(MORE_THAN_THE_KERNEL_TAKES)

    assert trio.current_time() - start == BLOCKED_S * speed


async def test_nothing_follows_a_send_that_was_cut_off(pair: Pair, autojump_clock: MockClock) -> None:
    stream, _ = pair
    with trio.move_on_after(1):
        await stream.send_all(MORE_THAN_THE_KERNEL_TAKES)

    with pytest.raises(trio.BrokenResourceError, match="cut off"):
        await stream.send_all(b"x")


@pytest.mark.parametrize("waiting", ["receive", "send"])
async def test_dropping_wakes_who_waits(pair: Pair, nursery: trio.Nursery, waiting: str) -> None:
    stream, _ = pair
    woken = trio.Event()

    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "receive": stream.receive_some,
        "send": partial(stream.send_all, MORE_THAN_THE_KERNEL_TAKES),
    }

    async def wait() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await acts[waiting]()
        woken.set()

    nursery.start_soon(wait)
    await wait_all_tasks_blocked()
    stream.drop()
    with trio.fail_after(1):
        await woken.wait()


async def test_dropping_before_a_woken_reader_runs_is_told_as_closed() -> None:
    """Data has woken the reader, but another task drops the stream first, half of the times."""
    results: list[str] = []

    async def receiving(stream: LightStream) -> None:
        try:
            results.append((await stream.receive_some()).decode())
        except trio.ClosedResourceError:
            results.append("closed")

    for _ in range(20):
        ours, other = socket.socketpair()
        ours.setblocking(False)
        stream = LightStream(ours)
        async with trio.open_nursery() as own:
            own.start_soon(receiving, stream)
            await wait_all_tasks_blocked()
            with other:
                other.send(b"data")
                await trio.lowlevel.checkpoint()
                stream.drop()
    assert set(results) <= {"data", "closed"}
    assert len(results) == 20


async def test_closed_stream_says_so(pair: Pair) -> None:
    stream, other = pair
    await stream.aclose()
    await stream.aclose()

    with pytest.raises(trio.ClosedResourceError):
        await stream.send_all(b"x")
    with pytest.raises(trio.ClosedResourceError):
        await stream.receive_some()
    assert other.recv(100) == b""


async def test_last_words_of_a_vanished_peer_are_read_although_sending_fails(pair: Pair) -> None:
    stream, other = pair
    other.send(b"because")
    other.close()

    await stream.send_all(b"lost")
    with pytest.raises(trio.BrokenResourceError):
        await stream.send_all(b"refused")
    assert [await stream.receive_some(), await stream.receive_some()] == [b"because", b""]


async def test_reset_is_told_by_receiving() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = await connect(Endpoint(socket.AF_INET, 0, server.getsockname()))
        with server.accept()[0] as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with pytest.raises(trio.BrokenResourceError) as caught:
        await stream.receive_some()
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    stream.drop()
