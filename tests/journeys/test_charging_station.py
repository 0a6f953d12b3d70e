"""A profile of the whole station bounds the sum of its connectors (1.6 ed. 2, 3.13.3)."""

import pytest
from charging_stage import amperes, at, by, clear, install, profile
from stage import Stage, stage

from ocppsim.model.connector import Status
from ocppsim.model.vehicle import Vehicle

WHOLE = "ChargePointMaxProfile"
BIG = Vehicle(ac_max_current_a=32.0)


async def charge(play: Stage, number: int, vehicle: Vehicle = BIG) -> None:
    play.plug(number, vehicle)
    await play.settle()
    await play.show(f"TAG-{number}", number)


def power_w(play: Stage) -> float:
    return sum(view.power.power_w for view in play.board.connectors.values())


@pytest.mark.honours("SetChargingProfile")
async def test_two_connectors_share_what_the_station_may_take(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await install(play, 0, profile(1, 20.0, purpose=WHOLE))
        await charge(play, 1)
        assert (amperes(play, 1), by(play, 1)) == (20.0, "station profile 1")
        await charge(play, 2)
        assert [(amperes(play, n), by(play, n)) for n in (1, 2)] == [(10.0, "station profile 1")] * 2
        await play.show("TAG-1", 1)
        assert amperes(play, 2) == 20.0


async def test_what_one_session_may_not_take_goes_to_the_other(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await install(play, 0, profile(1, 20.0, purpose=WHOLE))
        await charge(play, 1)
        await charge(play, 2)
        await install(play, 1, profile(2, 7.0, purpose="TxProfile"))
        assert [amperes(play, n) for n in (1, 2)] == [7.0, 13.0]
        await clear(play, id=2)
        assert [amperes(play, n) for n in (1, 2)] == [10.0, 10.0]


async def test_it_follows_its_schedule_and_serves_one_where_there_is_too_little(
    autojump_clock: object,
) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await charge(play, 1)
        await charge(play, 2)
        began = play.now
        sent = profile(
            1, (0, 24.0), (60, 11.0), (120, 5.0), purpose=WHOLE, schedule={"startSchedule": at(began)}
        )
        await install(play, 0, sent)
        found = []
        for _ in range(3):
            found.append([(play.board.status(n), amperes(play, n)) for n in (1, 2)])
            assert power_w(play) <= [24, 11, 5][len(found) - 1] * 690 + 1e-6
            await play.later(60)
        charging, suspended = Status.CHARGING, Status.SUSPENDED_EVSE
        assert found == [
            [(charging, 12.0), (charging, 12.0)],
            [(charging, 11.0), (suspended, 0.0)],
            [(suspended, 0.0), (suspended, 0.0)],
        ]
        assert by(play, 2) == "station profile 1"


async def test_amperes_hold_in_each_phase(autojump_clock: object) -> None:
    """An EV on one phase and one on three: together they draw 20 A from the first phase."""
    async with stage(connectors=2) as play:
        await play.booted()
        await install(play, 0, profile(1, 20.0, purpose=WHOLE))
        await charge(play, 1)
        await charge(play, 2, Vehicle(ac_phases=1, ac_max_current_a=32.0))
        powers = [play.board.connectors[n].power.power_w for n in (1, 2)]
        assert powers == pytest.approx([10 * 690, 10 * 230])


async def test_watts_bound_the_sum_below_the_stations_own_power(autojump_clock: object) -> None:
    async with stage(connectors=2, power_w=22_000.0) as play:
        await play.booted()
        await charge(play, 1)
        await charge(play, 2)
        assert by(play, 1) == "station"
        await install(play, 0, profile(1, 12_000.0, purpose=WHOLE, unit="W"))
        assert power_w(play) == pytest.approx(12_000)
        await clear(play, chargingProfilePurpose=WHOLE)
        assert power_w(play) == pytest.approx(22_000)


async def test_a_minimum_rate_says_what_is_not_worth_giving(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await install(play, 0, profile(2, 32.0, schedule={"minChargingRate": 10.0}))
        await charge(play, 1)
        await charge(play, 2)
        await install(play, 0, profile(1, 16.0, purpose=WHOLE))
        assert [amperes(play, n) for n in (1, 2)] == [16.0, 0.0]
        await install(play, 0, profile(1, 20.0, purpose=WHOLE))
        assert [amperes(play, n) for n in (1, 2)] == [10.0, 10.0]
