"""The meter of a connector, as a template wants it."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from ocppsim import chance
from ocppsim.config.connectors import ConnectorTemplate, MeterTemplate
from ocppsim.config.problems import Spot
from ocppsim.config.template import StationTemplate
from ocppsim.config.vocabulary import Vocabulary
from ocppsim.model.drawing import REGISTER
from ocppsim.model.electricity import Supply
from ocppsim.model.meter import CURRENT, LINES, POWER, SOC, VOLTAGE, Draws, Meter, MeterEntry
from ocppsim.model.specification import Outlet

Units = Mapping[tuple[str, str], float]
"""How many of the usual unit one of this is, for a measurand and a unit that it can be told in."""


def units(template: StationTemplate, spot: Spot, vocabulary: Vocabulary) -> Units:
    """Those that are of any use; what means nothing is noticed."""
    found: dict[tuple[str, str], float] = {}
    drawn = False
    for entry, here in _entries(template, spot):
        drawn = drawn or _is_drawn(entry)
        if entry.measurand not in vocabulary.measurands:
            here.at("measurand").note(f"{entry.measurand:.60} is nothing that the meters show")
            continue
        if entry.unit is not None:
            factor = vocabulary.unit(entry.measurand, entry.unit)
            if factor is None:
                here.at("unit").note(
                    f"{entry.unit:.60} is no unit of {entry.measurand}: the usual one is told"
                )
            else:
                found[entry.measurand, entry.unit] = factor
        if not _has_phase(entry):
            here.at("phase").note(f"{entry.phase} is no phase of {entry.measurand}: all of it is told")
        if _is_drawn(entry) and entry.measurand not in DRAWN:
            here.note(f"{entry.measurand} is never drawn: it follows from the others")
    if drawn and template.coherent_meter_values:
        spot.at("coherentMeterValues").note("is true: what MeterValues say of drawn values has no effect")
    return found


def _is_drawn(entry: MeterTemplate) -> bool:
    usual = MeterTemplate()
    numbers = entry.value, entry.minimum_value, entry.fluctuation_percent
    return numbers != (usual.value, usual.minimum_value, usual.fluctuation_percent)


def _has_phase(entry: MeterTemplate) -> bool:
    return entry.phase is None or entry.phase in _PHASES.get(entry.measurand, ())


DRAWN = frozenset({POWER, CURRENT, VOLTAGE, SOC, REGISTER})
_EACH = ("L1", "L2", "L3", "L1-N", "L2-N", "L3-N")
_PHASES = {POWER: _EACH, CURRENT: _EACH, VOLTAGE: (*_EACH, *(f"L{one}-L{other}" for one, other in LINES))}


def _entries(template: StationTemplate, spot: Spot) -> Iterator[tuple[MeterTemplate, Spot]]:
    """All that the file has, with their places."""
    for number, evse in (template.evses or {}).items():
        here = spot.at("Evses", str(number))
        yield from _listed(evse.meter_values, here)
        for inner, connector in evse.connectors.items():
            yield from _listed(connector.meter_values, here.at("Connectors", str(inner)))
    for number, connector in (template.connectors or {}).items():
        yield from _listed(connector.meter_values, spot.at("Connectors", str(number)))


def _listed(entries: tuple[MeterTemplate, ...] | None, spot: Spot) -> Iterator[tuple[MeterTemplate, Spot]]:
    for place, entry in enumerate(entries or ()):
        yield entry, spot.at("MeterValues", place)


def meter(
    template: StationTemplate, connector: ConnectorTemplate, supply: Supply, known: Units, seed: int
) -> Meter | None:
    """None where it shows all in the usual way; `seed` is for what it draws."""
    draws = None
    if not template.coherent_meter_values:
        draws = Draws(seed, chance.stream, template.custom_value_limitation_meter_values)
    three = supply.phases == 3
    found = Meter(
        tuple(_entry(one, known) for one in connector.meter_values or ()),
        three and template.main_voltage_meter_values,
        three and template.phase_line_to_line_voltage_meter_values,
        draws,
    )
    special = any(one.phase or known.get((one.measurand, one.unit or ""), 1.0) != 1 for one in found.entries)
    return found if special or draws or found.main_voltage or found.line_voltages else None


def seed_of(template: StationTemplate, seed: int, station: str, number: int) -> int:
    """That of the meter of one connector, from the seed of the run or the template's own."""
    own = template.random_seed
    return chance.stream(seed if own is None else own, station, "meter", number).getrandbits(64)


def seeded(outlet: Outlet, template: StationTemplate, seed: int, station: str, number: int) -> Outlet:
    """The same as the connector of another station, or of another number."""
    if outlet.meter is None or outlet.meter.draws is None:
        return outlet
    draws = evolve(outlet.meter.draws, seed=seed_of(template, seed, station, number))
    return evolve(outlet, meter=evolve(outlet.meter, draws=draws))


def _entry(one: MeterTemplate, known: Units) -> MeterEntry:
    factor = known.get((one.measurand, one.unit or ""))
    scale = factor or 1.0
    return MeterEntry(
        one.measurand,
        one.phase if _has_phase(one) else None,
        None if factor is None else one.unit,
        None if one.value is None else one.value * scale,
        one.fluctuation_percent / 100,
        (one.minimum_value or 0.0) * scale,
    )
