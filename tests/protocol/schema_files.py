"""The schemas as JSON, read past our own code."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        (files("ocpp") / "v16" / "schemas" / f"{name}.json").read_text("utf-8-sig")
    )
    return schema
