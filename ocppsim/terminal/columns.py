"""The columns of the table: what is in them, how wide they are, and which of them a narrow terminal keeps."""

from collections.abc import Callable, Sequence

from attrs import evolve, frozen
from rich.text import Text

from ocppsim.terminal import words
from ocppsim.terminal.appearance import FAINT, LINKS, STANDINGS, STATUSES, bar
from ocppsim.terminal.snapshot import DOWN, Connector, LinkState, Row

GAP = 2
NOTHING = Text("-", style=FAINT)

Cell = Callable[[Row, int], Text]


@frozen
class Column:
    """`cell` makes what is shown of a row in so much width. `wishes` are better widths, the best first."""

    title: str
    width: int
    cell: Cell
    right: bool = False
    wishes: Sequence[int] = ()


# -- cells


def _station(row: Row, _: int) -> Text:
    return Text(row.station)


def _link(row: Row, _: int) -> Text:
    appearance = LINKS[row.link]
    return Text(str(appearance), appearance.style)


def _link_and_standing(row: Row, width: int) -> Text:
    """Where there is no column for the registration: being online is not all, until it is accepted."""
    if row.link is not LinkState.ONLINE or row.standing.name == "ACCEPTED":
        return _link(row, width)
    appearance = STANDINGS[row.standing]
    return Text(str(appearance), appearance.style)


def _standing(row: Row, _: int) -> Text:
    appearance = STANDINGS[row.standing]
    return NOTHING if row.link in DOWN else Text(appearance.word, appearance.style)


def _connectors(row: Row, width: int) -> Text:
    """In words where there is room, else in signs with the power, in signs alone, or counted."""
    count = len(row.connectors)
    for form in (_WORDS if count > 1 else _WORD, _SHORT, _SIGNS):
        if form.width(count) <= width:
            return Text(" " * form.gap).join(map(form.spell, row.connectors))
    return _counted(row.connectors)


@frozen
class _Form:
    """A way to show connectors side by side, each in at most so much width."""

    spell: Callable[[Connector], Text]
    each: int
    gap: int

    def width(self, count: int) -> int:
        return count * (self.each + self.gap) - self.gap


def _in_words(connector: Connector) -> Text:
    appearance = STATUSES[connector.status]
    return Text(str(appearance), appearance.style)


def _in_words_with_power(connector: Connector) -> Text:
    text = _in_words(connector)
    return text.append(f" {words.power(connector.power_w)}") if connector.power_w > 0 else text


def _in_short(connector: Connector) -> Text:
    text = _in_signs(connector)
    return text.append(f"{connector.power_w / 1000:.0f}") if connector.power_w > 0 else text


def _in_signs(connector: Connector) -> Text:
    appearance = STATUSES[connector.status]
    return Text(appearance.sign, appearance.style)


_WORD = _Form(_in_words, 15, 2)
_WORDS = _Form(_in_words_with_power, 19, 2)
_SHORT = _Form(_in_short, 4, 2)
_SIGNS = _Form(_in_signs, 1, 0)


def _counted(connectors: Sequence[Connector]) -> Text:
    counts = ((sum(c.status is status for c in connectors), look) for status, look in STATUSES.items())
    return Text(" ").join(Text(f"{count}{look.sign}", look.style) for count, look in counts if count)


def _power(row: Row, _: int) -> Text:
    return Text(words.power(row.power_w)) if row.power_w > 0 else NOTHING


def _energy(row: Row, _: int) -> Text:
    return Text(words.energy(row.energy_wh)) if row.energy_wh > 0 else NOTHING


_BAR = 6


def _soc(row: Row, width: int) -> Text:
    if row.soc is None:
        return NOTHING
    text = Text(f"{words.percent(row.soc):>4}")
    if width >= _BAR + 5:
        text = Text.assemble((bar(row.soc, _BAR), "green"), " ", text)
    return text


def _sessions(row: Row, _: int) -> Text:
    return Text(f"{row.sessions:,}")


def _calls(row: Row, _: int) -> Text:
    return Text(f"{row.calls:,}")


def _round_trip(row: Row, _: int) -> Text:
    return NOTHING if row.round_trip_s is None else Text(words.duration(row.round_trip_s))


def _restarts(row: Row, _: int) -> Text:
    return Text(str(row.restarts), "magenta") if row.restarts else NOTHING


def _event(row: Row, _: int) -> Text:
    return Text(row.event, "" if row.link in _TROUBLED else FAINT)


_TROUBLED = frozenset({LinkState.OFFLINE, LinkState.REFUSED, LinkState.GAVE_UP})

# -- the choice

STATION = Column("Station", 8, _station)
LINK = Column("Link", 12, _link)
REGISTRATION = Column("Boot", 8, _standing)
CONNECTORS = Column("Connectors", 15, _connectors)
POWER = Column("Power", 8, _power, right=True)
ENERGY = Column("Energy", 8, _energy, right=True)
SOC = Column("SoC", 4, _soc, right=True, wishes=(_BAR + 5,))
SESSIONS = Column("Sessions", 8, _sessions, right=True)
CALLS = Column("Calls", 7, _calls, right=True)
ROUND_TRIP = Column("Trip", 7, _round_trip, right=True)
RESTARTS = Column("Restarts", 8, _restarts, right=True)
EVENT = Column("Last event", 18, _event, wishes=range(48, 18, -1))

IN_ORDER = (
    STATION, LINK, REGISTRATION, CONNECTORS, POWER, ENERGY, SOC, SESSIONS, CALLS, ROUND_TRIP, RESTARTS, EVENT,
)  # fmt: skip
BY_IMPORTANCE = (
    STATION, LINK, CONNECTORS, POWER, ENERGY, SOC, SESSIONS, EVENT, ROUND_TRIP, CALLS, RESTARTS, REGISTRATION,
)  # fmt: skip
"""A narrow terminal drops from the end."""

LONGEST_STATION = 20
MOST_SHORT = 26
"""Width that connectors may take before other columns get theirs."""


def choose(width: int, station_width: int, connectors: int) -> tuple[Column, ...]:
    """The columns that fit, in their order, as wide as they will be.

    `station_width` is that of the longest id, `connectors` the most that a station has. Nothing here depends
    on states, so columns stay where they are while the fleet runs.
    """
    sized = {
        STATION: evolve(STATION, width=min(max(station_width, STATION.width), LONGEST_STATION)),
        CONNECTORS: _connectors_column(connectors),
    }
    chosen: dict[Column, Column] = {}
    room = width + GAP
    for column in BY_IMPORTANCE:
        candidate = sized.get(column, column)
        if candidate.width + GAP <= room:
            chosen[column] = candidate
            room -= candidate.width + GAP
    _widen(chosen, room)
    if REGISTRATION not in chosen and LINK in chosen:
        chosen[LINK] = evolve(LINK, cell=_link_and_standing)
    return tuple(chosen[column] for column in IN_ORDER if column in chosen)


def _connectors_column(count: int) -> Column:
    if count <= 1:
        return CONNECTORS
    width = max(min(_SHORT.width(count), MOST_SHORT), CONNECTORS.width)
    return evolve(CONNECTORS, width=width, wishes=(_WORDS.width(count), _SHORT.width(count)))


def _widen(chosen: dict[Column, Column], room: int) -> None:
    """Fulfil the wishes that can be."""
    for column in (CONNECTORS, SOC, EVENT):
        if column in chosen:
            have = chosen[column]
            width = next((wish for wish in have.wishes if have.width < wish <= have.width + room), have.width)
            chosen[column] = evolve(have, width=width)
            room -= width - have.width
