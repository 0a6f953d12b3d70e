"""What the keys of `log` mean."""

import logging
from datetime import timedelta

import pytest
from attrs import evolve

from ocppsim.config.logging_settings import (
    LEVELS,
    BadLog,
    Keep,
    LogSettings,
    is_json,
    kept,
    most_bytes,
    name_of,
    problems,
    threshold,
)
from tests.tables import each


def test_the_levels_of_syslog_are_in_their_order() -> None:
    names = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"]
    assert list(LEVELS) == names
    assert sorted(map(threshold, names), reverse=True) == list(map(threshold, names))
    assert [name_of(threshold(name)) for name in names] == names


@pytest.mark.parametrize(
    ("level", "name"),
    [
        (logging.CRITICAL, "crit"),
        (logging.ERROR, "error"),
        (logging.INFO, "info"),
        (logging.DEBUG, "debug"),
        (3, "debug"),
    ],
)
def test_what_a_level_is_called(level: int, name: str) -> None:
    assert name_of(level) == name


@each(
    ("value", "expected"),
    [
        (None, None),
        (0, None),
        ("0", None),
        (1000, 1000),
        ("1000", 1000),
        ("20m", 20 * 1024**2),
        ("5 KB", 5 * 1024),
        ("1G", 1024**3),
    ],
)
def test_sizes(value: int | str | None, expected: int | None) -> None:
    assert most_bytes(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, Keep()),
        (0, Keep()),
        (7, Keep(files=7)),
        ("7", Keep(files=7)),
        ("7d", Keep(age=timedelta(days=7))),
        ("14 D", Keep(age=timedelta(days=14))),
    ],
)
def test_how_long_files_are_kept(value: int | str | None, expected: Keep) -> None:
    assert kept(value) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("json", True), ("logstash", True), ("simple", False), ("cli", False)]
)
def test_formats(name: str, expected: bool) -> None:
    assert is_json(name) is expected


@each(
    ("field", "value", "key"),
    [
        ("level", "loud", "level"),
        ("level", "INFO", "level"),
        ("format", "xml", "format"),
        ("max_size", "20 miles", "maxSize"),
        ("max_size", "", "maxSize"),
        ("max_size", -1, "maxSize"),
        ("max_files", "7w", "maxFiles"),
        ("max_files", "١d", "maxFiles"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_key(field: str, value: int | str, key: str) -> None:
    [(found, reason)] = problems(evolve(LogSettings(), **{field: value}))
    assert found == key
    assert repr(value) in reason


def test_all_that_is_wrong_is_said_at_once() -> None:
    keys = LogSettings(level="x", format="x", max_size="x", max_files="x")
    assert [key for key, _ in problems(keys)] == ["level", "format", "maxSize", "maxFiles"]
    assert list(problems(LogSettings())) == []
    with pytest.raises(BadLog, match=r"log\.level"):
        threshold("x")
