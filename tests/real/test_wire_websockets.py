"""The dialler against an independent implementation of websockets, over plain TCP."""

import gc
import os
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any, get_args

import pytest
import trio
from websockets.http11 import Request, Response
from websockets.trio.server import ServerConnection, basic_auth, serve
from websockets.typing import Subprotocol

from ocppsim.actors.wire.address import parse
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.actors.wire.transport import Dial, DialFailed, TransportClosed, TransportName

Handler = Callable[[ServerConnection], Awaitable[None]]
OCPP16 = Subprotocol("ocpp1.6")
DialTo = Callable[..., Dial]


@pytest.fixture(params=get_args(TransportName))
def transport_name(request: pytest.FixtureRequest) -> TransportName:
    """All tests run over each of the transports in turn."""
    name: TransportName = request.param
    return name


@pytest.fixture
def dial_to(transport_name: TransportName) -> DialTo:
    def dial_to(port: int, credentials: str = "") -> Dial:
        address = parse(f"ws://{credentials}localhost:{port}/ocpp", "CS 1")
        return websocket_dial(address, subprotocol=OCPP16, addresses=AddressBook(), transport=transport_name)

    return dial_to


async def listening(nursery: trio.Nursery, handler: Handler, **options: Any) -> int:
    options = {"subprotocols": [OCPP16], "ping_interval": None} | options
    server = await nursery.start(partial(serve, handler, 0, host="127.0.0.1", **options))
    port: int = server.listeners[0].socket.getsockname()[1]
    return port


async def echo(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


async def test_texts_and_binaries_of_all_sizes_come_back(nursery: trio.Nursery, dial_to: DialTo) -> None:
    async with dial_to(await listening(nursery, echo))() as transport:
        for size in (0, 1, 125, 126, 65535, 65536, 1_000_000):
            await transport.send("x" * size)
            assert await transport.receive() == "x" * size


async def test_binary_and_fragmented_messages_are_received_whole(
    nursery: trio.Nursery, dial_to: DialTo
) -> None:
    async def handler(websocket: ServerConnection) -> None:
        await websocket.send(b"\x00\xff")
        await websocket.send(["in ", "three ", "pieces"])

    async with dial_to(await listening(nursery, handler))() as transport:
        assert [await transport.receive(), await transport.receive()] == [b"\x00\xff", "in three pieces"]


async def test_path_and_credentials_arrive(nursery: trio.Nursery, dial_to: DialTo) -> None:
    paths: list[str] = []

    async def handler(websocket: ServerConnection) -> None:
        assert websocket.request is not None
        paths.append(websocket.request.path)

    process = basic_auth(realm="ocpp", credentials=("CS 1", "s:e@crët"))
    port = await listening(nursery, handler, process_request=process)

    async with dial_to(port, "CS%201:s:e%40cr%C3%ABt@")() as transport:
        with pytest.raises(TransportClosed):
            await transport.receive()
    assert paths == ["/ocpp/CS%201"]

    with pytest.raises(DialFailed, match="HTTP 401 Unauthorized") as caught:
        async with dial_to(port, "CS%201:wrong@")():
            pytest.fail("the websocket opened")
    assert (caught.value.status, caught.value.permanent) == (401, True)
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("number", [403, 404, 503])
async def test_refusals_are_told_with_status_and_first_line(
    nursery: trio.Nursery, number: int, dial_to: DialTo
) -> None:
    status = HTTPStatus(number)

    def refuse(websocket: ServerConnection, request: Request) -> Response:
        return websocket.respond(status, "not today\nnor tomorrow\n")

    port = await listening(nursery, echo, process_request=refuse)

    with pytest.raises(DialFailed) as caught:
        async with dial_to(port)():
            pytest.fail("the websocket opened")
    assert str(caught.value) == f"HTTP {status.value} {status.phrase}: not today"
    assert caught.value.permanent is (status is not HTTPStatus.SERVICE_UNAVAILABLE)


async def test_server_that_knows_no_subprotocol_is_refused(nursery: trio.Nursery, dial_to: DialTo) -> None:
    port = await listening(nursery, echo, subprotocols=None)

    with pytest.raises(DialFailed, match="no subprotocol chosen") as caught:
        async with dial_to(port)():
            pytest.fail("the websocket opened")
    assert caught.value.permanent


async def test_both_sides_close_cleanly(nursery: trio.Nursery, dial_to: DialTo) -> None:
    ends: list[tuple[int | None, str | None]] = []
    ended = trio.Event()

    async def handler(websocket: ServerConnection) -> None:
        if await websocket.recv() == "close":
            await websocket.aclose(4000, "theirs")
        await websocket.wait_closed()
        ends.append((websocket.close_code, websocket.close_reason))
        ended.set()

    dial = dial_to(await listening(nursery, handler))
    async with dial() as transport:
        await transport.send("close")
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert (caught.value.code, caught.value.reason) == (4000, "theirs")
    await ended.wait()

    ended = trio.Event()
    async with dial() as transport:
        await transport.send("wait")
        await transport.close(1001, "ours")
    await ended.wait()
    assert ends == [(4000, "theirs"), (1001, "ours")]


async def test_keepalive_pings_of_the_server_are_answered_and_ours_are(
    nursery: trio.Nursery, dial_to: DialTo
) -> None:
    port = await listening(nursery, echo, ping_interval=0.01, ping_timeout=0.5)

    async with dial_to(port)() as transport:
        for _ in range(10):
            await transport.ping()
            await transport.send("alive")
            assert await transport.receive() == "alive"


async def test_power_cut_is_1006_at_the_server(nursery: trio.Nursery, dial_to: DialTo) -> None:
    codes: list[int | None] = []
    ended = trio.Event()

    async def handler(websocket: ServerConnection) -> None:
        await websocket.wait_closed()
        codes.append(websocket.close_code)
        ended.set()

    port = await listening(nursery, handler)
    with trio.CancelScope() as scope:
        async with dial_to(port)():
            scope.cancel()
            await trio.lowlevel.checkpoint()
    with trio.fail_after(2):
        await ended.wait()
    assert codes == [1006]


async def test_storm_of_two_hundred_connections_leaves_nothing_behind(transport_name: TransportName) -> None:
    """A third closes, a third is cut, a third crashes; all share one look-up of the host."""
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    outcomes: list[str] = []
    async with trio.open_nursery() as server:
        port = await listening(server, echo, backlog=256)
        addresses = AddressBook()
        async with trio.open_nursery() as stations:
            for number in range(200):
                address = parse(f"ws://localhost:{port}", f"CS-{number}")
                dial = websocket_dial(
                    address, subprotocol=OCPP16, addresses=addresses, transport=transport_name
                )
                stations.start_soon(_one_station, dial, ["close", "cut", "crash"][number % 3], outcomes)
        server.cancel_scope.cancel()

    assert sorted(outcomes) == ["close"] * 67 + ["crash"] * 66 + ["cut"] * 67
    assert len(os.listdir("/proc/self/fd")) <= before


async def _one_station(dial: Dial, end: str, outcomes: list[str]) -> None:
    with trio.CancelScope() as scope:
        try:
            async with dial() as transport:
                await transport.send(end)
                assert await transport.receive() == end
                match end:
                    case "close":
                        await transport.close()
                    case "cut":
                        scope.cancel()
                        await trio.sleep_forever()
                    case "crash":
                        raise ZeroDivisionError
        except ZeroDivisionError:
            pass  # as it must
    outcomes.append(end)
