"""Smart charging as a driver and a central system see it (1.6 ed. 2, 3.13, 5.5, 5.16)."""

from typing import Any

import pytest
from charging_stage import amperes, at, by, clear, install, profile
from stage import stage

from ocppsim.csms.calls import CallRefused
from ocppsim.model.connector import Status
from ocppsim.model.vehicle import Vehicle


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
        assert play.board.connectors[1].limited_by == "session profile 8"
        frame = await play.hears("MeterValues")
        (power,) = [
            float(value["value"])
            for value in frame.payload["meterValue"][0]["sampledValue"]
            if value["measurand"] == "Power.Active.Import"
        ]
        assert power == pytest.approx(8 * 690, abs=1)
        await play.show()
        assert play.board.connectors[1].limited_by == ""


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


async def test_a_new_default_profile_acts_on_the_running_session_at_once(autojump_clock: object) -> None:
    """err 3.8"""
    async with stage() as play:
        await play.booted()
        await play.charge()
        await install(play, 0, profile(1, 10.0))
        assert (amperes(play), by(play)) == (10.0, "default profile 1")
        await install(play, 0, profile(1, 7.0))
        assert (amperes(play), by(play)) == (7.0, "default profile 1")
        await install(play, 1, profile(2, 13.0))  # hides those on connector 0
        assert (amperes(play), by(play)) == (13.0, "default profile 2")
        await clear(play, connectorId=1)
        assert by(play) == "default profile 1"
        await clear(play, chargingProfilePurpose="TxDefaultProfile")
        assert (amperes(play), by(play)) == (16.0, "vehicle")


async def test_what_is_suspended_from_the_beginning_is_a_session_without_power(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await install(play, 0, profile(1, 0.0))
        play.plug()
        await play.settle()
        await play.show()
        assert play.statuses(1) == ["Available", "Preparing", "SuspendedEVSE"]
        await play.later(600)
        await clear(play)
        assert play.board.status(1) is Status.CHARGING
        assert play.board.connectors[1].register_wh == 0


async def test_energy_follows_the_schedule_to_the_watt_hour(autojump_clock: object) -> None:
    """An hour at 10 A and half an hour at 6 A; nobody counts the seconds."""
    async with stage() as play:
        await play.booted()
        await install(play, 1, profile(1, (0, 10.0), (3_600, 6.0), kind="Relative"))
        await play.charge()
        await play.later(5_400)
        await play.show()
        [stop] = play.said("StopTransaction")
        assert stop.payload["meterStop"] == (6_900 + 2_070)


# -- stacking


async def test_3_13_2_the_highest_level_prevails_while_it_says_something(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await install(play, 1, profile(1, 12.0))
        await play.charge()
        began = play.now
        holiday = {"startSchedule": at(began + 60), "duration": 60}
        await install(play, 1, profile(2, 8.0, level=4, schedule=holiday))
        await install(play, 1, profile(3, 10.0, level=2, validFrom=at(began + 90), validTo=at(began + 150)))
        found = []
        for _ in range(4):
            found.append((amperes(play), by(play)))
            await play.later(45)
        assert found == [
            (12.0, "default profile 1"),
            (12.0, "default profile 1"),
            (8.0, "default profile 2"),
            (10.0, "default profile 3"),
        ]
        assert by(play) == "default profile 1"


async def test_a_daily_profile_repeats_over_midnight(autojump_clock: object) -> None:
    """The virtual clock begins at midnight: 22:00 to 6:00 at full power, else 8 A."""
    night = {"startSchedule": at(-2 * 3_600), "duration": 8 * 3_600}
    quiet = {"MeterValueSampleInterval": "0", "HeartbeatInterval": "86400", "WebSocketPingInterval": "0"}
    async with stage(keys=quiet) as play:
        await play.booted()
        await install(play, 0, profile(1, 8.0))
        await install(
            play, 0, profile(2, 32.0, level=1, kind="Recurring", recurrencyKind="Daily", schedule=night)
        )
        play.plug(vehicle=Vehicle(capacity_wh=1e6))
        await play.settle()
        await play.show()
        found = []
        for _ in range(16):
            found.append(amperes(play))
            await play.later(3 * 3_600)
        assert found == [16, 16, 8, 8, 8, 8, 8, 8, 16, 16, 8, 8, 8, 8, 8, 8]


# -- profiles of a session


@pytest.mark.honours("SetChargingProfile")
async def test_3_13_1_a_session_profile_needs_its_session(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        sent = profile(5, 8.0, purpose="TxProfile")
        await install(play, 1, sent, "Rejected")
        await play.charge()
        await install(play, 0, sent, "Rejected")
        await install(play, 1, {**sent, "transactionId": play.transaction_id + 1}, "Rejected")
        await install(play, 1, {**sent, "transactionId": play.transaction_id})
        await install(play, 1, {**sent, "chargingProfileId": 6, "stackLevel": 1})
        assert by(play) == "session profile 6"


async def test_a_session_profile_goes_with_its_session(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await install(play, 1, profile(5, 8.0, purpose="TxProfile"))
        await play.show()
        await clear(play, "Unknown", id=5)
        play.unplug()
        await play.settle()
        await play.charge()
        assert by(play) == "vehicle"


async def test_a_gap_in_the_session_profiles_falls_to_the_default(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await install(play, 0, profile(1, 12.0, level=9))
        await play.charge()
        sent = profile(2, 8.0, purpose="TxProfile", kind="Relative", schedule={"duration": 60})
        await install(play, 1, sent)
        assert by(play) == "session profile 2"
        await play.later(61)
        assert (amperes(play), by(play)) == (12.0, "default profile 1")


# -- what is refused


@pytest.mark.honours("SetChargingProfile")
@pytest.mark.parametrize("connector", [2, -1])
async def test_an_unknown_connector_is_a_breach_of_a_property(autojump_clock: object, connector: int) -> None:
    """err 3.39"""
    async with stage() as play:
        await play.booted()
        with pytest.raises(CallRefused) as refused:
            await install(play, connector, profile(1, 8.0))
        assert refused.value.code == "PropertyConstraintViolation"


async def test_an_unknown_unit_is_a_breach_of_a_property(autojump_clock: object) -> None:
    """err 3.38"""
    async with stage() as play:
        await play.booted()
        sent = {"connectorId": 1, "csChargingProfiles": profile(1, 8.0, unit="kW")}
        await play.write(2, "own-1", "SetChargingProfile", sent)
        answer = play.answer_to("own-1")
        assert (answer.kind, answer.action) == (4, "PropertyConstraintViolation")


REFUSED = [
    (1, profile(1, 8.0, purpose="ChargePointMaxProfile")),
    (0, profile(1, 8.0, purpose="ChargePointMaxProfile", kind="Relative")),
    (1, profile(1, (5, 8.0))),  # err 3.45
    (1, profile(1, (0, 8.0), (60, 9.0), (60, 8.0))),
    (1, profile(1, 8.0, kind="Recurring")),
    (1, profile(1, 8.0, transactionId=1)),
    (1, profile(1, -1.0)),
    (1, profile(1, 8.0, level=-1)),
    (1, profile(1, 8.0, phases=4)),
    (1, profile(1, 8.0, validFrom=at(60), validTo=at(60))),
    (1, profile(1)),
]


@pytest.mark.parametrize(("connector", "sent"), REFUSED)
async def test_what_makes_no_sense_is_rejected_and_installs_nothing(
    autojump_clock: object, connector: int, sent: dict[str, Any]
) -> None:
    async with stage() as play:
        await play.booted()
        await install(play, connector, sent, "Rejected")
        await clear(play, "Unknown")


@pytest.mark.honours("ClearChargingProfile")
async def test_5_5_clearing_by_what_fits_and_everything_without_criteria(autojump_clock: object) -> None:
    """err 3.25"""
    async with stage() as play:
        await play.booted()
        for number, (connector, level) in enumerate([(0, 0), (1, 0), (1, 1)], 1):
            await install(play, connector, profile(number, 8.0 + number, level=level))
        await install(play, 0, profile(9, 32.0, purpose="ChargePointMaxProfile"))
        await play.charge()
        assert by(play) == "default profile 3"
        await clear(play, "Unknown", connectorId=1, stackLevel=7)
        await clear(play, connectorId=1, stackLevel=1)
        assert by(play) == "default profile 2"
        await clear(play, "Unknown", id=3)
        await clear(play)
        assert by(play) == "vehicle"
        await clear(play, "Unknown")
