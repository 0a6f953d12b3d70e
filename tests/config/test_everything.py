"""Files of each year, with all their keys, are read, migrated and run. No effective key is untested."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
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

HERE = Path(__file__).parent
ELSEWHERE = tuple(HERE.parent / name for name in ("cli", "real", "performance", "persistence", "journeys"))


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


async def run(loaded: Loaded, seconds: float) -> dict[str, list[str]]:
    """What each station said."""
    with plain_errors():
        async with open_rig() as rig:
            for plan in loaded.plans(1, {}):
                dialect = Dialect16(strict=plan.strict)
                rig.add(plan.specification, dialect=dialect, habits=plan.habits)
            await trio.sleep(seconds)
            said = {
                name: [json.loads(text)[2] for text in rig.texts(name) if text.startswith("[2")]
                for name in rig.fleet.stations
            }
        check(rig)
    return said


async def test_files_of_2022(tmp_path: Path, autojump_clock: MockClock) -> None:
    loaded = loaded_2022(tmp_path)
    notices = "\n".join(map(str, loaded.notices))
    for name in CONFIGURATION_2022:
        assert name in notices or (name not in MOVED and name not in DROPPED)
    said = await run(loaded, 400)
    assert sorted(said) == ["CS-THEN-00001", "CS-THEN-00002"]
    for actions in said.values():
        assert {"BootNotification", "Authorize", "StartTransaction", "MeterValues"} <= set(actions)
        assert actions.count("StopTransaction") >= 2


async def test_files_of_today(tmp_path: Path, autojump_clock: MockClock) -> None:
    loaded = loaded_now(tmp_path)
    assert [str(notice) for notice in loaded.notices if "is no key" in str(notice)] == []
    said = await run(loaded, 400)
    assert sorted(said) == ["CS-EVSE-00001", "CS-NOW-00001", "CS-NOW-00002"]
    assert "StopTransaction" in said["CS-NOW-00001"]
    assert "StartTransaction" not in said["CS-EVSE-00001"]


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
        for name, _, _ in all_keys(section.cls):
            assert name in paths or ("." not in name and name in tails), name


WHOLE = {
    # tables, of which each key is looked for by itself
    "worker",
    "firmwareUpgrade",
    "firmwareUpgrade.versionUpgrade",
    "wsOptions",
    "Configuration",
}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_each_effective_key_is_named_in_a_test_of_its_effect(section: Any) -> None:
    tests = "\n".join(
        path.read_text()
        for folder in (HERE, *ELSEWHERE)
        for path in sorted(folder.glob("test_*.py"))
        if path.name not in ("test_everything.py", "test_malformed.py")
    )
    missing = []
    for name, made, _ in all_keys(section.cls):
        last = name.rpartition(".")[2]
        named = f'"{last}"' in tests or f"{last}=" in tests
        if made.fate.kind == "effective" and name not in WHOLE and not named:
            missing.append(name)
    assert missing == []
