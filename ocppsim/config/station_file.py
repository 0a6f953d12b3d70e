"""The file of a station that another run left: who it was, its keys, connectors and generator.

Its shape is that of SAP's simulator, of which there are several; what only we keep is under a key of our own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field

from ocppsim.config import readers as read
from ocppsim.config.compact import digest
from ocppsim.config.key import key
from ocppsim.config.problems import Spot
from ocppsim.config.readers import Reader, described
from ocppsim.config.station_parts import (
    CONNECTORS,
    EVSES,
    TABLE,
    Evse,
    StoredConnector,
    StoredKey,
    known_of,
    listed,
    numbered,
    table_of,
    visits_of,
)
from ocppsim.config.template_sections import PASSWORD_KEY, Generator, OwnKey
from ocppsim.model.visits import Visits
from ocppsim.values import frozen

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
    found: _File | None = known_of(_File, rest, spot)
    if found is None or len(spot.report.problems) > before:
        return None
    records = ours.get("memory") if isinstance(ours, Mapping) else None
    return StoredStation(
        found.station_info or {},
        keys_here or tuple(map(_own_key, found.configuration_key)),
        found.automatic_transaction_generator,
        found.automatic_transaction_generator_statuses,
        found.connectors_status or numbered(found.evses_status),
        tuple(one for one in records if isinstance(one, Mapping)) if isinstance(records, list) else (),
        foreign,
        hash_now,
        secrets,
        content,
    )


def _as_we_wrote_them(keys: Iterable[Mapping[str, Any]]) -> tuple[OwnKey, ...]:
    """Without a second look: the hash says that nobody has changed them, and there are many."""
    return tuple(OwnKey(**{name: one[name] for name in _FLAGS}, name=one["key"]) for one in keys)


def _own_key(read: StoredKey) -> OwnKey:
    return OwnKey(**{name: getattr(read, name) for name in _FLAGS}, name=read.name)


_FLAGS = ("readonly", "value", "visible", "reboot")


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


@frozen
class _File:
    station_info: Mapping[str, Any] | None = key(TABLE, "", default=None)
    configuration_key: tuple[StoredKey, ...] = key(read.several(table_of(StoredKey)), "", default=())
    automatic_transaction_generator: Generator | None = key(table_of(Generator), "", default=None)
    automatic_transaction_generator_statuses: Mapping[int, Visits] = key(
        listed(Reader("a table", visits_of), 1), "", default={}
    )
    connectors_status: Mapping[int, StoredConnector] = key(CONNECTORS, "", default={})
    evses_status: Mapping[int, Evse] = key(EVSES, "", default={})
    ocppsim: Mapping[str, Any] | None = key(TABLE, "", default=None)
