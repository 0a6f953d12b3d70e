"""The keys of templates that say what outlives a process have their effect."""

from pathlib import Path
from typing import Any

import pytest
from trio.testing import MockClock

from tests.persistence.keeping_stage import Home

GENERATOR: dict[str, Any] = {
    "enable": True,
    "minDuration": 60,
    "maxDuration": 60,
    "minDelayBetweenTwoTransactions": 10,
    "maxDelayBetweenTwoTransactions": 10,
    "stopAfterHours": 0.25,
}


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.effective("template.ocppPersistentConfiguration")
async def test_ocpp_persistent_configuration(tmp_path: Path, autojump_clock: MockClock, keeps: bool) -> None:
    own = {"configurationKey": [{"key": "Vendor.Colour", "readonly": False, "value": "red"}]}
    home = Home(tmp_path, {"ocppPersistentConfiguration": keeps, "Configuration": own})
    names = ("MeterValueSampleInterval", "Vendor.Colour")
    async with home.process(killed=True) as process:
        await process.play.set_key("MeterValueSampleInterval", 17)
        await process.play.set_key("Vendor.Colour", "blue")
        await process.play.later(10)
    file = home.file(process.plan)
    assert ("configurationKey" in file) is keeps
    assert ("blue" in str(file)) is keeps
    async with home.process() as process:
        found = await process.keys(*names)
    assert found == dict(zip(names, ("17", "blue") if keeps else ("60", "red"), strict=True))
    (home.shelf.folder / "journal.jsonl").unlink()
    async with home.process() as process:
        found = await process.keys(*names)
    assert found == dict(zip(names, ("17", "blue") if keeps else ("60", "red"), strict=True)), "of the file"


async def test_keys_that_are_not_kept_are_those_of_the_template_again(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Also those that an earlier run had kept."""
    home = Home(tmp_path)
    async with home.process() as process:
        await process.play.set_key("MeterValueSampleInterval", 17)
    home.template = {"ocppPersistentConfiguration": False}
    async with home.process() as process:
        assert await process.keys("MeterValueSampleInterval") == {"MeterValueSampleInterval": "60"}


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_password_is_kept_where_keys_are(
    tmp_path: Path, autojump_clock: MockClock, keeps: bool
) -> None:
    home = Home(tmp_path, {"ocppPersistentConfiguration": keeps})
    async with home.process() as process:
        await process.play.set_key("AuthorizationKey", "0123456789abcdef")
    async with home.process() as process:
        password = process.play.station.context.identity.password
    assert password == ("0123456789abcdef" if keeps else None)


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.effective("template.stationInfoPersistentConfiguration")
async def test_station_info_persistent_configuration(
    tmp_path: Path, autojump_clock: MockClock, keeps: bool
) -> None:
    home = Home(
        tmp_path, {"stationInfoPersistentConfiguration": keeps, "chargePointSerialNumberPrefix": "P-"}
    )
    numbers = []
    for seed in (1, 2):
        async with home.process(seed=seed) as process:
            numbers.append(process.plan.specification.serial_number)
    assert (numbers[0] == numbers[1]) is keeps
    assert ("stationInfo" in home.file(process.plan)) is keeps


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.effective("template.automaticTransactionGeneratorPersistentConfiguration")
async def test_automatic_transaction_generator_persistent_configuration(
    tmp_path: Path, autojump_clock: MockClock, keeps: bool
) -> None:
    home = Home(
        tmp_path,
        {
            "automaticTransactionGeneratorPersistentConfiguration": keeps,
            "AutomaticTransactionGenerator": GENERATOR,
        },
    )
    for _ in range(2):
        async with home.process() as process:
            await process.play.later(300)
            [driver] = process.play.rig.fleet.drivers("CS-00001")
    assert (driver.record.started, driver.record.charged) == ((10, 8) if keeps else (5, 4))
    file = home.file(process.plan)
    assert ("automaticTransactionGenerator" in file) is keeps
    if keeps:
        [told] = file["automaticTransactionGeneratorStatuses"]
        assert told["startTransactionRequests"] == told["authorizeRequests"] == 10
        assert told["acceptedStopTransactionRequests"] == told["acceptedStartTransactionRequests"] == 8


async def test_what_became_of_people_outlives_their_leave_and_a_template_without_them(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = Home(tmp_path, {"AutomaticTransactionGenerator": GENERATOR})
    async with home.process() as process:
        await process.play.later(300)
        await process.play.rig.fleet.leave()
    [before] = home.file(process.plan)["automaticTransactionGeneratorStatuses"]
    assert (before["start"], before["startTransactionRequests"]) == (False, 5)
    home.template = {}
    async with home.process() as process:
        await process.play.later(10)
    assert home.file(process.plan)["automaticTransactionGeneratorStatuses"] == [before]


@pytest.mark.parametrize("counts_on", [True, False])
@pytest.mark.effective("template.AutomaticTransactionGenerator.stopAbsoluteDuration")
async def test_stop_absolute_duration(tmp_path: Path, autojump_clock: MockClock, counts_on: bool) -> None:
    """A quarter of an hour, of which the first process had ten minutes."""
    change = {"stopAbsoluteDuration": counts_on}
    home = Home(tmp_path, {"AutomaticTransactionGenerator": GENERATOR | change})
    async with home.process() as process:
        await process.play.later(600)
        process.play.station.world.unplug(1)
    async with home.process() as process:
        begun = process.play.now
        await process.play.later(3600)
        last = process.play.said("StartTransaction")[-1].at
    assert (240 < last - begun < 310) is counts_on
    assert (800 < last - begun < 910) is not counts_on


async def test_a_generator_whose_time_is_over_does_not_begin_again(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = Home(tmp_path, {"AutomaticTransactionGenerator": GENERATOR | {"stopAbsoluteDuration": True}})
    async with home.process() as process:
        await process.play.later(1200)
        assert process.play.said("StartTransaction")
    async with home.process() as process:
        await process.play.later(1200)
        assert not process.play.said("StartTransaction")
