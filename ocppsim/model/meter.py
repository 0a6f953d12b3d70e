"""How a meter shows what it measures, where that is not as usual: in which units, phases and voltages.

A flow is what runs through it at an instant, whoever says so: `flowing` for values that follow from one
another, `drawing` for those that are drawn each by itself.
"""

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from math import sqrt
from typing import Protocol

from attrs import field

from ocppsim.model.energy import Reading
from ocppsim.values import frozen

POWER, CURRENT, VOLTAGE, SOC = "Power.Active.Import", "Current.Import", "Voltage", "SoC"
LINES = ((1, 2), (2, 3), (3, 1))
"""Between which phases there are voltages."""


@frozen
class MeterEntry:
    """One value that the meter shows; numbers in W, Wh, A, V and percent."""

    measurand: str
    phase: str | None = None  # None: all of it
    unit: str | None = None  # None: the usual one
    mean: float | None = None  # None: whatever is possible
    spread: float = 0.05  # the part of the mean by which values lie around it
    least: float = 0.0


class Chance(Protocol):
    """What is needed of a stream of random numbers."""

    def random(self) -> float: ...


@frozen
class Draws:
    """Each value is drawn by itself, from the `stream` of a seed and a path.

    `clamps` is for those that have a mean; the others are never impossible.
    """

    seed: int
    stream: Callable[..., Chance] = field(eq=False, repr=False)
    clamps: bool = True


@frozen(cache_hash=True)
class Meter:
    """What is not as usual with a meter. Without entries it shows everything."""

    entries: tuple[MeterEntry, ...] = ()
    main_voltage: bool = False  # of three phases together, beside that of each
    line_voltages: bool = False  # between the phases
    draws: Draws | None = None  # None: values follow from one another

    def entry(self, measurand: str, phase: str | None = None) -> MeterEntry | None:
        """Of all of it, or of a phase, by its beginning: `L1` and `L1-N` are the same."""
        return next(
            (
                one
                for one in self.entries
                if one.measurand == measurand and (one.phase or "").removesuffix("-N") == (phase or "")
            ),
            None,
        )

    def shows_whole(self, measurand: str) -> bool:
        """Unless only phases of it are named; a voltage between two says nothing about that of each."""
        phases = [one.phase or "" for one in self.entries if one.measurand == measurand]
        named = [phase for phase in phases if "-L" not in phase]
        return not named or "" in named

    @cached_property
    def has_units(self) -> bool:
        """Whether any value is told in another unit than the usual one."""
        return any(one.unit is not None for one in self.entries)

    def unit(self, measurand: str, phase: str | None) -> str | None:
        """None: the usual one."""
        name = None if phase is None else phase.removesuffix("-N")
        own = None if name is None else self.entry(measurand, name)
        found = own or self.entry(measurand)
        return None if found is None else found.unit


@frozen
class Flow:
    """Power, current and voltage by phase (one of them for DC); `whole_v` and `line_v` for three phases."""

    power_w: tuple[float, ...]
    current_a: tuple[float, ...]
    voltage_v: tuple[float, ...]
    whole_v: float
    line_v: tuple[float, ...] = ()
    soc_percent: float | None = field(default=None)


@frozen
class Shown:
    """One value as the meter shows it, in the usual unit."""

    measurand: str
    value: float
    phase: str | None = None


def flowing(reading: Reading) -> Flow:
    """What follows from a reading."""
    phases = max(reading.phases, 1)
    return Flow(
        (reading.power_w / phases,) * phases,
        (reading.current_a,) * phases,
        (reading.voltage_v,) * phases,
        reading.voltage_v,
        (reading.voltage_v * sqrt(3),) * 3 if phases == 3 else (),
        reading.soc_percent,
    )


def shown(meter: Meter, flow: Flow, line: int = 0) -> tuple[Shown, ...]:
    """All that the meter shows; `line` is the phase behind the only one that is used, where that is known."""
    phases = len(flow.power_w)
    numbers = (
        sum(flow.power_w),
        *flow.power_w,
        sum(flow.current_a) / phases,
        *flow.current_a,
        flow.whole_v,
        *flow.voltage_v,
        *flow.line_v,
    )
    values = tuple(
        [Shown(measurand, numbers[at], phase) for measurand, phase, at in _layout(meter, phases, line)]
    )
    return values if flow.soc_percent is None else (*values, Shown(SOC, flow.soc_percent))


_Line = tuple[str, str | None, int]
"""A measurand, a phase, and where its number is among those of a flow."""


@lru_cache
def _layout(meter: Meter, phases: int, line: int) -> tuple[_Line, ...]:
    names = ("L1", "L2", "L3") if phases == 3 else (f"L{line}" if line else None,)
    return (
        *_power(meter, names),
        *_current(meter, names, phases + 1),
        *_voltage(meter, names, 2 * phases + 2),
    )


def _power(meter: Meter, names: tuple[str | None, ...]) -> Iterator[_Line]:
    """Of a phase only where it is named."""
    if len(names) == 1 or meter.shows_whole(POWER):
        yield POWER, None, 0
    if len(names) == 3:
        for at, name in enumerate(names, 1):
            if (own := meter.entry(POWER, name)) is not None:
                yield POWER, own.phase, at


def _current(meter: Meter, names: tuple[str | None, ...], first: int) -> Iterator[_Line]:
    """Of each phase; where it is drawn, the mean of the phases goes before them."""
    whole = meter.shows_whole(CURRENT)
    if len(names) == 3 and whole and meter.draws is not None:
        yield CURRENT, None, first
    for at, name in enumerate(names, first + 1):
        if len(names) == 1 or whole or meter.entry(CURRENT, name) is not None:
            yield CURRENT, name, at


def _voltage(meter: Meter, names: tuple[str | None, ...], first: int) -> Iterator[_Line]:
    whole = meter.shows_whole(VOLTAGE)
    if len(names) == 3 and whole and meter.main_voltage:
        yield VOLTAGE, None, first
    for at, name in enumerate(names, first + 1):
        if len(names) == 1 or whole or meter.entry(VOLTAGE, name) is not None:
            yield VOLTAGE, name and f"{name}-N", at
    if len(names) == 3 and meter.line_voltages:
        for at, (one, other) in enumerate(LINES, first + 4):
            yield VOLTAGE, f"L{one}-L{other}", at
