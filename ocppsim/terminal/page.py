"""One page of the table: which stations are on it, and all that is around them, in the size of a terminal."""

from collections.abc import Sequence
from math import ceil

from rich.cells import cell_len

from ocppsim import clock
from ocppsim.actors.fleet import Fleet
from ocppsim.terminal.columns import choose, in_words
from ocppsim.terminal.header import Header
from ocppsim.terminal.snapshot import by_attention, row_of
from ocppsim.terminal.table import MARGIN, Lines, body, foot, heading, legend, ruler, title
from ocppsim.terminal.totals import Summary
from ocppsim.terminal.view import View
from ocppsim.values import frozen

MOST_ROWS = 30
"""More would cost the fleet time that it needs."""

ROWS_BEFORE_LEGEND = 8


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
    inner = width - len(MARGIN)
    connectors = _most_connectors(fleet)
    columns = choose(inner, _longest_id(fleet), connectors)
    top, below = heading(columns), Lines((ruler(columns),)) + foot(frame.summary, frame.powers, inner)
    most = len(fleet.stations)
    room = height - len(_title(frame, view, most, most, inner)) - len(top) - len(below)
    signs = legend(inner)
    if not in_words(columns, connectors) and room - len(signs) >= ROWS_BEFORE_LEGEND:
        below, room = below + signs, room - len(signs)
    size = max(1, min(MOST_ROWS, room))
    pages = max(1, ceil(most / size))
    number = min(view.page, pages - 1)
    stations = by_attention(fleet) if view.by_attention else list(fleet.stations.values())
    rows = [row_of(fleet, station) for station in stations[number * size :][:size]]
    lines = _title(frame, view, number, pages, inner) + top + body(columns, rows) + below
    return Page(lines, number, pages)


def _title(frame: Frame, view: View, number: int, pages: int, width: int) -> Lines:
    elapsed_s = clock.now() - frame.header.started_at
    order = "s as they came" if view.by_attention else "s trouble first"
    paging = f"n p page {number + 1} of {pages}   " if pages > 1 else ""
    hints = f"{paging}{order}   q quit" if frame.keys else ""
    return title(frame.header, elapsed_s, frame.note, hints, width)


def _longest_id(fleet: Fleet) -> int:
    return max(map(cell_len, fleet.stations), default=0)


def _most_connectors(fleet: Fleet) -> int:
    return max((len(station.board.connectors) for station in fleet.stations.values()), default=1)
