"""The file of a station, as SAP's simulator has it, with a key of our own for what that loses."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import evolve

from ocppsim.actors import journal
from ocppsim.clock import moment
from ocppsim.config.inheritance import KEPT, SECRET
from ocppsim.config.key import as_table
from ocppsim.config.station_file import OURS, PARTS, content_hash
from ocppsim.config.station_parts import VISITS
from ocppsim.config.stations import Plan, Source, maximum_a
from ocppsim.dialects.v16.messages import STATUS
from ocppsim.model.connector import Connector, status
from ocppsim.model.specification import KeyTraits
from ocppsim.model.visits import Visits
from ocppsim.persistence.snapshot import Snapshot

Json: TypeAlias = dict[str, Any]

VERSION = 1
_USUAL = KeyTraits()


def content(snapshot: Snapshot) -> Json:
    """All that is to be in the file."""
    plan = snapshot.plan
    assert plan.source is not None
    template = plan.source.template
    made: Json = {}
    if template.station_info_persistent_configuration:
        made["stationInfo"] = _info(snapshot, plan.source)
    if template.ocpp_persistent_configuration:
        made["configurationKey"] = _keys(snapshot)
    if template.automatic_transaction_generator_persistent_configuration:
        if template.automatic_transaction_generator is not None:
            made["automaticTransactionGenerator"] = as_table(template.automatic_transaction_generator)
        if snapshot.visits:
            made["automaticTransactionGeneratorStatuses"] = _statuses(snapshot.visits)
    made |= _connectors(snapshot)
    made = {name: made[name] for name in PARTS if name in made}
    made["configurationHash"] = content_hash(made)
    made[OURS] = {
        "version": VERSION,
        "station": snapshot.specification.id,
        "hash": made["configurationHash"],
        "memory": _records(snapshot),
    }
    return made


def _records(snapshot: Snapshot) -> list[journal.Record]:
    kept = snapshot.kept
    changed = {name: text for name, text in kept.changed.items() if not _has_password(text)}
    records = journal.records(evolve(kept, changed=changed))
    return [record for record in records if record != {"entries": []}]


# -- who it is


def _info(snapshot: Snapshot, source: Source) -> Json:
    plan, specification = snapshot.plan, snapshot.specification
    info = {
        name: value
        for name, value in source.given.items()
        if name in KEPT and name not in SECRET and not _has_password(value)
    }
    if "resetTime" in info:
        info["resetTime"] = round(source.template.reset_time * 1000)
    own = {
        "chargingStationId": specification.id,
        "hashId": plan.hash_id,
        "templateIndex": plan.index,
        "templateName": plan.template,
        "templateHash": source.hash,
        "maximumPower": plan.power_w,
        "maximumAmperage": maximum_a(source.template, plan.power_w, len(plan.connectors)),
        "chargePointSerialNumber": plan.serials.point,
        "chargeBoxSerialNumber": plan.serials.box,
        "meterSerialNumber": plan.serials.meter,
        "firmwareVersion": specification.firmware_version,
    }
    return info | {name: value for name, value in own.items() if value is not None}


# -- keys


def _keys(snapshot: Snapshot) -> list[Json]:
    # public keys of meters follow from other things, and take long to be made
    specification, changed = evolve(snapshot.specification, signer=None), snapshot.kept.changed
    told = dict(snapshot.dialect.report_keys(specification, changed, ()).values)
    for name, traits in specification.key_traits.items():
        if not traits.visible and name not in told:
            told[name] = changed.get(name, specification.keys.get(name)), traits.readonly
    made = []
    for name, (text, readonly) in told.items():
        if text is None or _has_password(text):  # a secret, or nothing is known of it
            continue
        traits = specification.key_traits.get(name, _USUAL)
        flags = {"readonly": readonly, "visible": traits.visible, "reboot": traits.reboot}
        made.append({"key": name, "value": text, **flags})
    return made


_PASSWORD = re.compile(r"wss?://[^/\s]*@", re.IGNORECASE)


def _has_password(value: object) -> bool:
    """A URL, or one among several, that has credentials."""
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and _PASSWORD.match(one.strip()) for one in values)


# -- the generator


def _statuses(visits: Mapping[int, Visits]) -> list[Json]:
    """A list of old: each connector at its number, less one."""
    return [_visits(visits.get(number, Visits())) for number in range(1, max(visits) + 1)]


def _visits(visits: Visits) -> Json:
    made = {}
    for name, field in VISITS.items():
        value = getattr(visits, field)
        if value is not None:
            made[name] = _moment(value) if name.endswith("Date") else value
    return made


def _moment(posix: float) -> str:
    return moment(posix).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# -- connectors


def _connectors(snapshot: Snapshot) -> Json:
    plan = snapshot.plan
    assert plan.source is not None
    kept = snapshot.kept
    # one that only stays until its session is closed is none of the station's any more
    there = [c for number, c in sorted(kept.connectors.items()) if number in plan.connectors]
    entries = {c.number: _connector(snapshot, c) for c in there}
    whole = {"availability": _availability(kept.operative), "MeterValues": []}
    if plan.source.template.evses is None:
        return {"connectorsStatus": [[0, whole], *map(list, entries.items())]}
    return {"evsesStatus": [[0, _evse({0: whole})], *_by_evse(plan, entries)]}


def _by_evse(plan: Plan, entries: Mapping[int, Json]) -> list[list[Any]]:
    """As the template has them; where their number was drawn, each has an EVSE of its own."""
    assert plan.source is not None
    evses = plan.source.template.evses or {}
    places = [(number, inner) for number, evse in evses.items() if number for inner in evse.connectors]
    if len(places) != len(entries):
        places = [(number, 1) for number in range(1, len(entries) + 1)]
    found: dict[int, dict[int, Json]] = {}
    for (number, inner), entry in zip(places, entries.values(), strict=True):
        found.setdefault(number, {})[inner] = entry
    return [[number, _evse(connectors)] for number, connectors in found.items()]


def _evse(connectors: Mapping[int, Json]) -> Json:
    works = any(one["availability"] == "Operative" for one in connectors.values())
    return {"availability": _availability(works), "connectorsStatus": [*map(list, connectors.items())]}


def _availability(operative: bool) -> str:
    return "Operative" if operative else "Inoperative"


def _connector(snapshot: Snapshot, c: Connector) -> Json:
    hardware = snapshot.plan.connectors.get(c.number)
    outlet = snapshot.specification.outlets[c.number]
    made: Json = {} if hardware is None else as_table(hardware)
    made |= {
        "availability": _availability(c.operative),
        "status": STATUS[status(c, outlet)],
        "energyActiveImportRegisterValue": c.register_wh,
        "idTagAuthorized": c.session is not None and c.session.released,
        "idTagLocalAuthorized": False,
        "transactionStarted": c.session is not None,
        "transactionRemoteStarted": c.session is not None and c.session.claim is not None,
        "transactionEnergyActiveImportRegisterValue": 0.0,
    }
    if (session := c.session) is not None:
        made["transactionEnergyActiveImportRegisterValue"] = c.register_wh - session.start_wh
        made["transactionIdTag"] = session.tag
        made["transactionStart"] = _moment(session.started_at)
        known = snapshot.kept.outbox.transaction_ids.get(session.key)
        if known is not None:
            made["transactionId"] = known
    return made
