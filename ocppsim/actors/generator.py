"""The generator: somebody who comes, plugs in, shows a tag, stays, shows it again, and leaves.

It has the inputs of a person and no others, so every rule of a station applies to it. It is a sibling of the
station: it goes on by itself after a reset or an outage, and looks before it acts.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from random import Random

import trio
from attrs import Attribute, define, field, frozen

from ocppsim.actors.board import Board
from ocppsim.actors.runtime import Actor, Exit, Stop
from ocppsim.actors.world import World
from ocppsim.model.connector import Status
from ocppsim.model.inputs import Verdict
from ocppsim.model.vehicle import Vehicle

NO_TAG = "00000000"
"""The tag of those who have none."""

PATIENCE_S = 120.0
"""How long somebody waits for a session to begin, or for the station to come back, before looking again."""

_RUNNING = frozenset({Status.CHARGING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE})


class Distribution(Enum):
    """How tags are dealt out."""

    ROUND_ROBIN = "round-robin"
    RANDOM = "random"
    CONNECTOR_AFFINITY = "connector-affinity"


@frozen
class Habits:
    """Bounds in whole seconds. `stop_after_s` counts from the start of the generator."""

    least_delay_s: int = 15
    most_delay_s: int = field(default=30)
    least_stay_s: int = 60
    most_stay_s: int = field(default=120)
    probability: float = 1.0
    stop_after_s: float = 900.0
    tags: Sequence[str] = ()
    distribution: Distribution = Distribution.ROUND_ROBIN
    vehicle: Vehicle = field(factory=Vehicle)
    least_soc: float = 0.1
    most_soc: float = 0.6

    @most_delay_s.validator
    def _delays(self, _: "Attribute[int]", value: int) -> None:
        if not 0 <= self.least_delay_s <= value:
            raise ValueError(f"delays must be 0 <= least <= most, not {self.least_delay_s} and {value}")

    @most_stay_s.validator
    def _stays(self, _: "Attribute[int]", value: int) -> None:
        if not 0 <= self.least_stay_s <= value:
            raise ValueError(f"stays must be 0 <= least <= most, not {self.least_stay_s} and {value}")


@define
class GeneratorCount:
    """What became of the attempts."""

    started: int = 0
    refused: int = 0
    skipped: int = 0


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
    count: GeneratorCount = field(factory=GeneratorCount)
    leaving: bool = False  # finish what runs, begin nothing more
    _visits: int = 0

    async def live(self, me: Actor[None]) -> Exit | None:
        del me  # nobody tells a generator anything
        until = trio.current_time() + self.habits.stop_after_s
        while trio.current_time() < until and not self.leaving:
            await trio.sleep(self.chance.randint(self.habits.least_delay_s, self.habits.most_delay_s))
            if self.chance.random() >= self.habits.probability:
                self.count.skipped += 1
                continue
            tag = self._tag()
            if await self._free(tag):
                await self._visit(tag)
        return Stop("left" if self.leaving else "time over")

    async def _free(self, tag: str) -> bool:
        """Wait for a connector that will take the tag; not for ever, since plans change."""
        with trio.move_on_after(PATIENCE_S):
            await self.board.until(lambda board: self.leaving or self._available(board, tag))
        return not self.leaving and self._available(self.board, tag)

    def _available(self, board: Board, tag: str) -> bool:
        view = board.connectors.get(self.number)
        if view is None or view.status is not Status.AVAILABLE or not board.registration.accepted:
            return False
        return board.online or self.admitted_offline(tag)

    async def _visit(self, tag: str) -> None:
        habits = self.habits
        self.world.plug(
            self.number, habits.vehicle, round(self.chance.uniform(habits.least_soc, habits.most_soc), 3)
        )
        stay_s = self.chance.randint(habits.least_stay_s, habits.most_stay_s)
        try:
            if await self._begun(tag):
                self.count.started += 1
                await self._stay(stay_s, tag)
            else:
                self.count.refused += 1
        finally:
            self.world.unplug(self.number)

    async def _begun(self, tag: str) -> bool:
        """Plug in first, then show the tag, then see whether it charges."""
        with trio.move_on_after(PATIENCE_S):
            await self.board.until(lambda board: board.status(self.number) is Status.PREPARING)
            if await self.world.present(self.number, tag) is not Verdict.ACCEPTED:
                return False
            await self.board.until(self._settled)
        return self.board.status(self.number) in _RUNNING

    def _settled(self, board: Board) -> bool:
        view = board.connectors[self.number]
        return not view.busy or view.status in _RUNNING or self.leaving

    async def _stay(self, stay_s: float, tag: str) -> None:
        """Until the time is over or the session ended without us."""
        with trio.move_on_after(stay_s):
            await self.board.until(
                lambda board: self.leaving or board.connectors[self.number].session is None
            )
        session = self.board.connectors[self.number].session
        if session is not None and session.tag == tag:
            await self.world.present(self.number, tag)
            with trio.move_on_after(PATIENCE_S):
                await self.board.until(lambda board: board.connectors[self.number].session is None)

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
