"""Each effective key of a template has its effect: the boot, the keys, firmware, meters."""

from pathlib import Path

import pytest
from stage import Stage
from trio.testing import MockClock

from ocppsim import templates
from ocppsim.model.connector import Status
from ocppsim.testing.rig import open_rig
from tests.config.bench import LEAST, keys, planned, reported, station_of

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
    monkeypatch.setattr("ocppsim.security.ocmf._can_sign", lambda: False)
    signing = keys({"key": "SampledDataSignReadings", "readonly": False, "value": "true"})
    planned_one = planned(tmp_path, Configuration=signing)
    problem = templates.vocabulary().station_problem(planned_one.specification)
    assert problem is not None
    assert "SampledDataSignReadings: the meters do not sign without the package cryptography" in problem
