"""The values of a meter that does not show them in the usual way."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from ocppsim.dialects.v16.measurands import MEASURED, Values
from ocppsim.dialects.v16.units import UNITS, usual
from ocppsim.model.inputs import Sampled
from ocppsim.model.meter import SOC, Meter, Shown
from ocppsim.protocol.v16 import core


def displayed(what: Sampled, measurands: Iterable[str], context: core.ReadingContext, meter: Meter) -> Values:
    """As `measured` has them, but in the meter's phases and units."""
    values = tuple(value for name in measurands for value in _values(what, name, context))
    return tuple(_in_unit(value, meter) for value in values) if meter.has_units else values


def _values(what: Sampled, name: str, context: core.ReadingContext) -> Iterator[core.SampledValue]:
    """What the meter itself says, or what follows from the reading; `Voltage.L1` is one phase alone."""
    measurand, _, line = name.rpartition(".L")
    shown = [one for one in what.shown if one.measurand == (measurand or name)]
    if not shown:
        yield from MEASURED[name](what, context)
    for one in shown:
        if not measurand or (one.phase or "").removesuffix("-N") == f"L{line}":
            yield _value(one, context)


def _value(what: Shown, context: core.ReadingContext) -> core.SampledValue:
    unit = usual(what.measurand)
    assert unit is not None, "what a meter shows by itself has a unit"
    return core.SampledValue(
        value=f"{what.value:.{UNITS[unit].decimals}f}",
        context=context,
        measurand=what.measurand,
        phase=what.phase,
        location="EV" if what.measurand == SOC else None,
        unit=unit,
    )


def _in_unit(value: core.SampledValue, meter: Meter) -> core.SampledValue:
    unit = meter.unit(value.measurand or "", value.phase)
    known = UNITS.get(unit or "")
    if known is None or unit == value.unit or known.usual != value.unit:
        return value
    number = float(value.value) * known.factor + known.more
    return evolve(value, value=f"{number:.{known.decimals}f}", unit=unit)
