"""Message classes to JSON objects and back: camelCase on the wire, absent instead of None, no coercion.

`dump` and `load` are for messages whose schema was checked. `load_leniently` reads an answer that broke its
schema as far as it can be read.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs
import cattrs
from attrs import AttrsInstance
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from .frames import Payload

T = TypeVar("T", bound=AttrsInstance)


class Unreadable(Exception):
    """The payload cannot be read as the message; says which field and why."""


def wire_name(name: str) -> str:
    """`id_tag_info` -> `idTagInfo`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def _names(cls: type[AttrsInstance]) -> dict[str, Any]:
    return {a.name: override(rename=wire_name(a.name)) for a in attrs.fields(cls)}


def _time_text(value: datetime) -> str:
    """UTC with `Z` and milliseconds."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def _exactly(kind: type) -> Callable[[object, object], object]:
    def structure(value: object, _: object) -> object:
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise TypeError(f"{value!r:.60} is not {kind.__name__}")
        return value

    return structure


def _time(value: object, _: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is not a time")
    time = datetime.fromisoformat(value)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=False)
    for kind in (bool, float, int, str):
        converter.register_structure_hook(kind, _exactly(kind))
    converter.register_structure_hook(datetime, _time)
    converter.register_unstructure_hook(datetime, _time_text)

    @converter.register_structure_hook_factory(attrs.has)
    def structure(
        cls: type[AttrsInstance], converter: cattrs.Converter
    ) -> Callable[[Mapping[str, Any], Any], Any]:
        return make_dict_structure_fn(cls, converter, **_names(cls))

    @converter.register_unstructure_hook_factory(attrs.has)
    def unstructure(cls: type[AttrsInstance], converter: cattrs.Converter) -> Callable[[Any], dict[str, Any]]:
        return make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True, **_names(cls))

    return converter


_CONVERTER = _converter()


def dump(message: object) -> Payload:
    """The JSON object of a message."""
    payload: Payload = _CONVERTER.unstructure(message)
    return payload


def load(payload: Payload, cls: type[T]) -> T:
    """The message in a JSON object; raises Unreadable. Extra fields are the schema's business, not ours."""
    try:
        return _CONVERTER.structure(payload, cls)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Unreadable(f"{cls.__name__}: {error!r:.200}") from error


def load_leniently(payload: Payload, cls: type[T]) -> T:
    """As `load`, but a field that cannot be read counts as absent where the class can do without it."""
    values: dict[str, object] = {}
    for attribute in attrs.fields(cls):
        name = wire_name(attribute.name)
        if name in payload:
            try:
                values[attribute.name] = _leniently(payload[name], attribute.type)
            except Unreadable:
                if attribute.default is attrs.NOTHING:
                    raise
        elif attribute.default is attrs.NOTHING:
            raise Unreadable(f"{cls.__name__}: {name} is missing")
    return cls(**values)


def _leniently(value: object, kind: Any) -> object:
    if isinstance(kind, type) and attrs.has(kind) and isinstance(value, dict):
        return load_leniently(value, kind)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return _CONVERTER.structure(value, kind)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Unreadable(f"{value!r:.60}: {error}") from error
