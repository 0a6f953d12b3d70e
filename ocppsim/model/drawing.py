"""Meter values that are drawn each by itself, as a second way of metering beside the coherent one.

Whether power flows, and how much may, is decided elsewhere, and holds here too: values are drawn below it,
and clamped last. All is a function of the meter's seed and of the number of the reading, so equal seeds give
equal values. From a reading to the next the register counts at a rate that was drawn for this stretch: it
never goes back, and what the end of a session tells is at least what was told before.
"""

from collections.abc import Mapping
from math import ceil, inf, sqrt
from typing import NamedTuple

from ocppsim.model.energy import Reading
from ocppsim.model.meter import CURRENT, LINES, POWER, SOC, VOLTAGE, Draws, Flow, Meter, MeterEntry

REGISTER = "Energy.Active.Import.Register"
HOUR_S = 3600.0
USUAL_S = 60.0
"""A mean of the energy is that of so long, where there are no periodic samples."""


class Rate(NamedTuple):
    """The register counts at `fixed_w` and a `part` of what may flow."""

    fixed_w: float = 0.0
    part: float = 0.0


NO_RATE = Rate()


def rate(meter: Meter, number: int, sample_s: float) -> Rate:
    """How the register counts from the reading of this number on; an entry's numbers are for a sample."""
    draws, entry = _draws(meter), meter.entry(REGISTER) or MeterEntry(REGISTER)
    chance = draws.stream(draws.seed, number, "rate").random()
    per_hour = HOUR_S / (sample_s or USUAL_S)
    if entry.mean is None:
        return Rate((1.0 - chance) * entry.least * per_hour, chance)
    energy_wh = _around(entry, entry.mean, chance)
    if draws.clamps:
        energy_wh = max(energy_wh, entry.least)
    return Rate(energy_wh * per_hour)


def counted_w(meter: Meter, drawn: Rate, most_w: float) -> float:
    """At what power the register counts while up to `most_w` may flow."""
    counts_w = drawn.fixed_w + drawn.part * most_w
    entry = meter.entry(REGISTER)
    free = entry is not None and entry.mean is not None and not _draws(meter).clamps
    return counts_w if free else min(counts_w, most_w)


def seconds_until(left_wh: float, counts_w: float) -> float:
    """Until the register has counted so much."""
    return left_wh * HOUR_S / counts_w if counts_w > 0 else inf


def flow(meter: Meter, number: int, reading: Reading, most_w: float) -> Flow:
    """What the reading of this number shows; `reading` says how many phases there are, and if power flows."""
    chances = _chances(_draws(meter), number)
    most_w = most_w if reading.power_w > 0 else 0.0
    phases = max(reading.phases, 1)
    most_a = most_w / (reading.voltage_v * phases)
    whole_v = _voltage(meter, None, reading.voltage_v, chances)
    return Flow(
        _phases(meter, POWER, most_w / phases, phases, phases, chances),
        _phases(meter, CURRENT, most_a, phases, 1, chances),
        tuple(_voltage(meter, name, whole_v, chances) for name in _NAMES) if phases == 3 else (whole_v,),
        whole_v,
        tuple(_voltage(meter, name, whole_v * sqrt(3), chances) for name in _BETWEEN) if phases == 3 else (),
        None if reading.soc_percent is None else _soc(meter, chances),
    )


_NAMES = ("L1", "L2", "L3")
_BETWEEN = tuple(f"L{one}-L{other}" for one, other in LINES)
_PLACES = (
    *((measurand, name) for measurand in (POWER, CURRENT) for name in _NAMES),
    *((VOLTAGE, name) for name in (None, *_NAMES, *_BETWEEN)),
    (SOC, None),
)
Chances = Mapping[tuple[str, str | None], float]


def _chances(draws: Draws, number: int) -> Chances:
    """One number, from 0 up to 1, for each value: so none depends on which others there are."""
    chance = draws.stream(draws.seed, number, "reading")
    return {place: chance.random() for place in _PLACES}


def _phases(
    meter: Meter, measurand: str, most: float, phases: int, parts: int, chances: Chances
) -> tuple[float, ...]:
    """Of each phase; `parts` says into how many the entry of the whole is divided."""
    whole = meter.entry(measurand)
    found = []
    for name in _NAMES[:phases]:
        own = meter.entry(measurand, name) if phases > 1 or whole is None else None
        entry, divider = (own, 1) if own is not None else (whole or MeterEntry(measurand), parts)
        found.append(_drawn(entry, divider, most, chances[measurand, name], _draws(meter).clamps))
    return tuple(found)


def _drawn(entry: MeterEntry, parts: int, most: float, chance: float, clamps: bool) -> float:
    """Clamped last, so that no fluctuation leads beyond what is possible."""
    if most <= 0:
        return 0.0
    least = min(entry.least / parts, most)
    if entry.mean is None:
        return min(least + (most - least) * chance, most)
    value = _around(entry, entry.mean / parts, chance)
    return min(max(value, least), most) if clamps else value


def _voltage(meter: Meter, phase: str | None, otherwise: float, chances: Chances) -> float:
    """There whether power flows or not. A phase without an entry of its own has what the whole has."""
    entry = meter.entry(VOLTAGE, phase)
    if entry is None and phase is not None:
        return otherwise
    entry = entry or meter.entry(VOLTAGE, "L1") or MeterEntry(VOLTAGE)
    value = _around(entry, otherwise if entry.mean is None else entry.mean, chances[VOLTAGE, phase])
    return value if entry.mean is not None and not _draws(meter).clamps else max(value, entry.least)


def _soc(meter: Meter, chances: Chances) -> float:
    """Whole percent, unless it lies around a mean; never above 100."""
    entry, chance = meter.entry(SOC) or MeterEntry(SOC), chances[SOC, None]
    least = min(entry.least, 100.0)
    if entry.mean is None:
        lowest = ceil(least)
        return float(lowest + int((101 - lowest) * chance))
    value = min(_around(entry, entry.mean, chance), 100.0)
    return max(value, least) if _draws(meter).clamps else value


def _around(entry: MeterEntry, mean: float, chance: float) -> float:
    return mean * (1 + entry.spread * (2 * chance - 1))


def _draws(meter: Meter) -> Draws:
    assert meter.draws is not None, "only a meter that draws"
    return meter.draws
