"""Persisted file before template before the simulator's configuration, while the template is the same."""

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from trio.testing import MockClock

from ocppsim.actors.store import Forgetful
from ocppsim.config.stations import Plan
from tests.config.bench import URL
from tests.persistence.keeping_stage import Home
from tests.persistence.peer_files import SUFFIX, TEMPLATE, file_2024

GENERATOR = {"enable": True, "minDuration": 60, "maxDuration": 60}


def planned(home: Home, **changes: Any) -> Plan:
    home.template = home.template | changes
    return home.plan(Forgetful())


def told_otherwise(home: Home, **info: Any) -> None:
    """Somebody told the station of the file something else."""
    plan = home.plan(Forgetful())
    content = file_2024({**home.template})
    content["stationInfo"] |= info
    home.write(plan, content)


def test_the_file_goes_before_the_template_and_that_before_the_configuration(tmp_path: Path) -> None:
    home = Home(tmp_path, TEMPLATE)
    assert planned(home).url == URL
    assert planned(home, supervisionUrls="ws://template").url == "ws://template"
    told_otherwise(
        home, supervisionUrls="ws://file", supervisionUser="filer", resetTime=5_000, autoStart=False
    )
    plan = planned(home)
    assert (plan.url, plan.user, plan.auto_start) == ("ws://file", "filer", False)
    assert plan.specification.reset_time_s == 5


def test_after_a_change_of_the_template_it_counts_but_for_serial_numbers_keys_and_generator(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path, TEMPLATE)
    told_otherwise(home, supervisionUrls="ws://file", resetTime=5_000, supervisionPassword="of the file")
    store = Forgetful()
    home.template = home.template | {
        "resetTime": 7,
        "power": 50_000,
        "numberOfConnectors": 1,
        "AutomaticTransactionGenerator": GENERATOR,
        "supervisionUser": "me",
        "supervisionPassword": "of the template",
    }
    plan = home.plan(store, seed=8)
    specification = plan.specification
    assert (plan.url, plan.password) == (URL, "of the template")
    assert specification.reset_time_s == 7
    assert (plan.power_w, list(specification.outlets)) == (50_000, [1])
    assert plan.habits is not None
    assert plan.habits.least_stay_s == 60
    assert plan.serials.point == f"P{SUFFIX}"
    assert plan.serials.box == f"B{SUFFIX}"
    assert plan.visits[1].started == 5
    kept = store.known("CS-00001")
    assert kept is not None
    assert kept.changed["Vendor.Colour"] == "blue"


def test_a_number_that_the_file_lacks_has_the_suffix_of_the_others(tmp_path: Path) -> None:
    home = Home(tmp_path, TEMPLATE)
    told_otherwise(home, chargeBoxSerialNumber=None)
    assert home.plan(Forgetful()).serials.box == f"B{SUFFIX}"


def test_the_generator_of_the_file_goes_before_that_of_the_template(tmp_path: Path) -> None:
    home = Home(tmp_path, TEMPLATE)
    content = file_2024()
    content["automaticTransactionGenerator"] = GENERATOR | {"minDuration": 5}
    home.write(home.plan(Forgetful()), content)
    habits = planned(home).habits
    assert habits is not None
    assert (habits.least_stay_s, habits.most_stay_s) == (5, 60)


@pytest.mark.parametrize(
    "change", [{"power": 43_000}, {"Connectors": {"0": {}, "1": {}}}, {"baseName": "CS"}]
)
async def test_our_own_file_is_tied_to_its_template_too(
    tmp_path: Path, autojump_clock: MockClock, change: dict[str, Any]
) -> None:
    home = Home(tmp_path, TEMPLATE)
    async with home.process(seed=1) as process:
        first = process.plan
    home.template = home.template | change
    async with home.process(seed=2) as process:
        plan = process.plan
    assert plan.serials == first.serials
    if change == {"baseName": "CS"}:  # which it is already
        assert plan.specification == first.specification
    else:
        assert plan.specification.outlets != first.specification.outlets


async def test_connectors_that_were_drawn_stay_as_they_were(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    kinds = {str(number): {"maximumPower": 1000.0 * number} for number in range(1, 9)}
    home = Home(
        tmp_path, {"Connectors": kinds, "randomConnectors": True, "numberOfConnectors": [2, 3, 4, 5, 6]}
    )
    async with home.process(seed=1) as process:
        first = process.plan.specification.outlets
    others = []
    for seed in range(2, 6):
        others.append(evolve(home.plan(Forgetful(), seed=seed)).specification.outlets)
        home_afresh = Home(tmp_path / str(seed), home.template)
        home_afresh.folder.mkdir()
        assert home_afresh.plan(Forgetful(), seed=seed).specification.outlets != first
    assert others == [first] * 4


async def test_keys_of_a_changed_template_give_way_to_those_that_were_changed(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """And a key that nobody had changed is that of the new template."""
    home = Home(tmp_path, TEMPLATE)
    async with home.process() as process:
        await process.play.set_key("Vendor.Colour", "green")
    home.template = home.template | {
        "Configuration": {
            "configurationKey": [
                {"key": "MeterValueSampleInterval", "readonly": False, "value": "7"},
                {"key": "Vendor.Colour", "readonly": False, "value": "black"},
            ]
        }
    }
    async with home.process() as process:
        assert await process.keys("Vendor.Colour", "MeterValueSampleInterval") == {
            "Vendor.Colour": "green",
            "MeterValueSampleInterval": "7",
        }
