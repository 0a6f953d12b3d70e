"""The OCA's JSON schemas, taken as data from the PyPI package `ocpp` and checked with jsonschema-rs."""

import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import PurePath
from typing import Any, Literal

import jsonschema_rs

from ocppsim.protocol.errors import Violation
from ocppsim.protocol.frames import Payload

Version = Literal["v16", "v201"]


_SECRET = frozenset({"ChangeConfiguration"})
"""Messages that may hold a secret: what breaks their schemas is told without the values."""

_MESSAGE_LENGTH = 200
"""Messages quote the value at fault, which may be of any length."""

MOST = 64
"""So many breaches are told: a list of thousands may have one in each entry."""

DEPTH = 8
"""No schema looks deeper."""


def _folder(version: Version) -> Traversable:
    return files("ocpp") / version / "schemas"


@cache
def names(version: Version) -> frozenset[str]:
    """The names of the schemas: see `request_name`, and each action followed by `Response`."""
    paths = (PurePath(file.name) for file in _folder(version).iterdir())
    return frozenset(path.stem for path in paths if path.suffix == ".json")


@cache
def _validator(version: Version, name: str) -> jsonschema_rs.Validator:
    if not known(version, name):
        raise LookupError(f"no schema {name:.60} in {version}")
    text = (_folder(version) / f"{name}.json").read_text("utf-8-sig")
    # Without properties, jsonschema-rs tells an additional one as a breach of a `false` schema.
    schema = {"properties": {}, **json.loads(text)}
    return jsonschema_rs.validator_for(schema, mask="the value" if name in _SECRET else None)


def request_name(version: Version, action: str) -> str:
    """The name of the schema of an action's request."""
    return action if version == "v16" else f"{action}Request"


def known(version: Version, name: str) -> bool:
    """Whether the version has a schema of this name: an action, or an action followed by `Response`."""
    return name in names(version)


def violations(version: Version, name: str, payload: Payload) -> tuple[Violation, ...]:
    """The breaches of the schema `name`, the first MOST of them; LookupError when there is no such schema."""
    validator = _validator(version, name)
    try:
        if validator.is_valid(payload):
            return ()
        found = tuple(map(_violation, islice(validator.iter_errors(_clipped(payload)), MOST)))
        return found or (_first(validator, payload),)
    except (ValueError, OverflowError) as error:  # strings or numbers that no schema could describe
        return (Violation("", "format", f"a value that cannot be checked: {error}"),)


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    return Violation("/".join(map(str, error.instance_path)), error.kind.name, _short(error.message))


def _first(validator: jsonschema_rs.Validator, payload: Payload) -> Violation:
    """Of what is beyond the part of it that is looked at for all breaches."""
    try:
        validator.validate(payload)
    except jsonschema_rs.ValidationError as error:
        return _violation(error)
    raise AssertionError("what is no valid payload has a breach")


def _clipped(value: Any, depth: int = DEPTH) -> Any:
    """With the beginnings of lists alone: all breaches are found before the first is told."""
    match value:
        case dict() if depth:
            return {name: _clipped(one, depth - 1) for name, one in value.items()}
        case list() if depth:
            return [_clipped(one, depth - 1) for one in value[:MOST]]
        case _:
            return value


def _short(message: str) -> str:
    if len(message) <= _MESSAGE_LENGTH:
        return message
    half = _MESSAGE_LENGTH // 2
    return f"{message[:half]}...{message[-half:]}"
