"""Templates by name, and what the reading of configuration is told of OCPP and of addresses."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from attrs import evolve

from ocppsim.actors.station import misfit, with_meters
from ocppsim.actors.wire import address, dial
from ocppsim.config import meters, places
from ocppsim.config.loading import load_template
from ocppsim.config.problems import Report, Spot
from ocppsim.config.stations import Plan, Source, Surroundings, plan
from ocppsim.config.vocabulary import Problem, Vocabulary
from ocppsim.dialects.dialect import Dialect
from ocppsim.dialects.v16 import Dialect16, keys, units
from ocppsim.dialects.v16.measurands import MEASURED
from ocppsim.dialects.v16.remote_trigger import EXTENDED, TRIGGERS
from ocppsim.dialects.v201 import Dialect201
from ocppsim.model.commands import Trigger
from ocppsim.model.specification import Specification
from ocppsim.protocol import schemas, v16
from ocppsim.protocol.actions import Sender

_NEEDED = frozenset({"BootNotification", "StartTransaction", "StopTransaction"})


def _key_problem(name: str, text: str) -> Problem:
    return keys.problem(name, text) if name in keys.KEYS else None


def _address_problem(url: str) -> Problem:
    try:
        address.parse(url, "CS")
    except ValueError as error:
        return str(error)
    return None


def _station_problem(dialect: Dialect, specification: Specification) -> Problem:
    if len(specification.id) > 48:
        return f"the id {specification.id:.60} has more than 48 characters"
    return misfit(with_meters(specification, seed=0), dialect)


def _triggers() -> dict[str, frozenset[Trigger]]:
    """One name may mean another thing in each of the two requests."""
    tables: tuple[Mapping[Any, Trigger], ...] = (TRIGGERS, EXTENDED)
    names = {name for table in tables for name in table}
    return {name: frozenset(table[name] for table in tables if name in table) for name in names}


def vocabulary(version: str = "1.6") -> Vocabulary:
    """Of this version, and by way of that of all others."""
    return _of_16() if version == "1.6" else _of_2(version)


@cache
def _of_16() -> Vocabulary:
    by_stations = {name for name, one in v16.ACTIONS.items() if one.sender is not Sender.CENTRAL_SYSTEM}
    by_csms = {name for name, one in v16.ACTIONS.items() if one.sender is not Sender.STATION}
    return Vocabulary(
        "1.6",
        vocabulary,
        frozenset(by_csms),
        frozenset(by_stations),
        _NEEDED,
        _triggers(),
        keys.KEYS.__contains__,
        lambda name: keys.KEYS[name].initial,
        _key_problem,
        _address_problem,
        dial.header_problem,
        frozenset(MEASURED),
        units.factor,
        partial(_station_problem, Dialect16()),
    )


@cache
def _of_2(version: str) -> Vocabulary:
    """Names are those of the whole version, whether or not a station does anything about them."""
    dialect = Dialect201()
    actions = frozenset(
        name.removesuffix("Request") for name in schemas.names("v201") if name.endswith("Request")
    )
    return Vocabulary(
        version,
        vocabulary,
        actions,
        actions,
        frozenset({"BootNotification"}),
        dict.fromkeys((*actions, *_TRIGGERS_OF_2), frozenset()),
        lambda _: False,
        lambda _: "",
        lambda _, __: None,
        _address_problem,
        dial.header_problem,
        frozenset(MEASURED),
        units.factor,
        partial(_station_problem, dialect),
        sessions=dialect.has_sessions,
        limits=LIMITS_OF_2,
    )


LIMITS_OF_2 = (
    "its stations boot, report statuses, send heartbeats and clear their cache. Missing so far: sessions "
    "(nobody comes, and tags are refused), configuration, security profiles, updates, logs; "
    "any other request is NotImplemented"
)
_TRIGGERS_OF_2 = (
    "SignChargingStationCertificate",
    "SignV2GCertificate",
    "SignCombinedCertificate",
)


@cache
def source(name: str, folder: Path | None = None) -> Source:
    """The template of this name: beside `folder`, or one that comes with the program.

    Raises LookupError when there is none, ConfigurationError when it cannot be used.
    """
    path = places.template_file(name, folder)
    if path is None:
        raise LookupError(f"no template {name!r}; there are {', '.join(places.packaged_templates())}")
    return _read(path, folder or path.parent)


def from_file(path: Path) -> Source:
    """The template in this file, as it is now; raises ConfigurationError when it cannot be used."""
    return _read(path, places.configuration_folder(path))


def _read(path: Path, folder: Path) -> Source:
    report = Report()
    found = load_template(path, Spot(report, str(path), folder=folder), vocabulary())
    report.raise_problems()
    assert found is not None, "without a problem there is a template"
    return found


def specification(name: str, station: str, connectors: int | None = None, seed: int = 0) -> Specification:
    """A station with sessions after a template, with as many connectors as asked for.

    Raises as `source` does, LookupError also where the template's version of OCPP has no sessions yet.
    """
    found = source(name)
    if not found.sessions:
        raise LookupError(f"{name!r} is of OCPP {found.template.ocpp_version}, which has no sessions yet")
    return planned(found, station, connectors, seed).specification


def planned(found: Source, station: str, connectors: int | None = None, seed: int = 0) -> Plan:
    """The plan of a station of that id."""
    made = plan(found, 1, Surroundings(seed))
    outlets = dict(made.specification.outlets)
    if connectors is not None:
        first = outlets[min(outlets)]
        outlets = {number: outlets.get(number, first) for number in range(1, connectors + 1)}
    own = {
        number: meters.seeded(outlet, found.template, seed, station, number)
        for number, outlet in outlets.items()
    }
    return evolve(made, specification=evolve(made.specification, id=station, outlets=own))
