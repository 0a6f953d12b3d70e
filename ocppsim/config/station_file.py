"""The file of a station that another run left: who it was, its keys, connectors and generator.

Its shape is that of SAP's simulator, of which there are several; what only we keep is under a key of our own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from ocppsim.config import readers as read
from ocppsim.config.compact import digest
from ocppsim.config.connectors import ConnectorTemplate, MeterTemplate
from ocppsim.config.key import key, keys, structure
from ocppsim.config.problems import Spot
from ocppsim.config.readers import BadValue, Reader, described
from ocppsim.config.template_sections import PASSWORD_KEY, Generator, OwnKey
from ocppsim.model.visits import Visits

OURS = "ocppsim"
"""The key under which we keep what the file has no other place for."""

SUPERVISION, AUTHORIZATION = "supervisionPassword", PASSWORD_KEY
"""Secrets that other programs leave in files of stations."""

PARTS = (
    "stationInfo",
    "configurationKey",
    "automaticTransactionGenerator",
    "automaticTransactionGeneratorStatuses",
    "connectorsStatus",
    "evsesStatus",
)
"""What the hash of a file is made of, in its order."""


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


@frozen
class StoredStation:
    """`secrets` were found in the file, where they should not be; all the rest is without them."""

    info: Mapping[str, Any] = field(factory=dict)
    keys: tuple[OwnKey, ...] = ()
    generator: Generator | None = None
    visits: Mapping[int, Visits] = field(factory=dict)
    connectors: Mapping[int, StoredConnector] = field(factory=dict)  # 0 is the station
    records: tuple[Mapping[str, Any], ...] = ()  # of our own, in the form of the journal
    foreign: bool = False  # another program has written it, or somebody has changed it, since we did
    hash: str = ""  # of all that is not ours
    secrets: Mapping[str, str] = field(factory=dict, repr=False)
    content: Mapping[str, Any] = field(factory=dict, repr=False)  # as it was read


def content_hash(content: Mapping[str, Any]) -> str:
    """Of all that is not ours."""
    return digest({name: content[name] for name in PARTS if name in content})


def read_station(file: object, spot: Spot) -> StoredStation | None:
    """None with what is wrong reported."""
    before = len(spot.report.problems)
    if not isinstance(file, Mapping):
        spot.wrong(f"must be a table, not {described(file)}")
        return None
    content, secrets = _parted(file)
    ours, hash_now = content.get(OURS), content_hash(content)
    foreign = not isinstance(ours, Mapping) or ours.get("hash") != hash_now
    keys_here = () if foreign else _as_we_wrote_them(content.get("configurationKey", ()))
    rest = content if foreign else content | {"configurationKey": []}
    found: _File | None = _known(_File, rest, spot)
    if found is None or len(spot.report.problems) > before:
        return None
    records = ours.get("memory") if isinstance(ours, Mapping) else None
    return StoredStation(
        found.station_info or {},
        keys_here or found.configuration_key,
        found.automatic_transaction_generator,
        found.automatic_transaction_generator_statuses,
        found.connectors_status or _numbered(found.evses_status),
        tuple(one for one in records if isinstance(one, Mapping)) if isinstance(records, list) else (),
        foreign,
        hash_now,
        secrets,
        content,
    )


def _as_we_wrote_them(keys: Iterable[Mapping[str, Any]]) -> tuple[OwnKey, ...]:
    """Without a second look: the hash says that nobody has changed them, and there are many."""
    return tuple(
        OwnKey(
            name=one["key"],
            readonly=one["readonly"],
            value=one["value"],
            visible=one["visible"],
            reboot=one["reboot"],
        )
        for one in keys
    )


def _parted(file: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The content without the secrets in it, and those."""
    found, secrets = dict(file), {}
    info, keys = found.get("stationInfo"), found.get("configurationKey")
    if isinstance(info, Mapping) and SUPERVISION in info:
        secrets[SUPERVISION] = info[SUPERVISION]
        found["stationInfo"] = {name: value for name, value in info.items() if name != SUPERVISION}
    for one in keys if isinstance(keys, list) else ():
        if isinstance(one, Mapping) and one.get("key") == AUTHORIZATION:
            secrets[AUTHORIZATION] = one.get("value")
            found["configurationKey"] = [other for other in found["configurationKey"] if other is not one]
    return found, {name: value for name, value in secrets.items() if isinstance(value, str) and value}


# -- how the parts are read


def _known(cls: type, value: object, spot: Spot) -> Any:
    """What we know of a table: of the rest, others may make what they will."""
    if not isinstance(value, Mapping):
        raise BadValue(f"must be a table, not {described(value)}")
    return structure(cls, {name: value[name] for name in keys(cls) if name in value}, spot)


def _table_of(cls: type) -> Reader:
    return Reader("a table", lambda value, spot: _known(cls, value, spot))


def _listed(item: Reader, first: int) -> Reader:
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
_TABLE = read.mapping(read.ANYTHING, read.TEXT)


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
    transaction_id_tag: str | None = key(read.TEXT, "", default=None)
    transaction_start: float | None = key(_INSTANT, "", default=None)
    charging_profiles: tuple[Mapping[str, Any], ...] | None = key(
        read.either(read.several(_TABLE), _NOTHING), "", default=None
    )
    reservation: Mapping[str, Any] | None = key(read.either(_TABLE, _NOTHING), "", default=None)


_HARDWARE = ("bootStatus", "maximumPower", "maximumCurrent", "fixedCable", "type", "MeterValues")


def _connector(value: object, spot: Spot) -> StoredConnector | None:
    found: _Status | None = _known(_Status, value, spot)
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


_CONNECTORS = _listed(Reader("a table", _connector), 0)


@frozen
class _Evse:
    availability: str = key(read.choice("Operative", "Inoperative"), "", default="Operative")
    meter_values: tuple[MeterTemplate, ...] | None = key(read.ANYTHING, "", default=None, name="MeterValues")
    connectors_status: Mapping[int, StoredConnector] = key(_CONNECTORS, "", default={})


_EVSES = _listed(_table_of(_Evse), 0)


def _numbered(evses: Mapping[int, _Evse]) -> Mapping[int, StoredConnector]:
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


def _visits_of(value: object, spot: Spot) -> Visits:
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


@frozen
class _File:
    station_info: Mapping[str, Any] | None = key(_TABLE, "", default=None)
    configuration_key: tuple[OwnKey, ...] = key(read.several(_table_of(OwnKey)), "", default=())
    automatic_transaction_generator: Generator | None = key(_table_of(Generator), "", default=None)
    automatic_transaction_generator_statuses: Mapping[int, Visits] = key(
        _listed(Reader("a table", _visits_of), 1), "", default={}
    )
    connectors_status: Mapping[int, StoredConnector] = key(_CONNECTORS, "", default={})
    evses_status: Mapping[int, _Evse] = key(_EVSES, "", default={})
    ocppsim: Mapping[str, Any] | None = key(_TABLE, "", default=None)
