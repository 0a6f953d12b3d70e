"""Files of each year, with all their keys, are read, migrated and run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trio
from stage import check, plain_errors
from trio.testing import MockClock

from ocppsim.config.loading import Loaded, load
from ocppsim.config.pages import SECTIONS, all_keys
from ocppsim.config.simulator import DROPPED, MOVED
from ocppsim.dialects.v16 import Dialect16
from ocppsim.templates import vocabulary
from ocppsim.testing.rig import open_rig
from tests.config.bench import configured
from tests.config.everything import (
    CARS,
    CONFIGURATION_2022,
    CONFIGURATION_NOW,
    TEMPLATE_2022,
    TEMPLATE_EVSES,
    TEMPLATE_NOW,
)
from tests.real.independent_facts import Frame
from tests.real.independent_schemas import schema_errors


def folder_of(path: Path, configuration: object, **templates: object) -> Path:
    (path / "station-templates").mkdir()
    for name, template in templates.items():
        (path / "station-templates" / f"{name}.json").write_text(json.dumps(template))
    (path / "tags.json").write_text('["TAG-1", "TAG-2"]')
    (path / "cars.json").write_text(json.dumps(CARS))
    return configured(path, configuration)


def loaded_2022(path: Path) -> Loaded:
    return load(folder_of(path, CONFIGURATION_2022, then=TEMPLATE_2022), vocabulary())


def loaded_now(path: Path) -> Loaded:
    file = folder_of(path, CONFIGURATION_NOW, now=TEMPLATE_NOW, evses=TEMPLATE_EVSES)
    return load(file, vocabulary())


async def run(loaded: Loaded, seconds: float) -> dict[str, list[tuple[str, Any]]]:
    """What each station said; the independent package `ocpp` finds nothing wrong with it."""
    with plain_errors():
        async with open_rig() as rig:
            for plan in loaded.plans(1, {}):
                dialect = Dialect16(strict=plan.strict)
                rig.add(plan.specification, dialect=dialect, habits=plan.habits)
            await trio.sleep(seconds)
            said = {
                name: [tuple(json.loads(text)[2:4]) for text in rig.texts(name) if text.startswith("[2")]
                for name in rig.fleet.stations
            }
        check(rig)
    ways = {">": "in", "<": "out"}
    frames = [
        Frame(ways[one.way.value], one.station, one.text) for one in rig.entries if one.way.value in ways
    ]
    assert len(frames) > 100
    assert schema_errors(frames) == []
    return said


def actions(said: list[tuple[str, Any]]) -> list[str]:
    return [action for action, _ in said]


def samples(said: list[tuple[str, Any]], measurand: str) -> list[dict[str, Any]]:
    return [
        value
        for action, payload in said
        if action == "MeterValues"
        for reading in payload["meterValue"]
        for value in reading["sampledValue"]
        if value["measurand"] == measurand
    ]


async def test_files_of_2022(tmp_path: Path, autojump_clock: MockClock) -> None:
    loaded = loaded_2022(tmp_path)
    notices = "\n".join(map(str, loaded.notices))
    for name in CONFIGURATION_2022:
        assert name in notices or (name not in MOVED and name not in DROPPED)
    said = await run(loaded, 400)
    assert sorted(said) == ["CS-THEN-00001", "CS-THEN-00002"]
    for frames in said.values():
        assert {"BootNotification", "Authorize", "StartTransaction", "MeterValues"} <= set(actions(frames))
        assert actions(frames).count("StopTransaction") >= 2
        phases = {value.get("phase") for value in samples(frames, "Voltage")}
        assert phases == {None, "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"}
        assert {value["phase"] for value in samples(frames, "Power.Active.Import")} == {"L1-N"}
        assert not samples(frames, "Current.Import")  # the meter has it, nobody samples it


async def test_files_of_2022_with_values_drawn_each_by_itself(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """As SAP's simulator has them by default: around the template's values, and never too high."""
    independent = {"coherentMeterValues": False, "power": 44160}
    file = folder_of(tmp_path, CONFIGURATION_2022, then=TEMPLATE_2022 | independent)
    said = await run(load(file, vocabulary()), 400)
    for frames in said.values():
        powers = [float(value["value"]) for value in samples(frames, "Power.Active.Import")]
        assert len(set(powers)) == len(powers) > 4
        assert all(4500 <= power <= 5500 for power in powers)
        assert len({value["value"] for value in samples(frames, "SoC")}) > 3


async def test_files_of_today(tmp_path: Path, autojump_clock: MockClock) -> None:
    loaded = loaded_now(tmp_path)
    assert [str(notice) for notice in loaded.notices if "is no key" in str(notice)] == []
    said = await run(loaded, 400)
    assert sorted(said) == ["CS-EVSE-00001", "CS-NOW-00001", "CS-NOW-00002"]
    assert "StopTransaction" in actions(said["CS-NOW-00001"])
    assert "StartTransaction" not in actions(said["CS-EVSE-00001"])


def used(value: object, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{prefix}{name}"
            yield from used(inner, f"{prefix}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from used(inner, prefix)


def test_the_files_of_today_use_every_key() -> None:
    files: list[Any] = [CONFIGURATION_NOW, TEMPLATE_NOW, TEMPLATE_EVSES, CARS]
    paths = {path for file in files for path in used(file)}
    tails = {path.rpartition(".")[2] for path in paths}
    for section in SECTIONS:
        if section.short == "options":
            continue  # those are in requests
        for name, _, _ in all_keys(section.cls):
            assert name in paths or ("." not in name and name in tails), name
