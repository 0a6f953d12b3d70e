"""How the value of a key is read: each reader says what it takes, and refuses the rest with a reason."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import inf, isfinite
from typing import Any

from attrs import field

from ocppsim.config.problems import Spot
from ocppsim.values import frozen

MOST = 2**53 - 1
"""The largest whole number that JSON carries everywhere."""


class BadValue(ValueError):
    """No value of this kind; says why, and repeats nothing that may be secret."""


@frozen
class Reader:
    """`words` describe what it takes. `read` raises BadValue, or reports what is wrong further down."""

    words: str
    read: Callable[[object, Spot], Any] = field(repr=False)


def described(value: object) -> str:
    """What kind of value it is, for a reason."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value:.15g}"
        case str():
            return f'the text "{value:.40}"' if len(value) <= 40 else "a long text"
        case Mapping():
            return "a table"
        case _:
            return "a list" if isinstance(value, list | tuple) else "a value of another kind"


# -- scalars


def _flag(value: object, _: Spot) -> bool:
    if isinstance(value, bool):
        return value
    raise BadValue(f"must be true or false, not {described(value)}")


FLAG = Reader("true or false", _flag)

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def _number(value: object, words: str = "a number") -> float:
    """Numbers, and texts that are numbers: files of old have both."""
    if isinstance(value, str) and len(value) <= 40 and _NUMBER.fullmatch(value.strip()):
        number = float(value)
        value = int(number) if number.is_integer() else number
    if isinstance(value, int | float) and not isinstance(value, bool):
        if -MOST <= value <= MOST and isfinite(value):
            return value
        raise BadValue("must be a number of ordinary size")
    raise BadValue(f"must be {words}, not {described(value)}")


def _bounds(least: float, most: float, above: bool) -> str:
    if above:
        return f" above {least:g}" + (f", at most {most:g}" if most < inf else "")
    if most < inf:
        return f" from {least:g} to {most:g}"
    return f" of {least:g} or more" if least > -inf else ""


def number(least: float = -inf, most: float = inf, *, above: bool = False) -> Reader:
    """A number between bounds; `above` leaves the lower one out."""
    words = f"a number{_bounds(least, most, above)}"

    def read(value: object, _: Spot) -> float:
        found = _number(value, words)
        if not least <= found <= most or (above and found == least):
            raise BadValue(f"must be {words}, not {found:.15g}")
        return float(found)

    return Reader(words, read)


def whole(least: int, most: int = MOST) -> Reader:
    """A whole number between bounds."""
    words = f"a whole number{_bounds(least, inf if most == MOST else most, above=False)}"

    def read(value: object, _: Spot) -> int:
        found = _number(value, words)
        if found != int(found) or not least <= found <= most:
            raise BadValue(f"must be {words}, not {found:.15g}")
        return int(found)

    return Reader(words, read)


def text(least: int = 0, most: int = 10_000) -> Reader:
    """A text without control characters."""
    words = "a text" if not least else "a text, not empty"

    def read(value: object, _: Spot) -> str:
        if not isinstance(value, str):
            raise BadValue(f"must be a text, not {described(value)}")
        if not least <= len(value) <= most:
            raise BadValue(
                "must not be empty" if len(value) < least else f"must have at most {most} characters"
            )
        if not value.isprintable():
            raise BadValue("must not have control characters")
        return value

    return Reader(words, read)


TEXT, NAME = text(), text(1)


def _secret(value: object, _: Spot) -> str:
    if isinstance(value, str) and "\0" not in value:
        return value
    raise BadValue("must be a text")  # and not a word of what it is


SECRET = Reader("a text", _secret)


def _pattern(value: object, spot: Spot) -> str:
    found: str = TEXT.read(value, spot)
    try:
        re.compile(found)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadValue(f"is no regular expression: {error}") from None
    return found


PATTERN = Reader("a regular expression", _pattern)


def choice(*options: str, **others: str) -> Reader:
    """One of some words; `others` are spellings of old, given with what they became."""
    words = " or ".join((", ".join(options[:-1]), options[-1])) if len(options) > 1 else options[0]

    def read(value: object, spot: Spot) -> str:
        if isinstance(value, str) and value in options:
            return value
        if isinstance(value, str) and value in others:
            spot.note(f"{value} of old is {others[value]} now")
            return others[value]
        raise BadValue(f"must be {words}, not {described(value)}")

    return Reader(words, read)


def number_choice(*options: int) -> Reader:
    """One of some whole numbers."""
    words = " or ".join(map(str, options))

    def read(value: object, _: Spot) -> int:
        found = _number(value, words)
        if found not in options:
            raise BadValue(f"must be {words}, not {found:.15g}")
        return int(found)

    return Reader(words, read)


# -- made of others


def either(*readers: Reader) -> Reader:
    """The first of several that takes the value; the reason is that of all."""
    words = " or ".join(reader.words for reader in readers)

    def read(value: object, spot: Spot) -> Any:
        for reader in readers:
            try:
                return reader.read(value, spot)
            except BadValue:
                continue
        raise BadValue(f"must be {words}, not {described(value)}")

    return Reader(words, read)


def several(item: Reader, least: int = 0) -> Reader:
    """A list; a tuple comes of it, without the items that are wrong."""
    words = f"a list of: {item.words}" if not least else f"a list of at least {least}: {item.words}"

    def read(value: object, spot: Spot) -> tuple[Any, ...]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise BadValue(f"must be a list, not {described(value)}")
        if len(value) < least:
            raise BadValue(f"must have at least {least} {'entry' if least == 1 else 'entries'}")
        return tuple(_each(item, value, spot))

    return Reader(words, read)


def _each(item: Reader, values: Sequence[object], spot: Spot) -> list[Any]:
    found = []
    for index, value in enumerate(values):
        here = spot.at(index)
        try:
            found.append(item.read(value, here))
        except BadValue as error:
            here.wrong(str(error))
    return found


def one_or_several(item: Reader, least: int = 0) -> Reader:
    """A value alone stands for a list of one."""
    many = several(item, least)
    words = f"{item.words}, or a list of such"

    def read(value: object, spot: Spot) -> tuple[Any, ...]:
        if isinstance(value, list | tuple):
            found: tuple[Any, ...] = many.read(value, spot)
            return found
        try:
            return (item.read(value, spot),)
        except BadValue as error:
            raise BadValue(str(error).replace(item.words, words, 1)) from None

    return Reader(words, read)


def mapping(item: Reader, key: Reader = NAME) -> Reader:
    """A table with keys of one's own."""

    def read(value: object, spot: Spot) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise BadValue(f"must be a table, not {described(value)}")
        found = {}
        for name, inner in value.items():
            here = spot.at(str(name))
            try:
                found[key.read(name, here)] = item.read(inner, here)
            except BadValue as error:
                here.wrong(str(error))
        return found

    return Reader(f"a table: {item.words} for each name", read)


def _anything(value: object, _: Spot) -> object:
    return value


ANYTHING = Reader("anything", _anything)
