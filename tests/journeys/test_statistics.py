"""Statistics: true round trips, per station and action, always in memory."""

import pytest
import trio
from stage import stage

from ocppsim.actors.statistics import ACTIONS, OTHERS, StationSnapshot, Statistics, without_secrets
from ocppsim.clock import ScaledClock
from ocppsim.csms.behaviour import Delay, Refuse, Rule, Silent
from ocppsim.performance.records import record
from ocppsim.performance.report import line, report
from ocppsim.testing.rig import Rig, open_rig


def snapshot(rig: Rig, station: str = "CS-1") -> StationSnapshot:
    return rig.fleet.statistics.stations[station].snapshot()


# -- D20


async def test_d20_the_round_trip_is_measured_of_each_station_and_each_action(autojump_clock: object) -> None:
    async with open_rig() as rig:
        rig.csms.behaviour.add(Rule(Delay(2.0), actions=["Heartbeat"], stations=["CS-1"]))
        rig.csms.behaviour.add(Rule(Delay(0.5), actions=["Heartbeat"], stations=["CS-2"]))
        for name in ("CS-1", "CS-2"):
            station = rig.add(name, measured=True)
            await station.board.until(lambda board: board.registration.accepted)
            await rig.csms.call(name, "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "30"})
        await trio.sleep(200)
        slow, quick = (snapshot(rig, name).actions for name in ("CS-1", "CS-2"))
        for heartbeats, expected in ((slow["Heartbeat"], 2.0), (quick["Heartbeat"], 0.5)):
            assert heartbeats.responses == heartbeats.times.count >= 4
            assert heartbeats.times.least_s == pytest.approx(expected, abs=1e-3)
            assert heartbeats.times.most_s == pytest.approx(expected, abs=1e-3)
            assert heartbeats.times.deviation_s == pytest.approx(0.0, abs=1e-3)
        assert slow["BootNotification"].times.most_s < 0.1


def test_d20_round_trips_are_wire_time_whatever_the_speed() -> None:
    async def measured_s() -> float:
        async with open_rig() as rig:
            rig.csms.behaviour.add(Rule(Delay(0.1), actions=["BootNotification"]))
            station = rig.add("CS-1", measured=True)
            await station.board.until(lambda board: board.registration.accepted)
            return snapshot(rig).actions["BootNotification"].times.least_s

    assert 0.1 <= trio.run(measured_s, clock=ScaledClock(100.0)) < 5.0


# -- D21


async def test_d21_statistics_are_served_from_memory_without_any_storage(autojump_clock: object) -> None:
    async with stage(measured=True) as play:
        await play.booted()
        await play.charge()
        [served] = [record(station) for station in play.rig.fleet.statistics.snapshots()]
        assert served["id"] == served["name"] == "CS-1"
        data = served["statisticsData"]
        assert isinstance(data, dict)
        for action in ("BootNotification", "StatusNotification", "Authorize", "StartTransaction"):
            said = len(play.said(action))
            assert said
            assert data[action]["requestCount"] == data[action]["responseCount"] == said
            assert data[action]["timeMeasurementCount"] == len(data[action]["measurementTimeSeries"]) == said


# -- what is counted


async def test_errors_are_callerrors_and_silence_and_no_time_is_measured_of_them(
    autojump_clock: object,
) -> None:
    async with stage(measured=True, keys={"MessageTimeout": "10"}) as play:
        await play.booted()
        play.rule(Refuse(), "Authorize", times=1)
        play.plug()
        await play.show()
        play.rule(Silent(), "Heartbeat", times=1)
        await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        await play.later(15)
        actions = snapshot(play.rig).actions
        for action in ("Authorize", "Heartbeat"):
            counted = actions[action]
            assert (counted.requests, counted.responses, counted.errors) == (1, 0, 1), action
            assert counted.times.count == 0


async def test_requests_of_the_central_system_are_counted_too(autojump_clock: object) -> None:
    async with stage(measured=True) as play:
        await play.booted()
        await play.ask("ClearCache")
        await play.write(2, "x", "NoSuchAction", {})
        actions = snapshot(play.rig).actions
        assert (actions["ClearCache"].requests, actions["ClearCache"].responses) == (1, 1)
        assert (actions["NoSuchAction"].requests, actions["NoSuchAction"].errors) == (1, 1)


async def test_invented_actions_do_not_take_memory_without_end(autojump_clock: object) -> None:
    async with stage(measured=True) as play:
        await play.booted()
        for number in range(ACTIONS + 50):
            await play.write(2, f"x-{number}", f"Invented{number}", {})
        actions = snapshot(play.rig).actions
        assert len(actions) == ACTIONS + 1
        assert actions[OTHERS].errors >= 50


async def test_a_resend_is_a_request_more(autojump_clock: object) -> None:
    async with stage(measured=True) as play:
        await play.booted()
        play.rule(Silent(), "StartTransaction", times=1)
        await play.charge()
        await play.later(300)
        started = snapshot(play.rig).actions["StartTransaction"]
        assert (started.requests, started.responses, started.errors) == (2, 1, 1)


async def test_nothing_is_measured_where_nobody_asked(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert play.station.context.statistics is None
        assert play.rig.fleet.statistics.snapshots() == []


# -- snapshots


async def test_snapshots_are_frozen(autojump_clock: object) -> None:
    async with stage(measured=True, keys={"HeartbeatInterval": "10"}) as play:
        await play.booted()
        before = snapshot(play.rig)
        await play.later(2000)
        assert "Heartbeat" not in before.actions
        assert "Heartbeat" in snapshot(play.rig).actions


async def test_a_station_that_comes_again_goes_on_with_its_statistics(autojump_clock: object) -> None:
    statistics = Statistics()
    first = statistics.measure("CS-1", id="abc", uri="ws://user:secret@csms.example/ocpp?token=secret")
    first.requested("Heartbeat")
    again = statistics.measure("CS-1", id="abc", uri="ws://other.example/")
    assert again is first
    assert again.snapshot().actions["Heartbeat"].requests == 1
    assert again.snapshot().uri == "ws://other.example/"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("ws://user:secret@csms.example:80/ocpp/CS-1?token=secret#secret", "ws://csms.example:80/ocpp/CS-1"),
        ("wss://csms.example", "wss://csms.example"),
        ("ws://[", ""),
        ("", ""),
    ],
)
def test_secrets_in_a_uri_are_left_out(uri: str, shown: str) -> None:
    assert without_secrets(uri) == shown


# -- the record


async def test_the_record_has_the_names_that_tools_know(autojump_clock: object) -> None:
    statistics = Statistics()
    station = statistics.measure("CS-1", id="abc", uri="ws://csms.example/")
    station.requested("Heartbeat")
    station.answered("Heartbeat", 0.25)
    station.requested("ClearCache")
    made = record(station.snapshot(), "pairs")
    assert {name: made[name] for name in made if name != "statisticsData"} == {
        "id": "abc",
        "name": "CS-1",
        "uri": "ws://csms.example/",
        "createdAt": "2026-01-01T00:00:00.000Z",
        "updatedAt": "2026-01-01T00:00:00.000Z",
    }
    counts = {"requestCount": 1, "responseCount": 0, "errorCount": 0, "timeMeasurementCount": 0}
    times = dict.fromkeys(
        (
            "currentTimeMeasurement",
            "minTimeMeasurement",
            "maxTimeMeasurement",
            "totalTimeMeasurement",
            "avgTimeMeasurement",
            "medTimeMeasurement",
            "ninetiethPercentileTimeMeasurement",
            "ninetyFiveThPercentileTimeMeasurement",
            "ninetyNinthPercentileTimeMeasurement",
        ),
        250.0,
    )
    series = [{"timestamp": 1767225600000, "value": 250.0}]
    assert made["statisticsData"] == [
        [
            "Heartbeat",
            counts
            | {"responseCount": 1, "timeMeasurementCount": 1}
            | times
            | {"stdTimeMeasurement": 0.0, "measurementTimeSeries": series},
        ],
        ["ClearCache", counts],
    ]


# -- the line


async def test_a_line_of_totals_comes_every_interval(autojump_clock: object) -> None:
    lines: list[str] = []
    async with stage(measured=True) as play, trio.open_nursery() as nursery:
        nursery.start_soon(report, play.rig.fleet.statistics, 60.0, lines.append)
        await play.booted()
        await play.later(59)
        assert lines == []
        await play.later(122)
        assert len(lines) == 3
        assert lines[0].startswith("statistics of 1 station: ")
        nursery.cancel_scope.cancel()


async def test_there_is_no_line_where_the_interval_is_0_or_nothing_is_measured(
    autojump_clock: object,
) -> None:
    await report(Statistics(), 0.0, pytest.fail)
    with trio.move_on_after(1000):
        await report(Statistics(), 60.0, pytest.fail)


async def test_the_line_says_counts_and_quantiles(autojump_clock: object) -> None:
    statistics = Statistics()
    station = statistics.measure("CS-1")
    assert line(statistics.totals()) == "statistics of 1 station: 0 requests, 0 responses, 0 errors"
    for _ in range(10):
        station.requested("Heartbeat")
        station.answered("Heartbeat", 0.010)
    station.failed("Heartbeat")
    totals = statistics.totals()
    assert (totals.requests, totals.responses, totals.errors, totals.measured) == (10, 10, 1, 10)
    assert totals.median_s == pytest.approx(0.010, rel=0.02)
    assert line(totals).startswith("statistics of 1 station: 10 requests, 10 responses, 1 error; round trip ")
