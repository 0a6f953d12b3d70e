"""The columns of the table: how wide they are, and which of them a narrow terminal keeps."""

from collections.abc import Sequence

from attrs import evolve

from ocppsim.terminal import cells
from ocppsim.terminal.cells import Cell
from ocppsim.terminal.connector_cell import SHORT, WORD, WORDS, form
from ocppsim.values import frozen

GAP = 2


@frozen
class Column:
    """`wishes` are better widths than the least, the best first."""

    title: str
    width: int
    cell: Cell
    right: bool = False
    wishes: Sequence[int] = ()


STATION = Column("Station", 8, cells.station)
LINK = Column("Link", 12, cells.link)
REGISTRATION = Column("Boot", 8, cells.standing)
CONNECTORS = Column("Connectors", 15, cells.connectors)
POWER = Column("kW", 6, cells.power, right=True)
ENERGY = Column("kWh", 7, cells.energy, right=True)
SOC = Column("SoC", 4, cells.soc, right=True, wishes=(cells.SOC_WITH_BAR,))
SESSIONS = Column("Sessions", 8, cells.sessions, right=True)
CALLS = Column("Calls", 7, cells.calls, right=True)
ROUND_TRIP = Column("Round trip", 10, cells.round_trip, right=True)
RESTARTS = Column("Restarts", 8, cells.restarts, right=True)
EVENT = Column("Last event", 18, cells.event, wishes=range(48, 18, -1))

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
        chosen[LINK] = evolve(LINK, cell=cells.link_and_standing)
    return tuple(chosen[column] for column in IN_ORDER if column in chosen)


def in_words(columns: Sequence[Column], connectors: int) -> bool:
    """Whether so many connectors of a station fit in words; signs want explaining."""
    width = next((column.width for column in columns if column.title == CONNECTORS.title), 0)
    return form(connectors, width) in (WORD, WORDS)


def _connectors_column(count: int) -> Column:
    if count <= 1:
        return CONNECTORS
    width = max(min(SHORT.width(count), MOST_SHORT), CONNECTORS.width)
    return evolve(CONNECTORS, width=width, wishes=(WORDS.width(count), SHORT.width(count)))


def _widen(chosen: dict[Column, Column], room: int) -> None:
    """Fulfil the wishes that can be."""
    for column in (CONNECTORS, SOC, EVENT):
        if column in chosen:
            have = chosen[column]
            width = next((wish for wish in have.wishes if have.width < wish <= have.width + room), have.width)
            chosen[column] = evolve(have, width=width)
            room -= width - have.width
