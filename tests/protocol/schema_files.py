"""The schemas as JSON, read past our own code."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def schema_of(name: str) -> dict[str, Any]:
    text = (files("ocpp") / "v16" / "schemas" / f"{name}.json").read_text("utf-8-sig")
    schema = json.loads(text)
    resolved: dict[str, Any] = _resolved(schema, schema.get("definitions", {}))
    return resolved


def _resolved(part: Any, definitions: dict[str, Any]) -> Any:
    """The schema with each reference replaced by what it refers to."""
    if isinstance(part, list):
        return [_resolved(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: _resolved(value, definitions) for name, value in part.items() if name != "definitions"}
