"""The OCA's JSON schemas, taken as data from the PyPI package `ocpp` and checked with jsonschema-rs."""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

import jsonschema_rs

from .errors import Violation
from .frames import Payload

Version = Literal["v16"]


@cache
def _validator(version: Version, name: str) -> jsonschema_rs.Validator | None:
    schema = files("ocpp") / version / "schemas" / f"{name}.json"
    if not schema.is_file():
        return None
    return jsonschema_rs.validator_for(json.loads(schema.read_text("utf-8-sig")))


def known(version: Version, name: str) -> bool:
    """Whether the version has a schema of this name: an action, or an action followed by `Response`."""
    return name.isascii() and name.isalnum() and _validator(version, name) is not None


def violations(version: Version, name: str, payload: Payload) -> tuple[Violation, ...]:
    """Every breach of the schema `name`; LookupError when there is no such schema."""
    validator = _validator(version, name)
    if validator is None:
        raise LookupError(f"no schema {name} in {version}")
    try:
        if validator.is_valid(payload):
            return ()
        return tuple(
            Violation("/".join(map(str, error.instance_path)), error.kind.name, error.message)
            for error in validator.iter_errors(payload)
        )
    except (ValueError, OverflowError) as error:  # strings or numbers that no schema could describe
        return (Violation("", "format", f"a value that cannot be checked: {error}"),)
