"""Files that SAP's simulator wrote are taken: keys, serial numbers, station, connectors, generator."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trio.testing import MockClock

from ocppsim.actors.store import Forgetful
from ocppsim.model.session import StopReason
from tests.persistence.keeping_stage import Home
from tests.persistence.peer_files import (
    EVSES,
    OF_OTHERS,
    RUNNING,
    SUFFIX,
    TEMPLATE,
    file_2022,
    file_2024,
    file_now,
    file_of_evses,
)

WRITTEN_AT = 1_767_222_000  # 2025-12-31 23:00 UTC

FILES: list[tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = [
    (TEMPLATE, file_2024),
    (TEMPLATE, file_now),
    (EVSES, file_of_evses),
]


def home_with(folder: Path, template: dict[str, Any], content: dict[str, Any]) -> Home:
    home = Home(folder, template)
    path = home.write(home.plan(Forgetful()), content)
    os.utime(path, (WRITTEN_AT, WRITTEN_AT))
    return home


@pytest.mark.parametrize(("template", "made"), [(TEMPLATE, file_2022), *FILES])
async def test_keys_and_station_carry_over(
    tmp_path: Path, autojump_clock: MockClock, template: dict[str, Any], made: Callable[[], dict[str, Any]]
) -> None:
    home = home_with(tmp_path, template, made())
    async with home.process(seed=9, finds=OF_OTHERS) as process:
        told = await process.keys()
        hidden = await process.play.ask("GetConfiguration", key=["Vendor.Hidden"])
        changed = await process.play.ask("ChangeConfiguration", key="Vendor.Added", value="newer")
    assert (told["MeterValueSampleInterval"], told["Vendor.Colour"]) == ("20", "blue")
    assert told["Vendor.Added"] == "new"
    assert changed == {"status": "RebootRequired"}
    assert told["SupportedFeatureProfiles"] == "Core,LocalAuthListManagement,RemoteTrigger"
    assert told["MeterValuesSampledData"] == "Energy.Active.Import.Register,Voltage"
    assert hidden["unknownKey"] == ["Vendor.Hidden"]
    assert "HeartBeatInterval" not in told
    specification = process.plan.specification
    assert specification.serial_number == f"P{SUFFIX}"[:25]
    assert specification.box_serial_number == f"B{SUFFIX}"[:25]
    assert process.plan.power_w == 11_000
    assert specification.reset_time_s == 30
    assert home.told == []


def test_without_a_hash_a_file_of_2022_stands_while_it_says_nothing_else(tmp_path: Path) -> None:
    content = file_2022()
    del content["stationInfo"]["templateHash"]
    home = home_with(tmp_path, TEMPLATE, content)
    assert home.plan(Forgetful()).power_w == 11_000
    home.template = TEMPLATE | {"resetTime": 31, "power": [1000]}
    changed = home.plan(Forgetful())
    assert (changed.power_w, changed.specification.reset_time_s) == (1000, 31)
    assert changed.serials.point == f"P{SUFFIX}"


async def test_message_ids_of_a_station_that_was_taken_begin_with_its_file(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = home_with(tmp_path, TEMPLATE, file_now())
    async with home.process(finds=OF_OTHERS) as process:
        assert {call.id.partition("-")[0] for call in process.play.said()} == {f"{WRITTEN_AT + 1:x}"}


def test_the_station_of_a_file_of_today_goes_before_the_template(tmp_path: Path) -> None:
    """Where somebody told this station another URL."""
    home = home_with(tmp_path, TEMPLATE, file_now())
    assert home.plan(Forgetful()).url == "ws://other/"


@pytest.mark.parametrize(("template", "made"), FILES)
async def test_connectors_and_the_generator_carry_over(
    tmp_path: Path, autojump_clock: MockClock, template: dict[str, Any], made: Callable[[], dict[str, Any]]
) -> None:
    home = home_with(tmp_path, template, made())
    async with home.process(finds=OF_OTHERS) as process:
        play = process.play
        await play.later(5)
        memory = play.station.context.memory
        [stop] = play.said("StopTransaction")
        assert stop.payload["transactionId"] == 77
        assert (stop.payload["reason"], stop.payload["meterStop"]) == ("PowerLoss", 5400)
        assert stop.payload["timestamp"] == "2025-12-31T23:00:00.000Z"
        assert (play.statuses(1)[-1], play.statuses(2)[-1]) == ("Available", "Unavailable")
        assert memory.connectors[2].register_wh == 1234.5
        await play.charge(1)
        start = play.said("StartTransaction")[-1]
        assert start.payload["meterStart"] == 5400
        assert play.board.connectors[1].last_reason is StopReason.POWER_LOSS
    visits = process.plan.visits
    assert (visits[1].started, visits[1].refused, visits[1].skipped, visits[2].skipped) == (5, 1, 2, 9)
    assert visits[1].until == WRITTEN_AT + 900
    measurands = [outlet.measurands for outlet in process.plan.specification.outlets.values()]
    assert measurands == [frozenset({"Voltage"}), None]


PROFILE: dict[str, Any] = {
    "chargingProfileId": 3,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "startSchedule": "2025-12-01T00:00:00.000Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}],
    },
}


async def test_charging_profiles_and_reservations_carry_over(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """As far as they can be; those of sessions do not."""
    content = file_now() | {"configurationKey": []}
    for _, connector in content["connectorsStatus"]:
        connector |= {"transactionStarted": False, "availability": "Operative"}
    whole, one, two = (connector for _, connector in content["connectorsStatus"])
    more = PROFILE["chargingSchedule"] | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": 7}]}
    of_station = PROFILE | {
        "chargingProfileId": 4,
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingSchedule": more,
    }
    of_session = PROFILE | {"chargingProfileId": 5, "chargingProfilePurpose": "TxProfile", "stackLevel": 1}
    whole["chargingProfiles"] = [of_station]
    one["chargingProfiles"] = [PROFILE, of_session, PROFILE | {"chargingProfileId": "x"}]
    until = "2026-01-02T00:00:00.000Z"
    two["reservation"] = {
        "id": 9,
        "connectorId": 2,
        "expiryDate": until,
        "idTag": "FRIEND",
        "reservationId": 9,
    }
    template = TEMPLATE | {"Connectors": {"0": {}, "1": {}, "2": {}}}
    home = home_with(tmp_path, template, content)
    async with home.process() as process:
        play = process.play
        assert play.statuses(2)[-1] == "Reserved"
        await play.charge(1)
        assert play.station.view(1).power.power_w == pytest.approx(6 * 230 * 3)
        await play.ask("ClearChargingProfile", id=3)
        assert play.station.view(1).power.power_w == pytest.approx(7 * 230 * 3), "of the station"
        await play.ask("ClearChargingProfile", id=4)
        assert play.station.view(1).power.power_w == 5500
        await play.charge(2, "FRIEND")
        assert play.said("StartTransaction")[-1].payload["reservationId"] == 9
    [words] = home.told
    assert words.endswith("connector 1: a charging profile that cannot be taken is left out")


async def test_d14_meter_values_of_an_evse_outlive_files_that_lose_them(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """SAP's file has none at the connector of such an EVSE; ours has them there."""
    content = file_of_evses()
    for _, evse in content["evsesStatus"]:
        for _, connector in evse["connectorsStatus"]:
            connector.pop("MeterValues", None)
    home = home_with(tmp_path, EVSES, content)
    for _ in range(2):
        async with home.process(finds=OF_OTHERS) as process:
            pass
        outlets = process.plan.specification.outlets
        assert [outlets[1].measurands, outlets[2].measurands] == [frozenset({"Voltage"}), None]
    [_, (one, first), (two, _)] = home.file(process.plan)["evsesStatus"]
    assert (one, two) == (1, 2)
    assert first["connectorsStatus"][0][1]["MeterValues"] == [{"measurand": "Voltage"}]


def test_d27_each_of_many_stations_has_a_file_of_its_own(tmp_path: Path) -> None:
    home = Home(tmp_path, TEMPLATE)
    paths = {
        home.shelf.path(home.plan(Forgetful(), index).hash_id)
        for index in (1, 9_999, 10_000, 10_001, 19_999, 20_000)
    }
    assert len(paths) == 6


async def test_a_file_is_taken_once(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Though the process was killed before it had written it anew, what came later stays."""
    home = home_with(tmp_path, TEMPLATE, file_2024())
    async with home.process(killed=True, finds=OF_OTHERS) as process:
        process.keeper._plans.clear()
        await process.play.set_key("MeterValueSampleInterval", 5)
        await process.play.ask("ChangeAvailability", connectorId=2, type="Operative")
    async with home.process(finds=OF_OTHERS) as process:
        found = await process.keys("MeterValueSampleInterval", "Vendor.Colour")
        assert found == {"MeterValueSampleInterval": "5", "Vendor.Colour": "blue"}
        assert process.play.statuses(2)[-1] == "Available"
        assert process.play.said("StopTransaction") == []


async def test_what_the_other_program_changed_since_is_taken_and_what_is_ours_stays(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = Home(tmp_path, TEMPLATE)
    async with home.process() as process:
        await process.play.ask(
            "SendLocalList",
            listVersion=3,
            updateType="Full",
            localAuthorizationList=[{"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}],
        )
        await process.play.charge(1)
        await process.play.later(600)
        await process.play.show()
        await process.play.later(10)
        register_wh = process.play.station.context.memory.connectors[1].register_wh
    file = home.file(process.plan)
    assert register_wh > 100
    for one in file["configurationKey"]:
        if one["key"] == "MeterValueSampleInterval":
            one["value"] = "44"
    file["connectorsStatus"][1][1]["energyActiveImportRegisterValue"] = 10
    file["connectorsStatus"][2][1]["availability"] = "Inoperative"
    home.write(process.plan, file)
    async with home.process() as process:
        assert await process.keys("MeterValueSampleInterval") == {"MeterValueSampleInterval": "44"}
        assert process.play.statuses(2)[-1] == "Unavailable"
        assert process.play.station.context.memory.connectors[1].register_wh == register_wh
        assert await process.play.ask("GetLocalListVersion") == {"listVersion": 3}


async def test_values_that_mean_nothing_here_are_left_out_and_said(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    content = file_2024()
    content["configurationKey"] = [
        {"key": "MeterValueSampleInterval", "readonly": False, "value": "often"},
        {"key": "HeartbeatInterval", "readonly": False, "value": "0"},
    ]
    home = home_with(tmp_path, TEMPLATE, content)
    async with home.process(finds=OF_OTHERS) as process:
        assert await process.keys("MeterValueSampleInterval") == {"MeterValueSampleInterval": "30"}
    [words] = [one for one in home.told if "often" not in one and "MeterValueSampleInterval" in one]
    assert words.endswith("the key is left out")
    assert str(home.shelf.path(process.plan.hash_id)) in words


async def test_the_journal_is_lost_and_the_file_brings_everything_back(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """List, cache, reservations, registers, availability, keys; a session with its transaction."""
    home = Home(tmp_path, TEMPLATE)
    async with home.process() as process:
        play = process.play
        await play.ask(
            "SendLocalList",
            listVersion=3,
            updateType="Full",
            localAuthorizationList=[{"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}],
        )
        until = "2026-01-02T00:00:00Z"
        await play.ask("ReserveNow", connectorId=2, expiryDate=until, idTag="SOMEBODY", reservationId=1)
        await play.set_key("MeterValueSampleInterval", 5)
        await play.charge(1, "FRIEND")
        await play.later(300)
        transaction, before = play.transaction_id, play.station.context.memory
    assert RUNNING["transactionId"] != transaction
    (home.shelf.folder / "journal.jsonl").unlink()
    async with home.process() as process:
        play, memory = process.play, process.play.station.context.memory
        await play.later(5)
        [stop] = play.said("StopTransaction")
        assert (stop.payload["transactionId"], stop.payload["reason"]) == (transaction, "PowerLoss")
        assert memory.local_list.version == 3
        assert set(memory.cache) == set(before.cache) != set()
        assert memory.connectors[2].reservation is not None
        assert play.statuses(2)[-1] == "Reserved"
        assert await process.keys("MeterValueSampleInterval") == {"MeterValueSampleInterval": "5"}
        assert memory.start > before.start, "no message id is repeated"
