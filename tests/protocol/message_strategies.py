"""Strategies for valid messages of OCPP 1.6, built from the message classes themselves."""

from datetime import UTC, datetime
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import attrs
from hypothesis import strategies as st

from tests.protocol.schema_files import schema_of

LENIENT = {
    ("BootNotificationResponse", "interval"),
    ("BootNotificationResponse", "current_time"),
    ("HeartbeatResponse", "current_time"),
}
"""What the schema requires of an answer, and a station can live without."""

URIS = {"location"}
"""The fields that are URIs by their schema."""

SHORTEST = 20
"""No field may hold less text than an idTag."""

times = st.datetimes(timezones=st.just(UTC)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)
_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text('aZ0 "\\\n\0é€😀', max_size=SHORTEST),
    int: st.integers(),
    float: st.integers(0, 640).map(lambda tenths: tenths / 10),
    bool: st.booleans(),
    datetime: times,
}
_reading = schema_of("StopTransaction")["properties"]["transactionData"]["items"]["properties"]
_sampled = _reading["sampledValue"]["items"]["properties"]
_WORDS = {name: st.sampled_from(_sampled[name]["enum"]) for name in ("measurand", "phase", "unit")}
"""As StopTransaction has them: MeterValues knows Hertz besides."""


def messages(cls: Any) -> st.SearchStrategy[Any]:
    """Instances of a message class that its schema accepts."""
    return st.builds(cls, **{field.name: _values(cls, field) for field in attrs.fields(cls)})


def _values(cls: Any, field: "attrs.Attribute[Any]") -> st.SearchStrategy[Any]:
    parts = get_args(field.type)
    kind = parts[0] if NoneType in parts else field.type
    values = _WORDS[field.name] if field.name in _WORDS else _of(kind)
    if field.name in URIS and kind is str:
        values = st.sampled_from(["ftp://user:password@host:2121/folder/", "https://host/file?token=x"])
    if NoneType in parts and (cls.__name__, field.name) not in LENIENT:
        return st.none() | values
    return values


def _of(kind: Any) -> st.SearchStrategy[Any]:
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is tuple:
        item, _ = get_args(kind)
        return st.lists(_of(item), min_size=1, max_size=2).map(tuple)
    return messages(kind) if attrs.has(kind) else _SCALARS[kind]
