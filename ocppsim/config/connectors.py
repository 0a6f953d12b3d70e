"""The connectors and EVSEs of a station template, and what their meters show."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ocppsim.config import readers as read
from ocppsim.config.key import Fate, key, meaningless, structure
from ocppsim.config.legacy import moved
from ocppsim.config.problems import Spot
from ocppsim.config.readers import BadValue, Reader, described
from ocppsim.values import frozen

_FIXED = meaningless("it follows from the measurand")
_PHASES = ("L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1")

ENERGY = "Energy.Active.Import.Register"


@frozen
class MeterTemplate:
    """One value that the meter shows."""

    LOOSE = True

    measurand: str = key(read.NAME, "What is measured.", default=ENERGY)
    unit: str | None = key(read.NAME, "In what unit; absent: the usual one.", default=None)
    phase: str | None = key(
        read.choice(*_PHASES),
        "On which phase; absent: all of it. Where only phases are named, the others are not shown.",
        default=None,
    )
    value: float | None = key(
        read.number(0),
        "The mean of drawn values; of the energy: for a sample interval. Absent: anything possible.",
        default=None,
    )
    fluctuation_percent: float = key(
        read.number(0, 100), "How far drawn values lie around it.", default=5.0, unit="%"
    )
    minimum_value: float | None = key(read.number(0), "The least drawn value.", default=None)
    context: str | None = key(read.NAME, "Why it was read.", default=None, fate=_FIXED)
    location: str | None = key(read.NAME, "Where it is measured.", default=None, fate=_FIXED)
    format: str | None = key(read.NAME, "How it is written.", default=None, fate=_FIXED)
    unit_of_measure: Any = key(
        read.ANYTHING, "The unit of OCPP 2.", default=None, fate=Fate("later", "OCPP 2.0.1")
    )
    signed_meter_value: Any = key(
        read.ANYTHING, "A signature.", default=None, fate=meaningless("signatures are made, not copied")
    )


def _meter(value: object, spot: Spot) -> Any:
    return structure(
        MeterTemplate,
        value,
        spot,
        prepare=lambda table, here: moved(table, {"minimum": "minimumValue"}, here),
    )


METER = read.several(Reader("a table", _meter))


@frozen
class ConnectorTemplate:
    """A connector."""

    LOOSE = True

    boot_status: str | None = key(
        read.choice(
            "Available",
            "Preparing",
            "Charging",
            "SuspendedEVSE",
            "SuspendedEV",
            "Finishing",
            "Reserved",
            "Unavailable",
            "Faulted",
            "Occupied",
        ),
        "How it is found at the first start of the station; see the page on behaviour.",
        default=None,
    )
    maximum_power: float | None = key(
        read.number(0, above=True),
        "Its power; absent: that of the station, or its part.",
        default=None,
        unit="W",
    )
    maximum_current: float | None = key(
        read.number(0, above=True), "What its cable or socket carries per phase.", default=None, unit="A"
    )
    fixed_cable: bool | None = key(
        read.FLAG, "Whether the cable is part of the station; absent: that of DC is.", default=None
    )
    meter_values: tuple[MeterTemplate, ...] | None = key(
        METER,
        "What its meter shows, besides the energy; absent: everything.",
        default=None,
        name="MeterValues",
    )
    type: str | None = key(
        read.NAME, "Its type.", default=None, fate=Fate("later", "the device model of OCPP 2.0.1")
    )
    status: Any = key(read.ANYTHING, "A status.", default=None, fate=meaningless("a status is never set"))


def by_number(item: Reader, least: int) -> Reader:
    """A table whose keys are whole numbers."""

    def read_table(value: object, spot: Spot) -> Mapping[int, Any]:
        if not isinstance(value, Mapping):
            raise BadValue(f"must be a table, not {described(value)}")
        found = {}
        for name, inner in value.items():
            here = spot.at(str(name))
            if not (
                isinstance(name, str) and name.isascii() and name.isdigit() and least <= int(name[:5]) <= 1000
            ):
                here.wrong(f"must be a whole number from {least} to 1000")
                continue
            try:
                found[int(name)] = item.read(inner, here)
            except BadValue as error:
                here.wrong(str(error))
        return dict(sorted(found.items()))

    return Reader(f"a table: {item.words} for each number", read_table)


def _connector(value: object, spot: Spot) -> Any:
    return structure(ConnectorTemplate, value, spot)


CONNECTORS = by_number(Reader("a table", _connector), 0)


@frozen
class EvseTemplate:
    """An EVSE."""

    LOOSE = True

    meter_values: tuple[MeterTemplate, ...] | None = key(
        METER,
        "What the meters of its connectors show, where they do not say.",
        default=None,
        name="MeterValues",
    )
    connectors: Mapping[int, ConnectorTemplate] = key(
        CONNECTORS, "Its connectors, from 1 in each EVSE or numbered through the station.", name="Connectors"
    )


def _evse(value: object, spot: Spot) -> Any:
    found = structure(EvseTemplate, value, spot)
    number = spot.path[-1]
    if found is not None:
        wrong = [one for one in found.connectors if (one == 0) != (number == "0")]
        for one in wrong:
            words = "EVSE 0 has connector 0 alone" if number == "0" else "only EVSE 0 has a connector 0"
            spot.at("Connectors", str(one)).wrong(words)
    return found


EVSES = by_number(Reader("a table", _evse), 0)


def numbered(evses: Mapping[int, EvseTemplate]) -> Mapping[int, ConnectorTemplate]:
    """The connectors of all EVSEs in their order, from 1 on; an EVSE's meter values are those of its
    connectors that have none."""
    found: list[ConnectorTemplate] = []
    for number, evse in evses.items():
        if number == 0:
            continue
        for connector in evse.connectors.values():
            own = connector.meter_values
            found.append(evolve(connector, meter_values=evse.meter_values if own is None else own))
    return dict(enumerate(found, 1))
