"""Hears what happens in a fleet, from its boards, its traces and the ends of lives."""

from attrs import define, field

from ocppsim import clock
from ocppsim.actors.board import Board
from ocppsim.actors.fleet import Fleet
from ocppsim.actors.runtime import Crash, LifeEnded, Restart
from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.terminal import words
from ocppsim.terminal.happenings import Happening, Level, Look, news

CROWD = 50
"""Of more stations than this only those that give up are heard: the rest would be noise, and cost time."""


@define(eq=False)
class Ear:
    """Called by those whom it happens to, it only takes notes; `attend` now and then, for new stations."""

    fleet: Fleet
    expected: int = 0  # how many stations there will be, where somebody knows
    _heard: list[Happening] = field(factory=list)
    _looks: dict[str, Look] = field(factory=dict)
    _attentive: bool = False

    @property
    def crowded(self) -> bool:
        return max(len(self.fleet.stations), self.expected) > CROWD

    def open(self) -> None:
        self.fleet.system.watchers.append(self._life_ended)
        self.attend()

    def close(self) -> None:
        self.fleet.system.watchers.remove(self._life_ended)
        if self._attentive:
            self._look_away()

    def take(self) -> list[Happening]:
        """What was heard since the last time."""
        heard, self._heard = self._heard, []
        return heard

    def attend(self) -> None:
        """Watch the stations that are new."""
        if self.crowded:
            if self._attentive:
                self._look_away()
            return
        if not self._attentive:
            self._attentive = True
            self.fleet.listeners.append(self._traced)
        for station in self.fleet.stations.values():
            if station.id not in self._looks:
                self._watch(station.board)

    def _watch(self, board: Board) -> None:
        self._looks[board.station] = Look()
        board.watchers.append(self._changed)
        self._changed(board)

    def _look_away(self) -> None:
        self._attentive = False
        self.fleet.listeners.remove(self._traced)
        for name in self._looks:
            self.fleet.stations[name].board.watchers.remove(self._changed)
        self._looks.clear()

    # -- called by others

    def _changed(self, board: Board) -> None:
        before, now = self._looks[board.station], Look.at(board)
        self._looks[board.station] = now
        at = clock.now()
        for text, level in news(before, now, at):
            self._hear(board.station, text, level)

    def _traced(self, entry: TraceEntry) -> None:
        if entry.station not in self._looks and (new := self.fleet.stations.get(entry.station)) is not None:
            self._watch(new.board)  # before the next look around, whole sessions may have come and gone
        if entry.violation:
            self._hear(entry.station, f"violation by the central system: {entry.violation}", Level.WARNING)
        elif entry.way is Way.NOTE:
            self._hear(entry.station, entry.text, Level.WARNING)

    def _life_ended(self, event: LifeEnded) -> None:
        if event.actor not in self.fleet.stations:
            if isinstance(event.exit, Crash) and not self.crowded:
                self._hear(event.actor, f"crashed: {event.exit.reason}", Level.BAD)
            return
        match event.exit:
            case Crash() as crash if event.pause is None:
                self._hear(event.actor, f"gave up: {crash.reason}", Level.BAD)
            case Crash() as crash if not self.crowded:
                self._hear(event.actor, f"crashed: {crash.reason}{_again(event.pause)}", Level.BAD)
            case Restart(reason) if not self.crowded:
                self._hear(event.actor, f"{reason}{_again(event.pause)}", Level.WARNING)

    def _hear(self, who: str, text: str, level: Level) -> None:
        self._heard.append(Happening(clock.now(), who, words.printable(text), level))


def _again(pause_s: float | None) -> str:
    return f", up again in {pause_s:g} s" if pause_s is not None else ""
