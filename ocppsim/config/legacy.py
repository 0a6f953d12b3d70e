"""Names of earlier years: they are taken, moved to where they belong, and reported."""

from collections.abc import Mapping
from typing import Any

from ocppsim.config.problems import Spot


def moved(value: dict[str, Any], moves: Mapping[str, str], spot: Spot) -> dict[str, Any]:
    """The table with values under their names of today. The same value twice is dropped, two values are a
    problem; null is dropped with a notice."""
    for old, new in moves.items():
        found, taken = _take(value, old.split("."))
        if not taken:
            continue
        here = spot.at(*old.split("."))
        if found is None:
            here.note("null is dropped")
            continue
        place = _place(value, new.split("."))
        if place is None:
            continue  # where a table should be is something else, which is reported
        table, name = place
        if name in table and table[name] != found:
            here.wrong(f"says something else than {new}; keep one of them")
        else:
            table[name] = found
            here.note(f"is a name of old; it is {new} now")
    return value


def dropped(value: dict[str, Any], names: Mapping[str, str], spot: Spot) -> dict[str, Any]:
    """The table without the names that have no place now."""
    for name, reason in names.items():
        if name in value:
            del value[name]
            spot.at(name).note(f"is dropped: {reason}")
    return value


def _take(value: dict[str, Any], path: list[str]) -> tuple[Any, bool]:
    table: Any = value
    for part in path[:-1]:
        table = table.get(part)
        if not isinstance(table, dict):
            return None, False
    if path[-1] not in table:
        return None, False
    return table.pop(path[-1]), True


def _place(value: dict[str, Any], path: list[str]) -> tuple[dict[str, Any], str] | None:
    table: Any = value
    for part in path[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return None
    return table, path[-1]
