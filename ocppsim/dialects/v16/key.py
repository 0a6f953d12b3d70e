"""What a configuration key of OCPP 1.6 is, and how its values are read."""

from collections.abc import Callable
from typing import TypeAlias

from attrs import frozen

Value: TypeAlias = "bool | int | tuple[str, ...] | str"

LARGEST = 2**31 - 1


class BadValue(ValueError):
    """The text is no value of the key's type; says why."""


def integer(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadValue("not a whole number of 0 or more")
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise BadValue(f"more than {LARGEST}")
    return int(digits)


def boolean(text: str) -> bool:
    match text.strip().lower():
        case "true":
            return True
        case "false":
            return False
    raise BadValue("neither true nor false")


def text(text: str) -> str:
    return text


@frozen
class Key:
    """One configuration key. `setting` is the field of Settings that it sets.

    A `secret` is neither shown nor kept with the other keys.
    """

    name: str
    initial: str
    read: Callable[[str], Value]
    setting: str | None = None
    readonly: bool = False
    least: int = 0
    secret: bool = False

    def value(self, text: str) -> Value:
        value = self.read(text)
        if isinstance(value, int) and not isinstance(value, bool) and value < self.least:
            raise BadValue(f"less than {self.least}")
        return value
