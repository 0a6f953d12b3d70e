"""Transaction messages that must reach the central system, in order, and the ids it gave to sessions."""

from enum import Enum, auto
from operator import itemgetter

from attrs import define, field

UNKNOWN_ID = -1
"""The transaction id of a session whose beginning the central system never took (1.6 errata 3.18)."""


class Place(Enum):
    """Where in its session a message belongs."""

    OPENS = auto()  # the answer gives the transaction id
    WITHIN = auto()
    CLOSES = auto()


@define(eq=False)
class Entry:
    """One message. Its id is fixed when it is written, so that each resend carries it again."""

    connector: int
    number: int  # counts the messages of this connector
    at: float  # when it was written
    id: str
    action: str
    payload: dict[str, object]  # as on the wire, but for the transaction id
    session: str  # the station's own key
    place: Place
    tag: str | None = None  # whose validity the answer tells
    sends: int = 0
    attempts: int = 0  # failures to process it


@define(eq=False)
class Outbox:
    """Survives every restart of its station. Whoever changes it writes the change to the store."""

    entries: list[Entry] = field(factory=list)
    transaction_ids: dict[str, int] = field(factory=dict)  # by own key
    written: dict[int, int] = field(factory=dict)  # the last number, by connector
    given_up: int = 0
    _left: dict[str, int] = field(factory=dict, init=False)  # how many messages of a session wait

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._left[entry.session] = self._left.get(entry.session, 0) + 1
        self.written[entry.connector] = entry.number

    def in_order(self) -> list[Entry]:
        """All that waits, as it happened; of each connector as it was written, even if a clock went back."""
        latest: dict[int, float] = {}
        timed: list[tuple[float, int, int, Entry]] = []
        for entry in self.entries:
            at = latest[entry.connector] = max(entry.at, latest.get(entry.connector, entry.at))
            timed.append((at, entry.connector, entry.number, entry))
        return [entry for *_, entry in sorted(timed, key=itemgetter(0, 1, 2))]

    def since(self, connector: int, number: int) -> list[Entry]:
        """What a connector wrote after its message of this number."""
        found: list[Entry] = []
        for entry in reversed(self.entries):
            if entry.connector == connector:
                if entry.number <= number:
                    break
                found.append(entry)
        return found[::-1]

    def done(self, entry: Entry, transaction_id: int | None = None) -> None:
        """The central system has it."""
        if transaction_id is not None:
            self.transaction_ids[entry.session] = transaction_id
        self._remove(entry)

    def give_up(self, entry: Entry) -> None:
        self.given_up += 1
        self._remove(entry)

    def transaction_id(self, session: str) -> int | None:
        """The id of a session as far as it is known; UNKNOWN_ID when it never will be."""
        known = self.transaction_ids.get(session)
        if known is None and not self._may_open(session):
            return UNKNOWN_ID
        return known

    def _may_open(self, session: str) -> bool:
        """Whether its first message waits."""
        waiting = (entry for entry in self.entries if entry.session == session)
        return any(entry.place is Place.OPENS for entry in waiting)

    def forget_ended(self, running: set[str]) -> None:
        """Drop the ids of sessions that neither run nor have anything left to say."""
        for key in [key for key in self.transaction_ids if key not in running]:
            if key not in self._left:
                del self.transaction_ids[key]

    def _remove(self, entry: Entry) -> None:
        if self.entries and self.entries[0] is entry:
            del self.entries[0]
        else:
            self.entries.remove(entry)
        self._left[entry.session] -= 1
        if not self._left[entry.session]:
            del self._left[entry.session]
