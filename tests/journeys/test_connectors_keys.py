"""Every configuration key that can be changed has its effect at once, in the middle of whatever goes on."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from stage import Stage, stage
from transcript import stamp

from ocppsim.csms.behaviour import Answer, Refuse, Silent
from ocppsim.dialects.v16 import security_keys, signed_meter_values_keys
from ocppsim.dialects.v16.keys import KEYS
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.model.vehicle import Vehicle

Journey = Callable[[Stage], Awaitable[None]]
JOURNEYS: dict[str, Journey] = {}


def key(journey: Journey) -> Journey:
    """A journey named after its key."""
    JOURNEYS[journey.__name__] = journey
    return journey


# -- who may charge


@key
async def AllowOfflineTxForUnknownId(play: Stage) -> None:  # noqa: N802
    await play.set_key("AllowOfflineTxForUnknownId", "true")
    play.csms.go_down()
    await play.settle()
    await play.charge(tag="STRANGER")


@key
async def LocalAuthorizeOffline(play: Stage) -> None:  # noqa: N802
    await play.show("FRIEND")
    await play.later(100)
    await play.set_key("LocalAuthorizeOffline", "false")
    play.csms.go_down()
    play.plug()
    await play.show("FRIEND")
    assert play.board.status(1) is Status.PREPARING


@key
async def AuthorizationCacheEnabled(play: Stage) -> None:  # noqa: N802
    await play.show("FRIEND")
    await play.later(100)
    await play.set_key("AuthorizationCacheEnabled", "false")
    assert await play.ask("ClearCache") == {"status": "Rejected"}
    play.csms.go_down()
    play.plug()
    await play.show("FRIEND")
    assert play.board.status(1) is Status.PREPARING


@key
async def LocalPreAuthorize(play: Stage) -> None:  # noqa: N802
    await play.show("FRIEND")
    await play.later(100)
    await play.set_key("LocalPreAuthorize", "true")
    await play.charge(tag="FRIEND")
    assert len(play.said("Authorize")) == 1


@key
async def AuthorizeRemoteTxRequests(play: Stage) -> None:  # noqa: N802
    await play.set_key("AuthorizeRemoteTxRequests", "false")
    play.plug()
    await play.ask("RemoteStartTransaction", idTag="REMOTE")
    assert play.said("Authorize") == []
    assert play.board.status(1) is Status.CHARGING


@key
async def StopTransactionOnInvalidId(play: Stage) -> None:  # noqa: N802
    play.rule(Answer({"idTagInfo": {"status": "Invalid"}}), "StartTransaction")
    await play.set_key("StopTransactionOnInvalidId", "false")
    play.plug()
    await play.show()
    assert play.board.status(1) is Status.SUSPENDED_EVSE


@key
async def StopTransactionOnEVSideDisconnect(play: Stage) -> None:  # noqa: N802
    await play.charge()
    await play.set_key("StopTransactionOnEVSideDisconnect", "false")
    play.station.world.unplug_at_vehicle(1)
    await play.settle()
    assert play.board.status(1) is Status.SUSPENDED_EV


@key
async def ConnectionTimeOut(play: Stage) -> None:  # noqa: N802
    play.plug()
    await play.later(30)
    await play.set_key("ConnectionTimeOut", 40)
    await play.later(9)
    assert play.board.status(1) is Status.PREPARING
    await play.later(1)
    assert play.board.status(1) is Status.FINISHING


# -- how often


@key
async def HeartbeatInterval(play: Stage) -> None:  # noqa: N802
    await play.later(10)
    await play.set_key("HeartbeatInterval", 30)
    await play.later(60)
    assert play.times("Heartbeat") == [30, 60]


@key
async def MeterValueSampleInterval(play: Stage) -> None:  # noqa: N802
    await play.charge()
    await play.later(65)
    await play.set_key("MeterValueSampleInterval", 10)
    await play.later(36)
    assert play.times("MeterValues") == [60, 70, 80, 90, 100]
    await play.set_key("MeterValueSampleInterval", 0)
    await play.later(600)
    assert len(play.said("MeterValues")) == 5
    await play.set_key("MeterValueSampleInterval", 50)
    await play.later(100)
    assert play.times("MeterValues")[-2:] == [750, 800]


@key
async def MeterValuesSampledData(play: Stage) -> None:  # noqa: N802
    await play.charge()
    await play.set_key("MeterValuesSampledData", "SoC,Power.Active.Import")
    await play.later(60)
    [values] = play.said("MeterValues")
    samples = values.payload["meterValue"][0]["sampledValue"]
    assert [sample["measurand"] for sample in samples] == ["SoC", "Power.Active.Import"]


def measurands(reading: Any) -> list[str]:
    return [sample["measurand"] for sample in reading["sampledValue"]]


@key
async def ClockAlignedDataInterval(play: Stage) -> None:  # noqa: N802
    await play.later(50)
    await play.set_key("ClockAlignedDataInterval", 60)
    await play.later(150)
    assert play.times("MeterValues") == [60, 120, 180]
    await play.set_key("ClockAlignedDataInterval", 0)
    await play.later(150)
    assert len(play.said("MeterValues")) == 3


@key
async def MeterValuesAlignedData(play: Stage) -> None:  # noqa: N802
    await play.set_key("ClockAlignedDataInterval", 60)
    await play.set_key("MeterValuesAlignedData", "Voltage.L2,Frequency")
    await play.later(60)
    [values] = play.said("MeterValues")
    assert measurands(values.payload["meterValue"][0]) == ["Voltage", "Frequency"]
    await play.set_key("MeterValuesAlignedData", "")
    await play.later(60)
    assert len(play.said("MeterValues")) == 1


@key
async def StopTxnSampledData(play: Stage) -> None:  # noqa: N802
    await play.set_key("StopTxnSampledData", "SoC")
    await play.charge()
    await play.later(61)
    await play.show()
    [stop] = play.said("StopTransaction")
    assert [measurands(reading) for reading in stop.payload["transactionData"]] == [["SoC"]] * 3


@key
async def StopTxnAlignedData(play: Stage) -> None:  # noqa: N802
    await play.set_key("StopTxnAlignedData", "SoC")
    await play.set_key("ClockAlignedDataInterval", 40)
    await play.charge()
    await play.later(61)
    await play.show()
    [stop] = play.said("StopTransaction")
    contexts = [reading["sampledValue"][0]["context"] for reading in stop.payload["transactionData"]]
    assert contexts == ["Transaction.Begin", "Sample.Clock", "Transaction.End"]


@key
async def ConnectorPhaseRotation(play: Stage) -> None:  # noqa: N802
    """Which phase of the meter carries the current of an EV with one phase; after the next boot alone."""
    one_phase = Vehicle(ac_phases=1)

    async def phases() -> list[object]:
        play.plug(vehicle=one_phase)
        await play.show()
        mark = play.mark()
        values = await play.hears("MeterValues", mark)
        await play.show()
        play.unplug()
        await play.settle()
        samples = values.payload["meterValue"][0]["sampledValue"]
        return [sample["phase"] for sample in samples if "phase" in sample]

    assert await phases() == ["L1", "L1-N"]
    answer = await play.ask("ChangeConfiguration", key="ConnectorPhaseRotation", value="1.TRS")
    assert answer == {"status": "RebootRequired"}
    assert await phases() == ["L1", "L1-N"]
    await play.ask("Reset", type="Soft")
    await play.later(65)
    assert await phases() == ["L3", "L3-N"]


@key
async def MinimumStatusDuration(play: Stage) -> None:  # noqa: N802
    await play.set_key("MinimumStatusDuration", 20)
    mark = play.mark()
    play.plug()
    await play.later(19)
    play.unplug()
    await play.later(100)
    assert play.statuses(1, mark) == [], "it did not last"
    plugged_at = play.now
    play.plug()
    await play.later(19)
    assert play.statuses(1, mark) == []
    await play.later(1)
    [report] = play.said("StatusNotification", mark)
    assert (report.payload["status"], report.payload["timestamp"]) == ("Preparing", stamp(plugged_at))
    await play.ask("ChangeAvailability", connectorId=0, type="Inoperative")
    await play.later(20)
    assert play.statuses(0, mark) == ["Unavailable"]


@key
async def ResetRetries(play: Stage) -> None:  # noqa: N802
    await play.set_key("ResetRetries", 2)
    play.station.world.set_fault(1, Fault.RESET)
    assert await play.ask("Reset", type="Hard") == {"status": "Accepted"}
    await play.later(25)
    play.station.world.set_fault(1, None)
    await play.later(100)
    assert len(play.said("BootNotification")) == 1, "both attempts were over by then"
    play.station.world.set_fault(1, Fault.RESET)
    await play.ask("Reset", type="Hard")
    await play.later(15)
    play.station.world.set_fault(1, None)
    await play.later(100)
    assert len(play.said("BootNotification")) == 2


@key
async def UnlockConnectorOnEVSideDisconnect(play: Stage) -> None:  # noqa: N802
    await play.set_key("UnlockConnectorOnEVSideDisconnect", "false")
    await play.charge(tag="MINE")
    play.unplug()
    await play.settle()
    assert play.stop_reasons() == ["EVDisconnected"]
    play.unplug()
    await play.show("OTHER")
    assert play.board.status(1) is not Status.AVAILABLE, "the cable is locked"
    await play.later(100)
    await play.show("MINE")
    play.unplug()
    await play.shows(Status.AVAILABLE)


@key
async def WebSocketPingInterval(play: Stage) -> None:  # noqa: N802
    await play.set_key("WebSocketPingInterval", 0)
    await play.later(1)
    await play.set_key("WebSocketPingInterval", 5)
    play.rig.freeze(play.name)
    await play.until(lambda board: not board.online)
    assert play.now == 1 + 5 + 10  # the pong had ten seconds
    await play.until(lambda board: board.online)
    await play.settle()
    await play.set_key("WebSocketPingInterval", 0)
    play.rig.freeze(play.name)
    await play.later(250)
    assert play.board.online, "nobody looks"


# -- how calls fail


@key
async def MessageTimeout(play: Stage) -> None:  # noqa: N802
    play.rule(Silent(), "StatusNotification", times=1)
    play.plug()
    await play.later(3)
    await play.set_key("MessageTimeout", 5)  # for the one that is open, too
    assert play.board.tally.failures == 0
    await play.later(2)
    assert play.board.tally.failures == 1


@key
async def TransactionMessageAttempts(play: Stage) -> None:  # noqa: N802
    play.rule(Refuse(), "StartTransaction")
    await play.charge()
    await play.set_key("TransactionMessageAttempts", 2)
    await play.later(600)
    assert len(play.said("StartTransaction")) == 2


@key
async def TransactionMessageRetryInterval(play: Stage) -> None:  # noqa: N802
    play.rule(Refuse(), "StartTransaction")
    await play.charge()
    await play.later(10)
    await play.set_key("TransactionMessageRetryInterval", 20)  # for the pause that runs, too
    await play.later(60)
    assert play.times("StartTransaction") == [0, 20, 60]


@key
async def MaxEnergyOnInvalidId(play: Stage) -> None:  # noqa: N802
    play.rule(Answer({"idTagInfo": {"status": "Invalid"}}), "StartTransaction")
    await play.set_key("MaxEnergyOnInvalidId", 100)
    await play.charge()
    await play.later(60)
    [stop] = play.said("StopTransaction")
    assert stop.payload["meterStop"] == 100


@key
async def LocalAuthListEnabled(play: Stage) -> None:  # noqa: N802
    assert await play.ask("GetLocalListVersion") == {"listVersion": 0}
    await play.set_key("LocalAuthListEnabled", "false")
    assert await play.ask("GetLocalListVersion") == {"listVersion": -1}


@pytest.mark.honours(
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "AuthorizeRemoteTxRequests",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "ConnectorPhaseRotation",
    "HeartbeatInterval",
    "LocalAuthListEnabled",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "MaxEnergyOnInvalidId",
    "MessageTimeout",
    "MeterValueSampleInterval",
    "MeterValuesAlignedData",
    "MeterValuesSampledData",
    "MinimumStatusDuration",
    "ResetRetries",
    "StopTransactionOnEVSideDisconnect",
    "StopTransactionOnInvalidId",
    "StopTxnAlignedData",
    "StopTxnSampledData",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "UnlockConnectorOnEVSideDisconnect",
    "WebSocketPingInterval",
)
@pytest.mark.parametrize("name", JOURNEYS)
async def test_a_key_has_its_effect_at_once(autojump_clock: object, name: str) -> None:
    async with stage() as play:
        await play.booted()
        await JOURNEYS[name](play)


def test_no_key_is_left_out() -> None:
    """But for those of security and of signed meter values, which have journeys of their own."""
    elsewhere = {key.name for key in (*security_keys.KEYS, *signed_meter_values_keys.KEYS)}
    assert set(JOURNEYS) == {key.name for key in KEYS.values() if not key.readonly} - elsewhere


# -- and in the middle of more than one thing


async def test_all_connectors_follow(autojump_clock: object) -> None:
    async with stage(connectors=3) as play:
        await play.booted()
        for number in (1, 2, 3):
            await play.charge(number)
        await play.set_key("MeterValueSampleInterval", 5)
        await play.later(5)
        assert sorted(call.payload["connectorId"] for call in play.said("MeterValues")) == [1, 2, 3]


async def test_what_was_changed_survives_a_reset(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.set_key("MeterValueSampleInterval", 5)
        await play.ask("Reset", type="Hard")
        await play.later(65)
        await play.charge()
        await play.later(5)
        assert len(play.said("MeterValues")) == 1


@pytest.mark.honours("ChangeConfiguration")
@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (("NumberOfConnectors", "7"), "Rejected"),
        (("HeartbeatInterval", "soon"), "Rejected"),
        (("HeartbeatInterval", "-1"), "Rejected"),
        (("MeterValuesSampledData", "Happiness"), "Rejected"),
        (("Blinking", "1"), "NotSupported"),
        (("heartbeatinterval", "50"), "Accepted"),
    ],
)
async def test_5_3_what_cannot_be_changed_is_not(
    autojump_clock: object, change: Sequence[str], verdict: str
) -> None:
    async with stage() as play:
        await play.booted()
        name, value = change
        before = play.station.context.settings
        answer = await play.ask("ChangeConfiguration", key=name, value=value)
        assert answer == {"status": verdict}
        assert (play.station.context.settings != before) == (verdict == "Accepted")
