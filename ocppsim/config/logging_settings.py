"""What the section `log` means: levels, formats, sizes, and how long files are kept."""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Protocol

from ocppsim.values import frozen

LEVELS: Mapping[str, int] = {
    "emerg": logging.CRITICAL + 20,
    "alert": logging.CRITICAL + 10,
    "crit": logging.CRITICAL,
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "notice": logging.INFO + 5,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}
"""The names of syslog, from the most serious on, and the levels of `logging` that they stand for."""

JSON_FORMATS = frozenset({"json", "logstash", "prettyPrint"})
SIMPLE_FORMATS = frozenset(
    {"simple", "align", "cli", "colorize", "padLevels", "splat", "timestamp", "uncolorize"}
)
"""Names that other simulators know; each is written as one of our two."""

_SIZE = re.compile(r"(\d{1,15})\s*([kmg]?)b?", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_DAYS = re.compile(r"(\d{1,6})\s*(d?)", re.IGNORECASE | re.ASCII)


class LogKeys(Protocol):
    """The section as a configuration has it."""

    @property
    def enabled(self) -> bool: ...
    @property
    def file(self) -> str: ...
    @property
    def error_file(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def console(self) -> bool: ...
    @property
    def format(self) -> str: ...
    @property
    def rotate(self) -> bool: ...
    @property
    def max_files(self) -> int | str | None: ...
    @property
    def max_size(self) -> int | str | None: ...


@frozen
class LogSettings:
    """The same for those who have no configuration file."""

    enabled: bool = True
    file: str = "logs/combined.log"
    error_file: str = "logs/error.log"
    level: str = "info"
    console: bool = False
    format: str = "simple"
    rotate: bool = True
    max_files: int | str | None = None
    max_size: int | str | None = None


class BadLog(ValueError):
    """A key that cannot be meant."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"log.{key}: {reason}")
        self.key, self.reason = key, reason


@frozen
class Keep:
    """How many files of a log stay, the one in use among them, or how old they may be; None: any."""

    files: int | None = None
    age: timedelta | None = None


def problems(keys: LogKeys) -> Iterator[tuple[str, str]]:
    """Key and reason, where something cannot be meant."""
    for check in (
        partial(threshold, keys.level),
        partial(is_json, keys.format),
        partial(most_bytes, keys.max_size),
        partial(kept, keys.max_files),
    ):
        try:
            check()
        except BadLog as error:
            yield error.key, error.reason


def threshold(level: str) -> int:
    """The least level of `logging` that is written."""
    if level not in LEVELS:
        raise BadLog("level", f"{level!r:.60} is no level; there are {', '.join(LEVELS)}")
    return LEVELS[level]


def name_of(level: int) -> str:
    """What a level of `logging` is called in a log."""
    return next((name for name, least in LEVELS.items() if level >= least), "debug")


def is_json(name: str) -> bool:
    """Whether lines are JSON; otherwise they are plain."""
    if name not in JSON_FORMATS | SIMPLE_FORMATS:
        raise BadLog("format", f"{name!r:.60} is no format; there are simple and json")
    return name in JSON_FORMATS


def most_bytes(value: int | str | None) -> int | None:
    """Of a file: a number, or one with k, m or g; None and 0: any size."""
    if value is None:
        return None
    found = _SIZE.fullmatch(str(value).strip())
    if found is None:
        raise BadLog("maxSize", f"{value!r:.60} is no size, such as 20m or 1000000")
    return int(found[1]) * _UNITS[found[2].lower()] or None


def kept(value: int | str | None) -> Keep:
    """A number of files, or of days with d; None and 0: all."""
    if value is None:
        return Keep()
    found = _DAYS.fullmatch(str(value).strip())
    if found is None:
        raise BadLog("maxFiles", f"{value!r:.60} is neither a number of files nor of days, such as 7 or 7d")
    number = int(found[1])
    if not number:
        return Keep()
    return Keep(age=timedelta(days=number)) if found[2] else Keep(files=number)
