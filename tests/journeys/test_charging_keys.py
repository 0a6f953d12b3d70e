"""The keys of smart charging, and what amperes, watts and phases mean (1.6 ed. 2, 9.4, 7.12 to 7.14)."""

import pytest
from charging_stage import amperes, by, clear, install, profile, schedule
from stage import stage

from ocppsim.model.connector import Status
from ocppsim.model.electricity import Supply
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle

# -- keys


@pytest.mark.honours("ChargeProfileMaxStackLevel")
async def test_a_level_above_the_highest_is_rejected(autojump_clock: object) -> None:
    async with stage(keys={"ChargeProfileMaxStackLevel": "2"}) as play:
        await play.booted()
        await install(play, 1, profile(1, 8.0, level=2))
        await install(play, 1, profile(2, 8.0, level=3), "Rejected")


@pytest.mark.honours("ChargingScheduleAllowedChargingRateUnit")
@pytest.mark.parametrize(("quantity", "allowed", "other"), [("Current", "A", "W"), ("Power", "W", "A")])
async def test_only_allowed_units_are_taken(
    autojump_clock: object, quantity: str, allowed: str, other: str
) -> None:
    """err 3.88"""
    async with stage(keys={"ChargingScheduleAllowedChargingRateUnit": quantity}) as play:
        await play.booted()
        await install(play, 1, profile(1, 8.0, unit=allowed))
        await install(play, 1, profile(2, 8.0, level=1, unit=other), "Rejected")


@pytest.mark.honours("ChargingScheduleMaxPeriods")
async def test_a_schedule_of_too_many_periods_is_rejected(autojump_clock: object) -> None:
    async with stage(keys={"ChargingScheduleMaxPeriods": "2"}) as play:
        await play.booted()
        await install(play, 1, profile(1, (0, 8.0), (60, 9.0)))
        await install(play, 1, profile(2, (0, 8.0), (60, 9.0), (90, 8.0), level=1), "Rejected")


@pytest.mark.honours("MaxChargingProfilesInstalled")
async def test_one_profile_too_many_is_rejected_but_one_may_be_replaced(autojump_clock: object) -> None:
    async with stage(keys={"MaxChargingProfilesInstalled": "2"}) as play:
        await play.booted()
        for number in (1, 2):
            await install(play, 1, profile(number, 8.0, level=number))
        await install(play, 1, profile(3, 8.0, level=3), "Rejected")
        await install(play, 1, profile(2, 8.0, level=3))
        await clear(play, id=1)
        await install(play, 1, profile(3, 8.0, level=1))


# -- electricity


async def test_watts_are_the_whole_power_and_direct_current_knows_no_minimum(autojump_clock: object) -> None:
    outlets = {1: Outlet(Supply.dc(), max_power_w=150_000, fixed_cable=True)}
    async with stage(outlets=outlets) as play:
        await play.booted()
        await play.charge()
        await install(play, 1, profile(1, 2_000.0, unit="W"))
        assert play.board.connectors[1].power.power_w == 2_000
        await install(play, 1, profile(1, 50.0))
        assert play.board.connectors[1].power.power_w == 50 * 400


async def test_more_phases_than_are_used_leave_the_limit_as_it_stands(autojump_clock: object) -> None:
    """err 3.34"""
    async with stage() as play:
        await play.booted()
        play.plug(vehicle=Vehicle(ac_phases=1))
        await play.settle()
        await play.show()
        await install(play, 1, profile(1, 10.0, phases=3))
        assert play.board.connectors[1].power.power_w == 2_300
        await install(play, 1, profile(1, 3_000.0, phases=3, unit="W"))
        assert play.board.connectors[1].power.power_w == 3_000


@pytest.mark.honours("ConnectorSwitch3to1PhaseSupported")
async def test_a_limit_for_one_phase_switches_the_others_off_and_on_again(autojump_clock: object) -> None:
    """7 A in one phase are enough to charge with, 7 A spread over three phases are not."""
    async with stage() as play:
        await play.booted()
        await play.set_key("MeterValuesSampledData", "Current.Import")
        await play.set_key("MeterValueSampleInterval", 10)
        await play.charge()
        await install(play, 1, profile(1, 7.0, phases=1))
        assert (play.board.connectors[1].power.power_w, by(play)) == (7 * 230, "default profile 1")
        assert await schedule(play, 1, 60, "A") == [(0, 7.0)]
        register_wh = play.board.connectors[1].register_wh
        await play.later(3_600)
        assert play.said("MeterValues")[-1].payload["meterValue"][0]["sampledValue"][0]["value"] == "7.00"
        assert play.board.connectors[1].register_wh - register_wh == pytest.approx(7 * 230, abs=1)
        await clear(play)
        assert amperes(play) == 16.0


@pytest.mark.honours("ConnectorSwitch3to1PhaseSupported")
async def test_a_station_that_cannot_switch_spreads_the_power_over_three_phases(
    autojump_clock: object,
) -> None:
    async with stage(keys={"ConnectorSwitch3to1PhaseSupported": "false"}) as play:
        await play.booted()
        await play.charge()
        await install(play, 1, profile(1, 7.0, phases=1))
        assert play.board.status(1) is Status.SUSPENDED_EVSE
        await install(play, 1, profile(1, 24.0, phases=1))
        assert amperes(play) == 8.0
        assert await schedule(play, 1, 60, "A") == [(0, 8.0)]
