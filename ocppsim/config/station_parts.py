"""How the parts of a station's file are read, in all the shapes that they have had."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocppsim.config import readers as read
from ocppsim.config.connectors import ConnectorTemplate, MeterTemplate
from ocppsim.config.key import key, keys, structure
from ocppsim.config.problems import Spot
from ocppsim.config.readers import BadValue, Reader, described
from ocppsim.model.visits import Visits
from ocppsim.values import frozen


@frozen
class Running:
    """A transaction that was going on when the file was written."""

    id: int
    tag: str
    energy_wh: float
    started_at: float | None


@frozen
class StoredConnector:
    """`template` is its hardware, as templates have it."""

    template: ConnectorTemplate
    operative: bool = True
    register_wh: float = 0.0
    running: Running | None = None
    profiles: tuple[Mapping[str, Any], ...] = ()  # as requests have them
    reservation: Mapping[str, Any] | None = None


def known_of(cls: type, value: object, spot: Spot) -> Any:
    """What we know of a table: of the rest, others may make what they will."""
    if not isinstance(value, Mapping):
        raise BadValue(f"must be a table, not {described(value)}")
    return structure(cls, {name: value[name] for name in keys(cls) if name in value}, spot)


def table_of(cls: type) -> Reader:
    return Reader("a table", lambda value, spot: known_of(cls, value, spot))


def listed(item: Reader, first: int) -> Reader:
    """Pairs of a number and an entry, or as of old, entries that are numbered from `first` on."""

    def read_list(value: object, spot: Spot) -> Mapping[int, Any]:
        if not isinstance(value, list):
            raise BadValue(f"must be a list, not {described(value)}")
        found: dict[int, Any] = {}
        for place, entry in enumerate(value):
            here, number = spot.at(place), place + first
            if isinstance(entry, list):
                if len(entry) != 2 or type(entry[0]) is not int or not 0 <= entry[0] <= 1000:
                    here.wrong("must be a number from 0 to 1000 and an entry")
                    continue
                number, entry = entry
                here = here.at(1)
            if entry is None:
                continue  # an old list may have holes
            try:
                found[number] = item.read(entry, here)
            except BadValue as error:
                here.wrong(str(error))
        return dict(sorted(found.items()))

    return Reader("a list of pairs", read_list)


def _instant(value: object, _: Spot) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e14:
        return value / 1000
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        raise BadValue(f"must be a time, not {described(value)}") from None


_INSTANT = Reader("a time", _instant)
TABLE = read.mapping(read.ANYTHING, read.TEXT)


def _tag(value: object, _: Spot) -> str:
    """Whatever a central system or a person may have sent."""
    if not isinstance(value, str):
        raise BadValue(f"must be a text, not {described(value)}")
    return value


_TAG = Reader("a text", _tag)


def _spelled(value: object, spot: Spot) -> str:
    """The value of a key; others have numbers where a text should be."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.15g}"
        case _:
            return _tag(value, spot)


@frozen
class StoredKey:
    name: str = key(_TAG, "", name="key")
    readonly: bool = key(read.FLAG, "", default=False)
    value: str | None = key(Reader("a text", _spelled), "", default=None, secret=True)
    visible: bool = key(read.FLAG, "", default=True)
    reboot: bool = key(read.FLAG, "", default=False)


def _nothing(value: object, _: Spot) -> None:
    if value is not None:
        raise BadValue("must be null")


_NOTHING = Reader("null", _nothing)


@frozen
class _Status:
    availability: str = key(read.choice("Operative", "Inoperative"), "", default="Operative")
    boot_status: Any = key(read.ANYTHING, "", default=None)
    maximum_power: Any = key(read.ANYTHING, "", default=None)
    maximum_current: Any = key(read.ANYTHING, "", default=None)
    fixed_cable: Any = key(read.ANYTHING, "", default=None)
    type: Any = key(read.ANYTHING, "", default=None)
    meter_values: Any = key(read.ANYTHING, "", default=None, name="MeterValues")
    register: float = key(read.number(0), "", default=0.0, name="energyActiveImportRegisterValue")
    transaction_register: float = key(
        read.number(0), "", default=0.0, name="transactionEnergyActiveImportRegisterValue"
    )
    transaction_started: bool = key(read.FLAG, "", default=False)
    transaction_id: Any = key(read.ANYTHING, "", default=None)
    transaction_id_tag: str | None = key(_TAG, "", default=None)
    transaction_start: float | None = key(_INSTANT, "", default=None)
    charging_profiles: tuple[Mapping[str, Any], ...] | None = key(
        read.either(read.several(TABLE), _NOTHING), "", default=None
    )
    reservation: Mapping[str, Any] | None = key(read.either(TABLE, _NOTHING), "", default=None)


_HARDWARE = ("bootStatus", "maximumPower", "maximumCurrent", "fixedCable", "type", "MeterValues")


def _connector(value: object, spot: Spot) -> StoredConnector | None:
    found: _Status | None = known_of(_Status, value, spot)
    if found is None:
        return None
    assert isinstance(value, Mapping)
    hardware = {name: value[name] for name in _HARDWARE if value.get(name) is not None}
    template: ConnectorTemplate | None = structure(ConnectorTemplate, hardware, spot)
    running = None
    if found.transaction_started and type(found.transaction_id) is int and found.transaction_id_tag:
        energy_wh = min(found.transaction_register, found.register)
        running = Running(found.transaction_id, found.transaction_id_tag, energy_wh, found.transaction_start)
    if template is None:
        return None
    operative = found.availability == "Operative"
    return StoredConnector(
        template, operative, found.register, running, found.charging_profiles or (), found.reservation
    )


CONNECTORS = listed(Reader("a table", _connector), 0)


@frozen
class Evse:
    availability: str = key(read.choice("Operative", "Inoperative"), "", default="Operative")
    meter_values: tuple[MeterTemplate, ...] | None = key(read.ANYTHING, "", default=None, name="MeterValues")
    connectors_status: Mapping[int, StoredConnector] = key(CONNECTORS, "", default={})


EVSES = listed(table_of(Evse), 0)


def numbered(evses: Mapping[int, Evse]) -> Mapping[int, StoredConnector]:
    """As the connectors of templates are: through all EVSEs."""
    whole = evses.get(0)
    found = {0: whole.connectors_status[0]} if whole is not None and 0 in whole.connectors_status else {}
    rest = [one for number, evse in evses.items() if number for one in evse.connectors_status.values()]
    return found | dict(enumerate(rest, 1))


VISITS: Mapping[str, str] = {
    "start": "running",
    "startDate": "began_at",
    "lastRunDate": "last_at",
    "stopDate": "until",
    "stoppedDate": "ended_at",
    "authorizeRequests": "asked",
    "acceptedAuthorizeRequests": "admitted",
    "rejectedAuthorizeRequests": "turned_away",
    "startTransactionRequests": "started",
    "acceptedStartTransactionRequests": "charged",
    "rejectedStartTransactionRequests": "refused",
    "stopTransactionRequests": "stopped",
    "acceptedStopTransactionRequests": "ended",
    "rejectedStopTransactionRequests": "held",
    "skippedTransactions": "skipped",
    "skippedConsecutiveTransactions": "skipped_in_a_row",
}
"""The names of the files, and those of `Visits`."""

_COUNT = read.whole(0)


def visits_of(value: object, spot: Spot) -> Visits:
    if not isinstance(value, Mapping):
        raise BadValue(f"must be a table, not {described(value)}")
    found: dict[str, Any] = {}
    for name, field_name in VISITS.items():
        if name not in value:
            continue
        reader = _INSTANT if name.endswith("Date") else read.FLAG if name == "start" else _COUNT
        try:
            found[field_name] = reader.read(value[name], spot.at(name))
        except BadValue as error:
            spot.at(name).wrong(str(error))
    return Visits(**found)
