"""Each numbered operation of the texts has a test that bears its number: `test_5_13_a_group_may_use_it`."""

import re
from functools import cache
from pathlib import Path

from tests.tables import each

ROOT = Path(__file__).parents[2]

BY_THE_STATION = tuple(f"4_{number}" for number in range(1, 11))
BY_THE_CENTRAL_SYSTEM = tuple(f"5_{number}" for number in range(1, 20))
OF_THE_WHITEPAPER = ("a01", "a02", "a03", "a04", "a05", "l01", "m03", "m04", "m05", "n01")

_NUMBER = re.compile(r"(?<!\d)(?<!err)_([45]_\d+)(?=_)|_([almn]0\d)(?=_)")
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def numbers(name: str) -> list[str]:
    """The operations that a test is named after; `3_5_1` is of another chapter, `err_4_9` of the errata."""
    return [of_1_6 or of_the_whitepaper for of_1_6, of_the_whitepaper in _NUMBER.findall(name)]


@cache
def named() -> frozenset[str]:
    """The names of all tests; those in classes are not asked for."""
    paths = set((ROOT / "tests").rglob("test_*.py")) - {Path(__file__)}
    return frozenset(name for path in paths for name in _TEST.findall(path.read_text("utf-8")))


@cache
def bearing() -> frozenset[str]:
    return frozenset(number for name in named() for number in numbers(name))


DEFECTS = (*range(1, 15), 18, 19, 20, 21, 22, 26, 27, 28, 30, 31, 32)
"""Of the best-known simulator: all but those of OCPP 2.0.1, of control by others, and of workers."""

PARTS = {part for name in named() for part in name.split("_")}


@each("number", DEFECTS)
def test_every_defect_has_a_test_that_bears_its_number(number: int) -> None:
    """`test_d9_...`, `test_d18_d19_...`"""
    assert f"d{number}" in PARTS


@each("operation", [*BY_THE_STATION, *BY_THE_CENTRAL_SYSTEM, *OF_THE_WHITEPAPER])
def test_every_operation_has_a_test_that_bears_its_number(operation: str) -> None:
    assert operation in bearing()


@each(
    ("name", "found"),
    [
        ("test_5_13_a_group_may_use_it", ["5_13"]),
        ("test_5_10_and_5_15_updates", ["5_10", "5_15"]),
        ("test_4_5_and_5_19_d12_the_train", ["4_5", "5_19"]),
        ("test_m03_m04_m05_roots_come_and_go", ["m03", "m04", "m05"]),
        ("test_a05_fr_08_back_once", ["a05"]),
        ("test_3_5_1_what_has_expired", []),
        ("test_err_3_37_defaults_stay", []),
        ("test_err_4_9_a_slip_in_a_table", []),
        ("test_after_5_s", []),
    ],
)
def test_numbers_are_read_from_names(name: str, found: list[str]) -> None:
    assert numbers(name) == found
