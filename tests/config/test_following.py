"""What of a changed configuration counts at once."""

import re
from pathlib import Path

import pytest

from ocppsim.config.following import FOLLOWED, changed, left_behind
from ocppsim.config.pages import all_keys
from ocppsim.config.simulator import SimulatorConfiguration
from tests.config.bench import simulator


@pytest.mark.parametrize(
    ("key", "value", "behind"),
    [
        ("seed", 7, ["seed"]),
        ("log", {"file": "other.log"}, ["log.file"]),
        ("log", {"file": "other.log", "level": "debug", "rotate": False}, ["log.file", "log.rotate"]),
        ("performanceStorage", {"type": "jsonfile"}, ["performanceStorage.type"]),
        ("log", {"level": "debug", "statisticsInterval": 5}, []),
        ("worker", {"startDelay": 1, "elementAddDelay": 1, "elementsPerWorker": 1}, []),
        ("supervisionUrls", "ws://other.example", []),
        ("supervisionUrlDistribution", "random", []),
        ("sourceVersion", "4.11", []),
        ("uiServer", {"enabled": True}, []),  # has no effect so far: nothing to say
        ("worker", {"resourceLimits": {}}, []),
    ],
)
def test_what_needs_a_new_start_is_named(tmp_path: Path, key: str, value: object, behind: list[str]) -> None:
    before = simulator(tmp_path).configuration
    after = simulator(tmp_path, **{key: value}).configuration
    assert left_behind(before, after) == behind
    assert left_behind(after, after) == []


def test_what_is_followed_are_keys() -> None:
    assert {name for name, *_ in all_keys(SimulatorConfiguration)} >= FOLLOWED


def test_a_change_is_named_by_its_path(tmp_path: Path) -> None:
    before = simulator(tmp_path).configuration
    after = simulator(tmp_path, log={"level": "debug"}, seed=3).configuration
    assert changed(before, after) == ["seed", "log.level"]


def test_the_page_names_all_that_is_followed() -> None:
    page = Path(__file__).parents[2] / "docs" / "reload.md"
    named = set(re.findall(r"`(\w+)`", page.read_text()))
    assert {name.rpartition(".")[2] for name in FOLLOWED} <= named
