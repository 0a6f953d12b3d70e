"""A file that cannot be used is set aside, and said; the station begins as its template has it."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trio.testing import MockClock

from ocppsim.actors.store import Forgetful
from tests.persistence.keeping_stage import Home
from tests.persistence.peer_files import OF_OTHERS, TEMPLATE, file_2024


def changed(*path: str | int, to: object) -> Callable[[], str]:
    def made() -> str:
        content = file_2024()
        place: Any = content
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to
        return json.dumps(content)

    return made


DAMAGE: list[tuple[Callable[[], str], str]] = [
    (lambda: "", "is empty"),
    (lambda: "[]", "must be a table, not a list"),
    (lambda: json.dumps(file_2024())[:-200], "line 1, column"),
    (lambda: "\x00\xff", "line 1"),
    (lambda: "[" * 100_000, "is nested too deeply"),
    (lambda: json.dumps(file_2024()).replace("{", '{"a": 1, "a": 2, ', 1), "the key 'a' is there twice"),
    (changed("stationInfo", to=3), "stationInfo: must be a table, not the number 3"),
    (changed("stationInfo", "voltageOut", to="much"), "stationInfo.voltageOut: must be a number"),
    (changed("stationInfo", "supervisionUrls", to="http://x"), "stationInfo.supervisionUrls[0]: the URL"),
    (changed("configurationKey", 0, "key", to=3), "configurationKey[0].key: must be a text"),
    (changed("connectorsStatus", 1, to=7), "connectorsStatus[1]: must be a table"),
    (changed("connectorsStatus", 1, to=["x", {}]), "connectorsStatus[1]: must be a number from 0"),
    (
        changed("connectorsStatus", 1, "energyActiveImportRegisterValue", to=-5),
        "connectorsStatus[1].energyActiveImportRegisterValue: must be a number",
    ),
    (
        changed("automaticTransactionGeneratorStatuses", 0, "startDate", to="soon"),
        'automaticTransactionGeneratorStatuses[0].startDate: must be a time, not the text "soon"',
    ),
    (
        changed("automaticTransactionGenerator", "minDuration", to=1000),
        "automaticTransactionGenerator.maxDuration: must be at least minDuration",
    ),
    (changed("connectorsStatus", to=[{}] * 3), ""),  # nothing is wrong with less
    (changed("stationInfo", "templateHash", to={}), ""),  # as if there were none
]


@pytest.mark.parametrize(("made", "words"), DAMAGE, ids=[str(n) for n in range(len(DAMAGE))])
async def test_d32_a_bad_file_leaves_no_half_built_station(
    tmp_path: Path, autojump_clock: MockClock, made: Callable[[], str], words: str
) -> None:
    home = Home(tmp_path, TEMPLATE)
    path = home.write(home.plan(Forgetful()), made())
    before = path.read_bytes()
    async with home.process(finds=OF_OTHERS) as process:
        found = await process.keys("Vendor.Colour")
    aside = path.with_suffix(".json.damaged")
    if not words:
        assert (home.told, aside.exists()) == ([], False)
        return
    assert found == {"Vendor.Colour": "red"}
    [said] = home.told
    assert said.startswith(f"{path}: {words}")
    assert said.endswith(f"set aside as {aside.name}, and the station begins as its template has it")
    assert aside.read_bytes() == before
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert path.exists(), "a new one was written"


async def test_each_damaged_file_has_a_name_of_its_own(tmp_path: Path, autojump_clock: MockClock) -> None:
    home = Home(tmp_path, TEMPLATE)
    for _ in range(3):
        home.write(home.plan(Forgetful()), "{")
        home.plan(Forgetful())
    assert len(list(home.shelf.folder.glob("*.damaged*"))) == 3


def test_a_folder_in_the_place_of_a_file_is_set_aside(tmp_path: Path) -> None:
    home = Home(tmp_path, TEMPLATE)
    path = home.shelf.path(home.plan(Forgetful()).hash_id)
    path.mkdir(parents=True)
    (path / "inside").write_text("kept")
    home.plan(Forgetful())
    assert home.told[0].startswith(f"{path}: cannot be read: Is a directory; it is set aside as")
    assert [one.name for one in home.shelf.folder.iterdir()] == [f"{path.name}.damaged"]


def test_a_file_that_cannot_be_set_aside_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    home = Home(tmp_path, TEMPLATE)
    path = home.write(home.plan(Forgetful()), "{")
    monkeypatch.setattr(Path, "rename", refuse)
    assert home.plan(Forgetful()).specification.id == "CS-00001"
    assert home.told[0].endswith("it is not used, and cannot be set aside: Permission denied")
    assert path.exists()


@pytest.mark.parametrize(
    "record",
    [
        {"done": [1, 99]},
        {"start": "x"},
        {"changed": {"A": 1}},
        {"connector": 3},
        {"block": "local list", "value": {"version": 1}},
        {"block": "local list", "value": []},
        {"block": "reservations", "value": [[1]]},
        {"block": "reservations", "value": 3},
    ],
)
def test_records_of_our_own_that_are_none_are_damage(tmp_path: Path, record: object) -> None:
    home = Home(tmp_path, TEMPLATE)
    content = file_2024() | {"ocppsim": {"memory": [record]}}
    home.write(home.plan(Forgetful()), content)
    home.plan(Forgetful())
    assert "ocppsim: cannot be read" in home.told[0]


async def test_what_the_journal_knows_outlives_a_damaged_file(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = Home(tmp_path, TEMPLATE)
    async with home.process() as process:
        await process.play.set_key("Vendor.Colour", "green")
    home.write(process.plan, "damaged")
    async with home.process() as process:
        assert await process.keys("Vendor.Colour") == {"Vendor.Colour": "green"}
    assert len(home.told) == 1
