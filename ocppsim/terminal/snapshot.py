"""What a fleet looks like at an instant: a frozen row for a station, and the totals.

Reads boards and statistics and asks nobody; knows nothing of how it will be shown.
"""

from enum import Enum, auto

from ocppsim.actors.board import Board, ConnectorView
from ocppsim.actors.fleet import Fleet
from ocppsim.actors.runtime import Condition, Crash, Statistics
from ocppsim.actors.station import Station
from ocppsim.model.connector import Status
from ocppsim.model.registration import Standing
from ocppsim.terminal.words import printable
from ocppsim.values import frozen


class LinkState(Enum):
    """What a station is doing about its connection, or why it does nothing."""

    ONLINE = auto()
    DIALLING = auto()  # the first try is under way
    OFFLINE = auto()
    REFUSED = auto()  # trying again cannot help
    RESTARTING = auto()  # between two lives
    STOPPED = auto()
    GAVE_UP = auto()


DOWN = frozenset({LinkState.RESTARTING, LinkState.STOPPED, LinkState.GAVE_UP})
"""The station itself is not running: its connectors show nothing."""


@frozen
class Connector:
    """`status` is None while the station is down."""

    status: Status | None
    power_w: float = 0.0


@frozen
class Row:
    """One station. `event` is the last thing worth knowing: what is wrong, if something is."""

    station: str
    link: LinkState
    standing: Standing
    connectors: tuple[Connector, ...]
    energy_wh: float
    soc: float | None  # 0 to 1, of the EVs that are here on average
    sessions: int  # delivered to the central system
    calls: int
    round_trip_s: float | None  # of the last CALL
    restarts: int
    event: str

    @property
    def power_w(self) -> float:
        return sum(connector.power_w for connector in self.connectors)


def row_of(fleet: Fleet, station: Station) -> Row:
    board, tally = station.board, station.board.tally
    statistics = station.context.station.statistics()
    link = _link(fleet, board, statistics)
    down = link in DOWN
    views = station.views()
    charged = [view.soc for view in views if view.soc is not None]
    return Row(
        station=printable(station.id),
        link=link,
        standing=board.registration.standing,
        connectors=tuple(
            Connector(None) if down else Connector(view.status, view.power.power_w) for view in views
        ),
        energy_wh=sum(map(energy_wh, views)),
        soc=sum(charged) / len(charged) if charged and not down else None,
        sessions=tally.sessions_delivered,
        calls=tally.calls,
        round_trip_s=tally.last_round_trip_s if tally.calls else None,
        restarts=restarts(statistics),
        event=printable(_event(fleet, board, link, statistics)),
    )


def energy_wh(view: ConnectorView) -> float:
    """Delivered so far, the session that runs included."""
    running_wh = view.register_wh - view.session.start_wh if view.session is not None else 0.0
    return view.energy_delivered_wh + running_wh


def _link(fleet: Fleet, board: Board, statistics: Statistics) -> LinkState:
    if board.station in fleet.failed:
        return LinkState.GAVE_UP
    if statistics.condition is Condition.RESTING:
        return LinkState.RESTARTING
    if statistics.condition is Condition.GONE:
        return LinkState.STOPPED
    if board.link.online:
        return LinkState.ONLINE
    if board.link.permanent:
        return LinkState.REFUSED
    return LinkState.OFFLINE if board.link.trouble else LinkState.DIALLING


def _event(fleet: Fleet, board: Board, link: LinkState, statistics: Statistics) -> str:
    end = statistics.last_exit
    if link is LinkState.GAVE_UP:
        return fleet.failed[board.station]
    if link is LinkState.RESTARTING and end is not None:
        return f"crashed: {end.reason}" if isinstance(end, Crash) else end.reason
    if link in (LinkState.OFFLINE, LinkState.REFUSED):
        tries = f" ({board.link.tries} tries)" if board.link.tries > 1 else ""
        return board.link.trouble + tries
    return board.last_event


def restarts(statistics: Statistics) -> int:
    return max(statistics.lives - 1, 0)


# -- order


def by_attention(fleet: Fleet) -> list[Station]:
    """Those first that somebody should look at; otherwise in the order they came."""
    return sorted(fleet.stations.values(), key=lambda station: _calm(fleet, station))


def _calm(fleet: Fleet, station: Station) -> int:
    link = _link(fleet, station.board, station.context.station.statistics())
    if link in _CALM:
        return _CALM[link]
    if not station.board.registration.accepted:
        return 4
    faulted = any(view.status is Status.FAULTED for view in station.board.connectors.values())
    return 5 if faulted else 6


_CALM = {
    LinkState.GAVE_UP: 0,
    LinkState.REFUSED: 1,
    LinkState.OFFLINE: 2,
    LinkState.RESTARTING: 3,
    LinkState.DIALLING: 4,
    LinkState.STOPPED: 7,
}
