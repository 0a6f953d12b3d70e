"""The direct transport: nobody reads but the tasks that wait, and nobody writes but those that speak."""

import logging
import subprocess
import sys
from functools import partial

import pytest
import trio
from trio.testing import assert_no_checkpoints, wait_all_tasks_blocked
from wsproto.events import Ping, Pong, TextMessage

from ocppsim.actors.wire.address import parse
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.conversation import protocol_for
from ocppsim.actors.wire.opening import Opening
from ocppsim.actors.wire.transport import Transport
from tests.actors.wire import peers
from tests.actors.wire.peers import RawPeer, Serve, cancellable, drain, read_request

AT_ONCE_S = 1.0

dial_to = partial(peers.dial_to, transport="websockets")


async def pong(peer: RawPeer) -> bytes:
    """The payload of the next pong from the client."""
    while True:
        for event in await peer.hear():
            if isinstance(event, Pong):
                return bytes(event.payload)


async def pings(peer: RawPeer, count: int) -> list[bytes]:
    """The payloads of the client's next pings, which are not answered."""
    payloads: list[bytes] = []
    while len(payloads) < count:
        payloads += [bytes(event.payload) for event in await peer.hear() if isinstance(event, Ping)]
    return payloads


# -- no task, no checkpoint


async def test_connection_has_no_task_and_sending_no_checkpoint(serve: Serve) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept(TextMessage("one"), TextMessage("two"))
        if close := await peer.until_close():
            await peer.send(close.response())

    port = await serve(handler)
    before = trio.lowlevel.current_statistics().tasks_living
    async with dial_to(port)() as transport:
        servers_tasks = 1
        assert trio.lowlevel.current_statistics().tasks_living == before + servers_tasks
        assert await transport.receive() == "one"
        with assert_no_checkpoints():
            await transport.send("x")
            assert await transport.receive() == "two"


# -- opening


async def test_opening_in_single_bytes(serve: Serve) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        ours, peers_end = trio.testing.memory_stream_pair()
        await ours.send_all(await read_request(stream))
        await RawPeer(peers_end).accept(TextMessage("first"))
        for byte in await ours.receive_some():
            await stream.send_all(bytes([byte]))
            await wait_all_tasks_blocked()
        await drain(stream)

    with trio.CancelScope() as scope:
        async with dial_to(await serve(handler))() as transport:
            assert await transport.receive() == "first"
            scope.cancel()


async def test_ping_behind_the_opening_is_answered_before_anybody_reads(serve: Serve) -> None:
    answered = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept(Ping(b"early"))
        assert await pong(peer) == b"early"
        answered.set()
        await drain(stream)

    with trio.fail_after(AT_ONCE_S), trio.CancelScope() as scope:
        async with dial_to(await serve(handler))():
            await answered.wait()
            scope.cancel()


@pytest.mark.parametrize(
    ("url", "path", "host"),
    [
        ("ws://csms.example", b"/CS-1", b"csms.example"),
        ("ws://csms.example:8080/a;b//c/?x=/y;z", b"/a;b//c/CS-1?x=/y;z", b"csms.example:8080"),
        ("wss://csms.example:80", b"/CS-1", b"csms.example:80"),
        ("wss://[::1]:443/", b"/CS-1", b"[::1]"),
    ],
)
def test_request_names_path_and_host_as_the_url_does(url: str, path: bytes, host: bytes) -> None:
    headers = (("X-Tenant", "blue"), ("X-Tenant", "green"))
    opening = Opening(parse(url, "CS-1"), "ocpp1.6", headers, None, AddressBook(), 30.0)

    lines = b"".join(protocol_for(opening).data_to_send()).split(b"\r\n")

    assert lines[0] == b"GET %s HTTP/1.1" % path
    assert [line for line in lines if line.lower().startswith(b"host:")] == [b"Host: " + host]
    assert {b"X-Tenant: blue", b"X-Tenant: green", b"Sec-WebSocket-Protocol: ocpp1.6"} <= set(lines)
    assert b"extensions" not in b"".join(lines).lower()


async def test_debug_log_shows_no_credentials(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept()

    async with dial_to(await serve(handler), headers=[("Authorization", "Bearer hunter2")])():
        pass
    assert "hunter2" not in caplog.text


def test_only_the_chosen_library_is_loaded() -> None:
    script = """if True:
        import sys
        from ocppsim.actors.wire.address import parse
        from ocppsim.actors.wire.addresses import AddressBook
        from ocppsim.actors.wire.dial import websocket_dial
        where = parse("ws://localhost", "CS-1")
        for transport, absent in [("trio-websocket", "websockets"), ("websockets", "")]:
            websocket_dial(where, subprotocol="x", addresses=AddressBook(), transport=transport)
            print(transport.replace("-", "_") in sys.modules, absent in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["True", "False", "True", "False"]


def test_missing_package_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("direct", "conversation"):
        monkeypatch.delitem(sys.modules, f"ocppsim.actors.wire.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "websockets.client", None)

    with pytest.raises(ValueError, match=r"install ocppsim\[fast\]"):
        dial_to(9000)


# -- pings


async def test_pong_is_matched_with_its_ping_and_those_before(serve: Serve) -> None:
    done: list[int] = []
    unsolicited = [b"", b"\x01", b"\0\0\0\0\x01", b"\0\0\0\0", b"\0\0\0\x09"]

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept(*map(Pong, unsolicited))
        payloads = await pings(peer, 3)
        await peer.send(*map(Pong, unsolicited))
        await wait_all_tasks_blocked()
        assert done == []
        await peer.send(Pong(payloads[1]), Pong(payloads[0]))
        await wait_all_tasks_blocked()
        assert done == [0, 1]
        await peer.send(Pong(payloads[2]))
        await drain(stream)

    async def pinging(transport: Transport, number: int) -> None:
        await transport.ping()
        done.append(number)
        done.sort()

    port = await serve(handler)
    with trio.fail_after(AT_ONCE_S), trio.CancelScope() as scope:
        async with dial_to(port)() as transport:
            async with trio.open_nursery() as own:
                for number in range(3):
                    own.start_soon(pinging, transport, number)
                    await wait_all_tasks_blocked()
            scope.cancel()
    assert done == [0, 1, 2]


async def test_pong_is_met_by_the_task_that_receives(serve: Serve, nursery: trio.Nursery) -> None:
    """And when that task is cancelled meanwhile, the next one waiting reads."""
    asked = trio.Event()
    go_on = trio.Event()

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        await peer.send(*map(Pong, await pings(peer, 1)))
        second = await pings(peer, 1)
        asked.set()
        await go_on.wait()
        await peer.send(*map(Pong, second))
        await drain(stream)

    port = await serve(handler)
    with trio.fail_after(AT_ONCE_S), trio.CancelScope() as scope:
        async with dial_to(port)() as transport, trio.open_nursery() as own:
            receiving = await own.start(cancellable, transport.receive)
            await transport.ping()
            own.start_soon(transport.ping)
            await asked.wait()
            receiving.cancel()
            go_on.set()
            await wait_all_tasks_blocked()
            assert len(own.child_tasks) == 0
            scope.cancel()
    assert scope.cancelled_caught


async def test_ping_while_closing_is_answered(serve: Serve) -> None:
    seen: list[bytes | int] = []

    async def handler(stream: trio.SocketStream) -> None:
        peer = RawPeer(stream)
        await peer.accept()
        close = await peer.until_close()
        assert close is not None
        await stream.send_all(b"\x89\x02hi")
        answer = await stream.receive_some()
        seen.append(answer[:2])
        seen.append(bytes(sign ^ mask for sign, mask in zip(answer[6:], answer[2:6], strict=False)))
        await peer.send(close.response())
        await drain(stream)
        seen.append(close.code)

    with trio.fail_after(AT_ONCE_S):
        async with dial_to(await serve(handler))() as transport:
            await transport.close(1001, "going")
            await wait_all_tasks_blocked()
    assert seen == [b"\x8a\x82", b"hi", 1001]
