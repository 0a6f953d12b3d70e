"""The core where no other journey tells it: keys that are read, profiles that are off, reasons."""

from typing import Any

import pytest
from stage import Stage, stage

from ocppsim.csms.behaviour import Answer
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.model.session import StopReason
from ocppsim.model.specification import Outlet

LISTS = ("MeterValuesSampledData", "MeterValuesAlignedData", "StopTxnSampledData", "StopTxnAlignedData")


async def value(play: Stage, key: str) -> Any:
    answer = await play.ask("GetConfiguration", key=[key])
    [entry] = answer["configurationKey"]
    return entry["value"]


# -- keys that are read


@pytest.mark.honours("GetConfiguration", "NumberOfConnectors")
async def test_5_8_configuration_is_told_as_it_is(autojump_clock: object) -> None:
    async with stage(connectors=3) as play:
        await play.booted()
        assert await value(play, "NumberOfConnectors") == "3"
        await play.set_key("ConnectionTimeOut", 17)
        answer = await play.ask("GetConfiguration", key=["connectiontimeout", "Nothing"])
        assert answer == {
            "configurationKey": [{"key": "ConnectionTimeOut", "readonly": False, "value": "17"}],
            "unknownKey": ["Nothing"],
        }


async def test_5_8_without_names_all_keys_are_told(autojump_clock: object) -> None:
    """However many may be named at once."""
    async with stage(keys={"GetConfigurationMaxKeys": "2"}) as play:
        await play.booted()
        answer = await play.ask("GetConfiguration")
        assert len(answer["configurationKey"]) > 50
        assert not answer.get("unknownKey")
        assert await play.ask("GetConfiguration", key=[]) == answer
        names = [entry["key"] for entry in answer["configurationKey"]]
        assert len(names) == len(set(names))


@pytest.mark.honours("GetConfigurationMaxKeys")
async def test_no_more_keys_may_be_named_than_the_station_says(autojump_clock: object) -> None:
    async with stage(keys={"GetConfigurationMaxKeys": "2"}) as play:
        await play.booted()
        assert await value(play, "GetConfigurationMaxKeys") == "2"
        mark = play.mark()
        await play.write(2, "many", "GetConfiguration", {"key": ["A", "B", "C"]})
        answer = play.answer_to("many")
        assert (answer.kind, answer.action) == (4, "PropertyConstraintViolation")
        await play.write(2, "few", "GetConfiguration", {"key": ["A", "B"]})
        assert play.answer_to("few").kind == 3
        assert len(play.answered(mark)) == 2


@pytest.mark.honours(
    "MeterValuesSampledDataMaxLength",
    "MeterValuesAlignedDataMaxLength",
    "StopTxnSampledDataMaxLength",
    "StopTxnAlignedDataMaxLength",
)
@pytest.mark.parametrize("key", LISTS)
async def test_a_list_is_no_longer_than_the_station_says(autojump_clock: object, key: str) -> None:
    async with stage(keys={f"{key}MaxLength": "2"}) as play:
        await play.booted()
        before = await value(play, key)
        too_long = await play.ask("ChangeConfiguration", key=key, value="SoC,Voltage,Frequency")
        assert too_long == {"status": "Rejected"}
        assert await value(play, key) == before
        await play.set_key(key, "SoC,Voltage")


@pytest.mark.honours("ConnectorPhaseRotationMaxLength")
async def test_a_rotation_names_no_connector_that_is_not_there(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        assert await value(play, "ConnectorPhaseRotationMaxLength") == "3"
        longest = "0.RST,1.RST,2.RTS"
        for text, status in ((longest, "RebootRequired"), (f"{longest},3.RST", "Rejected")):
            answer = await play.ask("ChangeConfiguration", key="ConnectorPhaseRotation", value=text)
            assert answer == {"status": status}


@pytest.mark.honours("SupportedFeatureProfiles")
@pytest.mark.parametrize(
    ("left", "action", "payload"),
    [
        ("Core", "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        ("Core,RemoteTrigger", "GetLocalListVersion", {}),
        ("Core,LocalAuthListManagement", "ClearChargingProfile", {}),
        ("Core,SmartCharging", "CancelReservation", {"reservationId": 1}),
        ("Core,Reservation", "GetDiagnostics", {"location": "http://example.com/"}),
    ],
)
async def test_a_profile_that_is_left_out_is_off(
    autojump_clock: object, left: str, action: str, payload: dict[str, object]
) -> None:
    async with stage(keys={"SupportedFeatureProfiles": left}) as play:
        await play.booted()
        assert await value(play, "SupportedFeatureProfiles") == left
        await play.write(2, "off", action, payload)
        answer = play.answer_to("off")
        assert (answer.kind, answer.action) == (4, "NotSupported")
        await play.write(2, "core", "ClearCache", {})
        assert play.answer_to("core").kind == 3


# -- why a session ends


async def _by(play: Stage, reason: StopReason) -> None:
    world = play.station.world
    match reason:
        case StopReason.LOCAL:
            await play.show()
        case StopReason.REMOTE:
            await play.ask("RemoteStopTransaction", transactionId=play.transaction_id)
        case StopReason.EV_DISCONNECTED:
            play.unplug()
        case StopReason.EMERGENCY_STOP:
            world.press_emergency_stop(1)
        case StopReason.OTHER:
            world.set_fault(1, Fault.GROUND)
        case StopReason.UNLOCK_COMMAND:
            await play.ask("UnlockConnector", connectorId=1)
        case StopReason.SOFT_RESET | StopReason.HARD_RESET:
            await play.ask("Reset", type=reason.name.partition("_")[0].title())
        case StopReason.POWER_LOSS:
            play.station.cut_power()
        case StopReason.DEAUTHORIZED | StopReason.REBOOT:
            raise AssertionError("these have tests of their own")


@pytest.mark.honours("StopTransaction")
@pytest.mark.parametrize(
    "reason", [each for each in StopReason if each not in (StopReason.DEAUTHORIZED, StopReason.REBOOT)]
)
async def test_4_10_a_session_ends_for_each_reason(autojump_clock: object, reason: StopReason) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(30)
        await _by(play, reason)
        await play.later(100)
        [told] = play.stop_reasons()
        assert told.lower() == reason.name.replace("_", "").lower()


async def test_a_session_ends_because_its_tag_is_refused(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Answer({"idTagInfo": {"status": "Blocked"}}), "StartTransaction")
        play.plug()
        await play.show()
        assert play.stop_reasons() == ["DeAuthorized"]


async def test_a_session_ends_because_the_station_crashed(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await play.charge()
        play.station.context.station.tell(object())  # type: ignore[arg-type]  # what makes it crash
        await play.later(100)
        assert play.stop_reasons() == ["Reboot"]


# -- several connectors, faults, offline


async def test_a_fault_on_one_connector_leaves_the_others_alone(autojump_clock: object) -> None:
    async with stage(connectors=3) as play:
        await play.booted()
        for number in (1, 2, 3):
            await play.charge(number, tag=f"TAG-{number}")
        play.station.world.set_fault(2, Fault.OVER_CURRENT)
        await play.settle()
        statuses = [play.board.status(number) for number in (1, 2, 3)]
        assert statuses == [Status.CHARGING, Status.FAULTED, Status.CHARGING]
        [stop] = play.said("StopTransaction")
        assert stop.payload["reason"] == "Other"
        [faulted] = [
            call.payload for call in play.said("StatusNotification") if call.payload["status"] == "Faulted"
        ]
        assert (faulted["connectorId"], faulted["errorCode"]) == (2, "OverCurrentFailure")
        play.station.world.set_fault(2, None)
        await play.settle()
        assert play.board.status(2) is Status.FINISHING, "the cable is still in"


async def test_d9_the_backlog_goes_in_order_at_once_and_is_of_transactions_alone(
    autojump_clock: object,
) -> None:
    async with stage(connectors=2, keys={"MeterValueSampleInterval": "10"}) as play:
        await play.booted()
        await play.charge()
        mark = play.mark()
        play.csms.go_down()
        for _ in range(10):  # statuses that nobody will ever hear of
            play.plug(2)
            await play.later(15)
            play.unplug(2)
            await play.later(15)
        play.csms.come_up()
        await play.until(lambda board: board.online)
        await play.settle()
        back = play.said(since=mark)
        waited = [call for call in back if call.action == "MeterValues"]
        assert len(waited) >= 29
        assert waited[-1].at == waited[0].at, "nothing stands between two of them, however many there are"
        told = [call.payload["meterValue"][0]["timestamp"] for call in waited]
        assert told == sorted(set(told))
        assert {call.action for call in back} <= {"MeterValues", "Heartbeat", "StatusNotification"}
        assert len(back) - len(waited) <= 2, "at most a heartbeat and one status"


async def test_err_3_84_with_fixed_cables_alone_nothing_is_unlocked_at_the_evs_side(
    autojump_clock: object,
) -> None:
    key = "UnlockConnectorOnEVSideDisconnect"
    outlets = {number: Outlet(fixed_cable=True) for number in (1, 2)}
    async with stage(outlets=outlets, keys={key: "true"}) as play:
        await play.booted()
        told = await play.ask("GetConfiguration", key=[key])
        assert told["configurationKey"] == [{"key": key, "readonly": True, "value": "false"}]
        for wish in ("true", "false"):
            answer = await play.ask("ChangeConfiguration", key=key, value=wish)
            assert answer == {"status": "Rejected"}


async def test_a_fixed_cable_has_no_lock_to_open(autojump_clock: object) -> None:
    async with stage(outlets={1: Outlet(fixed_cable=True), 2: Outlet()}) as play:
        await play.booted()
        await play.set_key("UnlockConnectorOnEVSideDisconnect", "false")
        await play.charge(tag="MINE")
        play.unplug()
        await play.shows(Status.AVAILABLE)
