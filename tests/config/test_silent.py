"""Templates of stations that would never charge, with nothing wrong: a notice says so beforehand, and why."""

from pathlib import Path
from typing import Any

import pytest
from trio.testing import MockClock

from ocppsim.config.loading import load
from ocppsim.config.places import packaged_templates
from ocppsim.config.problems import Report, Spot
from ocppsim.templates import load_template, places, vocabulary
from tests.cli.conftest import command
from tests.config.bench import (
    LEAST,
    configured,
    keys,
    planned,
    power_w,
    read,
    simulator,
    station_of,
    written,
)
from tests.tables import each

__all__ = ["command"]

TWO = {"0": {}, "1": {}, "2": {}}
COMES = {"enable": True}
UNDER = "no EV charges under 6 A (IEC 61851)"


def notices(folder: Path, **template: Any) -> list[str]:
    _, report = read(folder, **template)
    return [str(one).partition("test.json: ")[2] for one in report.notices]


def test_a_part_of_the_power_too_small_for_its_phases(tmp_path: Path) -> None:
    [told] = notices(tmp_path, power=7.4, powerUnit="kW", Connectors=TWO)
    what, advice = told.split(f"; {UNDER}: set ")
    assert what == "power: 7400 W are 3700 W for each of 2 connectors, 5.36 A on each of 3 phases"
    assert advice == "numberOfPhases to 1, powerSharedByConnectors to true, or power to 8.28 kW or more"
    [told] = notices(tmp_path, power=3000)
    what, advice = told.split(f"; {UNDER}: set ")
    assert what == "power: 3000 W are 4.34 A on each of 3 phases"
    assert advice == "numberOfPhases to 1, or power to 4140 W or more"
    [told] = notices(tmp_path, power=1_000_000, numberOfConnectors=1000)
    assert told.endswith("set powerSharedByConnectors to true, or power to 4140000 W or more")
    [told] = notices(tmp_path, power=22, numberOfPhases=1)
    what, advice = told.split(f"; {UNDER}: set ")
    assert (what, advice) == ("power: 22 W are 0.09 A", "powerUnit to kW, or power to 1380 W or more")


@pytest.mark.parametrize(
    "template",
    [
        {"power": 7400, "numberOfPhases": 1, "Connectors": TWO},
        {"power": 7400, "powerSharedByConnectors": True, "Connectors": TWO},
        {"power": 8280, "Connectors": TWO},
        {"power": 100, "currentOutType": "DC"},
    ],
)
def test_what_is_enough_is_not_noticed(tmp_path: Path, template: dict[str, Any]) -> None:
    assert notices(tmp_path, **template) == []


def test_each_power_that_may_be_drawn_is_looked_at(tmp_path: Path) -> None:
    told = notices(tmp_path, power=[3000, 22000, 3500], numberOfConnectors=[1, 2], Connectors=TWO)
    assert [words.partition(" for")[0] for words in told] == [
        "power: 3000 W are 1500 W",
        "power: 3500 W are 1750 W",
    ]


def test_hardware_of_a_connector(tmp_path: Path) -> None:
    connectors = {"0": {}, "1": {"maximumPower": 3000}, "2": {"maximumCurrent": 5.5}, "3": {}}
    advice = "set numberOfPhases to 1, or it to 4140 W or more"
    assert notices(tmp_path, power=44000, Connectors=connectors) == [
        f"Connectors.1.maximumPower: 3000 W are 4.34 A on each of 3 phases; {UNDER}: {advice}",
        f"Connectors.2.maximumCurrent: {UNDER}",
    ]
    evses = {"0": {"Connectors": {"0": {}}}, "1": {"Connectors": {"1": {"maximumCurrent": 5.5}}}}
    assert notices(tmp_path, Connectors=None, Evses=evses) == [f"Evses: connector 1: maximumCurrent: {UNDER}"]


async def test_these_stations_do_not_charge_indeed(tmp_path: Path, autojump_clock: MockClock) -> None:
    """What is noticed gives no power, and what the notice advises gives some."""
    assert await flows(tmp_path, power=7400, Connectors=TWO) == [0]
    assert await flows(tmp_path, power=8280, Connectors=TWO) == [4140]
    assert await flows(tmp_path, Connectors={"0": {}, "1": {"maximumCurrent": 5.5}}) == [0]
    assert await flows(tmp_path, **limited("16", "dA")) == [0]
    assert await flows(tmp_path, **limited("6", "A")) == [4140]


async def flows(folder: Path, **template: Any) -> list[float]:
    async with station_of(planned(folder, **template)) as stage:
        return await power_w(stage)


def limited(value: str, unit: str, **own: Any) -> dict[str, Any]:
    return {
        "amperageLimitationOcppKey": "MaxCurrent",
        "amperageLimitationUnit": unit,
        "Configuration": keys({"key": "MaxCurrent", "value": value, **own}),
    }


def test_a_key_that_limits_the_current_to_less_than_can_be(tmp_path: Path) -> None:
    where = "Configuration.configurationKey[0].value: MaxCurrent"
    until = "until the central system raises it"
    assert notices(tmp_path, **limited("16", "dA")) == [
        f"{where}: 16 dA are 1.6 A; {UNDER} {until}; is dA its unit (amperageLimitationUnit)?"
    ]
    assert notices(tmp_path, **limited("5", "A", readonly=True)) == [f"{where}: 5 A; {UNDER}"]
    assert notices(tmp_path, **limited("0", "A"), currentOutType="DC") == [
        f"{where}: 0 A; nothing flows {until}"
    ]
    for value, unit in (("160", "dA"), ("6", "A"), ("much", "A")):
        assert notices(tmp_path, **limited(value, unit)) == []


@pytest.mark.parametrize(
    ("generator", "words"),
    [
        ({"probabilityOfStart": 0}, "AutomaticTransactionGenerator.probabilityOfStart: 0: nobody ever comes"),
        ({"stopAfterHours": 0}, "AutomaticTransactionGenerator.stopAfterHours: 0: nobody ever comes"),
        ({"enable": False, "stopAfterHours": 0}, None),
        ({}, None),
    ],
)
def test_a_generator_that_brings_nobody(tmp_path: Path, generator: dict[str, Any], words: str | None) -> None:
    (tmp_path / "tags.json").write_text('["TAG"]')
    told = notices(tmp_path, AutomaticTransactionGenerator=COMES | generator, idTagsFile="tags.json")
    assert told == ([] if words is None else [words])


def test_a_generator_without_tags(tmp_path: Path) -> None:
    (tmp_path / "tags.json").write_text("[]")
    words = "all come with the tag 00000000, which the central system must know"
    assert notices(tmp_path, AutomaticTransactionGenerator=COMES) == [
        f"AutomaticTransactionGenerator: there is no idTagsFile: {words}"
    ]
    assert notices(tmp_path, AutomaticTransactionGenerator=COMES, idTagsFile="tags.json") == [
        f"idTagsFile: has no tags: {words}"
    ]


def test_connectors_that_nobody_can_use(tmp_path: Path) -> None:
    off, broken = {"bootStatus": "Unavailable"}, {"bootStatus": "Faulted"}
    assert notices(tmp_path, Connectors={"0": {}, "1": off, "2": broken}) == [
        "Connectors: all are Unavailable or Faulted when the station starts: nobody can charge"
    ]
    assert notices(tmp_path, Connectors={"0": off, "1": {}}) == [
        "Connectors.0.bootStatus: Unavailable: nobody can charge before the central system says otherwise"
    ]
    assert notices(tmp_path, Connectors={"0": {}, "1": off, "2": {}}) == []


@each("name", packaged_templates())
def test_templates_of_the_program_charge(name: str) -> None:
    path = places.template_file(name, Path())
    assert path is not None
    report = Report()
    load_template(path, Spot(report, str(path), folder=path.parent), vocabulary())
    assert report.notices == []


def test_a_run_to_which_nobody_comes(tmp_path: Path) -> None:
    words = "config.json: stationTemplateUrls: nobody comes to charge: no template that starts has an "
    words += "AutomaticTransactionGenerator that is enabled"
    assert [str(one).removeprefix(f"{tmp_path}/") for one in simulator(tmp_path).notices] == [words]
    written(tmp_path, LEAST | {"Connectors": {"1": {"bootStatus": "Charging"}}})
    assert simulator(tmp_path).notices == ()
    (tmp_path / "tags.json").write_text('["TAG"]')
    comes = {"AutomaticTransactionGenerator": COMES, "idTagsFile": "tags.json"}
    written(tmp_path, LEAST | comes)
    assert simulator(tmp_path).notices == ()
    written(tmp_path, LEAST | comes | {"autoStart": False})
    assert len(simulator(tmp_path).notices) == 1


def test_commands_say_it(tmp_path: Path, command: Any) -> None:
    path = written(tmp_path, LEAST | {"power": 3000})
    uses = [{"file": "test.json", "numberOfStations": 1}]
    file = configured(tmp_path, {"supervisionUrls": "ws://h", "stationTemplateUrls": uses})
    for arguments in (("template", "check", str(path)), ("config", "check", str(file))):
        ended = command(*arguments)
        assert ended.code == 0
        assert f"note: {path}: power: 3000 W are 4.34 A" in ended.out
    assert load(file, vocabulary()).sources
