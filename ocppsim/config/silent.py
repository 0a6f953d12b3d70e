"""Templates of which stations come that never charge, though nothing is wrong with them: said beforehand.

Only what is certain: what a central system will refuse, say, cannot be foreseen.
"""

from collections.abc import Iterable, Iterator
from math import floor, inf
from typing import TypeAlias

from ocppsim.config.boot_status import NO_TAG
from ocppsim.config.problems import KeyPath
from ocppsim.config.stations import DIVIDERS, Source, maximum_a, supply_of
from ocppsim.config.template import StationTemplate
from ocppsim.model.electricity import MINIMUM_CURRENT_A, CurrentType, Supply

Notice: TypeAlias = tuple[KeyPath, str]

_UNDER = f"no EV charges under {MINIMUM_CURRENT_A:g} A (IEC 61851)"
_GENERATOR = "AutomaticTransactionGenerator"
_OUT_OF_USE = frozenset({"Unavailable", "Faulted"})
_SOMEBODY_THERE = frozenset({"Preparing", "Occupied", "Charging", "SuspendedEV", "SuspendedEVSE"})


def notices(source: Source) -> Iterator[Notice]:
    """What keeps the stations of this template from charging."""
    template = source.template
    if template.current_out_type == "AC":
        yield from _weak_station(template)
        yield from _weak_connectors(template)
    yield from _low_key(source)
    yield from _nobody(source)
    yield from _out_of_use(template)


def nobody_comes(templates: Iterable[StationTemplate]) -> bool:
    """Whether all stations of a run stay as they are: nobody plugs in, and nobody is there."""
    return not any(
        ((generator := one.automatic_transaction_generator) is not None and generator.enable)
        or any(outlet.boot_status in _SOMEBODY_THERE for outlet in one.outlet_templates().values())
        for one in templates
    )


# -- power


def _weak_station(template: StationTemplate) -> Iterator[Notice]:
    """Of each power that may be drawn, with as many connectors as there may be."""
    supply, shared = supply_of(template), template.power_shared_by_connectors
    count = max(_counts(template))
    factor = 1000 if template.power_unit == "kW" else 1
    for power in dict.fromkeys(template.power):
        power_w = power * factor
        part_w = power_w if shared else power_w / count
        if _enough(supply, part_w):
            continue
        parts = f" are {part_w:.10g} W for each of {count} connectors," if part_w < power_w else " are"
        enough_w = supply.minimum_w(supply.phases) * (1 if shared else count)
        advice = [
            ("powerUnit to kW", factor == 1 and power < 1000 and _enough(supply, part_w * 1000)),
            ("numberOfPhases to 1", _enough_for_one(supply, part_w)),
            ("powerSharedByConnectors to true", not shared and count > 1 and _enough(supply, power_w)),
            (f"power to {enough_w / factor:.10g} {template.power_unit} or more", True),
        ]
        words = f"{power_w:.10g} W{parts} {_current(supply, part_w)}; {_UNDER}"
        yield ("power",), f"{words}: set {_either(name for name, helps in advice if helps)}"


def _weak_connectors(template: StationTemplate) -> Iterator[Notice]:
    supply = supply_of(template)
    for number, one in template.outlet_templates().items():
        power_w, current_a = one.maximum_power or inf, one.maximum_current or inf
        if not _enough(supply, power_w):
            advice = [
                ("numberOfPhases to 1", _enough_for_one(supply, power_w)),
                (f"it to {supply.minimum_w(supply.phases):.10g} W or more", True),
            ]
            words = f"{power_w:.10g} W are {_current(supply, power_w)}; {_UNDER}"
            yield _at(
                template,
                number,
                "maximumPower",
                f"{words}: set {_either(name for name, helps in advice if helps)}",
            )
        if current_a < MINIMUM_CURRENT_A:
            yield _at(template, number, "maximumCurrent", _UNDER)


def _at(template: StationTemplate, number: int, name: str, words: str) -> Notice:
    """Connectors of EVSEs are numbered through."""
    if template.evses is not None:
        return ("Evses",), f"connector {number}: {name}: {words}"
    return ("Connectors", str(number), name), words


def _counts(template: StationTemplate) -> tuple[int, ...]:
    return template.number_of_connectors or (len(template.outlet_templates()),)


def _enough(supply: Supply, power_w: float) -> bool:
    return power_w >= supply.minimum_w(supply.phases) * (1 - 1e-9)


def _enough_for_one(supply: Supply, power_w: float) -> bool:
    return supply.phases > 1 and power_w >= supply.minimum_w(1)


def _current(supply: Supply, power_w: float) -> str:
    current = f"{floor(100 * supply.current_a(power_w, supply.phases)) / 100:g} A"
    return f"{current} on each of {supply.phases} phases" if supply.phases > 1 else current


def _either(advice: Iterable[str]) -> str:
    *others, last = advice
    return f"{', '.join(others)}, or {last}" if others else last


# -- a key that limits the current


def _low_key(source: Source) -> Iterator[Notice]:
    """The value that it begins with; it limits nothing where it is not below what the hardware has."""
    template, name = source.template, source.template.amperage_limitation_ocpp_key
    own = template.configuration.configuration_key
    place = next((number for number, one in enumerate(own) if one.name == name), None)
    if name is None or place is None:
        return
    try:
        value = float(source.keys.get(name, ""))
    except ValueError:  # it limits nothing then
        return
    unit, current_a = template.amperage_limitation_unit, value / DIVIDERS[template.amperage_limitation_unit]
    is_dc = supply_of(template).current_type is CurrentType.DC
    if current_a >= min(_hardware_a(template)) or current_a >= (1e-9 if is_dc else MINIMUM_CURRENT_A):
        return
    words = f"{name}: {value:g} {unit}" + ("" if unit == "A" else f" are {current_a:g} A")
    words += f"; {'nothing flows' if is_dc else _UNDER}"
    words += "" if own[place].readonly else " until the central system raises it"
    words += "" if unit == "A" else f"; is {unit} its unit (amperageLimitationUnit)?"
    yield ("Configuration", "configurationKey", place, "value"), words


def _hardware_a(template: StationTemplate) -> Iterator[float]:
    factor = 1000 if template.power_unit == "kW" else 1
    for power in template.power:
        for count in _counts(template):
            yield maximum_a(template, power * factor, count)


# -- people


def _nobody(source: Source) -> Iterator[Notice]:
    generator = source.template.automatic_transaction_generator
    if generator is None or not generator.enable:
        return
    for name, value in (
        ("probabilityOfStart", generator.probability_of_start),
        ("stopAfterHours", generator.stop_after_hours),
    ):
        if not value:
            yield (_GENERATOR, name), "0: nobody ever comes"
    if not source.tags:
        words = f"all come with the tag {NO_TAG}, which the central system must know"
        if source.template.id_tags_file is None:
            yield (_GENERATOR,), f"there is no idTagsFile: {words}"
        else:
            yield ("idTagsFile",), f"has no tags: {words}"


def _out_of_use(template: StationTemplate) -> Iterator[Notice]:
    """At the first start; what a central system has said since is not looked at."""
    if not template.in_service():
        path = ("Evses", "0", "Connectors") if template.evses is not None else ("Connectors",)
        yield (
            (*path, "0", "bootStatus"),
            "Unavailable: nobody can charge before the central system says otherwise",
        )
    elif all(one.boot_status in _OUT_OF_USE for one in template.outlet_templates().values()):
        path = ("Connectors",) if template.evses is None else ("Evses",)
        yield path, "all are Unavailable or Faulted when the station starts: nobody can charge"
