"""What a station must not lose, as records, and what follows from them. Pure: lines in, lines out.

A record is a JSON object with the station's id and one kind of news. A connector's state and the transaction
messages that follow from it are one record, so that neither exists without the other.
"""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, TypeAlias

import attrs
from attrs import define, field

from ocppsim.model.authorization import TagInfo, Tags, TagStatus, remembered
from ocppsim.model.connector import Connector
from ocppsim.model.drawing import Rate
from ocppsim.model.energy import Reading
from ocppsim.model.inputs import Sampled
from ocppsim.model.meter import Shown
from ocppsim.model.metering import NO_MARKS, Marks, Series, collected, of_session
from ocppsim.model.outbox import Entry, Outbox, Place
from ocppsim.model.reservation import Reservation
from ocppsim.model.session import ChargingSession, Context
from ocppsim.model.signing import Signature
from ocppsim.protocol import text

Record: TypeAlias = dict[str, Any]  # JSON

_SESSION = tuple(attribute.name for attribute in attrs.fields(ChargingSession))


@define
class Kept:
    """All that was kept of one station."""

    start: int = 0  # the first part of its message ids
    changed: Mapping[str, str] = field(factory=dict)
    operative: bool = True
    scheduled: bool | None = None
    cache: Tags = field(factory=dict)
    connectors: dict[int, Connector] = field(factory=dict)
    outbox: Outbox = field(factory=Outbox)
    series: dict[int, Series] = field(factory=dict)  # by connector, the readings of its session
    blocks: dict[str, object] = field(factory=dict)  # JSON of the functional blocks, each under its name


# -- records


def commit(connector: Connector, entries: Iterable[Entry], readings: Series = (), most: int = 0) -> Record:
    """A connector's new state with the messages that follow from it.

    `readings` are those that the end of its session will tell, of which `most` are kept.
    """
    record: Record = {"connector": _connector(connector), "entries": [_entry(entry) for entry in entries]}
    if readings:
        record["readings"] = [_reading(reading) for reading in readings]
        record["most"] = most
    return record


def done(entry: Entry, transaction_id: int | None) -> Record:
    return {"done": [entry.connector, entry.number], "transaction_id": transaction_id}


def given_up(entry: Entry) -> Record:
    return {"given_up": [entry.connector, entry.number]}


def started(start: int) -> Record:
    return {"start": start}


def changed(keys: Mapping[str, str]) -> Record:
    return {"changed": dict(keys)}


def available(operative: bool, scheduled: bool | None) -> Record:
    return {"operative": operative, "scheduled": scheduled}


def learned(tag: str, info: TagInfo, at: float | None = None) -> Record:
    """What had expired by then makes room, if there is none."""
    return {"tag": tag, "info": [info.status.name, info.expires_at, info.parent], "at": at}


def forgotten() -> Record:
    """The authorization cache was cleared."""
    return {"forgotten": True}


def block(name: str, value: object) -> Record:
    """What a functional block must not lose, as a whole, under its name."""
    return {"block": name, "value": value}


def anew() -> Record:
    """Nothing that came before counts."""
    return {"anew": True}


def records(kept: Kept) -> list[Record]:
    """The fewest records from which the same follows."""
    outbox = kept.outbox
    return [
        started(kept.start),
        changed(kept.changed),
        available(kept.operative, kept.scheduled),
        *(learned(tag, info) for tag, info in kept.cache.items()),
        *(_whole(kept, connector) for connector in kept.connectors.values()),
        {"ids": outbox.transaction_ids, "written": list(outbox.written.items()), "lost": outbox.given_up},
        {"entries": [_entry(entry) for entry in outbox.entries]},
        *(block(name, value) for name, value in kept.blocks.items()),
    ]


def _whole(kept: Kept, connector: Connector) -> Record:
    series = kept.series.get(connector.number, ())
    return commit(connector, (), series, max(len(series), 1))


def _connector(c: Connector) -> Record:
    record = {
        "number": c.number,
        "operative": c.operative,
        "scheduled": c.scheduled,
        "begun": c.begun,
        "register_wh": c.register_wh,
        "at": c.at,
        "session": None if c.session is None else _session(c.session),
        "reservation": None if c.reservation is None else attrs.asdict(c.reservation),
    }
    if c.marks is not NO_MARKS:
        record["marks"] = attrs.asdict(c.marks)
    return record


def _reading(what: Sampled) -> list[object]:
    """All but its session, which is the connector's."""
    shown = attrs.astuple(what.reading)
    signed = None if what.signed is None else attrs.astuple(what.signed)
    flow = (what.offered_w, what.interval_wh, what.line)
    record: list[object] = [what.at, what.register_wh, shown, what.context.name, *flow, signed]
    return [*record, [attrs.astuple(one) for one in what.shown]] if what.shown else record


def _session(session: ChargingSession) -> Record:
    return {name: getattr(session, name) for name in _SESSION}


def _entry(entry: Entry) -> Record:
    return {
        "connector": entry.connector,
        "number": entry.number,
        "at": entry.at,
        "id": entry.id,
        "action": entry.action,
        "payload": entry.payload,
        "session": entry.session,
        "place": entry.place.name,
        "tag": entry.tag,
    }


# -- and what follows from them


def apply(kept: Kept, record: Record) -> None:
    """Bring `kept` up to date; raises ValueError for what is no record."""
    try:
        _apply(kept, record)
    except (KeyError, TypeError, StopIteration) as error:
        raise ValueError(f"no record of this program: {error!r}") from error


def _apply(kept: Kept, record: Record) -> None:
    if "anew" in record:
        fresh = Kept()
        for attribute in attrs.fields(Kept):
            setattr(kept, attribute.name, getattr(fresh, attribute.name))
    if "connector" in record:
        connector = _read_connector(record["connector"])
        kept.connectors[connector.number] = connector
        _apply_readings(kept, connector, record)
    for entry in record.get("entries", ()):
        kept.outbox.add(Entry(**entry | {"place": Place[entry["place"]]}))
    if "done" in record:
        kept.outbox.done(_find(kept, record["done"]), record["transaction_id"])
    if "given_up" in record:
        kept.outbox.give_up(_find(kept, record["given_up"]))
    if "start" in record:
        kept.start = record["start"]
    if "changed" in record:
        kept.changed = dict(record["changed"])
    if "operative" in record:
        kept.operative, kept.scheduled = record["operative"], record["scheduled"]
    if "tag" in record:
        status, expires_at, parent = record["info"]
        info = TagInfo(TagStatus[status], expires_at, parent)
        at = record.get("at")
        kept.cache = remembered(kept.cache, record["tag"], info, -inf if at is None else at)
    if "forgotten" in record:
        kept.cache = {}
    if "block" in record:
        kept.blocks[record["block"]] = record["value"]
    if "ids" in record:
        kept.outbox.transaction_ids = dict(record["ids"])
        kept.outbox.written, kept.outbox.given_up = dict(record["written"]), record["lost"]


def _apply_readings(kept: Kept, connector: Connector, record: Record) -> None:
    if connector.session is None:
        kept.series.pop(connector.number, None)
    elif "readings" in record:
        readings = [_read_reading(connector.session, reading) for reading in record["readings"]]
        series = of_session(kept.series.get(connector.number, ()), connector.session)
        kept.series[connector.number] = collected(series, readings, record["most"])


def _read_reading(session: ChargingSession, record: list[Any]) -> Sampled:
    at, register_wh, reading, context, offered_w, interval_wh, line, signed, *more = record
    shown = tuple(Shown(*one) for one in more[0]) if more else ()
    signature = None if signed is None else Signature(*signed)
    taken = (session, at, register_wh, Reading(*reading), Context[context])
    return Sampled(*taken, offered_w, interval_wh, line, signature, shown)


def _read_connector(record: Record) -> Connector:
    session = None if record["session"] is None else ChargingSession(**record["session"])
    marks = _read_marks(record["marks"]) if "marks" in record else NO_MARKS
    reservation = None if record.get("reservation") is None else Reservation(**record["reservation"])
    return Connector(**record | {"session": session, "marks": marks, "reservation": reservation})


def _read_marks(record: Record) -> Marks:
    return Marks(**record | {"rate": Rate(*record["rate"])} if "rate" in record else record)


def _find(kept: Kept, place: list[int]) -> Entry:
    return next(entry for entry in kept.outbox.entries if [entry.connector, entry.number] == place)


# -- lines


def line(station: str, record: Record) -> bytes:
    return text.encode_finite({"station": station, **record}) + b"\n"


def read(line: bytes) -> tuple[str, Record]:
    """The station and the record of a line; raises ValueError."""
    record = text.decode(line)
    if not isinstance(record, dict) or not isinstance(record.get("station"), str):
        raise ValueError("no record with a station")
    return record.pop("station"), record
