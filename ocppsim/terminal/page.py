"""One page of the table: which stations are on it, and all that is around them, in the size of a terminal."""

from collections.abc import Sequence
from math import ceil

from attrs import frozen
from rich.cells import cell_len

from ocppsim import clock
from ocppsim.actors.fleet import Fleet
from ocppsim.terminal.columns import choose
from ocppsim.terminal.header import Header
from ocppsim.terminal.snapshot import by_attention, row_of
from ocppsim.terminal.table import MARGIN, Lines, body, foot, heading, ruler, title
from ocppsim.terminal.totals import Summary
from ocppsim.terminal.view import View

MOST_ROWS = 30
"""More would cost the fleet time that it needs."""


@frozen
class Page:
    """`number` is the page shown, which may lie before the one wished for."""

    lines: Lines
    number: int
    pages: int


@frozen
class Frame:
    """What surrounds the rows: `powers` are those of the last refreshes, `note` is said in the title."""

    header: Header
    summary: Summary
    powers: Sequence[float] = ()
    note: str = ""
    keys: bool = True


def lay_out(fleet: Fleet, frame: Frame, view: View, width: int, height: int) -> Page:
    """The page in at most `height` lines, as far as that is possible."""
    inner = width - 2 * len(MARGIN)
    columns = choose(inner, _longest_id(fleet), _most_connectors(fleet))
    below = Lines((ruler(columns),)) + foot(frame.summary, frame.powers, inner)
    top = heading(columns)
    above = len(_title(frame, view, 1, 1, inner))
    size = max(1, min(MOST_ROWS, height - above - len(top) - len(below)))
    pages = max(1, ceil(len(fleet.stations) / size))
    number = min(view.page, pages - 1)
    stations = list(fleet.stations.values())
    if view.by_attention:
        stations = by_attention(fleet, stations)
    rows = [row_of(fleet, station) for station in stations[number * size :][:size]]
    lines = _title(frame, view, number, pages, inner) + top + body(columns, rows) + below
    return Page(lines, number, pages)


def _title(frame: Frame, view: View, number: int, pages: int, width: int) -> Lines:
    elapsed_s = clock.now() - frame.header.started_at
    order = "s as they came" if view.by_attention else "s trouble first"
    hints = f"n p page {number + 1} of {pages}   {order}   q quit" if frame.keys else ""
    return title(frame.header, elapsed_s, frame.note, hints, width)


def _longest_id(fleet: Fleet) -> int:
    return max(map(cell_len, fleet.stations), default=0)


def _most_connectors(fleet: Fleet) -> int:
    return max((len(station.board.connectors) for station in fleet.stations.values()), default=1)
