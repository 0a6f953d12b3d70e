"""GetCompositeSchedule on the wire, and power that is what it said (1.6 ed. 2, 5.7)."""

import random

import pytest
from charging_stage import amperes, at, install, profile, schedule
from stage import Stage, stage

from ocppsim.model.vehicle import Vehicle

WHOLE = "ChargePointMaxProfile"
BIG = Vehicle(capacity_wh=1e6, ac_max_current_a=32.0)


async def charge(play: Stage, number: int = 1, vehicle: Vehicle = BIG) -> None:
    play.plug(number, vehicle)
    await play.settle()
    await play.show(f"TAG-{number}", number)


@pytest.mark.honours("GetCompositeSchedule")
async def test_5_7_d11_all_purposes_and_local_limits_in_the_unit_asked_for_the_whole_duration(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await charge(play)
        now = int(play.now)
        start = {"startSchedule": at(now)}
        await install(play, 0, profile(1, (0, 40.0), (300, 10.0), purpose=WHOLE, schedule=start))
        await install(play, 0, profile(2, (0, 16.0), (100, 12.0), schedule={**start, "duration": 200}))
        room = round(22_000 / 690 - 0.05, 1)
        assert await schedule(play, 1, 400, "A") == [(0, 16.0), (100, 12.0), (200, room), (300, 10.0)]
        assert await schedule(play, 1, 400, "W") == [
            (0, 11_040.0),
            (100, 8_280.0),
            (200, 22_000.0),
            (300, 6_900.0),
        ]
        assert await schedule(play, 1, 100) == [(0, 16.0)]


async def test_the_start_is_a_whole_second_and_the_answer_says_no_more_than_it_must(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await play.later(7.6)
        answer = await play.ask("GetCompositeSchedule", connectorId=1, duration=60)
        assert answer["scheduleStart"] == at(int(play.now)).replace("Z", ".000Z")
        assert answer["chargingSchedule"] == {
            "chargingRateUnit": "A",
            "duration": 60,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 31.8}],
        }


@pytest.mark.parametrize(("connector", "duration"), [(3, 60), (-1, 60), (1, 0), (0, -5)])
async def test_what_cannot_be_reported_is_rejected(
    autojump_clock: object, connector: int, duration: int
) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        answer = await play.ask("GetCompositeSchedule", connectorId=connector, duration=duration)
        assert answer == {"status": "Rejected"}


async def test_connector_0_is_the_expected_total(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        assert await schedule(play, 0, 60) == [(0, 44_000.0)]
        await install(play, 0, profile(1, 50.0, purpose=WHOLE))
        assert await schedule(play, 0, 60) == [(0, 34_500.0)]
        assert await schedule(play, 0, 60, "A") == [(0, 50.0)]
        await charge(play, 1)
        await charge(play, 2, Vehicle())
        await install(play, 1, profile(2, (0, 10.0), (30, 5.0), purpose="TxProfile", kind="Relative"))
        assert await schedule(play, 0, 60, "A") == [(0, 26.0), (30, 16.0)]
        assert await schedule(play, 0, 60, "W") == [(0, 17_940.0), (30, 11_040.0)]


async def test_a_session_that_could_begin_now_is_looked_at_where_none_runs(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await install(play, 1, profile(1, (0, 10.0), (30, 8.0), kind="Relative"))
        await play.later(100)
        assert await schedule(play, 1, 60) == [(0, 10.0), (30, 8.0)]


@pytest.mark.parametrize("seed", range(4))
async def test_what_flows_each_second_is_what_the_schedule_said(autojump_clock: object, seed: int) -> None:
    """Profiles at random; the EV takes all it may, so power is the composite schedule."""
    draw = random.Random(seed)
    async with stage() as play:
        await play.booted()
        await charge(play)
        for number in range(1, 9):
            purpose = draw.choice(["TxDefaultProfile", "TxProfile", WHOLE])
            kind = draw.choice(["Absolute", "Relative"] if purpose != WHOLE else ["Absolute"])
            starts = [0, *sorted(draw.sample(range(1, 200), draw.randint(0, 3)))]
            limits = [(start, float(draw.choice([0, 6, 8.1, 10, 16, 25]))) for start in starts]
            options: dict[str, object] = {"duration": draw.randint(20, 200)} if draw.random() < 0.7 else {}
            if kind == "Absolute":
                options["startSchedule"] = at(int(play.now) + draw.randint(-20, 100))
            place = 0 if purpose == WHOLE or (purpose == "TxDefaultProfile" and draw.random() < 0.5) else 1
            sent = profile(
                number, *limits, purpose=purpose, kind=kind, level=draw.randint(0, 3), schedule=options
            )
            await install(play, place, sent)
        await play.later(1 - play.now % 1)
        said = await schedule(play, 1, 240, "A")
        for second in range(240):
            expected = next(limit for start, limit in reversed(said) if start <= second)
            assert amperes(play) == pytest.approx(expected, abs=0.1), second
            await play.later(1)
