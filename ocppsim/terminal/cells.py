"""What the table shows of a row, cell by cell: texts with their styles."""

from collections.abc import Callable

from ocppsim.model.registration import Standing
from ocppsim.terminal import words
from ocppsim.terminal.appearance import FAINT, LINKS, STANDINGS, STATUSES, bar
from ocppsim.terminal.connector_cell import spelled_out
from ocppsim.terminal.pieces import Pieces
from ocppsim.terminal.snapshot import DOWN, LinkState, Row

Cell = Callable[[Row, int], Pieces]
"""Makes a cell of a row in so much width."""

NOTHING: Pieces = (("-", FAINT),)


def station(row: Row, _: int) -> Pieces:
    return ((row.station, ""),)


def link(row: Row, _: int) -> Pieces:
    return (LINKS[row.link].in_words,)


def link_and_standing(row: Row, width: int) -> Pieces:
    """Where there is no column for the registration: being online is not all, until it is accepted."""
    if row.link is LinkState.ONLINE and row.standing is not Standing.ACCEPTED:
        return (STANDINGS[row.standing].in_words,)
    return link(row, width)


def standing(row: Row, _: int) -> Pieces:
    look = STANDINGS[row.standing]
    return NOTHING if row.link in DOWN else ((look.word, look.style),)


def connectors(row: Row, width: int) -> Pieces:
    if row.link in DOWN:
        return (STATUSES[None].in_words,)
    return spelled_out(row.connectors, width)


def power(row: Row, _: int) -> Pieces:
    return ((words.kilo(row.power_w, 1), ""),) if row.power_w > 0 else NOTHING


def energy(row: Row, _: int) -> Pieces:
    return ((words.kilo(row.energy_wh, 3), ""),) if row.energy_wh > 0 else NOTHING


_BAR = 6
SOC_WITH_BAR = _BAR + 5


def soc(row: Row, width: int) -> Pieces:
    """With a bar where there is room."""
    if row.soc is None:
        return NOTHING
    number = (f"{words.percent(row.soc):>4}", "")
    return ((bar(row.soc, _BAR), "green"), (" ", ""), number) if width >= SOC_WITH_BAR else (number,)


def sessions(row: Row, _: int) -> Pieces:
    return ((f"{row.sessions:,}", ""),)


def calls(row: Row, _: int) -> Pieces:
    return ((f"{row.calls:,}", ""),)


def round_trip(row: Row, _: int) -> Pieces:
    return NOTHING if row.round_trip_s is None else ((words.duration(row.round_trip_s), ""),)


def restarts(row: Row, _: int) -> Pieces:
    return ((f"{row.restarts:,}", "magenta"),) if row.restarts else NOTHING


def event(row: Row, _: int) -> Pieces:
    return ((row.event, "" if row.link in _TROUBLED else FAINT),)


_TROUBLED = frozenset({LinkState.OFFLINE, LinkState.REFUSED})
