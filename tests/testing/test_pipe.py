"""The in-memory pipe behaves as a websocket does."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.wire.transport import DialFailed, TransportClosed
from ocppsim.csms.admission import Admission
from ocppsim.csms.central_system import CentralSystem, open_central_system
from ocppsim.csms.channel import ChannelClosed
from ocppsim.csms.events import Disconnected, Event
from ocppsim.testing.pipe import ClientEnd, ServerEnd, dial_in_memory, pipe


async def test_texts_arrive_in_order_in_each_direction() -> None:
    client, server = pipe()
    for number in range(100):
        await client.send(f"up {number}")
        await server.send(f"down {number}")
    assert server.unread()
    assert [await server.receive() for _ in range(100)] == [f"up {number}" for number in range(100)]
    assert [await client.receive() for _ in range(100)] == [f"down {number}" for number in range(100)]
    assert not server.unread()


async def test_a_close_shows_its_code_at_the_other_end_after_what_was_sent_before() -> None:
    client, server = pipe()
    await server.send("last words")
    await server.close(4001, "enough")
    assert await client.receive() == "last words"
    for _ in range(2):
        with pytest.raises(TransportClosed) as closed:
            await client.receive()
        assert (closed.value.code, closed.value.reason) == (4001, "enough")
    with pytest.raises(ChannelClosed) as own:
        await server.receive()
    assert own.value.code == 4001


async def test_nobody_sends_into_a_closed_connection() -> None:
    client, server = pipe()
    await client.close()
    with pytest.raises(TransportClosed):
        await client.send("x")
    with pytest.raises(ChannelClosed):
        await server.send("x")


@pytest.mark.parametrize("breaks", [ClientEnd, ServerEnd])
async def test_a_drop_is_1006_at_both_ends_and_wakes_who_waits(
    breaks: type, autojump_clock: MockClock
) -> None:
    client, server = pipe()
    codes: list[int] = []

    async def read(end: ClientEnd | ServerEnd) -> None:
        try:
            await end.receive()
        except (TransportClosed, ChannelClosed) as closed:
            codes.append(closed.code)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read, client)
        nursery.start_soon(read, server)
        await wait_all_tasks_blocked()
        (client if breaks is ClientEnd else server).drop()
    assert codes == [1006, 1006]


async def test_a_drop_after_a_close_changes_nothing() -> None:
    client, server = pipe()
    await client.close(1000)
    client.drop()
    with pytest.raises(ChannelClosed) as closed:
        await server.receive()
    assert closed.value.code == 1000
    with pytest.raises(TransportClosed) as own:
        await client.receive()
    assert own.value.code == 1000


async def test_a_ping_gets_its_pong_unless_the_line_is_dead(autojump_clock: MockClock) -> None:
    client, _ = pipe()
    await client.ping()
    client.freeze()
    with trio.move_on_after(60) as waited:
        await client.ping()
    assert waited.cancelled_caught
    client.drop()
    with pytest.raises(TransportClosed):
        await client.ping()


async def test_on_a_half_open_line_nothing_arrives_and_a_close_takes_two_seconds(
    autojump_clock: MockClock,
) -> None:
    client, server = pipe()
    client.freeze()
    await client.send("lost")
    await server.send("lost too")
    began = trio.current_time()
    await client.close(1000)
    assert trio.current_time() - began == 2.0
    with pytest.raises(TransportClosed) as closed:
        await client.receive()
    assert closed.value.code == 1006
    assert not server.unread()
    with trio.move_on_after(3600) as waited:
        await server.receive()
    assert waited.cancelled_caught


async def test_a_cancelled_receive_loses_nothing(autojump_clock: MockClock) -> None:
    client, server = pipe()
    with trio.move_on_after(1):
        await client.receive()
    await server.send("still here")
    assert await client.receive() == "still here"


@pytest.mark.parametrize(("ends", "code"), [("normally", 1000), ("cancelled", 1006), ("error", 1006)])
async def test_how_the_context_of_a_dial_ends_decides_the_close_code(
    ends: str, code: int, autojump_clock: MockClock
) -> None:
    seen: list[Event] = []
    async with open_central_system() as central_system:
        central_system.listeners.append(seen.append)
        dial = dial_in_memory(central_system, "CS-1")
        with trio.CancelScope() as scope:
            try:
                async with dial():
                    await wait_all_tasks_blocked()
                    if ends == "cancelled":
                        scope.cancel()
                        await trio.sleep_forever()
                    if ends == "error":
                        raise KeyError
            except KeyError:
                pass
        await wait_all_tasks_blocked()
        assert dial.client is None
        assert [event.code for event in seen if isinstance(event, Disconnected)] == [code]


async def test_a_central_system_that_is_down_refuses_the_dial(autojump_clock: MockClock) -> None:
    async with open_central_system() as central_system:
        central_system.go_down()
        with pytest.raises(DialFailed, match="connection refused") as failed:
            async with dial_in_memory(central_system, "CS-1")():
                pass
        assert not failed.value.permanent
        central_system.come_up()
        async with dial_in_memory(central_system, "CS-1")():
            await wait_all_tasks_blocked()
            assert list(central_system.peers) == ["CS-1"]


@pytest.mark.parametrize(
    ("admission", "status", "permanent"),
    [
        (Admission(refuse_with=503), 503, False),
        (Admission(refuse_with=401), 401, True),
        (Admission(identities={"other"}), 404, True),
        (Admission(wrong_subprotocol="ocpp2.0.1"), None, True),
    ],
)
async def test_a_refused_dial_looks_as_on_a_socket(
    admission: Admission, status: int | None, permanent: bool, autojump_clock: MockClock
) -> None:
    async with open_central_system(CentralSystem(admission=admission)) as central_system:
        with pytest.raises(DialFailed) as failed:
            async with dial_in_memory(central_system, "CS-1")():
                pass
        assert (failed.value.status, failed.value.permanent) == (status, permanent)


async def test_only_an_open_central_system_can_be_dialled() -> None:
    with pytest.raises(RuntimeError, match="not opened"):
        async with dial_in_memory(CentralSystem(), "CS-1")():
            pass
