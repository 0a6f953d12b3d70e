"""The generator: somebody who comes, plugs in, shows a tag, stays, shows it again, and leaves.

It has the inputs of a person and no others, so every rule of a station applies to it. It is a sibling of the
station: it goes on by itself after a reset or an outage, and looks before it acts.
"""

from collections.abc import Callable
from random import Random

import trio
from attrs import define, evolve, field

from ocppsim import clock
from ocppsim.actors.board import Board, ConnectorView
from ocppsim.actors.runtime import Actor, Exit, Stop
from ocppsim.actors.world import World
from ocppsim.model.connector import Status
from ocppsim.model.habits import Distribution, Habits, Visitor
from ocppsim.model.inputs import Verdict
from ocppsim.model.session import StopReason
from ocppsim.model.visits import Visits

__all__ = ["Distribution", "Driver", "Habits"]

NO_TAG = "00000000"
"""The tag of those who have none."""

PATIENCE_S = 120.0
"""How long somebody waits for a session to begin, or for the station to come back, before looking again."""

_RUNNING = frozenset({Status.CHARGING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE})


@define(eq=False)
class Driver:
    """The people at one connector. Draws and counts outlive the generator's lives."""

    station_index: int
    number: int
    world: World
    board: Board
    habits: Habits
    chance: Random
    admitted_offline: Callable[[str], bool]  # whether the station would take a tag while offline
    record: Visits = field(factory=Visits)  # those of earlier processes included
    leaving: bool = False  # finish what runs, begin nothing more
    _visits: int = 0

    async def live(self, me: Actor[None]) -> Exit | None:
        del me  # nobody tells a generator anything
        until = self._begin()
        try:
            while clock.now() < until and not self.leaving:
                await trio.sleep(self.chance.randint(self.habits.least_delay_s, self.habits.most_delay_s))
                if self.chance.random() >= self.habits.probability:
                    self._count("skipped", "skipped_in_a_row")
                    continue
                self.record = evolve(self.record, skipped_in_a_row=0)
                tag = self._tag()
                if await self._free(tag):
                    await self._visit(tag)
        finally:
            self.record = evolve(self.record, running=False, ended_at=clock.now())
        return Stop("left" if self.leaving else "time over")

    def _begin(self) -> float:
        """When the last one may come: as an earlier process had it, where that is wanted and known."""
        now, known = clock.now(), self.record.until
        until = known if self.habits.counts_on and known is not None else now + self.habits.stop_after_s
        self.record = evolve(self.record, running=True, began_at=now, until=until, ended_at=None)
        return until

    def _count(self, *what: str) -> None:
        self.record = evolve(self.record, **{name: getattr(self.record, name) + 1 for name in what})

    async def _free(self, tag: str) -> bool:
        """Wait for a connector that will take the tag; not for ever, since plans change."""
        with trio.move_on_after(PATIENCE_S) as patience:
            await self.board.until(lambda board: self.leaving or self._available(board, tag))
        return not self.leaving and not patience.cancelled_caught

    def _available(self, board: Board, tag: str) -> bool:
        view = board.connectors.get(self.number)
        if view is None or view.status is not Status.AVAILABLE or not board.registration.accepted:
            return False
        return board.online or (not self.habits.online_only and self.admitted_offline(tag))

    async def _visit(self, tag: str) -> None:
        habits, visitor = self.habits, self._visitor()
        self.world.plug(
            self.number, visitor.vehicle, round(self.chance.uniform(visitor.least_soc, visitor.most_soc), 3)
        )
        stay_s = self.chance.randint(habits.least_stay_s, habits.most_stay_s)
        try:
            if await self._begun(tag):
                self._count("started", *(("asked", "admitted") if habits.ask_first else ()))
                await self._stay(stay_s, tag)
                await self._linger(habits.linger_s)
            else:
                self._count(*(("asked", "turned_away") if habits.ask_first else ("refused",)))
            await self.world.fetch_cable(self.number)
        finally:
            self.world.unplug(self.number)

    async def _begun(self, tag: str) -> bool:
        """Plug in first, then show the tag, then see whether it charges."""
        with trio.move_on_after(PATIENCE_S):
            await self.board.until(lambda board: board.status(self.number) is Status.PREPARING)
            show = self.world.present if self.habits.ask_first else self.world.start
            if await show(self.number, tag) is not Verdict.ACCEPTED:
                return False
            await self.board.until(self._settled)
        return self._seen.status in _RUNNING

    @property
    def _seen(self) -> ConnectorView:
        return self.board.seen.connectors[self.number]

    def _settled(self, board: Board) -> bool:
        view = board.connectors[self.number]
        return not view.busy or view.status in _RUNNING or self.leaving

    async def _stay(self, stay_s: float, tag: str) -> None:
        """Until the time is over or the session ended without us."""
        with trio.move_on_after(stay_s):
            await self.board.until(self._over)
        session = self._seen.session
        if session is not None and session.tag == tag:
            self._count("stopped")
            await self.world.present(self.number, tag)
            with trio.move_on_after(PATIENCE_S):
                await self.board.until(lambda board: board.connectors[self.number].session is None)
            self._count("held" if self._seen.session is not None else "ended")
        refused = self._seen.last_reason is StopReason.DEAUTHORIZED
        self._count("refused" if refused else "charged")
        self.record = evolve(self.record, last_at=clock.now())

    async def _linger(self, seconds: float) -> None:
        """The session is over, and the EV stands there."""
        if seconds > 0:
            with trio.move_on_after(seconds):
                await self.board.until(lambda _: self.leaving)

    def _over(self, board: Board) -> bool:
        """Whether there is no reason to stay."""
        cut_off = self.habits.online_only and not board.online
        return self.leaving or cut_off or board.connectors[self.number].session is None

    def _visitor(self) -> Visitor:
        """The one who comes; where there is no choice, nothing is drawn."""
        habits = self.habits
        if not habits.visitors:
            return Visitor(habits.vehicle, 1.0, habits.least_soc, habits.most_soc)
        weights = [visitor.weight for visitor in habits.visitors]
        return self.chance.choices(habits.visitors, weights)[0]

    def leave(self) -> None:
        """Begin nothing more and end what runs."""
        self.leaving = True
        self.board.changed()

    def _tag(self) -> str:
        tags = self.habits.tags
        self._visits += 1
        if not tags:
            return NO_TAG
        match self.habits.distribution:
            case Distribution.RANDOM:
                return self.chance.choice(tags)
            case Distribution.CONNECTOR_AFFINITY:
                return tags[(self.station_index - 1 + self.number - 1) % len(tags)]
            case Distribution.ROUND_ROBIN:
                return tags[(self.station_index - 1 + self.number - 1 + self._visits - 1) % len(tags)]
