"""Meter values that are drawn each by itself, as a second way of metering beside the coherent one.

Whether power flows, and how much may, is decided elsewhere, and holds here too: values are drawn below it,
and clamped last. All is a function of the meter's seed and of the number of the reading, so equal seeds give
equal values. From a reading to the next the register counts at a rate that was drawn for this stretch: it
never goes back, and what the end of a session tells is at least what was told before.
"""

from math import ceil, inf, sqrt
from typing import NamedTuple

from ocppsim.model.energy import Reading
from ocppsim.model.meter import CURRENT, LINES, POWER, SOC, VOLTAGE, Chance, Draws, Flow, Meter, MeterEntry

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
    chance = _chance(draws, number, REGISTER)
    per_hour = HOUR_S / (sample_s or USUAL_S)
    if entry.mean is None:
        part = chance.random()
        return Rate((1.0 - part) * entry.least * per_hour, part)
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


def flow(meter: Meter, number: int, reading: Reading, most_w: float) -> Flow:
    """What the reading of this number shows; `reading` says how many phases there are, and if power flows."""
    most_w = most_w if reading.power_w > 0 else 0.0
    phases = max(reading.phases, 1)
    most_a = most_w / (reading.voltage_v * phases)
    whole_v = _voltage(meter, number, None, reading.voltage_v)
    return Flow(
        _phases(meter, number, POWER, most_w / phases, phases, parts=phases),
        _phases(meter, number, CURRENT, most_a, phases),
        tuple(_voltage(meter, number, f"L{n}", whole_v) for n in range(1, phases + 1))
        if phases > 1
        else (whole_v,),
        whole_v,
        tuple(_voltage(meter, number, f"L{one}-L{other}", whole_v * sqrt(3)) for one, other in LINES)
        if phases > 1
        else (),
        None if reading.soc_percent is None else _soc(meter, number),
    )


def _phases(
    meter: Meter, number: int, measurand: str, most: float, phases: int, parts: int = 1
) -> tuple[float, ...]:
    """Of each phase; `parts` says into how many the entry of the whole is divided."""
    draws, whole = _draws(meter), meter.entry(measurand) or MeterEntry(measurand)
    found = []
    for phase in range(1, phases + 1):
        name = f"L{phase}"
        own = meter.entry(measurand, name) if phases > 1 or meter.entry(measurand) is None else None
        entry, divider = (own, 1) if own is not None else (whole, parts)
        found.append(_drawn(entry, divider, most, _chance(draws, number, measurand, name), draws.clamps))
    return tuple(found)


def _drawn(entry: MeterEntry, parts: int, most: float, chance: Chance, clamps: bool) -> float:
    """Clamped last, so that no fluctuation leads beyond what is possible."""
    if most <= 0:
        return 0.0
    least = min(entry.least / parts, most)
    if entry.mean is None:
        return chance.uniform(least, most)
    value = _around(entry, entry.mean / parts, chance)
    return min(max(value, least), most) if clamps else value


def _voltage(meter: Meter, number: int, phase: str | None, otherwise: float) -> float:
    """There whether power flows or not. A phase without an entry of its own has what the whole has."""
    draws, entry = _draws(meter), meter.entry(VOLTAGE, phase)
    if entry is None and phase is not None:
        return otherwise
    entry = entry or meter.entry(VOLTAGE, "L1") or MeterEntry(VOLTAGE)
    mean = otherwise if entry.mean is None else entry.mean
    value = _around(entry, mean, _chance(draws, number, VOLTAGE, phase or ""))
    return value if entry.mean is not None and not draws.clamps else max(value, entry.least)


def _soc(meter: Meter, number: int) -> float:
    """Whole percent, unless it lies around a mean; never above 100."""
    draws, entry = _draws(meter), meter.entry(SOC) or MeterEntry(SOC)
    chance, least = _chance(draws, number, SOC), min(entry.least, 100.0)
    if entry.mean is None:
        return float(chance.randint(ceil(least), 100))
    value = min(_around(entry, entry.mean, chance), 100.0)
    return max(value, least) if draws.clamps else value


def _around(entry: MeterEntry, mean: float, chance: Chance) -> float:
    return chance.uniform(mean * (1 - entry.spread), mean * (1 + entry.spread))


def _draws(meter: Meter) -> Draws:
    assert meter.draws is not None, "only a meter that draws"
    return meter.draws


def _chance(draws: Draws, number: int, *purpose: str) -> Chance:
    """One stream for each value, so that none depends on which others are shown."""
    return draws.stream(draws.seed, number, *purpose)


def seconds_until(left_wh: float, counts_w: float) -> float:
    """Until the register has counted so much."""
    return left_wh * HOUR_S / counts_w if counts_w > 0 else inf
