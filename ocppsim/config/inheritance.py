"""What a station has from its file: persisted file before template before the simulator's configuration.

Options with which it was added go before all of these, see `adding`. The file's word on what the station is
counts only while the template is the one that it was made of. Serial numbers, and what became of the
generator, outlive another template.
"""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ocppsim.config.adding import on_top
from ocppsim.config.connectors import ConnectorTemplate
from ocppsim.config.identity import SerialNumbers
from ocppsim.config.key import keys
from ocppsim.config.loading import source_of
from ocppsim.config.problems import Report, Spot
from ocppsim.config.station_file import StoredStation
from ocppsim.config.stations import Inherited, Source
from ocppsim.config.template import StationTemplate
from ocppsim.config.vocabulary import Vocabulary
from ocppsim.values import frozen

_NOT_OF_THE_STATION = frozenset(
    {
        "Connectors",
        "Evses",
        "Configuration",
        "AutomaticTransactionGenerator",
        "power",
        "powerUnit",
        "numberOfConnectors",
        "randomConnectors",
        "chargePointSerialNumberPrefix",
        "chargeBoxSerialNumberPrefix",
        "meterSerialNumberPrefix",
        "$schemaVersion",
        "x509Certificates",
    }
)
"""Keys of a template that a station's information does not have."""

_WHO_IT_IS = frozenset({"baseName", "nameSuffix", "fixedName", "chargePointModel", "chargePointVendor"})
"""The id, and with it the name of the file, is always that of the template."""

_LISTS = frozenset({"idTagsFile", "evProfilesFile"})

_CHANGED_BY_PEOPLE = frozenset(
    {
        "supervisionUrls",
        "supervisionUser",
        "firmwareVersion",
        "autoRegister",
        "autoStart",
        "enableStatistics",
        "ocppStrictCompliance",
        "ocppPersistentConfiguration",
        "stationInfoPersistentConfiguration",
        "automaticTransactionGeneratorPersistentConfiguration",
        "stopTransactionsOnStopped",
    }
)
"""What may differ from an unchanged template: somebody said otherwise of this station."""

KEPT = frozenset(keys(StationTemplate)) - _NOT_OF_THE_STATION
"""What a station's information says, of the keys of its template."""

SECRET = frozenset({"supervisionPassword", "wsOptions"})
"""The second has headers, and some of those are passwords."""

_INHERITED = KEPT - _WHO_IT_IS - _LISTS - SECRET


@frozen
class Heir:
    """A template as the station's file has it, and what else it has from there."""

    source: Source
    inherited: Inherited = Inherited()
    same: bool = False  # the template is the one that the file was made of


def inherit(source: Source, stored: StoredStation, spot: Spot, vocabulary: Vocabulary) -> Heir | None:
    """None with what is wrong with the file reported."""
    template = source.template
    keeps_info = template.station_info_persistent_configuration
    keeps_visits = template.automatic_transaction_generator_persistent_configuration
    same = stands(stored, source)
    inherited = Inherited(visits=stored.visits if keeps_visits else {})
    if keeps_info:
        inherited = evolve(inherited, serials=_serials(stored.info))
    if same and keeps_info:
        changed = {name: value for name, value in _said(stored.info).items() if _differs(source, name, value)}
        if changed:
            found = source_of(
                source.path, {**source.given, **changed}, _quiet(spot.at("stationInfo")), vocabulary
            )
            if found is None:
                return None
            found = evolve(found, hash=source.hash, hashes=source.hashes)
            source = on_top(found, source.options)
        inherited = evolve(inherited, power_w=_power_w(stored.info), connectors=_connectors(source, stored))
    if same and keeps_visits and stored.generator is not None:
        template = evolve(source.template, automatic_transaction_generator=stored.generator)
        source = evolve(source, template=template)
    return Heir(source, inherited, same)


def stands(stored: StoredStation, source: Source) -> bool:
    """Whether the template is still the one that the file was made of.

    Where another program's hash cannot be made here, it is while the file says nothing else than the
    template.
    """
    known = stored.info.get("templateHash")
    if isinstance(known, str):
        if known in source.hashes:
            return True
        if not known.startswith("sha384:"):
            return False
    if not stored.foreign:
        return False
    said = _said(stored.info)
    return bool(stored.info) and not any(
        name in source.given and _differs(source, name, value)
        for name, value in said.items()
        if name not in _CHANGED_BY_PEOPLE
    )


def _quiet(spot: Spot) -> Spot:
    """Problems are told, notices were told of the template."""
    report = Report(spot.report.problems)
    return Spot(report, spot.file, spot.path, spot.older, spot.folder)


def _said(info: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a template, in a template's units."""
    said = {name: value for name, value in info.items() if name in _INHERITED}
    reset_ms = said.get("resetTime")
    if isinstance(reset_ms, int | float) and not isinstance(reset_ms, bool):
        said["resetTime"] = reset_ms / 1000
    return said


def _differs(source: Source, name: str, value: object) -> bool:
    return name not in source.given or source.given[name] != value


def _serials(info: Mapping[str, Any]) -> SerialNumbers:
    def text(name: str) -> str | None:
        value = info.get(name)
        return value if isinstance(value, str) and value.isprintable() else None

    return SerialNumbers(
        text("chargePointSerialNumber"), text("chargeBoxSerialNumber"), text("meterSerialNumber")
    )


def _power_w(info: Mapping[str, Any]) -> float | None:
    power_w = info.get("maximumPower")
    usable = isinstance(power_w, int | float) and not isinstance(power_w, bool) and 0 < power_w < 1e12
    return float(power_w) if usable else None  # type: ignore[arg-type]  # it is a number then


def _connectors(source: Source, stored: StoredStation) -> Mapping[int, ConnectorTemplate]:
    """The hardware that was drawn; the meter values of an EVSE are those of the template."""
    defined = source.template.outlet_templates()
    found = {}
    for number, one in stored.connectors.items():
        if number:
            hardware, of_template = one.template, defined.get(number)
            if hardware.meter_values is None and of_template is not None:
                hardware = evolve(hardware, meter_values=of_template.meter_values)
            found[number] = hardware
    return dict(enumerate(found.values(), 1))
