"""Message classes to JSON objects and back: camelCase on the wire, absent instead of None, no coercion.

`load` reads what keeps its schema, and refuses the rest. `load_leniently` reads an answer that broke its
schema as far as it can be read.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from reprlib import repr as brief
from types import NoneType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

import attrs
import cattrs
from attrs import AttrsInstance
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from ocppsim.protocol.frames import Payload

T = TypeVar("T")
Structure = Callable[[object, object], object]
"""A hook of cattrs: the JSON value and the wanted type to the value."""


class Unreadable(Exception):
    """The payload cannot be read as the message; says what is wrong with it."""


def wire_name(name: str) -> str:
    """`id_tag_info` -> `idTagInfo`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def _names(cls: type[AttrsInstance]) -> dict[str, Any]:
    """A field is absent from the wire where it is None; any other default is said."""
    return {
        a.name: override(rename=wire_name(a.name), omit_if_default=a.default is None)
        for a in attrs.fields(cls)
    }


_TIME = "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ"
"""What `isoformat` makes too, in twice the time."""


def _time_text(value: datetime) -> str:
    """UTC with `Z` and milliseconds."""
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    second, milliseconds = utc.second, utc.microsecond // 1000
    return _TIME % (utc.year, utc.month, utc.day, utc.hour, utc.minute, second, milliseconds)


def _time(value: object, _: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError(f"{brief(value)} is not a time")
    time = datetime.fromisoformat(value.upper())  # RFC 3339 allows a small `z`
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _exactly(kind: type) -> Structure:
    def structure(value: object, _: object) -> object:
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise TypeError(f"{brief(value)} is not {kind.__name__}")
        return value

    return structure


def _one_of(kind: Any) -> Structure:
    words = frozenset(get_args(kind))

    def structure(value: object, _: object) -> object:
        if value not in words:
            raise ValueError(f"{brief(value)} is none of {', '.join(sorted(words))}")
        return value

    return structure


def _array(kind: Any, converter: cattrs.Converter) -> Structure:
    item, _ = get_args(kind)  # tuple[item, ...]
    item_hook = converter.get_structure_hook(item)

    def structure(value: object, _: object) -> object:
        if not isinstance(value, list):
            raise TypeError(f"{brief(value)} is not an array")
        return tuple(item_hook(element, item) for element in value)

    return structure


def _object(cls: Any, converter: cattrs.Converter) -> Structure:
    read = make_dict_structure_fn(cls, converter, **_names(cls))

    def structure(value: object, _: object) -> object:
        if not isinstance(value, dict):
            raise TypeError(f"{brief(value)} is not an object")
        return read(value, cls)

    return structure


def _made_of(origin: object) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is origin


def _is_plain(kind: Any) -> bool:
    """Whether it is the same in JSON, also where it is None: that is left out."""
    inner = _inner(kind)
    return inner in (bool, float, int, str) or get_origin(inner) is Literal


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=False)
    for kind in (bool, float, int, str):
        converter.register_structure_hook(kind, _exactly(kind))
    converter.register_structure_hook(datetime, _time)
    converter.register_unstructure_hook(datetime, _time_text)
    converter.register_structure_hook_func(lambda kind: kind == Payload, _exactly(dict))
    converter.register_structure_hook_factory(_made_of(Literal))(_one_of)
    converter.register_structure_hook_factory(_made_of(tuple))(_array)
    converter.register_structure_hook_factory(attrs.has)(_object)

    # What cattrs does by itself for these is right, and takes twice as long.
    converter.register_unstructure_hook_factory(_is_plain, lambda _: identity)

    @converter.register_unstructure_hook_factory(_made_of(tuple))
    def unstructure_array(kind: Any, converter: cattrs.Converter) -> Callable[[Any], list[Any]]:
        item = converter.get_unstructure_hook(get_args(kind)[0])
        return lambda value: [item(element) for element in value]

    @converter.register_unstructure_hook_factory(attrs.has)
    def unstructure(cls: type[AttrsInstance], converter: cattrs.Converter) -> Callable[[Any], dict[str, Any]]:
        return make_dict_unstructure_fn(cls, converter, **_names(cls))

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
    for attribute in attrs.fields(cast("type[AttrsInstance]", cls)):
        name = wire_name(attribute.name)
        if name in payload:
            try:
                values[attribute.name] = _leniently(payload[name], attribute.type)
            except Unreadable as error:
                if attribute.default is attrs.NOTHING:
                    raise Unreadable(f"{name}: {error}") from error
        elif attribute.default is attrs.NOTHING:
            raise Unreadable(f"{cls.__name__}: {name} is missing")
    return cls(**values)


def _leniently(value: object, kind: Any) -> object:
    cls = _inner(kind)
    if attrs.has(cls) and isinstance(value, dict):
        return load_leniently(value, cls)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return _CONVERTER.structure(value, kind)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Unreadable(str(error)) from error


def _inner(kind: Any) -> Any:
    """`X` of `X | None`, else the type itself."""
    inner = [part for part in get_args(kind) if part is not NoneType]
    return inner[0] if NoneType in get_args(kind) and len(inner) == 1 else kind
