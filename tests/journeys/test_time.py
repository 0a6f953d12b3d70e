"""Two kinds of time: what a station does by itself may run faster, what waits for another machine may not."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter, time

import pytest
import trio
from stage import Stage, stage
from transcript import Frame

from ocppsim.clock import ScaledClock, set_epoch
from ocppsim.csms.behaviour import Answer, Delay, Rule, Silent
from ocppsim.csms.findings import Breach
from ocppsim.model.connector import Status

SPEED = 600.0
BOOT = ["BootNotification"]


def fast(journey: Callable[[Stage], Awaitable[None]], *rules: Rule, **specification: object) -> float:
    """Run a journey at SPEED; the real seconds it took."""

    async def run() -> None:
        async with stage(*rules, **specification) as play:  # type: ignore[arg-type]  # as `stage` says
            await journey(play)

    began = perf_counter()
    trio.run(run, clock=ScaledClock(SPEED))
    return perf_counter() - began


def instant(frame: Frame) -> datetime:
    return datetime.fromisoformat(frame.payload["timestamp"])


# -- station time


def test_a_session_of_minutes_takes_a_moment_at_speed() -> None:
    async def journey(play: Stage) -> None:
        await play.booted()
        await play.charge()
        await play.later(185)
        await play.show()
        assert len(play.said("MeterValues")) == 3
        [start], [stop] = play.said("StartTransaction"), play.said("StopTransaction")
        assert instant(stop) - instant(start) == pytest.approx(
            timedelta(seconds=185), abs=timedelta(minutes=5)
        )

    assert fast(journey) < 20


def test_reset_heartbeat_and_connection_timeout_are_station_time() -> None:
    async def journey(play: Stage) -> None:
        await play.booted()
        play.plug()
        await play.shows(Status.FINISHING)  # after 60 s
        await play.ask("Reset", type="Hard")
        await play.until(lambda board: board.tally.boots_accepted == 2)  # 60 s later
        await play.hears("Heartbeat")  # 300 s later

    assert 420 / SPEED <= fast(journey) < 20


def test_boot_intervals_are_station_time() -> None:
    async def journey(play: Stage) -> None:
        await play.until(lambda board: board.registration.accepted)

    rule = Rule(Answer({"status": "Pending", "interval": 120}), actions=BOOT, times=2)
    assert 240 / SPEED <= fast(journey, rule) < 20


# -- wire time


def test_a_call_waits_its_real_seconds_for_an_answer() -> None:
    async def journey(play: Stage) -> None:
        await play.booted()
        play.rule(Silent(), "Authorize")
        play.plug()
        await play.show()
        began = perf_counter()
        await play.until(lambda board: board.tally.failures == 1)
        assert 0.99 <= perf_counter() - began < 20

    fast(journey, keys={"MessageTimeout": "1", "ConnectionTimeOut": "0"})


def test_reconnect_pauses_are_wire_time() -> None:
    pauses = []

    async def journey(play: Stage) -> None:
        await play.booted()
        play.rig.fleet.system.watchers.append(lambda event: pauses.append((event.actor, event.pause)))
        await play.drop()

    fast(journey)
    [pause] = [pause for actor, pause in pauses if actor == "CS-1/wire"]
    assert pause is not None
    assert 0.8 <= pause / SPEED <= 1.2


def test_pings_are_wire_time() -> None:
    """At this speed a second is ten minutes of station time: a ping each, not twenty."""
    pings = []

    async def journey(play: Stage) -> None:
        await play.booted()
        client = play.rig.dials["CS-1"].client
        assert client is not None
        ping = client.ping

        async def counted() -> None:
            pings.append(perf_counter())
            await ping()

        client.ping = counted  # type: ignore[method-assign]  # a tap on the wire
        await play.set_key("WebSocketPingInterval", 1)
        await play.later(1.2 * SPEED)

    fast(journey)
    assert 1 <= len(pings) <= 3


def test_round_trips_are_real_seconds() -> None:
    async def journey(play: Stage) -> None:
        await play.booted()
        play.rule(Delay(0.2), "StatusNotification")
        play.plug()
        await play.until(lambda board: board.tally.calls == 4)
        assert 0.19 <= play.board.tally.last_round_trip_s < 5

    fast(journey)


# -- stamps and the central system's clock


def test_stamps_begin_at_the_real_now_and_run_with_the_speed() -> None:
    async def journey(play: Stage) -> None:
        began = time()
        await play.booted()
        [status, *_] = play.said("StatusNotification")
        assert instant(status).timestamp() == pytest.approx(began, abs=5 * SPEED)
        await play.later(600)
        play.plug()
        await play.settle()
        assert (instant(play.said("StatusNotification")[-1]) - instant(status)).total_seconds() >= 600

    fast(journey)


def ahead(seconds: float) -> Rule:
    """A central system whose clock, at the boot, is so far ahead of the virtual one."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return Rule(Answer({"currentTime": at.isoformat()}), actions=BOOT)


@pytest.mark.parametrize("seconds", [3600, -3600, 2.5])
async def test_the_clock_of_the_central_system_shifts_stamps_and_no_wait(
    autojump_clock: object, seconds: float
) -> None:
    async with stage(ahead(seconds), keys={"ConnectionTimeOut": "30"}) as play:
        await play.booted()
        await play.later(10)
        await play.charge()
        await play.later(61)
        [start], [values] = play.said("StartTransaction"), play.said("MeterValues")
        noon = datetime(2026, 1, 1, tzinfo=UTC)
        assert instant(start) == noon + timedelta(seconds=10 + seconds)
        assert values.at == 70
        sampled = datetime.fromisoformat(values.payload["meterValue"][0]["timestamp"])
        assert sampled == noon + timedelta(seconds=70 + seconds)


async def test_a_small_difference_is_not_followed(autojump_clock: object) -> None:
    async with stage(ahead(1.5)) as play:
        await play.charge()
        [start] = play.said("StartTransaction")
        assert instant(start) == datetime(2026, 1, 1, tzinfo=UTC)


async def test_the_time_that_the_answer_took_is_allowed_for(autojump_clock: object) -> None:
    async with stage(Rule(Delay(20), actions=BOOT)) as play:
        await play.booted()
        assert play.station.context.memory.offset_s == 0


async def test_an_answer_is_taken_to_tell_the_time_in_the_middle_of_its_round_trip(
    autojump_clock: object,
) -> None:
    async with stage(Rule(Delay(20), actions=BOOT), ahead(3600)) as play:
        await play.booted()
        assert play.station.context.memory.offset_s == pytest.approx(3600 - 10)


async def test_a_heartbeat_sets_the_clock_too(autojump_clock: object) -> None:
    async with stage(finds=[Breach.TIME_BACK]) as play:
        await play.booted()
        play.rule(Answer({"currentTime": "2026-01-02T00:00:00Z"}), "Heartbeat", times=1)
        await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        play.plug()
        await play.settle()
        assert instant(play.said("StatusNotification")[-1]) == datetime(2026, 1, 2, tzinfo=UTC)
        await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        play.unplug()
        await play.settle()
        assert instant(play.said("StatusNotification")[-1]) == datetime(2026, 1, 1, tzinfo=UTC)


def test_at_other_speeds_the_clock_is_not_followed() -> None:
    async def journey(play: Stage) -> None:
        await play.booted()
        assert play.station.context.memory.offset_s == 0

    fast(journey, Rule(Answer({"currentTime": "2031-01-01T00:00:00Z"}), actions=BOOT))


async def test_what_a_session_lasted_does_not_depend_on_a_clock_that_was_set(autojump_clock: object) -> None:
    async with stage(finds=[Breach.TIME_BACK]) as play:
        await play.booted()
        await play.charge()
        play.rule(Answer({"currentTime": "2026-01-01T10:00:00Z"}), "Heartbeat")
        await play.later(90)
        await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        await play.later(90)
        await play.show()
        assert [values.at for values in play.said("MeterValues")] == [60, 120, 180]
        assert play.board.connectors[1].register_wh == pytest.approx(11_040 * 180 / 3600)


async def test_a_virtual_clock_starts_at_a_fixed_epoch_or_where_it_is_told(autojump_clock: object) -> None:
    set_epoch(datetime(2030, 6, 1, tzinfo=UTC).timestamp())
    async with stage() as play:
        await play.booted()
        assert play.said("StatusNotification")[0].payload["timestamp"] == "2030-06-01T00:00:00.000Z"
