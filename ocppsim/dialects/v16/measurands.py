"""What the meter of a station can tell in OCPP 1.6 (ed. 2, 7.31): each measurand, from one reading.

Nothing is exported and nothing is reactive: the power factor is 1. There is no fan, hence no RPM.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from ocppsim.model.inputs import Sampled
from ocppsim.protocol.v16 import core

Values: TypeAlias = tuple[core.SampledValue, ...]
Measure: TypeAlias = Callable[[Sampled, core.ReadingContext], Values]

MAINS_HZ = 50.0
COOL_C, HOT_C, K_PER_KW = 25.0, 60.0, 1.0
"""How warm it is inside: the more power flows, the warmer, up to a limit."""


def measured(what: Sampled, measurands: Iterable[str], context: core.ReadingContext) -> Values:
    values: Values = ()
    for measurand in measurands:
        values += MEASURED[measurand](what, context)
    return values


def _value(
    text: str,
    context: core.ReadingContext,
    measurand: str,
    unit: str | None,
    phase: str | None = None,
) -> core.SampledValue:
    return core.SampledValue(value=text, context=context, measurand=measurand, phase=phase, unit=unit)


def register(what: Sampled, context: core.ReadingContext) -> Values:
    """Whole Wh, rounded as StopTransaction rounds, so that no later reading is below an earlier one."""
    return (_value(str(round(what.register_wh)), context, "Energy.Active.Import.Register", "Wh"),)


def _interval(what: Sampled, context: core.ReadingContext) -> Values:
    return (_value(str(round(what.interval_wh)), context, "Energy.Active.Import.Interval", "Wh"),)


def _power(what: Sampled, context: core.ReadingContext) -> Values:
    return (_value(f"{what.reading.power_w:.1f}", context, "Power.Active.Import", "W"),)


def _power_offered(what: Sampled, context: core.ReadingContext) -> Values:
    return (_value(f"{what.offered_w:.1f}", context, "Power.Offered", "W"),)


def _current_offered(what: Sampled, context: core.ReadingContext) -> Values:
    """In each phase."""
    current_a = what.offered_w / (what.reading.voltage_v * max(what.reading.phases, 1))
    return (_value(f"{current_a:.2f}", context, "Current.Offered", "A"),)


def _per_phase(
    text: str, what: Sampled, context: core.ReadingContext, measurand: str, unit: str, of: str
) -> Values:
    """One phase of three is named as the meter sees it, where that is known."""
    phases = what.reading.phases
    if phases <= 1:
        return (_value(text, context, measurand, unit, f"L{what.line}{of}" if what.line else None),)
    return tuple(_value(text, context, measurand, unit, f"L{n}{of}") for n in range(1, phases + 1))


def _current(what: Sampled, context: core.ReadingContext) -> Values:
    return _per_phase(f"{what.reading.current_a:.2f}", what, context, "Current.Import", "A", "")


def _current_export(what: Sampled, context: core.ReadingContext) -> Values:
    return _per_phase("0.00", what, context, "Current.Export", "A", "")


def _voltage(what: Sampled, context: core.ReadingContext) -> Values:
    return _per_phase(f"{what.reading.voltage_v:.1f}", what, context, "Voltage", "V", "-N")


def _soc(what: Sampled, context: core.ReadingContext) -> Values:
    if what.reading.soc_percent is None:
        return ()
    text = f"{what.reading.soc_percent:.1f}"
    value = core.SampledValue(value=text, context=context, measurand="SoC", location="EV", unit="Percent")
    return (value,)


def _frequency(what: Sampled, context: core.ReadingContext) -> Values:
    """Of alternating current alone. It has no unit in 1.6 (7.31), nor in the schema of StopTransaction."""
    if what.reading.phases == 0:
        return ()
    return (_value(f"{MAINS_HZ:.1f}", context, "Frequency", None),)


def _temperature(what: Sampled, context: core.ReadingContext) -> Values:
    """Spelled as stations are advised to spell it (OCPP-J 1.6 errata 2.1)."""
    celsius = min(COOL_C + K_PER_KW * what.reading.power_w / 1000, HOT_C)
    value = core.SampledValue(
        value=f"{celsius:.1f}", context=context, measurand="Temperature", location="Body", unit="Celcius"
    )
    return (value,)


def _constant(measurand: str, text: str, unit: str | None) -> Measure:
    return lambda _, context: (_value(text, context, measurand, unit),)


def _one_phase(measure: Measure, line: str) -> Measure:
    """`Voltage.L1` and the like (9.1.17): the values of this phase alone."""

    def of_line(what: Sampled, context: core.ReadingContext) -> Values:
        return tuple(value for value in measure(what, context) if (value.phase or "").startswith(line))

    return of_line


_OF_PHASES: Mapping[str, Measure] = {
    "Current.Import": _current,
    "Current.Export": _current_export,
    "Voltage": _voltage,
}

MEASURED: Mapping[str, Measure] = {
    "Energy.Active.Import.Register": register,
    "Power.Active.Import": _power,
    "SoC": _soc,
    **_OF_PHASES,
    "Current.Offered": _current_offered,
    "Energy.Active.Export.Interval": _constant("Energy.Active.Export.Interval", "0", "Wh"),
    "Energy.Active.Export.Register": _constant("Energy.Active.Export.Register", "0", "Wh"),
    "Energy.Active.Import.Interval": _interval,
    "Energy.Reactive.Export.Interval": _constant("Energy.Reactive.Export.Interval", "0", "varh"),
    "Energy.Reactive.Export.Register": _constant("Energy.Reactive.Export.Register", "0", "varh"),
    "Energy.Reactive.Import.Interval": _constant("Energy.Reactive.Import.Interval", "0", "varh"),
    "Energy.Reactive.Import.Register": _constant("Energy.Reactive.Import.Register", "0", "varh"),
    "Frequency": _frequency,
    "Power.Active.Export": _constant("Power.Active.Export", "0.0", "W"),
    "Power.Factor": _constant("Power.Factor", "1.00", None),
    "Power.Offered": _power_offered,
    "Power.Reactive.Export": _constant("Power.Reactive.Export", "0.0", "var"),
    "Power.Reactive.Import": _constant("Power.Reactive.Import", "0.0", "var"),
    "Temperature": _temperature,
    **{
        f"{name}.L{line}": _one_phase(measure, f"L{line}")
        for name, measure in _OF_PHASES.items()
        for line in (1, 2, 3)
    },
}
"""By the names that configuration keys use."""

INTERVALS = frozenset(name for name in MEASURED if name.endswith(".Interval"))
