"""The totals are the sums of what the boards show."""

import json

import trio

from ocppsim.actors.board import ConnectorView, LinkView
from ocppsim.actors.runtime import Restart
from ocppsim.terminal.totals import summarise
from ocppsim.testing.rig import open_rig
from tests.terminal.fake_fleet import charge, fake_fleet


async def test_sums_over_all_stations(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery, 3, connectors=2)
    one, two, three = (station.board for station in fleet.stations.values())
    charge(one, 1, power_w=11_000, energy_wh=100)
    charge(one, 2, power_w=4_000, energy_wh=20)
    two.show_connector(1, ConnectorView(energy_delivered_wh=3_000))
    three.show_link(LinkView(trouble="closed"))
    for board, calls in ((one, 5), (two, 7), (three, 0)):
        board.tally.calls = calls
        board.tally.violations = board.tally.given_up = board.tally.resent = board.tally.internal = 1
        board.tally.sessions_delivered = 2
    one.tally.boots_accepted = 2
    fleet.failed["CS-3"] = "bug"
    summary = summarise(fleet)
    assert (summary.stations, summary.connected, summary.registered, summary.booted) == (3, 2, 2, 1)
    assert (summary.sessions_completed, summary.sessions_running) == (6, 2)
    assert (summary.energy_wh, summary.power_w) == (3_120, 15_000)
    assert (summary.calls, summary.violations, summary.given_up, summary.resent) == (12, 3, 3, 3)
    assert (summary.internal_errors, summary.failed, summary.causes) == (3, 1, {"CS-3": "bug"})


async def test_round_trips_are_quantiles_in_milliseconds(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery)
    for _ in range(98):
        fleet.latencies.add(0.010)
    for _ in range(2):
        fleet.latencies.add(1.0)
    summary = summarise(fleet)
    assert abs(summary.round_trip_p50_ms - 10) < 0.7
    assert abs(summary.round_trip_p99_ms - 1000) < 70


async def test_a_station_at_rest_draws_no_power(autojump_clock: trio.testing.MockClock) -> None:
    async with open_rig() as rig:
        station = rig.add("CS-1")
        await station.board.until(lambda board: board.registration.accepted)
        await trio.sleep(1)
        charge(station.board)
        await trio.lowlevel.checkpoint()
        assert (summarise(rig.fleet).power_w, summarise(rig.fleet).sessions_running) == (11_000, 1)
        station.context.station.end(Restart("reset", after=10))
        await trio.sleep(1)
        charge(station.board)
        await trio.lowlevel.checkpoint()
        assert (summarise(rig.fleet).power_w, summarise(rig.fleet).sessions_running) == (0, 0)
        await trio.sleep(20)
        assert summarise(rig.fleet).restarts == 1


async def test_json_has_every_total(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery)
    fleet.failed["CS-1"] = "bug"
    charge(fleet.stations["CS-2"].board, energy_wh=100 / 3)
    read = json.loads(json.dumps(summarise(fleet).as_json()))
    assert read["energy_wh"] == 33.333
    assert read["causes"] == {"CS-1": "bug"}
    assert {
        "stations",
        "sessions_completed",
        "round_trip_p99_ms",
        "violations",
        "store_trouble",
    } <= read.keys()
