"""What the stations of a fleet go through, said to `logging`: their ups and downs, and frames at debug."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from attrs import define, field

from ocppsim import clock
from ocppsim.actors.board import Board
from ocppsim.actors.fleet import Fleet
from ocppsim.actors.runtime import Crash, LifeEnded, Restart
from ocppsim.actors.station import Station
from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.terminal.happenings import Level, Look, news

log = logging.getLogger(__name__)

_LEVELS: Mapping[Level, int] = {
    Level.PLAIN: logging.INFO,
    Level.GOOD: logging.INFO,
    Level.WARNING: logging.WARNING,
    Level.BAD: logging.ERROR,
}


@define(eq=False)
class _Chronicler:
    """Called by those whom it happens to."""

    fleet: Fleet
    frames: bool = False  # are heard
    _looks: dict[str, Look] = field(factory=dict)

    def listen(self) -> None:
        """To frames where they are written, at level debug, and else not."""
        wanted = log.isEnabledFor(logging.DEBUG)
        if wanted and not self.frames:
            self.fleet.listeners.append(self.heard)
        elif self.frames and not wanted:
            self.fleet.listeners.remove(self.heard)
        self.frames = wanted

    def attend(self, station: Station) -> None:
        self._looks[station.id] = Look()
        station.board.watchers.append(self.changed)
        station.context.tracer.note_listeners.append(self.noted)

    def changed(self, board: Board) -> None:
        """Most changes are of a tally, and nothing to tell: those cost a comparison."""
        before = self._looks[board.station]
        if (
            board.link is before.link
            and board.registration.standing is before.standing
            and board.refusal == before.refusal
            and board.connectors == before.connectors
        ):
            return
        now = self._looks[board.station] = Look.at(board)
        for text, level in news(before, now, clock.now()):
            _say(_LEVELS[level], board.station, text)

    def noted(self, entry: TraceEntry) -> None:
        if entry.violation:
            _say(logging.WARNING, entry.station, f"violation by the central system: {entry.violation}")
        else:
            _say(logging.INFO, entry.station, entry.text)

    def heard(self, entry: TraceEntry) -> None:
        if entry.way is not Way.NOTE:
            _say(logging.DEBUG, entry.station, f"{entry.way.value} {entry.text}")

    def ended(self, event: LifeEnded) -> None:
        again = "" if event.pause is None else f", up again in {event.pause:g} s"
        match event.exit:
            case Crash() as crash if event.pause is None:
                _say(logging.CRITICAL, event.actor, f"gave up: {crash.reason}")
            case Crash() as crash:
                _say(logging.ERROR, event.actor, f"crashed: {crash.reason}{again}")
            case Restart(reason) if event.actor in self.fleet.stations:
                _say(logging.WARNING, event.actor, f"{reason}{again}")
            case _:
                pass


def _say(level: int, who: str, text: str) -> None:
    log.log(level, "%s", text, extra={"station": who})


@contextmanager
def log_fleet(fleet: Fleet) -> Iterator[Callable[[], None]]:
    """Log what happens to the stations of a fleet, also to those that come later.

    Frames are listened to only where they are written: at level debug. What this yields is to be called when
    the level has changed.
    """
    chronicler = _Chronicler(fleet)
    chronicler.listen()
    fleet.system.watchers.append(chronicler.ended)
    fleet.newcomers.append(chronicler.attend)
    for station in fleet.stations.values():
        chronicler.attend(station)
    try:
        yield chronicler.listen
    finally:
        if chronicler.frames:
            fleet.listeners.remove(chronicler.heard)
        fleet.system.watchers.remove(chronicler.ended)
        fleet.newcomers.remove(chronicler.attend)
        for station in fleet.stations.values():
            station.board.watchers.remove(chronicler.changed)
            station.context.tracer.note_listeners.remove(chronicler.noted)
