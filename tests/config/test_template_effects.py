"""Each effective key of a template has its effect on the wire, or on the station."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from stage import Stage
from trio.testing import MockClock

from ocppsim import templates
from ocppsim.actors.store import Folder
from ocppsim.dialects.v16.messages import STATUS as MESSAGE
from ocppsim.dialects.v16.remote_trigger import TRIGGERS
from ocppsim.model.connector import Status
from ocppsim.model.electricity import CurrentType
from ocppsim.model.vehicle import Vehicle
from ocppsim.templates import vocabulary
from ocppsim.testing.rig import open_rig
from tests.config.bench import LEAST, planned, read, station_of

BIG = Vehicle(capacity_wh=100_000, max_power_w=300_000, ac_max_current_a=64)


def keys(*own: Mapping[str, object]) -> dict[str, object]:
    return {"configurationKey": list(own)}


async def reported(stage: Stage, *names: str) -> dict[str, Any]:
    """The keys that GetConfiguration tells, and under "" those it does not know."""
    answer = await stage.ask("GetConfiguration", **({"key": list(names)} if names else {}))
    told = {one["key"]: one for one in answer.get("configurationKey", [])}
    return told | {"": answer.get("unknownKey", [])}


async def power_w(stage: Stage, *numbers: int) -> list[float]:
    """What flows when an EV that takes anything charges at each of the connectors."""
    for number in numbers or (1,):
        stage.plug(number, BIG)
        await stage.show("TAG", number)
        await stage.settle()
    return [round(stage.station.view(number).power.power_w) for number in numbers or (1,)]


# -- the boot


@pytest.mark.effective(
    "template.chargePointModel",
    "template.chargePointVendor",
    "template.chargePointSerialNumberPrefix",
    "template.chargeBoxSerialNumberPrefix",
    "template.meterSerialNumberPrefix",
    "template.meterType",
    "template.iccid",
    "template.imsi",
    "template.firmwareVersion",
)
async def test_identity_goes_into_the_boot(tmp_path: Path, autojump_clock: MockClock) -> None:
    plan = planned(
        tmp_path,
        chargePointSerialNumberPrefix="PP",
        chargeBoxSerialNumberPrefix="BB",
        meterSerialNumberPrefix="MM",
        meterType="clever",
        iccid="893",
        imsi="262",
        firmwareVersion="1.2.3",
    )
    async with station_of(plan) as stage:
        boot = stage.said("BootNotification")[0].payload
    assert boot["chargePointModel"] == "Model"
    assert boot["chargePointVendor"] == "Vendor"
    assert (boot["iccid"], boot["imsi"], boot["meterType"]) == ("893", "262", "clever")
    assert boot["firmwareVersion"] == "1.2.3"
    serials = [boot[f"{name}SerialNumber"] for name in ("chargePoint", "chargeBox", "meter")]
    assert [serial[:2] for serial in serials] == ["PP", "BB", "MM"]
    assert len({serial[2:] for serial in serials}) == 1
    assert {len(serial) for serial in serials} == {25}


# -- configuration keys


@pytest.mark.effective(
    "template.Configuration.configurationKey",
    "configurationKey.key",
    "configurationKey.readonly",
    "configurationKey.value",
    "configurationKey.visible",
)
async def test_own_keys_are_told_and_changed(tmp_path: Path, autojump_clock: MockClock) -> None:
    own = keys(
        {"key": "Vendor.Colour", "readonly": False, "value": "red"},
        {"key": "Vendor.Fixed", "readonly": True, "value": 7},
        {"key": "Vendor.Hidden", "readonly": False, "value": "x", "visible": False},
        {"key": "Vendor.Slow", "readonly": False, "value": True, "reboot": True},
        {"key": "MeterValueSampleInterval", "readonly": True, "value": "30"},
        {"key": "ClockAlignedDataInterval", "readonly": False, "value": "0", "visible": False},
    )
    async with station_of(planned(tmp_path, Configuration=own)) as stage:
        told = await reported(stage)
        assert told["Vendor.Colour"] == {"key": "Vendor.Colour", "readonly": False, "value": "red"}
        assert told["Vendor.Fixed"] == {"key": "Vendor.Fixed", "readonly": True, "value": "7"}
        assert told["Vendor.Slow"]["value"] == "true"
        assert told["MeterValueSampleInterval"] == {
            "key": "MeterValueSampleInterval",
            "readonly": True,
            "value": "30",
        }
        assert "Vendor.Hidden" not in told
        assert "ClockAlignedDataInterval" not in told
        assert (await reported(stage, "Vendor.Hidden", "vendor.colour"))[""] == ["Vendor.Hidden"]

        async def change(key: str, value: str) -> str:
            answer = await stage.ask("ChangeConfiguration", key=key, value=value)
            return str(answer["status"])

        assert await change("vendor.colour", "blue") == "Accepted"
        assert await change("Vendor.Fixed", "8") == "Rejected"
        assert await change("Vendor.Slow", "false") == "RebootRequired"
        assert await change("MeterValueSampleInterval", "10") == "Rejected"
        assert await change("Vendor.Hidden", "y") == "NotSupported"
        assert (await reported(stage, "Vendor.Colour"))["Vendor.Colour"]["value"] == "blue"


@pytest.mark.effective("configurationKey.reboot", "configurationKey.value")
async def test_a_known_key_that_a_template_makes_a_reboot_key_waits_for_one(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    own = keys({"key": "MeterValueSampleInterval", "value": "20", "reboot": True})
    async with station_of(planned(tmp_path, Configuration=own, resetTime=5)) as stage:
        answer = await stage.ask("ChangeConfiguration", key="MeterValueSampleInterval", value="7")
        assert answer == {"status": "RebootRequired"}
        assert stage.station.context.settings.sample_s == 20
        await stage.ask("Reset", type="Soft")
        await stage.later(6)
        assert stage.station.context.settings.sample_s == 7


@pytest.mark.parametrize(
    ("switch", "key", "value"),
    [
        ({"remoteAuthorization": False}, "AuthorizeRemoteTxRequests", "false"),
        ({"mayAuthorizeAtRemoteStart": False}, "AuthorizeRemoteTxRequests", "false"),
        ({"forceTransactionOnInvalidIdToken": True}, "StopTransactionOnInvalidId", "false"),
    ],
)
async def test_switches_are_initial_values_of_keys(
    tmp_path: Path, autojump_clock: MockClock, switch: dict[str, object], key: str, value: str
) -> None:
    async with station_of(planned(tmp_path, **switch)) as stage:
        assert (await reported(stage, key))[key]["value"] == value


@pytest.mark.effective("template.remoteAuthorization")
async def test_remote_authorization_decides_whether_a_tag_is_asked_about(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    for asked in (True, False):
        async with station_of(planned(tmp_path, remoteAuthorization=asked)) as stage:
            stage.plug()
            await stage.ask("RemoteStartTransaction", idTag="TAG", connectorId=1)
            await stage.shows(Status.CHARGING)
            assert bool(stage.said("Authorize")) is asked


# -- messages


@pytest.mark.effective(
    "template.commandsSupport.incomingCommands", "template.commandsSupport.outgoingCommands"
)
async def test_commands_support_denies_what_is_false_and_nothing_else(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """D31: `{}` denies nothing."""
    support = {
        "incomingCommands": {"GetConfiguration": False, "ClearCache": True},
        "outgoingCommands": {"MeterValues": False, "StatusNotification": False},
    }
    async with station_of(planned(tmp_path, commandsSupport=support)) as stage:
        with pytest.raises(Exception, match="NotSupported"):
            await stage.ask("GetConfiguration")
        assert await stage.ask("ClearCache") == {"status": "Accepted"}
        assert (await stage.ask("UnlockConnector", connectorId=1))["status"] == "Unlocked"
        await stage.charge()
        await stage.later(200)
        assert not stage.said("StatusNotification")
        assert not stage.said("MeterValues")
        assert stage.said("StartTransaction")
    async with station_of(planned(tmp_path, commandsSupport={"incomingCommands": {}})) as stage:
        assert (await stage.ask("GetConfiguration"))["configurationKey"]


@pytest.mark.effective("template.messageTriggerSupport")
async def test_message_trigger_support(tmp_path: Path, autojump_clock: MockClock) -> None:
    plan = planned(tmp_path, messageTriggerSupport={"Heartbeat": False, "StatusNotification": True})
    async with station_of(plan) as stage:
        for name, word in (
            ("Heartbeat", "NotImplemented"),
            ("StatusNotification", "Accepted"),
            ("MeterValues", "Accepted"),
        ):
            assert await stage.ask("TriggerMessage", requestedMessage=name) == {"status": word}


@pytest.mark.effective("template.commandsSupport.incomingCommands")
@pytest.mark.parametrize("request_", sorted(vocabulary().requests))
async def test_a_request_is_denied_where_it_is_listed_as_false_alone(
    tmp_path: Path, autojump_clock: MockClock, request_: str
) -> None:
    """What becomes of an allowed one without content is another matter."""
    for listed, denied in (({request_: False}, True), ({request_: True}, False), ({"Other": False}, False)):
        async with station_of(planned(tmp_path, commandsSupport={"incomingCommands": listed})) as stage:
            await stage.write(2, "x", request_, {})
            (answer,) = [
                text for text in stage.rig.texts(stage.name) if text.startswith(('[3,"x"', '[4,"x"'))
            ]
            assert ("NotSupported" in answer) is denied
            assert "NotImplemented" not in answer


@pytest.mark.effective("template.commandsSupport.outgoingCommands")
@pytest.mark.parametrize("message", ["Authorize", "Heartbeat", "MeterValues", "StatusNotification"])
async def test_a_message_is_not_sent_where_it_is_listed_as_false_alone(
    tmp_path: Path, autojump_clock: MockClock, message: str
) -> None:
    for listed, denied in (({message: False}, True), ({message: True}, False), ({}, False)):
        support = {"outgoingCommands": listed}
        quick = keys({"key": "AllowOfflineTxForUnknownId", "value": "true"})
        async with station_of(planned(tmp_path, commandsSupport=support, Configuration=quick)) as stage:
            await stage.charge()
            await stage.later(70)
            await stage.show()
            await stage.later(400)
            assert bool(stage.said(message)) is not denied
            assert stage.said("StopTransaction")


@pytest.mark.effective("template.messageTriggerSupport")
@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
async def test_a_trigger_is_denied_where_it_is_listed_as_false_alone(
    tmp_path: Path, autojump_clock: MockClock, trigger: str
) -> None:
    for listed, word in (
        ({trigger: False}, "NotImplemented"),
        ({trigger: True}, "Accepted"),
        ({}, "Accepted"),
    ):
        async with station_of(planned(tmp_path, messageTriggerSupport=listed)) as stage:
            assert await stage.ask("TriggerMessage", requestedMessage=trigger) == {"status": word}


@pytest.mark.effective("template.useConnectorId0")
async def test_without_connector_0_the_station_has_no_status(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    for itself in (True, False):
        async with station_of(planned(tmp_path, useConnectorId0=itself)) as stage:
            numbers = [frame.payload["connectorId"] for frame in stage.said("StatusNotification")]
            assert numbers == ([0, 1] if itself else [1])


@pytest.mark.effective("template.resetTime")
async def test_reset_time(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with station_of(planned(tmp_path, resetTime="12")) as stage:
        await stage.ask("Reset", type="Hard")
        await stage.later(11)
        assert not stage.board.online
        await stage.later(2)
        assert stage.board.online


@pytest.mark.effective("template.autoReconnectMaxRetries")
async def test_auto_reconnect_max_retries(tmp_path: Path, autojump_clock: MockClock) -> None:
    for retries, dials in ((0, 1), (2, 3)):
        async with station_of(planned(tmp_path, autoReconnectMaxRetries=retries)) as stage:
            stage.csms.go_down()
            await stage.later(3600)
            assert stage.board.tally.dials == dials
            stage.csms.come_up()
            await stage.later(60)
            assert not stage.board.online


@pytest.mark.parametrize(("quickly", "dials"), [(True, range(5, 7)), (False, range(2, 3))])
@pytest.mark.effective("template.reconnectExponentialDelay")
async def test_reconnect_exponential_delay(
    tmp_path: Path, autojump_clock: MockClock, quickly: bool, dials: range
) -> None:
    """From 0.1 s: 0.1, 0.3, 0.7, 1.5, 3.1; from 1 s: 1, 3; each give or take a fifth."""
    async with station_of(planned(tmp_path, reconnectExponentialDelay=quickly)) as stage:
        stage.csms.go_down()
        await stage.later(2.5)
        assert stage.board.tally.dials in dials
        stage.csms.come_up()
        await stage.until(lambda board: board.online)


@pytest.mark.parametrize("boots", [True, False])
@pytest.mark.effective("template.bootOnReconnect")
async def test_boot_on_reconnect(tmp_path: Path, autojump_clock: MockClock, boots: bool) -> None:
    async with station_of(planned(tmp_path, bootOnReconnect=boots)) as stage:
        await stage.outage(10)
        await stage.later(1)
        assert len(stage.said("BootNotification")) == 1 + boots


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.effective("template.heartbeatAlways")
async def test_heartbeat_always(tmp_path: Path, autojump_clock: MockClock, always: bool) -> None:
    """Samples every minute stand in for beats, where beats do not go anyhow."""
    async with station_of(planned(tmp_path, heartbeatAlways=always)) as stage:
        await stage.set_key("HeartbeatInterval", 100)
        await stage.charge()
        mark = stage.mark()
        await stage.later(1000)
        assert len(stage.said("Heartbeat", mark)) == (10 if always else 0)


# -- power


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"power": 11000}, [11000]),
        ({"power": "7.4", "powerUnit": "kW"}, [7400]),
        ({"power": [3000], "numberOfPhases": 1}, [3000]),
        ({"power": 50, "powerUnit": "kW", "currentOutType": "DC"}, [50000]),
        (
            {"power": 50, "powerUnit": "kW", "currentOutType": "DC", "conversionEfficiency": 0.9},
            [45000],
        ),
        ({"power": 20000, "Connectors": {"0": {}, "1": {}, "2": {}}}, [10000, 10000]),
        ({"power": 20000, "Connectors": {"1": {"maximumPower": 6000}, "2": {}}}, [6000, 10000]),
        (
            {"power": 20000, "powerSharedByConnectors": True, "Connectors": {"1": {}, "2": {}}},
            [10000, 10000],
        ),
        ({"power": 44000, "Connectors": {"1": {"maximumCurrent": 10}}}, [6900]),
    ],
)
@pytest.mark.effective(
    "template.power",
    "template.powerUnit",
    "template.conversionEfficiency",
    "template.currentOutType",
    "template.Connectors",
    "connector.maximumPower",
    "connector.maximumCurrent",
)
async def test_power(
    tmp_path: Path, autojump_clock: MockClock, template: dict[str, object], expected: list[float]
) -> None:
    async with station_of(planned(tmp_path, **template)) as stage:
        assert await power_w(stage, *range(1, len(expected) + 1)) == expected


@pytest.mark.effective("template.powerSharedByConnectors")
async def test_shared_power_goes_to_those_who_charge(tmp_path: Path, autojump_clock: MockClock) -> None:
    two = {"0": {}, "1": {}, "2": {}}
    for shared, expected in ((True, 20000), (False, 10000)):
        plan = planned(tmp_path, power=20000, powerSharedByConnectors=shared, Connectors=two)
        async with station_of(plan) as stage:
            assert await power_w(stage, 1) == [expected]


def test_voltage_and_phases(tmp_path: Path) -> None:
    def supply(**template: object) -> tuple[str, float, int]:
        found = planned(tmp_path, **template).specification.outlets[1].supply
        return found.current_type.value, found.voltage_v, found.phases

    assert supply() == ("AC", 230, 3)
    assert supply(numberOfPhases=1, voltageOut="110") == ("AC", 110, 1)
    assert supply(currentOutType="DC") == (CurrentType.DC.value, 400, 0)
    assert supply(currentOutType="DC", voltageOut=800, numberOfPhases=3) == ("DC", 800, 0)


@pytest.mark.parametrize(("unit", "value"), [("A", "10"), ("dA", "100"), ("cA", "1000"), ("mA", "10000")])
@pytest.mark.effective("template.amperageLimitationOcppKey", "template.amperageLimitationUnit")
async def test_amperage_limitation(tmp_path: Path, autojump_clock: MockClock, unit: str, value: str) -> None:
    plan = planned(
        tmp_path,
        amperageLimitationOcppKey="MaxCurrent",
        amperageLimitationUnit=unit,
        Configuration=keys({"key": "MaxCurrent", "value": value}),
    )
    async with station_of(plan) as stage:
        assert await power_w(stage) == [6900]
        assert stage.station.view(1).power.by == "current limit"
        await stage.set_key("MaxCurrent", int(value) * 2)
        assert round(stage.station.view(1).power.power_w) == 13800
        answer = await stage.ask("ChangeConfiguration", key="MaxCurrent", value="much")
        assert answer == {"status": "Rejected"}
        await stage.set_key("MaxCurrent", 0)
        assert stage.board.status(1) is Status.SUSPENDED_EVSE


async def test_the_amperage_key_is_there_without_being_named(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Its initial value is the most that the connector can give: 22 kW over three phases of 230 V."""
    plan = planned(tmp_path, amperageLimitationOcppKey="MaxCurrent", amperageLimitationUnit="dA")
    async with station_of(plan) as stage:
        assert (await reported(stage, "MaxCurrent"))["MaxCurrent"]["value"] == "320"


# -- connectors


def test_number_of_connectors_is_drawn(tmp_path: Path) -> None:
    counts = {
        len(planned(tmp_path, index, numberOfConnectors=[1, 2, "4"]).specification.outlets)
        for index in range(1, 40)
    }
    assert counts == {1, 2, 4}


def test_random_connectors_are_drawn_from_those_defined(tmp_path: Path) -> None:
    two = {"0": {}, "1": {"maximumPower": 1000}, "2": {"maximumPower": 2000}}

    def powers(**template: object) -> set[tuple[float, ...]]:
        plans = (planned(tmp_path, index, Connectors=two, **template) for index in range(1, 40))
        return {tuple(outlet.max_power_w for outlet in one.specification.outlets.values()) for one in plans}

    assert powers() == {(1000, 2000)}
    assert powers(randomConnectors=True) == {(1000, 1000), (1000, 2000), (2000, 1000), (2000, 2000)}
    assert len(powers(numberOfConnectors=3)) == 8  # more than there are: drawn


@pytest.mark.parametrize(
    ("boot_status", "status", "fault"),
    [
        (None, Status.AVAILABLE, "NoError"),
        ("Available", Status.AVAILABLE, "NoError"),
        ("Unavailable", Status.UNAVAILABLE, "NoError"),
        ("Preparing", Status.PREPARING, "NoError"),
        ("Occupied", Status.PREPARING, "NoError"),
        ("Charging", Status.CHARGING, "NoError"),
        ("SuspendedEV", Status.SUSPENDED_EV, "NoError"),
        ("SuspendedEVSE", Status.SUSPENDED_EVSE, "EVCommunicationError"),
        ("Finishing", Status.FINISHING, "NoError"),
        ("Reserved", Status.RESERVED, "NoError"),
        ("Faulted", Status.FAULTED, "OtherError"),
    ],
)
@pytest.mark.effective("connector.bootStatus")
async def test_boot_status(
    tmp_path: Path, autojump_clock: MockClock, boot_status: str | None, status: Status, fault: str
) -> None:
    """The first status told of the connector; its neighbour is not concerned."""
    first = {} if boot_status is None else {"bootStatus": boot_status}
    for dc in ("AC", "DC"):
        plan = planned(tmp_path, currentOutType=dc, Connectors={"0": {}, "1": first, "2": {}})
        async with station_of(plan) as stage:
            assert [stage.board.status(n) for n in (1, 2)] == [status, Status.AVAILABLE]
            told = [
                frame.payload
                for frame in stage.said("StatusNotification")
                if frame.payload["connectorId"] == 1
            ]
            assert [(one["status"], one["errorCode"]) for one in told] == [(MESSAGE[status], fault)]
            begun = status in (Status.CHARGING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE)
            assert len(stage.said("StartTransaction")) == begun


async def test_the_station_as_a_whole_may_begin_out_of_service(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Connector 0 is the station; what else it says there is noticed."""
    off = {"0": {"bootStatus": "Unavailable"}}
    evses = {"0": {"Connectors": off}, "1": {"Connectors": {"1": {}}}}
    for template in ({"Connectors": off | {"1": {}}}, {"Connectors": None, "Evses": evses}):
        async with station_of(planned(tmp_path, **template)) as stage:
            assert [frame.payload["status"] for frame in stage.said("StatusNotification")] == 2 * [
                "Unavailable"
            ]
            assert await stage.ask("ChangeAvailability", connectorId=0, type="Operative") == {
                "status": "Accepted"
            }
            assert stage.statuses(0)[-1] == stage.statuses(1)[-1] == "Available"


def test_what_means_nothing_for_the_station_is_noticed(tmp_path: Path) -> None:
    zero = {"bootStatus": "Charging", "maximumPower": 3}
    _, report = read(tmp_path, Connectors={"0": zero, "1": {}})
    assert [one.words for one in report.notices] == [
        "Charging is no status of the station as a whole",
        "means nothing for connector 0, which is the station",
    ]


async def test_what_boot_status_leads_to_goes_on_as_ever(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Whatever is there is there: it can be used, stopped, mended, and does not come again."""
    (tmp_path / "tags.json").write_text('["ANNA"]')
    each = ("Unavailable", "Charging", "Finishing", "Reserved", "Faulted", "Preparing")
    own = {str(number): {"bootStatus": status} for number, status in enumerate(each, 1)}
    plan = planned(tmp_path, idTagsFile="tags.json", Connectors={"0": {}, **own}, resetTime=5, power=99000)
    async with station_of(plan) as stage:
        await stage.ask("ChangeAvailability", connectorId=1, type="Operative")
        await stage.later(600)
        (start,) = stage.said("StartTransaction")
        assert start.payload["idTag"] == "ANNA"
        await stage.ask("RemoteStopTransaction", transactionId=stage.transaction_id)
        assert stage.said("StopTransaction")[0].payload["meterStop"] > 1000
        stage.unplug(3)
        await stage.show("BERTA", 4)
        assert stage.board.status(4) is Status.RESERVED
        stage.station.world.set_fault(5, None)
        await stage.settle()
        now = [stage.board.status(number) for number in range(1, 7)]
        assert now == [
            Status.AVAILABLE,
            Status.FINISHING,
            Status.AVAILABLE,
            Status.RESERVED,
            Status.AVAILABLE,
            Status.FINISHING,  # nobody showed a tag in time
        ]
        assert await stage.ask("CancelReservation", reservationId=0) == {"status": "Accepted"}
        stage.unplug(2)
        await stage.ask("Reset", type="Hard")
        await stage.later(60)
        assert {stage.board.status(number) for number in range(1, 6)} == {Status.AVAILABLE}
        assert len(stage.said("StartTransaction")) == 1


async def test_boot_status_is_for_the_first_start_alone(tmp_path: Path, autojump_clock: MockClock) -> None:
    own = {"0": {}, "1": {"bootStatus": "Faulted"}, "2": {"bootStatus": "Unavailable"}}
    plan = planned(tmp_path, Connectors=own)
    seen = []
    for _ in range(2):
        store = Folder.open(tmp_path / "state")
        async with open_rig(store=store) as rig:
            stage = Stage(rig=rig, station=rig.add(plan.specification))
            await stage.booted()
            seen.append([stage.board.status(number) for number in (1, 2)])
            if len(seen) == 1:
                await stage.ask("ChangeAvailability", connectorId=2, type="Operative")
            store.close()
    assert seen == [[Status.FAULTED, Status.UNAVAILABLE], [Status.AVAILABLE, Status.AVAILABLE]]


@pytest.mark.effective("connector.fixedCable")
async def test_fixed_cable_of_dc_and_where_it_is_said(tmp_path: Path, autojump_clock: MockClock) -> None:
    for template, word in (
        ({"currentOutType": "DC"}, "NotSupported"),
        ({}, "Unlocked"),
        ({"Connectors": {"1": {"fixedCable": True}}}, "NotSupported"),
    ):
        async with station_of(planned(tmp_path, **template)) as stage:
            assert await stage.ask("UnlockConnector", connectorId=1) == {"status": word}


# -- meters


def measurands(stage: Stage, number: int) -> set[str]:
    frames = [frame for frame in stage.said("MeterValues") if frame.payload["connectorId"] == number]
    return {
        value["measurand"]
        for frame in frames
        for reading in frame.payload["meterValue"]
        for value in reading["sampledValue"]
    }


@pytest.mark.effective(
    "template.Evses", "evse.MeterValues", "evse.Connectors", "connector.MeterValues", "meterValue.measurand"
)
async def test_d14_meter_values_of_an_evse_are_those_of_its_connectors(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Ids of connectors begin at 1 in each EVSE; what a connector has itself goes before."""
    evses = {
        "0": {"Connectors": {"0": {}}},
        "1": {"MeterValues": [{"measurand": "Power.Active.Import"}], "Connectors": {"1": {}}},
        "2": {
            "MeterValues": [{"measurand": "Power.Active.Import"}],
            "Connectors": {"1": {"MeterValues": [{"measurand": "SoC"}, {"measurand": "Voltage"}]}},
        },
    }
    energy = "Energy.Active.Import.Register"
    async with station_of(planned(tmp_path, Connectors=None, Evses=evses)) as stage:
        await stage.charge(1)
        await stage.charge(2, "TAG-2")
        await stage.later(70)
        assert measurands(stage, 1) == {energy, "Power.Active.Import"}
        assert measurands(stage, 2) == {energy, "SoC", "Voltage"}


@pytest.mark.effective("template.beginEndMeterValues", "template.transactionDataMeterValues")
async def test_begin_end_and_transaction_data(tmp_path: Path, autojump_clock: MockClock) -> None:
    plan = planned(tmp_path, beginEndMeterValues=True, transactionDataMeterValues=True)
    async with station_of(plan) as stage:
        await stage.charge()
        await stage.later(30)
        await stage.show()
        await stage.settle()
        contexts = [
            reading["sampledValue"][0]["context"]
            for frame in stage.said("MeterValues")
            for reading in frame.payload["meterValue"]
        ]
        assert contexts == ["Transaction.Begin", "Transaction.End"]
        stop = stage.said("StopTransaction")[0].payload
        assert len(stop["transactionData"]) >= 2
    async with station_of(planned(tmp_path)) as stage:
        await stage.charge()
        await stage.later(30)
        await stage.show()
        assert not stage.said("MeterValues")
        assert "transactionData" not in stage.said("StopTransaction")[0].payload


def test_least_is_enough(tmp_path: Path) -> None:
    assert planned(tmp_path).specification.vendor == LEAST["chargePointVendor"]


# -- firmware

ORDER = {"location": "ftp://files.example/firmware.bin", "retrieveDate": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("template", "version"),
    [
        ({"firmwareVersion": "1.2.3"}, "1.2.4"),
        (
            {
                "firmwareVersion": "1.2.3",
                "firmwareUpgrade": {"versionUpgrade": {"patternGroup": 2, "step": 3}},
            },
            "1.5",
        ),
        ({"firmwareVersion": "v7x", "firmwareVersionPattern": r"v(\d+)x"}, "8"),
    ],
)
@pytest.mark.effective(
    "template.firmwareVersionPattern",
    "template.firmwareUpgrade.versionUpgrade.patternGroup",
    "template.firmwareUpgrade.versionUpgrade.step",
)
async def test_the_version_after_an_update(
    tmp_path: Path, autojump_clock: MockClock, template: dict[str, object], version: str
) -> None:
    async with station_of(planned(tmp_path, **template)) as stage:
        await stage.ask("UpdateFirmware", **ORDER)
        await stage.later(300)
        assert stage.said("BootNotification")[-1].payload["firmwareVersion"] == version


@pytest.mark.effective("template.firmwareUpgrade.failureStatus", "template.firmwareUpgrade.reset")
async def test_an_update_that_fails_and_one_without_a_reset(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    for upgrade, word, boots in (
        ({"failureStatus": "DownloadFailed"}, "DownloadFailed", 1),
        ({"failureStatus": "InstallationFailed"}, "InstallationFailed", None),
        ({"reset": False}, "Installed", 1),
    ):
        async with station_of(planned(tmp_path, firmwareUpgrade=upgrade)) as stage:
            await stage.ask("UpdateFirmware", **ORDER)
            await stage.later(600)
            assert stage.said("FirmwareStatusNotification")[-1].payload["status"] == word
            assert boots is None or len(stage.said("BootNotification")) == boots


# -- signed meter values


async def test_the_template_of_a_signing_meter_signs(autojump_clock: MockClock) -> None:
    async with open_rig() as rig:
        station = rig.add(templates.specification("signed-meter", "CS-1"))
        stage = Stage(rig=rig, station=station)
        rig.fleet.listeners.append(stage.listen)
        await stage.booted()
        await stage.charge(1, "TAG")
        await stage.later(60)
        await stage.show("TAG")
        await stage.settle()
    readings = stage.said("StopTransaction")[0].payload["transactionData"]
    signed = [one for reading in readings for one in reading["sampledValue"] if one.get("format")]
    assert [one["context"] for one in signed] == ["Transaction.Begin", "Transaction.End"]


def test_a_meter_that_cannot_sign_is_a_problem_of_its_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `cryptography` nothing would be signed, and nobody told."""
    monkeypatch.setattr("ocppsim.security.ocmf.find_spec", lambda _: None)
    signing = keys({"key": "SampledDataSignReadings", "readonly": False, "value": "true"})
    planned_one = planned(tmp_path, Configuration=signing)
    problem = templates.vocabulary().station_problem(planned_one.specification)
    assert problem is not None
    assert "SampledDataSignReadings: the meters do not sign without the package cryptography" in problem
