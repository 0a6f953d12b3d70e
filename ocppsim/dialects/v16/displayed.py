"""The values of a meter that does not show them in the usual way."""

from collections.abc import Iterable

from attrs import evolve

from ocppsim.dialects.v16.measurands import MEASURED, Values
from ocppsim.dialects.v16.units import UNITS, usual
from ocppsim.model.inputs import Sampled
from ocppsim.model.meter import CURRENT, POWER, SOC, VOLTAGE, Meter, Shown
from ocppsim.protocol.v16 import core


def displayed(what: Sampled, measurands: Iterable[str], context: core.ReadingContext, meter: Meter) -> Values:
    """As `measured` has them, but in the meter's phases and units."""
    values = tuple(value for name in measurands for value in _values(what, name, context))
    return tuple(_in_unit(value, meter) for value in values) if meter.has_units else values


def _values(what: Sampled, name: str, context: core.ReadingContext) -> Values | list[core.SampledValue]:
    """What the meter itself says, or what follows from the reading; `Voltage.L1` is one phase alone."""
    measurand, _, line = name.rpartition(".L")
    found = [_value(one, context) for one in what.shown if one.measurand == (measurand or name)]
    if not found:
        return MEASURED[name](what, context)
    if not measurand:
        return found
    return [one for one in found if (one.phase or "").removesuffix("-N") == f"L{line}"]


def _value(what: Shown, context: core.ReadingContext) -> core.SampledValue:
    unit, decimals = _TOLD[what.measurand]
    return core.SampledValue(
        value=f"{what.value:.{decimals}f}",
        context=context,
        measurand=what.measurand,
        phase=what.phase,
        location="EV" if what.measurand == SOC else None,
        unit=unit,
    )


_TOLD = {
    measurand: (unit, UNITS[unit].decimals)
    for measurand in (POWER, CURRENT, VOLTAGE, SOC)
    if (unit := usual(measurand)) is not None
}
"""The usual unit of what a meter shows by itself, and the decimals."""


def _in_unit(value: core.SampledValue, meter: Meter) -> core.SampledValue:
    unit = meter.unit(value.measurand or "", value.phase)
    known = UNITS.get(unit or "")
    if known is None or unit == value.unit or known.usual != value.unit:
        return value
    number = float(value.value) * known.factor + known.more
    return evolve(value, value=f"{number:.{known.decimals}f}", unit=unit)
