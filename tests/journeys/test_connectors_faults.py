"""Faults, emergency stops, and what happens at the EV's end of the cable."""

import pytest
from stage import stage

from ocppsim.model.electricity import Supply
from ocppsim.model.facts import Fault
from ocppsim.model.specification import Outlet

FIXED_CABLE = {1: Outlet(Supply.dc(), max_power_w=50_000, fixed_cable=True)}


# -- faults


async def test_a_fault_that_stops_charging_ends_the_session(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.station.world.set_fault(1, Fault.GROUND)
        await play.later(30)
        assert play.stop_reasons() == ["Other"]
        report = play.said("StatusNotification")[-1].payload
        assert (report["status"], report["errorCode"]) == ("Faulted", "GroundFailure")
        play.station.world.set_fault(1, None)
        await play.settle()
        assert play.statuses(1)[-1] == "Finishing"


async def test_a_warning_is_told_and_stops_nothing(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.station.world.set_fault(1, Fault.HIGH_TEMPERATURE)
        await play.later(1)
        report = play.said("StatusNotification")[-1].payload
        assert (report["status"], report["errorCode"]) == ("Charging", "HighTemperature")
        assert play.stop_reasons() == []


async def test_an_emergency_stop_ends_the_session_and_lasts_until_it_is_released(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.station.world.press_emergency_stop(1)
        await play.settle()
        assert play.stop_reasons() == ["EmergencyStop"]
        assert play.statuses(1)[-1] == "Faulted"
        await play.show()
        assert play.statuses(1)[-1] == "Faulted"
        play.unplug()
        play.station.world.press_emergency_stop(1, pressed=False)
        await play.settle()
        assert play.statuses(1)[-1] == "Available"


# -- the EV's side


@pytest.mark.parametrize("stops", [True, False])
async def test_the_cable_is_pulled_at_the_ev(autojump_clock: object, stops: bool) -> None:
    """StopTransactionOnEVSideDisconnect: the session ends, or waits for the EV."""
    keys = {"StopTransactionOnEVSideDisconnect": str(stops).lower()}
    async with stage(keys=keys) as play:
        await play.booted()
        await play.charge()
        play.station.world.unplug_at_vehicle(1)
        await play.later(10)
        assert play.stop_reasons() == (["EVDisconnected"] if stops else [])
        assert play.statuses(1)[-1] == ("Finishing" if stops else "SuspendedEV")
        play.plug()
        await play.later(1)
        assert (play.statuses(1)[-1] == "Charging") == (not stops)


async def test_an_ev_that_pauses_suspends_its_session(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.station.world.set_ready(1, False)
        await play.later(30)
        play.station.world.set_ready(1, True)
        await play.later(30)
        assert play.statuses(1)[2:] == ["Charging", "SuspendedEV", "Charging"]
        assert play.stop_reasons() == []


async def test_no_ev_at_a_fixed_cable_is_no_occupied_connector(autojump_clock: object) -> None:
    async with stage(outlets=FIXED_CABLE) as play:
        await play.booted()
        await play.charge()
        await play.show()
        assert play.statuses(1)[-1] == "Finishing"
        play.unplug()
        await play.settle()
        assert play.statuses(1)[-1] == "Available"
