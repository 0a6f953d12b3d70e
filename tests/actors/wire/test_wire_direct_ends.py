"""The end of a direct transport, where nobody may be reading, or somebody still writing."""

from functools import partial

import pytest
import trio
from trio.testing import wait_all_tasks_blocked
from wsproto.events import CloseConnection, TextMessage

from ocppsim.actors.wire.transport import Transport, TransportClosed
from tests.actors.wire import peers
from tests.actors.wire.peers import RawPeer, Serve, cancellable, drain

AT_ONCE_S = 1.0
LONG = 4_000_000
"""More bytes than the kernel takes from a sender whose peer does not read."""

dial_to = partial(peers.dial_to, transport="websockets")


async def until_closed(transport: Transport) -> int:
    try:
        while True:
            await transport.receive()
    except TransportClosed as closed:
        return closed.code


async def test_peer_learns_why_its_text_was_refused(serve: Serve) -> None:
    codes: list[int | None] = []

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        await stream.send_all(b"\x81\x02\xc3\x28")
        await peer.until_close()
        codes.append(peer.code)

    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport:
            assert await until_closed(transport) == 1007
    assert codes == [1007]


async def test_close_goes_on_when_the_task_that_read_is_cancelled(serve: Serve) -> None:
    go_on = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        close = await peer.until_close()
        assert close is not None
        await go_on.wait()
        await peer.send(close.response())
        await drain(stream)

    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport, trio.open_nursery() as own:
            receiving = await own.start(cancellable, transport.receive)
            own.start_soon(transport.close)
            await wait_all_tasks_blocked()
            receiving.cancel()
            await wait_all_tasks_blocked()
            go_on.set()


async def test_messages_before_our_close_that_nobody_took_are_gone(serve: Serve) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept(TextMessage("one"), TextMessage("two"))
        if close := await peer.until_close():
            await peer.send(close.response())

    async with dial_to(await serve(handler))() as transport:
        assert await transport.receive() == "one"
        await transport.close()
        with pytest.raises(TransportClosed):
            await transport.receive()


async def test_messages_behind_our_close_are_for_nobody(serve: Serve) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        close = await peer.until_close()
        assert close is not None
        await stream.send_all(b"\x81\x04late" + b"\x81\x02\xc3\x28")
        await peer.send(close.response())
        await drain(stream)

    received: list[str | bytes] = []
    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport, trio.open_nursery() as own:

            async def receiving() -> None:
                with pytest.raises(TransportClosed) as caught:
                    received.append(await transport.receive())
                assert caught.value.code == 1000

            own.start_soon(receiving)
            await wait_all_tasks_blocked()
            await transport.close()
    assert received == []


async def test_silent_peer_of_a_close_is_1006_for_who_receives(serve: Serve, quick_close: None) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept()
        await drain(stream)

    codes: list[int] = []
    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport, trio.open_nursery() as own:

            async def receiving() -> None:
                codes.append(await until_closed(transport))

            own.start_soon(receiving)
            await wait_all_tasks_blocked()
            await transport.close()
    assert codes == [1006]


async def test_peers_close_is_told_beside_a_blocked_send(serve: Serve, quick_close: None) -> None:
    codes: list[int] = []

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        await stream.receive_some(1)
        await wait_all_tasks_blocked()
        await peer.send(CloseConnection(1012))
        await trio.sleep_forever()

    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport, trio.open_nursery() as own:

            async def flooding() -> None:
                with pytest.raises(TransportClosed) as caught:
                    await transport.send("x" * LONG)
                codes.append(caught.value.code)

            own.start_soon(flooding)
            codes.append(await until_closed(transport))
            await transport.close()
    assert codes == [1012, 1012]


async def test_sender_cancelled_while_another_is_at_it_harms_nobody(serve: Serve) -> None:
    read = trio.Event()
    received: list[int] = []

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        await read.wait()
        while (close := await _next_close(peer, received)) is None:
            pass
        await peer.send(close.response())

    with trio.fail_after(10):
        async with dial_to(await serve(handler))() as transport:
            async with trio.open_nursery() as own:
                own.start_soon(transport.send, "x" * LONG)
                await wait_all_tasks_blocked()
                waiting = await own.start(cancellable, partial(transport.send, "waits"))
                await wait_all_tasks_blocked()
                waiting.cancel()
                read.set()
            await transport.send("last")
    assert sum(received) in (LONG + len("last"), LONG + len("waits") + len("last"))


async def _next_close(peer: RawPeer, received: list[int]) -> CloseConnection | None:
    for event in await peer.hear():
        if isinstance(event, CloseConnection):
            return event
        if isinstance(event, TextMessage):
            received.append(len(event.data))
    return None
