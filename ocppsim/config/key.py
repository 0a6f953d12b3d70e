"""What a key of a file is: its name there, what it means, how it is read, and what becomes of it here."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, cast

import attrs
from attrs import NOTHING, Factory

from ocppsim.config.problems import Spot
from ocppsim.config.readers import BadValue, Reader, described
from ocppsim.values import frozen

_KEY = "ocppsim"
_NO_OTHER = object()


@frozen
class Fate:
    """What becomes of a key: one of a few kinds, and the words to it."""

    kind: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}" if self.words else self.kind


EFFECTIVE = Fate("effective")


def later(user: str) -> Fate:
    """Read and kept; `user` is what will use it."""
    return Fate("later", user)


def meaningless(reason: str) -> Fate:
    """Accepted, and without meaning here."""
    return Fate("without meaning here", reason)


@frozen
class Key:
    """See `key`."""

    name: str
    doc: str
    reader: Reader
    unit: str | None
    fate: Fate
    older: object  # the default of 2022, where it differs
    inner: type | None  # a table of its own

    @property
    def has_older(self) -> bool:
        return self.older is not _NO_OTHER


def key(
    reader: Reader,
    doc: str,
    *,
    default: Any = NOTHING,
    unit: str | None = None,
    fate: Fate = EFFECTIVE,
    name: str | None = None,
    older: object = _NO_OTHER,
    secret: bool = False,
) -> Any:
    """A field for `frozen`; its name in files is that of the field in camel case, unless given."""
    made = Key(name or "", doc, reader, unit, fate, older, None)
    return attrs.field(default=default, metadata={_KEY: made}, repr=not secret, kw_only=True)


def section(
    cls: type, doc: str, *, name: str | None = None, optional: bool = False, fate: Fate = EFFECTIVE
) -> Any:
    """A table within the table; one that is absent stands for one with all defaults, or for None."""
    reader = Reader("a table", lambda value, spot: structure(cls, value, spot))
    made = Key(name or "", doc, reader, None, fate, _NO_OTHER, cls)
    return attrs.field(default=None if optional else Factory(cls), metadata={_KEY: made}, kw_only=True)


@cache
def keys(cls: type) -> Mapping[str, tuple[str, Key]]:
    """By the name in files: the field, and its key."""
    found = {}
    for field in attrs.fields(cls):
        made: Key = field.metadata[_KEY]
        name = made.name or _camel(field.name)
        found[name] = (field.name, attrs.evolve(made, name=name))
    return found


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def default_of(cls: type, field: str) -> Any:
    """NOTHING where the key must be there."""
    default = getattr(attrs.fields(cls), field).default
    return default.factory() if isinstance(default, Factory) else default  # type: ignore[arg-type]


def as_table(what: attrs.AttrsInstance) -> dict[str, Any]:
    """The table of which `structure` makes this object; what is as usual is left out."""
    cls: type = type(what)
    made = {}
    for name, (field, _) in keys(cls).items():
        value = getattr(what, field)
        if value != default_of(cls, field):
            made[name] = _as_value(value)
    return made


def _as_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_value(inner) for inner in value]
    return as_table(value) if attrs.has(type(value)) else value


def table(cls: type, *, loose: bool = False, prepare: Callable[[Any, Spot], Any] | None = None) -> Reader:
    """A table as an entry of a list or another table."""

    def read(value: object, spot: Spot) -> Any:
        return structure(cls, value, spot, loose=loose, prepare=prepare)

    return Reader("a table", read)


def structure(
    cls: type,
    value: object,
    spot: Spot,
    *,
    loose: bool | None = None,
    prepare: Callable[[Any, Spot], Any] | None = None,
) -> Any:
    """An object of `cls`, or None where something is wrong, which is then reported.

    An unknown key is a problem, or in `loose` tables a notice. `check`, where the class has it, yields what
    is wrong with the whole, as pairs of key and reason.
    """
    if not isinstance(value, Mapping):
        raise BadValue(f"must be a table, not {described(value)}")
    if prepare is not None:
        value = prepare(value, spot)  # in place, so that what was read is known by its names of today
    table: Mapping[str, object] = cast("Mapping[str, object]", value)
    loose = getattr(cls, "LOOSE", False) if loose is None else loose
    before = len(spot.report.problems)
    known = keys(cls)
    arguments = {
        field: found
        for name, (field, made) in known.items()
        if (found := _value(cls, field, made, table, spot)) is not NOTHING
    }
    for name in table:
        if name not in known:
            _unknown(str(name), list(known), spot, loose=loose)
    if len(spot.report.problems) > before:
        return None
    made_object = cls(**{field.lstrip("_"): found for field, found in arguments.items()})
    for name, reason in getattr(made_object, "check", lambda: ())():
        spot.at(*filter(None, name.split("."))).wrong(reason)
    return made_object if len(spot.report.problems) == before else None


def _value(cls: type, field: str, made: Key, table: Mapping[str, object], spot: Spot) -> Any:
    """NOTHING leaves the default."""
    here = spot.at(made.name)
    if made.name in table:
        try:
            return made.reader.read(table[made.name], here)
        except BadValue as error:
            here.wrong(str(error))
            return NOTHING
    if spot.older and made.has_older:
        return made.older
    default = getattr(attrs.fields(cls), field).default
    if made.inner is not None and default is not None:
        return structure(made.inner, {}, here)
    if default is NOTHING:
        here.wrong("is missing")
    return NOTHING


def _unknown(name: str, known: list[str], spot: Spot, *, loose: bool) -> None:
    close = get_close_matches(name, known, 1) if len(name) < 100 else []
    words = "is no key of this program" + (f"; did you mean {close[0]}?" if close else "")
    here = spot.at(name)
    if loose:
        here.note(words)
    else:
        here.wrong(words)
