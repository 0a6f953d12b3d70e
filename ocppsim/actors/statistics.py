"""What each station asked and was asked, action by action, and how long the answers took.

A duration is a true round trip: from the write of a CALL to the arrival of its answer, of that station and
that action alone. Stations are written here only where somebody wants statistics of them; the snapshots are
frozen.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from attrs import define, field

from ocppsim import clock
from ocppsim.actors.measure import Histogram, Measure, Times
from ocppsim.values import frozen

ACTIONS = 200
"""More actions than any version of OCPP has; what a central system invents beyond them shares one entry."""

LONGEST = 64

OTHERS = "(others)"
"""Whatever is no word is counted here too: not every storage takes every name."""


@frozen
class ActionSnapshot:
    """Counts of both directions, times of the station's own CALLs."""

    requests: int
    responses: int
    errors: int
    times: Times


@frozen
class StationSnapshot:
    """Of one station, since it was added; instants are POSIX seconds of station time."""

    id: str
    name: str
    uri: str
    created_at: float
    updated_at: float | None
    actions: Mapping[str, ActionSnapshot]


@frozen
class Totals:
    """Of all stations that are measured."""

    stations: int
    requests: int
    responses: int
    errors: int
    measured: int
    median_s: float = 0.0
    p95_s: float = 0.0
    p99_s: float = 0.0


@define(eq=False)
class _Action:
    requests: int = 0
    responses: int = 0
    errors: int = 0
    measure: Measure = field(factory=Measure)


@define(eq=False)
class StationStatistics:
    """One station's; its link writes here."""

    book: "Statistics"
    id: str
    name: str
    uri: str
    created_at: float
    updated_at: float | None = None
    changes: int = 0
    _actions: dict[str, _Action] = field(factory=dict)

    def requested(self, action: str) -> None:
        """A CALL went over the wire, one way or the other."""
        self._of(action).requests += 1
        self.book.requests += 1

    def answered(self, action: str, round_trip_s: float) -> None:
        """A CALL of the station has its answer."""
        entry = self._of(action)
        entry.responses += 1
        entry.measure.add(round_trip_s, clock.now())
        self.book.responses += 1
        self.book.round_trips.add(round_trip_s)

    def replied(self, action: str) -> None:
        """A request of the central system was answered."""
        self._of(action).responses += 1
        self.book.responses += 1

    def failed(self, action: str) -> None:
        """A CALL, whoever's it was, ended without a usable answer, though the connection held."""
        self._of(action).errors += 1
        self.book.errors += 1

    def snapshot(self) -> StationSnapshot:
        """As it is now; actions in the order in which they first came."""
        actions = {
            name: ActionSnapshot(entry.requests, entry.responses, entry.errors, entry.measure.times())
            for name, entry in self._actions.items()
        }
        return StationSnapshot(self.id, self.name, self.uri, self.created_at, self.updated_at, actions)

    def _of(self, action: str) -> _Action:
        self.updated_at = clock.now()
        self.changes += 1
        entry = self._actions.get(action)
        if entry is None:
            plain = len(action) < LONGEST and action.isascii() and action.isalnum()
            name = action if plain and len(self._actions) < ACTIONS else OTHERS
            entry = self._actions.setdefault(name, _Action())
        return entry


@define(eq=False)
class Statistics:
    """Of a whole fleet, always in memory, whatever is stored."""

    stations: dict[str, StationStatistics] = field(factory=dict)
    requests: int = 0
    responses: int = 0
    errors: int = 0
    round_trips: Histogram = field(factory=Histogram)

    def measure(self, name: str, *, id: str | None = None, uri: str = "") -> StationStatistics:  # noqa: A002
        """Statistics for the station of this name; `id` is what clients know it by, the name unless given.

        A station that comes again goes on with what it had. Credentials in the URI are left out.
        """
        key = id or name
        found = self.stations.get(key)
        if found is None:
            found = self.stations[key] = StationStatistics(self, key, name, without_secrets(uri), clock.now())
        else:
            found.name, found.uri = name, without_secrets(uri)
        return found

    def forget(self, id: str) -> None:  # noqa: A002
        """The station is gone for good; the totals keep what it did."""
        self.stations.pop(id, None)

    def snapshots(self) -> list[StationSnapshot]:
        """Of all stations, in the order in which they were added."""
        return [station.snapshot() for station in self.stations.values()]

    def totals(self) -> Totals:
        measured = self.round_trips.count
        quantiles = self.round_trips.quantiles((0.5, 0.95, 0.99)) if measured else []
        return Totals(len(self.stations), self.requests, self.responses, self.errors, measured, *quantiles)


def without_secrets(uri: str) -> str:
    """Without user and password, and without a query, which may carry a token."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
