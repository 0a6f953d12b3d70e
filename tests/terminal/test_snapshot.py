"""A row says what a station is doing; when something is wrong, it says what."""

import trio
from attrs import evolve

from ocppsim.actors.board import ConnectorView, LinkView
from ocppsim.actors.fleet import Fleet
from ocppsim.actors.runtime import Restart, Stop
from ocppsim.actors.station import Station
from ocppsim.model.connector import Status
from ocppsim.model.registration import Registration, Standing
from ocppsim.terminal.snapshot import Connector, LinkState, Row, by_attention, row_of
from ocppsim.testing.rig import open_rig
from tests.terminal.fake_fleet import add, charge, fake_fleet


def first(fleet: Fleet) -> Station:
    return fleet.stations["CS-1"]


def row(fleet: Fleet) -> Row:
    return row_of(fleet, first(fleet))


async def test_a_station_that_charges(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery)
    board = first(fleet).board
    charge(board, power_w=11_000, energy_wh=420)
    board.tally.calls, board.tally.sessions_delivered, board.tally.last_round_trip_s = 17, 2, 0.0015
    board.note("connector 1 charging")
    assert row(fleet) == Row(
        station="CS-1",
        link=LinkState.ONLINE,
        standing=Standing.ACCEPTED,
        connectors=(Connector(Status.CHARGING, 11_000),),
        energy_wh=420,
        soc=0.64,
        sessions=2,
        calls=17,
        round_trip_s=0.0015,
        restarts=0,
        event="connector 1 charging",
    )


async def test_energy_is_that_of_ended_sessions_and_the_running_one(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery, connectors=2)
    board = first(fleet).board
    board.show_connector(1, ConnectorView(register_wh=5_000, energy_delivered_wh=1_000))
    charge(board, 1, energy_wh=200)
    charge(board, 2, energy_wh=30, power_w=4_000)
    assert row(fleet).energy_wh == 1_230
    assert row(fleet).power_w == 15_000


async def test_links_that_are_not_up_say_why(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery)
    board = first(fleet).board
    board.show_link(LinkView())
    assert (row(fleet).link, row(fleet).event) == (LinkState.DIALLING, "")
    board.show_link(LinkView(tries=3, trouble="connection refused"))
    assert (row(fleet).link, row(fleet).event) == (LinkState.OFFLINE, "connection refused (3 tries)")
    board.show_link(evolve(board.link, permanent=True, tries=1, trouble="HTTP 401"))
    assert (row(fleet).link, row(fleet).event) == (LinkState.REFUSED, "HTTP 401")


async def test_a_station_that_gave_up_shows_its_cause_and_no_power(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery)
    charge(first(fleet).board)
    fleet.failed["CS-1"] = "ValueError: \x1b[31mno"
    assert (row(fleet).link, row(fleet).event) == (LinkState.GAVE_UP, "ValueError: ·[31mno")
    assert (row(fleet).power_w, row(fleet).soc, row(fleet).connectors) == (0, None, (Connector(None),))


async def test_restarts_and_stops_of_a_living_station(autojump_clock: trio.testing.MockClock) -> None:
    async with open_rig() as rig:
        station = rig.add("CS-1")
        await station.board.until(lambda board: board.registration.accepted)
        assert (row(rig.fleet).link, row(rig.fleet).restarts) == (LinkState.ONLINE, 0)
        station.context.station.end(Restart("firmware installed", after=10))
        await trio.sleep(1)
        assert (row(rig.fleet).link, row(rig.fleet).event) == (LinkState.RESTARTING, "firmware installed")
        await trio.sleep(20)
        assert (row(rig.fleet).link, row(rig.fleet).restarts) == (LinkState.ONLINE, 1)
        station.context.station.end(Stop("switched off"))
        await trio.sleep(1)
        assert (row(rig.fleet).link, row(rig.fleet).restarts) == (LinkState.STOPPED, 1)


async def test_a_station_that_crashed_says_what_it_was(autojump_clock: trio.testing.MockClock) -> None:
    async with open_rig() as rig:
        station = rig.add("CS-1")
        await station.board.until(lambda board: board.registration.accepted)
        station.context.station.tell("nonsense")  # type: ignore[arg-type]  # a bug, as tests need one
        await trio.sleep(0.5)
        assert row(rig.fleet).link is LinkState.RESTARTING
        assert row(rig.fleet).event == "crashed: TypeError: no message of a station: 'nonsense'"


async def test_those_in_trouble_come_first(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery, 6)
    boards = [station.board for station in fleet.stations.values()]
    boards[1].show_registration(Registration(Standing.PENDING))
    boards[2].show_connector(1, ConnectorView(Status.FAULTED))
    boards[3].show_link(LinkView(trouble="closed 1006"))
    boards[4].show_link(LinkView(trouble="HTTP 401", permanent=True))
    fleet.failed["CS-6"] = "bug"
    add(fleet, "CS-7").board.show_link(LinkView(online=True))
    order = [station.id for station in by_attention(fleet)]
    assert order == ["CS-6", "CS-5", "CS-4", "CS-2", "CS-7", "CS-3", "CS-1"]
