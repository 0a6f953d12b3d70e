"""Fifty stations charge, the central system is gone for a while, and comes back on the same port."""

from collections.abc import Callable
from functools import partial

import trio
from attrs import evolve

from ocppsim import templates
from ocppsim.actors.board import Board
from ocppsim.actors.fleet import Fleet, open_fleet
from ocppsim.actors.generator import Habits
from ocppsim.actors.wire.address import parse
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.clock import ScaledClock, wire
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.server import serve_websockets
from ocppsim.dialects.v16 import Dialect16
from tests.real.independent import IndependentServer, schema_errors

STATIONS = 50
SPEED = 10.0
GONE_S = 1.5
WITHIN_S = 25.0
"""Both in wire time."""

HABITS = Habits(1, 4, 8, 15, stop_after_s=100_000, tags=("TAG-1", "TAG-2", "TAG-3"))
KEYS = {"MeterValueSampleInterval": "5", "HeartbeatInterval": "10", "AllowOfflineTxForUnknownId": "true"}


def _populate(fleet: Fleet, url: str) -> None:
    addresses = AddressBook()
    for number in range(1, STATIONS + 1):
        name = f"CS-{number:02}"
        specification = evolve(templates.specification("virtual-simple", name), keys=KEYS)
        dial = websocket_dial(parse(url, name), subprotocol="ocpp1.6", addresses=addresses)
        fleet.add(specification, Dialect16(), dial, HABITS)


async def _all(fleet: Fleet, wish: Callable[[Board], bool]) -> None:
    with trio.fail_after(wire(WITHIN_S)):
        for station in fleet.stations.values():
            await station.board.until(wish)


def _goes_on(sessions: int, board: Board) -> bool:
    return board.online and board.tally.sessions_delivered > sessions


async def _back_and_exchanging(fleet: Fleet) -> None:
    """Each station is connected, has delivered what it kept, and completes another session."""
    before = {name: one.board.tally.sessions_delivered for name, one in fleet.stations.items()}
    with trio.fail_after(wire(WITHIN_S)):
        for name, one in fleet.stations.items():
            await one.board.until(partial(_goes_on, before[name]))
    boards = [one.board for one in fleet.stations.values()]
    assert [board.tally.boots_accepted for board in boards] == [1] * STATIONS, "reconnecting is not booting"
    assert all(board.link.connections >= 2 for board in boards)
    assert sum(board.tally.given_up + board.tally.internal + board.tally.violations for board in boards) == 0
    assert fleet.failed == {}


def test_the_embedded_central_system() -> None:
    async def program() -> None:
        csms = CentralSystem(heartbeat_interval_s=10)
        async with trio.open_nursery() as nursery, open_fleet(seed=3) as fleet:
            outage = trio.CancelScope()
            port = await nursery.start(_served, csms, 0, outage)
            _populate(fleet, f"ws://127.0.0.1:{port}/")
            await _all(fleet, lambda board: board.tally.sessions_delivered > 0)
            csms.go_down()
            outage.cancel()
            await _all(fleet, lambda board: not board.online)
            registers = _registers(fleet)
            await trio.sleep(wire(GONE_S))
            assert _registers(fleet) > registers, "sessions go on offline, and so do generators"
            csms.come_up()
            await nursery.start(_served, csms, port, trio.CancelScope())
            await _back_and_exchanging(fleet)
            assert await fleet.leave()
            nursery.cancel_scope.cancel()
        assert list(csms.findings) == []

    trio.run(program, clock=ScaledClock(SPEED))


def test_an_independent_central_system(independent_server: IndependentServer) -> None:
    server = independent_server
    server.settings.boots = [("Accepted", 10)]

    async def program() -> None:
        async with open_fleet(seed=4) as fleet:
            _populate(fleet, server.url)
            await _all(fleet, lambda board: board.tally.sessions_delivered > 0)
            server.stop_listening()
            server.drop_connections()
            await _all(fleet, lambda board: not board.online)
            registers = _registers(fleet)
            await trio.sleep(wire(GONE_S))
            assert _registers(fleet) > registers
            server.start_listening()
            await _back_and_exchanging(fleet)
            assert await fleet.leave()

    trio.run(program, clock=ScaledClock(SPEED))

    seen = server.seen
    assert len(seen.boots) == STATIONS
    assert schema_errors(seen.frames) == []
    assert [what for what in seen.violations if "another CALL is open" not in what] == []
    assert all(one.stop is not None for one in seen.transactions()), "each session has its stop, just one"
    assert sum('"Heartbeat"' in frame.text for frame in seen.frames) >= STATIONS


async def _served(
    csms: CentralSystem,
    port: int,
    scope: trio.CancelScope,
    task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
) -> None:
    with scope:
        await serve_websockets(csms, port, task_status=task_status)


def _registers(fleet: Fleet) -> float:
    return sum(
        view.energy_delivered_wh + (view.register_wh if view.session else 0)
        for station in fleet.stations.values()
        for view in station.board.connectors.values()
    )
