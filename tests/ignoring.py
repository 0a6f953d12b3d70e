"""A plugin of pytest under which a key of files is ignored, as if nobody had read it: see `tests.audit`."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ocppsim.config import key
from ocppsim.config.pages import SECTIONS
from ocppsim.config.problems import Spot

IGNORED = "OCPPSIM_IGNORED_KEY"

Place = tuple[str, type, str]
"""The name that a mark has for a key, its class, and its name there."""


def places() -> Iterator[Place]:
    for section in SECTIONS:
        yield from _within(section.cls, f"{section.short}." if section.short else "")


def _within(cls: type, prefix: str) -> Iterator[Place]:
    for name, (_, made) in key.keys(cls).items():
        yield prefix + name, cls, name
        if made.inner is not None:
            yield from _within(made.inner, f"{prefix}{name}.")


def _ignore(ignored: str) -> None:
    ((cls, name),) = ((cls, name) for full, cls, name in places() if full == ignored)
    as_ever = key._value

    def value(of: type, field: str, made: key.Key, table: Mapping[str, object], spot: Spot) -> Any:
        if of is cls and made.name == name:
            table = {other: given for other, given in table.items() if other != name}
        return as_ever(of, field, made, table, spot)

    key._value = value


if ignored := os.environ.get(IGNORED):
    _ignore(ignored)
