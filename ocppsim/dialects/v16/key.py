"""What a configuration key of OCPP 1.6 is, and how its values are read."""

from collections.abc import Callable
from typing import Any, TypeAlias

from ocppsim.model.specification import Specification
from ocppsim.values import frozen

Value: TypeAlias = "bool | int | tuple[str, ...] | tuple[int, ...] | str"

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


def items(text: str) -> tuple[str, ...]:
    """A comma separated list of different things."""
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if len(set(names)) != len(names):
        raise BadValue("something named twice")
    return names


def text(text: str) -> str:
    return text


@frozen
class Key:
    """One configuration key. `setting` is the field of Settings that it sets.

    A `secret` is neither shown nor kept with the other keys. `derived` is the initial value where that
    depends on the station; `fits` raises BadValue where the station cannot have a value. A change of a
    `reboot` key has its effect after the next boot. `given` is the value where the hardware leaves no choice,
    so that the key can only be read there; None, both ways, where it can be changed.
    """

    name: str
    initial: str
    read: Callable[[str], Value]
    setting: str | None = None
    readonly: bool = False
    least: int = 0
    secret: bool = False
    most: int = LARGEST
    reboot: bool = False
    derived: Callable[[Specification], str] | None = None
    fits: Callable[[Specification, Any], None] | None = None
    given: Callable[[Specification], str | None] | None = None

    def value(self, text: str) -> Value:
        value = self.read(text)
        if isinstance(value, int) and not isinstance(value, bool) and value < self.least:
            raise BadValue(f"less than {self.least}")
        if isinstance(value, int) and value > self.most:
            raise BadValue(f"more than {self.most}")
        return value
