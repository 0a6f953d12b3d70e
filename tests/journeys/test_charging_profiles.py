"""Smart charging as a driver and a central system see it (1.6 ed. 2, 3.13, 5.5, 5.16)."""

import pytest
from charging_stage import amperes, by, clear, install, profile
from stage import stage

from ocppsim.model.connector import Status


@pytest.mark.honours("SetChargingProfile", "ClearChargingProfile")
async def test_5_16_4_a_default_profile_bounds_the_next_session_and_is_cleared(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await install(play, 1, profile(7, 10.0))
        await play.charge()
        assert (amperes(play), by(play)) == (10.0, "default profile 7")
        await clear(play, id=7)
        assert (amperes(play), by(play)) == (16.0, "vehicle")


@pytest.mark.honours("SetChargingProfile")
async def test_5_16_3_a_session_profile_acts_at_once_and_shows_in_the_next_sample(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await play.set_key("MeterValueSampleInterval", 10)
        await play.charge()
        await play.later(1)
        sent = profile(8, 8.0, purpose="TxProfile", transactionId=play.transaction_id)
        await install(play, 1, sent)
        assert by(play) == "session profile 8"
        frame = await play.hears("MeterValues")
        (power,) = [
            float(value["value"])
            for value in frame.payload["meterValue"][0]["sampledValue"]
            if value["measurand"] == "Power.Active.Import"
        ]
        assert power == pytest.approx(8 * 690, abs=1)


@pytest.mark.honours("SetChargingProfile")
async def test_limits_change_at_the_borders_of_periods_and_below_6_a_nothing_flows(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await install(
            play, 1, profile(1, (0, 16.0), (60, 5.9), (120, 6.0), kind="Relative", purpose="TxProfile")
        )
        began = play.now
        mark = play.mark()
        await play.later(59)
        assert amperes(play) == 16.0
        await play.later(1.001)
        assert play.board.status(1) is Status.SUSPENDED_EVSE
        assert by(play) == "session profile 1"
        await play.later(60)
        assert (play.board.status(1), amperes(play)) == (Status.CHARGING, 6.0)
        told = [(f.payload["status"], round(f.at - began)) for f in play.said("StatusNotification", mark)]
        assert told == [("SuspendedEVSE", 60), ("Charging", 120)]
