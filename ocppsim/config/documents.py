"""Files of JSON or TOML, read whole; what is wrong with their syntax is said with the line."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ocppsim.config.problems import Spot

LARGEST = 50_000_000
"""No file of ours has so many bytes; a device that never ends has."""


class _Twice(ValueError):
    pass


def read(path: Path, spot: Spot) -> Any:
    """The content of a file, TOML where its name says so, else JSON; None with a problem reported."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            spot.wrong("is too large")
            return None
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        spot.wrong(f"line {content[: error.start].count(10) + 1}: is no text in UTF-8")
        return None
    except (OSError, ValueError) as error:  # a path with a zero byte is a ValueError
        reason = error.strerror if isinstance(error, OSError) else str(error)
        spot.wrong(f"cannot be read: {reason}")
        return None
    return _toml(text, spot) if path.suffix.lower() == ".toml" else _json(text, spot)


def _json(text: str, spot: Spot) -> Any:
    if not text.strip():
        spot.wrong("is empty")
        return None
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
    except json.JSONDecodeError as error:
        spot.wrong(f"line {error.lineno}, column {error.colno}: {error.msg}")
    except RecursionError:
        spot.wrong("is nested too deeply")
    except ValueError as error:
        spot.wrong(str(error).partition(";")[0])
    return None


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for name in names if names.count(name) > 1)
        raise _Twice(f"the key {name!r:.80} is there twice in one table")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _toml(text: str, spot: Spot) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words, _, where = str(error).rpartition(" (at ")
        spot.wrong(f"{where.removesuffix(')')}: {words}" if words else str(error))
    except RecursionError:
        spot.wrong("is nested too deeply")
    except ValueError as error:
        spot.wrong(str(error).partition(";")[0])
    return None
