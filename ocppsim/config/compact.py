"""JSON without a space and the hash of it, to the letter as programs in JavaScript make them."""

import json
from collections.abc import Mapping
from hashlib import sha384
from typing import Any


def compact(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def digest(value: object) -> str:
    # halves of characters, which JSON may have, are hashed as JavaScript does
    return sha384(compact(value).encode("utf-8", "replace")).hexdigest()


def template_hash(content: object) -> str:
    """Of a template with the names of today: what its stations' files tell it from another one by."""
    return f"sha384:1:{digest(content)}"


def _plain(value: Any) -> Any:
    """Where all numbers are floats, 22.0 is written 22."""
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return value
    if kind is float:
        return int(value) if value.is_integer() and abs(value) < 1e21 else value
    if kind is list or kind is tuple:
        return [_plain(inner) for inner in value]
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return value
