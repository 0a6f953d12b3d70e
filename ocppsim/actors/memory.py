"""What a station remembers above all its lives. Each change is in the store before anybody is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field

from ocppsim import clock
from ocppsim.actors import journal
from ocppsim.actors.journal import Kept
from ocppsim.actors.reporter import Reporter
from ocppsim.actors.runtime import Rounds
from ocppsim.actors.store import Store
from ocppsim.dialects.dialect import Draft
from ocppsim.model import local_list, reserving
from ocppsim.model.authorization import TagInfo, Tags, folded, known, remembered
from ocppsim.model.connector import Connector, at_first, interrupted
from ocppsim.model.evolving import evolve
from ocppsim.model.found_again import anew, cut_short
from ocppsim.model.local_list import LocalList
from ocppsim.model.metering import Series, collected, of_session
from ocppsim.model.outbox import Entry, Outbox, Place
from ocppsim.model.reservation import Reservation
from ocppsim.model.reserving import Admission
from ocppsim.model.session import StopReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.values import frozen

LOCAL_LIST, RESERVATIONS = "local list", "reservations"
_PAGES = "signed meter values"
PASSWORD = "password"
"""Under this name the secrets have the value of the key for it."""


@frozen
class Told:
    """A transaction message on its way to the outbox; the fields are those of `Entry`."""

    draft: Draft
    session: str
    place: Place
    tag: str | None = None


@define(eq=False)
class Memory:
    """One object for each station. Connectors, link and station each write what they own."""

    specification: Specification
    store: Store
    start: int  # the first part of the message ids of this process
    connectors: dict[int, Connector]
    outbox: Outbox
    changed: Mapping[str, str]
    operative: bool = True  # of the station as a whole
    scheduled: bool | None = None
    cache: Tags = field(factory=dict)
    local_list: LocalList = field(factory=LocalList)
    reservations: tuple[Reservation, ...] = ()  # of any connector
    blocks: dict[str, object] = field(factory=dict)  # see `keep`
    secrets: dict[str, str] = field(factory=dict, repr=False)  # outlive a life, and are in no store
    vault: Mapping[str, Any] = field(factory=dict, repr=False)  # see `lock_away`
    series: dict[int, Series] = field(factory=dict)  # by connector, the readings of its session
    gone: tuple[Connector, ...] = ()  # with a session that was left open; the station has them no more
    former: dict[int, Connector] = field(factory=dict)  # those that the station has no more
    first: bool = False  # nothing was known of the station before this process
    messages: int = 0
    offset_s: float = 0.0  # the central system's clock minus ours; for time stamps only
    cut_by: dict[int, StopReason] = field(factory=dict)  # why the session of a connector was cut short
    reporters: dict[int, Reporter] = field(factory=dict)  # connector 0 is the station; not in the store
    rounds: Rounds | None = None  # where time is virtual
    _seen: Mapping[int, Connector] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.reporters = {number: Reporter() for number in (0, *self.connectors)}
        if self.rounds is not None:
            self._settle()

    @property
    def seen(self) -> Mapping[int, Connector]:
        """The connectors for all but themselves: in virtual time as the last round left them."""
        return self.connectors if self._seen is None else self._seen

    def _settle(self) -> None:
        """The round is over."""
        self._seen = dict(self.connectors)

    @classmethod
    def recall(
        cls,
        specification: Specification,
        store: Store,
        now: float,
        fresh_start: int,
        rounds: Rounds | None = None,
    ) -> "Memory":
        """What the store kept, or a new memory whose message ids begin at `fresh_start`."""
        kept = store.recall(specification.id)
        start = fresh_start if kept is None else kept.start + 1
        first, kept = kept is None, kept or Kept()
        connectors = {
            number: at_first(number, outlet, now)
            if first
            else kept.connectors.get(number, Connector(number, operative=outlet.in_service))
            for number, outlet in specification.outlets.items()
        }
        memory = cls(
            specification,
            store,
            start,
            {number: cut_short(connector, now) for number, connector in connectors.items()},
            kept.outbox,
            kept.changed if specification.keeps_keys else {},
            specification.in_service if first else kept.operative,
            kept.scheduled,
            cache=kept.cache,
            local_list=local_list.from_json(kept.blocks.get(LOCAL_LIST)),
            reservations=reserving.from_json(kept.blocks.get(RESERVATIONS)),
            blocks=kept.blocks,
            vault=_of_keys(specification, store.secrets(specification.id)),
            series=kept.series,
            gone=tuple(
                cut_short(connector, now)
                for number, connector in kept.connectors.items()
                if number not in connectors and connector.session is not None
            ),
            former={n: connector for n, connector in kept.connectors.items() if n not in connectors},
            first=first,
            rounds=rounds,
        )
        store.record(specification.id, journal.started(start))
        memory._hold_once()
        return memory

    def refit(self, specification: Specification, now: float) -> None:
        """The station is another one from its next life on; what it has been through stays."""
        if specification.keeps_keys and not self.specification.keeps_keys and self.changed:
            self._record(journal.changed(self.changed))
        self.specification = specification
        self.gone = tuple(
            connector
            for number, connector in self.connectors.items()
            if number not in specification.outlets and connector.session is not None
        )
        known = self.former | self.connectors
        self.former = {n: connector for n, connector in known.items() if n not in specification.outlets}
        self.connectors = {
            number: self.connectors.get(number) or anew(number, outlet, known.get(number), now)
            for number, outlet in specification.outlets.items()
        }
        self.reporters = {
            number: self.reporters.get(number) or Reporter() for number in (0, *specification.outlets)
        }
        if self.rounds is not None:
            self._settle()

    # -- messages

    def message_id(self) -> str:
        """For a CALL outside the outbox; never repeated by any process (OCPP-J 1.6 errata 3.1, 3.7)."""
        self.messages += 1
        return f"{self.start:x}-{self.messages}"

    def commit(
        self, connector: Connector, told: Iterable[Told] = (), readings: Series = (), most: int = 0
    ) -> None:
        """A connector's state, with the transaction messages that follow from it.

        `readings` are those that the end of its session will tell, of which `most` are kept.
        """
        entries = self._entries(connector, told)
        before = self.connectors[connector.number]
        self.connectors[connector.number] = connector
        if self.rounds is not None:
            self.rounds.at_end(self._settle)
        if readings or self.series:
            self._keep_readings(connector, readings, most)
        if entries or readings or _worth_keeping(before, connector):
            self._record(journal.commit(connector, entries, readings, most))

    def close_gone(self, connector: Connector, *told: Told) -> None:
        """The session of a connector that the station has no more, with the message of its end, if any."""
        closed = evolve(connector, session=None)
        self._record(journal.commit(closed, self._entries(closed, told)))
        self.series.pop(connector.number, None)
        self.gone = tuple(one for one in self.gone if one is not connector)

    def _entries(self, connector: Connector, told: Iterable[Told]) -> list[Entry]:
        entries = []
        for what in told:
            number = self.outbox.written.get(connector.number, 0) + 1
            entry = Entry(
                connector=connector.number,
                number=number,
                at=connector.at,
                id=f"{self.start:x}-{connector.number}.{number}",
                action=what.draft.action,
                payload=what.draft.payload,
                session=what.session,
                place=what.place,
                tag=what.tag,
            )
            self.outbox.add(entry)
            entries.append(entry)
        return entries

    def _keep_readings(self, connector: Connector, readings: Series, most: int) -> None:
        series = of_session(self.series.get(connector.number, ()), connector.session)
        if connector.session is None:
            self.series.pop(connector.number, None)
        elif readings:
            self.series[connector.number] = collected(series, readings, most)

    def delivered(self, entry: Entry, transaction_id: int | None) -> None:
        self.outbox.done(entry, transaction_id)
        self._record(journal.done(entry, transaction_id), urgent=False)
        if entry.place is not Place.WITHIN:  # of a session that runs, nearly always
            self.forget_ended()

    def give_up(self, entry: Entry) -> None:
        self.outbox.give_up(entry)
        self._record(journal.given_up(entry))
        self.forget_ended()

    def forget_ended(self) -> None:
        """The ids of sessions that neither run nor have anything left to say."""
        running = {c.session.key for c in self.connectors.values() if c.session is not None}
        self.outbox.forget_ended(running)

    # -- the station's own

    def change_keys(self, changed: Mapping[str, str]) -> None:
        if changed != self.changed:
            self.changed = changed
            if self.specification.keeps_keys:
                self._record(journal.changed(changed))

    def set_operative(self, operative: bool) -> None:
        self._set_availability(operative, None)

    def schedule(self, operative: bool) -> None:
        """Be so when the last session has ended."""
        self._set_availability(self.operative, operative)

    def apply_scheduled(self) -> bool:
        """If the last session has ended, be what was scheduled; whether anything was."""
        if self.scheduled is None or any(c.session is not None for c in self.seen.values()):
            return False
        self.set_operative(self.scheduled)
        return True

    def _set_availability(self, operative: bool, scheduled: bool | None) -> None:
        if (operative, scheduled) != (self.operative, self.scheduled):
            self.operative, self.scheduled = operative, scheduled
            if not operative:
                self.keep_reservations(())
            self._record(journal.available(operative, scheduled))

    def known(self, tag: str, settings: Settings) -> TagInfo | None:
        return known(tag, self.local_list.tags, self.cache, settings)

    def learn(self, tag: str, info: TagInfo, now: float) -> None:
        if self.cache.get(folded(tag)) != info:
            self.cache = remembered(self.cache, tag, info, now)
            self._record(journal.learned(tag, info, now), urgent=False)

    def forget_tags(self) -> None:
        self.cache = {}
        self._record(journal.forgotten())

    def keep_local_list(self, changed: LocalList) -> None:
        if changed is not self.local_list:
            self.local_list = changed
            self.keep(LOCAL_LIST, local_list.to_json(changed))

    # -- reservations of any connector

    def keep_reservations(self, changed: tuple[Reservation, ...]) -> None:
        if changed != self.reservations:
            self.reservations = changed
            self.keep(RESERVATIONS, reserving.to_json(changed))

    def end_reservation(self, number: int) -> None:
        self.keep_reservations(tuple(one for one in self.reservations if one.id != number))

    def _hold_once(self) -> None:
        """A reservation that was moving to another place when the process was killed may be at both."""
        for number in reserving.held_twice(self.connectors):
            self.commit(evolve(self.connectors[number], reservation=None))
        for connector in self.connectors.values():
            if self.reservations and connector.reservation is not None:
                self.end_reservation(connector.reservation.id)

    def end_used_reservations(self) -> None:
        """Those that a session made use of, in case the last life ended before it heard of it."""
        for connector in self.seen.values():
            if connector.session is not None and connector.session.reservation is not None:
                self.end_reservation(connector.session.reservation)

    def admission(self, number: int, tag: str, parent: str | None, now: float) -> Admission | None:
        """Whether they let a tag use this connector."""
        if not self.reservations or self.seen[number].reservation is not None:
            return Admission()  # nothing is kept, or the connector itself decides
        waiting = reserving.unclaimed(self.reservations, self.seen, now)
        free = reserving.free(self.seen, self.specification.outlets)
        return reserving.admission(number, tag, parent, waiting, free)

    def keeps_for_groups(self, now: float) -> bool:
        """Whether it matters which group a tag belongs to."""
        waiting = reserving.unclaimed(self.reservations, self.seen, now)
        return any(one.parent is not None for one in waiting)

    # -- meters

    def next_page(self, connector: int) -> int:
        """Counts what the meter of a connector has signed."""
        pages = self.blocks.get(_PAGES)
        pages = dict(pages) if isinstance(pages, dict) else {}
        pages[str(connector)] = page = pages.get(str(connector), 0) + 1
        self.keep(_PAGES, pages)
        return int(page)

    # -- the functional blocks

    def keep(self, block: str, value: object) -> None:
        """Keep what a functional block must not lose: JSON; `blocks` has it in the next process."""
        if self.blocks.get(block) != value:
            self.blocks[block] = value
            self._record(journal.block(block, value))

    def lock_away(self, secrets: Mapping[str, Any]) -> None:
        """Keep passwords and keys (JSON), as a whole: in the store, but in no journal."""
        self.vault = secrets
        self.store.keep_secrets(self.specification.id, _of_keys(self.specification, secrets))

    def now(self) -> float:
        """The instant as the station tells it, in POSIX seconds."""
        return clock.now() + self.offset_s

    # -- the ends of lives

    def interrupt(self, now: float, reason: StopReason) -> None:
        """The station goes down: no energy flows until its sessions are closed after the next boot."""
        for number, connector in self.connectors.items():
            if connector.session is not None and not connector.session.interrupted:
                self.cut_by[number] = reason
            self.commit(interrupted(connector, now, self.specification.outlets[number]))

    def settle(self) -> None:
        """A frame is about to leave: what it may tell is in the store when this returns."""
        self.store.settle(self.specification.id)

    def _record(self, record: journal.Record, *, urgent: bool = True) -> None:
        self.store.record(self.specification.id, record, urgent=urgent)


def _worth_keeping(before: Connector, after: Connector) -> bool:
    """Whether a change without messages must survive; a register may have been told by a sample asked for."""
    return (
        before.session is not after.session
        or before.register_wh != after.register_wh
        or before.operative != after.operative
        or before.scheduled != after.scheduled
        or before.reservation is not after.reservation
    )


def _of_keys(specification: Specification, secrets: Mapping[str, Any]) -> Mapping[str, Any]:
    """A password is the value of a key, and is kept where those are."""
    if specification.keeps_keys:
        return secrets
    return {name: value for name, value in secrets.items() if name != PASSWORD}
