"""The central system on real sockets, seen by other people's websocket clients."""

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trio
import trustme
from trio_websocket import ConnectionClosed as TrioClosed
from trio_websocket import wrap_client_stream
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.trio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from ocppsim.csms import server
from ocppsim.csms.behaviour import Drop, Rule
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.events import Event, HandshakeFailed
from ocppsim.csms.server import serve_websockets
from ocppsim.csms.websocket import MESSAGE_SIZE
from tests.csms.little_station import BOOT

OCPP = Subprotocol("ocpp1.6")


class Served:
    """A central system with its port and all that it saw."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self.central_system = CentralSystem()
        self.seen: list[Event] = []
        self.central_system.listeners.append(self.seen.append)
        self.nursery = nursery
        self.port = 0

    @asynccontextmanager
    async def connected(self, identity: str = "CS-1") -> AsyncIterator[ClientConnection]:
        url = f"ws://127.0.0.1:{self.port}/ocpp/{identity}"
        async with connect(url, subprotocols=[OCPP], proxy=None, compression=None) as client:
            yield client

    def refusals(self) -> list[str]:
        return [event.reason for event in self.seen if isinstance(event, HandshakeFailed)]


@pytest.fixture
async def served(nursery: trio.Nursery) -> Served:
    made = Served(nursery)
    made.port = await nursery.start(serve_websockets, made.central_system, 0)
    return made


async def call(client: ClientConnection, action: str, payload: object, call_id: str = "1") -> list[object]:
    await client.send(json.dumps([2, call_id, action, payload]))
    answer = json.loads(await client.recv())
    assert isinstance(answer, list)
    return answer


async def test_websockets_client_charges(served: Served) -> None:
    async with served.connected("CS%201") as client:
        assert client.subprotocol == OCPP
        answer = await call(client, "BootNotification", BOOT)
        assert answer[:2] == [3, "1"]
        await (await client.ping()).wait()
        request = await call_from(served, client, "CS 1")
        assert request[2:] == ["ClearCache", {}]
    await served.central_system.until(lambda: not served.central_system.peers)


async def call_from(served: Served, client: ClientConnection, identity: str) -> list[object]:
    """What a station gets when the central system makes a call, which it then answers."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(served.central_system.call, identity, "ClearCache")
        request = json.loads(await client.recv())
        await client.send(json.dumps([3, request[1], {"status": "Accepted"}]))
    assert isinstance(request, list)
    return request


async def test_trio_websocket_client_is_served_and_closed(served: Served) -> None:
    async with await trio.open_tcp_stream("127.0.0.1", served.port) as stream, trio.open_nursery() as nursery:
        client = await wrap_client_stream(nursery, stream, "x", "/CS-1", subprotocols=["ocpp1.6"])
        await client.send_message(json.dumps([2, "1", "BootNotification", BOOT]))
        assert json.loads(await client.get_message())[0] == 3
        await served.central_system.close("CS-1", 4000, "so be it")
        with pytest.raises(TrioClosed) as closed:
            await client.get_message()
        assert closed.value.reason is not None
        assert (closed.value.reason.code, closed.value.reason.reason) == (4000, "so be it")
        nursery.cancel_scope.cancel()


async def test_a_drop_is_seen_as_one_and_the_station_may_return(served: Served) -> None:
    served.central_system.behaviour.add(Rule(Drop(), times=1))
    async with served.connected() as client:
        with pytest.raises(ConnectionClosed) as closed:
            await call(client, "BootNotification", BOOT)
        assert closed.value.rcvd is None
    async with served.connected() as client:
        assert (await call(client, "BootNotification", BOOT))[0] == 3


async def test_while_it_is_down_nobody_gets_in(served: Served) -> None:
    async with served.connected() as client:
        await call(client, "BootNotification", BOOT)
        served.central_system.go_down()
        with pytest.raises(ConnectionClosed):
            await client.recv()
    with pytest.raises(Exception, match=r".") as refused:  # websockets has no one name for it
        async with served.connected():
            pass
    assert not isinstance(refused.value, AssertionError)
    served.central_system.come_up()
    async with served.connected() as client:
        assert (await call(client, "Heartbeat", {}))[0] == 3


async def test_broken_and_binary_frames_do_not_end_the_connection(served: Served) -> None:
    async with served.connected() as client:
        await client.send("rubbish")
        await client.send(b"\x00\xff")
        await client.send(["[2,", '"x","Boot', 'Notification",', json.dumps(BOOT), "]"])
        assert json.loads(await client.recv())[:2] == [3, "x"]


async def test_a_message_without_end_closes_with_1009(served: Served) -> None:
    async with served.connected() as client:
        await client.send("x" * MESSAGE_SIZE)
        await client.send(["x" * MESSAGE_SIZE, "x"])
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda admission: setattr(admission, "refuse_with", 503), 503),
        (lambda admission: setattr(admission, "identities", ()), 404),
        (lambda admission: setattr(admission, "passwords", {"CS-1": "secret"}), 401),
    ],
)
async def test_a_refusal_is_an_http_status(
    change: Callable[[object], None], status: int, served: Served
) -> None:
    change(served.central_system.admission)
    with pytest.raises(InvalidStatus) as refused:
        async with served.connected():
            pass
    assert refused.value.response.status_code == status
    assert ("WWW-Authenticate" in refused.value.response.headers) == (status == 401)
    assert served.refusals() == [f"/ocpp/CS-1: HTTP {status}"]


async def test_basic_authentication_lets_the_right_one_in(served: Served) -> None:
    served.central_system.admission.passwords = {"CS-1": "p w"}
    url = f"ws://CS-1:p%20w@127.0.0.1:{served.port}/CS-1"
    async with connect(url, subprotocols=[OCPP], proxy=None) as client:
        assert (await call(client, "BootNotification", BOOT))[0] == 3


async def test_without_a_common_subprotocol_the_connection_closes_at_once(served: Served) -> None:
    async with connect(f"ws://127.0.0.1:{served.port}/CS-1", proxy=None) as client:
        assert client.subprotocol is None
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1002
    assert served.refusals() == ["no common subprotocol"]


async def test_a_wrong_subprotocol_can_be_selected(served: Served) -> None:
    served.central_system.admission.wrong_subprotocol = "mqtt"
    async with await trio.open_tcp_stream("127.0.0.1", served.port) as stream:
        await stream.send_all(HEAD + b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n")
        assert b"\r\nSec-WebSocket-Protocol: mqtt\r\n" in await stream.receive_some()


HEAD = (
    b"GET /CS-1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bKdPyn3u98cTfZJSh4TNeQ==\r\n"
)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 400"),
        (b"POST /CS-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", b"HTTP/1.1 400"),
        (b"\x16\x03\x01 nonsense\r\n\r\n", b"HTTP/1.1 400"),
        (HEAD.replace(b"Host: x", b"Host: \xff") + b"\r\n", b"HTTP/1.1 400"),
        (HEAD.replace(b": 13", b": 12") + b"\r\n", b"HTTP/1.1 426"),
        (HEAD + b"Sec-WebSocket-Protocol: \xff\r\n\r\n", b"HTTP/1.1 400"),
        (b"GET /" + b"x" * 100_000, b"HTTP/1.1 4"),
        (b"GET / HT", b""),
        (b"", b""),
    ],
)
async def test_a_broken_handshake_ends_only_itself(request_: bytes, answer: bytes, served: Served) -> None:
    async with await trio.open_tcp_stream("127.0.0.1", served.port) as stream:
        await stream.send_all(request_)
        if not answer:
            await stream.send_eof()
        heard = bytearray()
        try:
            while data := await stream.receive_some():
                heard += data
        except trio.BrokenResourceError:
            pass  # the server closed before it had read all of it
    assert heard[: len(answer)] == answer
    assert len(served.refusals()) == 1
    async with served.connected() as client:
        assert (await call(client, "BootNotification", BOOT))[0] == 3


async def test_who_says_nothing_is_sent_away(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HANDSHAKE_S", 0.05)
    async with await trio.open_tcp_stream("127.0.0.1", served.port) as stream:
        assert await stream.receive_some() == b""
    assert served.refusals() == ["no handshake within 0.05 s"]


@pytest.mark.parametrize("data", [b"\xff\x80\0\0\0\0", b"\x81\x05hello", b"\x88\x02\x03\xed"])
async def test_broken_websocket_frames_end_only_their_connection(data: bytes, served: Served) -> None:
    """Reserved bits, a frame without a mask, a Close frame with a code that no peer may send."""
    async with await trio.open_tcp_stream("127.0.0.1", served.port) as stream:
        await stream.send_all(HEAD + b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n")
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 101")
        await stream.send_all(data)
        frame = await stream.receive_some()
        assert frame[0] == 0x88
        assert int.from_bytes(frame[2:4], "big") == 1002
    async with served.connected("CS-2") as client:
        assert (await call(client, "BootNotification", BOOT))[0] == 3


async def test_pings_while_a_connection_is_closed_harm_nobody(served: Served) -> None:
    async def ping_on(client: ClientConnection) -> None:
        try:
            while True:
                await client.ping()
                await trio.lowlevel.checkpoint()
        except ConnectionClosed:
            pass

    for _ in range(5):
        async with served.connected() as client, trio.open_nursery() as nursery:
            await call(client, "BootNotification", BOOT)
            nursery.start_soon(ping_on, client)
            await served.central_system.close("CS-1")
    assert not served.refusals()


async def test_many_stations_at_once(served: Served) -> None:
    async def station(number: int) -> None:
        async with served.connected(f"CS-{number}") as client:
            await call(client, "BootNotification", BOOT)
            await call(client, "Heartbeat", {}, "2")

    async with trio.open_nursery() as nursery:
        for number in range(60):
            nursery.start_soon(station, number)
    summary = served.central_system.summary()
    assert (summary.stations, summary.boots, summary.calls["Heartbeat"]) == (60, 60, 60)
    assert not served.central_system.findings


async def test_a_port_in_use_is_an_os_error(served: Served) -> None:
    with pytest.raises(OSError, match="in use"):
        await served.nursery.start(serve_websockets, CentralSystem(), served.port)


async def test_an_error_of_our_own_ends_one_connection_and_is_logged(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(event: Event) -> None:
        raise KeyError("stumbled")

    served.central_system.listeners.append(stumble)
    async with served.connected() as client:
        with pytest.raises(ConnectionClosed):
            await client.recv()
    served.central_system.listeners.remove(stumble)
    async with served.connected() as client:
        await call(client, "BootNotification", BOOT)
    assert "stumbled" in caplog.text


async def test_over_tls(nursery: trio.Nursery) -> None:
    authority = trustme.CA()
    ours, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    authority.configure_trust(theirs)
    served = Served(nursery)
    start: Callable[..., Awaitable[int]] = nursery.start
    served.port = await start(
        lambda task_status: serve_websockets(served.central_system, 0, tls=ours, task_status=task_status)
    )
    url = f"wss://127.0.0.1:{served.port}/CS-1"
    async with connect(url, subprotocols=[OCPP], proxy=None, ssl=theirs) as client:
        assert (await call(client, "BootNotification", BOOT))[0] == 3
    with pytest.raises(trio.BrokenResourceError):  # the certificate is not trusted
        async with connect(url, subprotocols=[OCPP], proxy=None, ssl=ssl.create_default_context()):
            pass
    async with await trio.open_tcp_stream("127.0.0.1", served.port) as plain:
        await plain.send_all(b"GET / HTTP/1.1\r\n\r\n")
        await plain.receive_some()
    async with connect(url, subprotocols=[OCPP], proxy=None, ssl=theirs) as client:
        assert (await call(client, "Heartbeat", {}))[0] == 3
        served.central_system.drop("CS-1")
        with pytest.raises(ConnectionClosed):
            await client.recv()
