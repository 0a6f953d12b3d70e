"""Reading files anew and bringing the run to what they say: one place for whoever wants it done.

What is to be done is found by pure functions (`config.changes`, `config.following`); here it is done, by way
of a `Stage`. Files that cannot be used change nothing.
"""

import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import trio
from attrs import define, evolve, field

from ocppsim import chance, clock
from ocppsim.config.changes import Adjust, Change, Plans, Restart, Start, Stop, applied, changes
from ocppsim.config.following import left_behind
from ocppsim.config.identity import station_id
from ocppsim.config.loading import Loaded, MakePlan
from ocppsim.config.pacing import pauses
from ocppsim.config.problems import ConfigurationError, Remark, Stamp
from ocppsim.config.simulator import SimulatorConfiguration
from ocppsim.config.stations import Plan, Source
from ocppsim.reloading import words
from ocppsim.values import frozen

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 20
"""Stations that are planned, or adjusted, without letting others run."""


class Stage(Protocol):
    """Where stations live. ValueError for what no check has found."""

    def launch(self, plan: Plan) -> None:
        """Switch it on, also one that was stopped."""

    def relaunch(self, plan: Plan) -> None:
        """Make it another station, by a restart."""

    def adjust(self, plan: Plan) -> None:
        """Nothing of it is new but where it connects to next, and who comes next."""

    async def retire(self, plans: Collection[Plan]) -> None:
        """Stop them in good order."""

    def follow(self, configuration: SimulatorConfiguration) -> None:
        """Take over what counts at once."""

    def show(self, plans: Plans) -> None:
        """These are the stations that run from now on."""


@frozen
class Outcome:
    """What became of an attempt: problems, or what was done, in words."""

    problems: tuple[Remark, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def taken(self) -> bool:
        return not self.problems


@define(eq=False)
class Reloader:
    """Knows what was read last, and which stations there are because of it."""

    loaded: Loaded
    load: Callable[[], Loaded]  # raises ConfigurationError; may take its time, and is called in a thread
    make: MakePlan
    stage: Stage
    seed: int
    tell: Callable[[Sequence[str]], None]
    plans: Plans = field(factory=dict)  # of all stations that run
    files: Mapping[Path, Stamp] = field(init=False)  # those that matter, as they were when they were read
    _first: SimulatorConfiguration = field(init=False)  # that the run began with
    _lock: trio.Lock = field(factory=trio.Lock)
    _times: int = 0

    def __attrs_post_init__(self) -> None:
        self.files, self._first = self.loaded.files, self.loaded.configuration

    async def begin(self, plans: Sequence[Plan]) -> None:
        """Start the stations of the first reading. Raises ValueError for what no check has found."""
        async with self._lock:
            found = changes({}, {plan.specification.id: plan for plan in plans})
            self.plans = applied(found, {})
            if refused := await self._carry_out(found):
                raise ValueError("; ".join(refused))

    async def reload(self) -> Outcome:
        """Read everything, and do what follows from it; returns when all is under way."""
        async with self._lock:
            before = self.loaded
            try:
                self.loaded = await _elsewhere(self.load)
            except ConfigurationError as error:
                self.files = error.files  # once those are right, all others are read again
                lines = tuple(f"not reloaded: {one}" for one in error.problems)
                self._say(logging.ERROR, lines)
                return Outcome(error.problems, lines)
            self.files = self.loaded.files
            return Outcome(lines=await self._follow(before))

    def _say(self, level: int, lines: Sequence[str]) -> None:
        for line in lines:
            log.log(level, "%s", line)
        if lines:
            self.tell(lines)

    async def _follow(self, before: Loaded) -> tuple[str, ...]:
        """Bring the run to what was read; what there is to say of it."""
        found = await _elsewhere(partial(changes, self.plans, await self._wanted(before)))
        behind = left_behind(self._first, self.loaded.configuration)
        lines = [words.done(found, behind)]
        self._say(logging.INFO, lines)
        notices = [f"note: {one}" for one in self.loaded.notices if one not in before.notices]
        self._say(logging.WARNING, notices)
        self.stage.follow(self.loaded.configuration)
        refused = await self._carry_out(found)
        self.stage.show(self.plans)
        self._say(logging.ERROR, refused)
        return (*lines, *notices, *refused)

    # -- what is wanted

    async def _wanted(self, before: Loaded) -> Plans:
        """The stations that are to run; those of which nothing has changed have the plan that they had."""
        around = self.loaded.around(self.seed)
        same = _unchanged(before, self.loaded) if before.around(self.seed) == around else frozenset()
        wanted: dict[str, Plan] = {}
        for number, (source, index) in enumerate(self.loaded.stations()):
            name = station_id(source.template, index, around.instance)
            old = self.plans.get(name)
            if old is None or not _is_of(old, source, index) or source.path not in same:
                plan = self.make(source, index, around)
                old = plan if old is None else evolve(plan, visits=old.visits)
            if old.auto_start:
                wanted[name] = old
            await _let_others_run(number)
        return wanted

    # -- what is done

    async def _carry_out(self, found: Sequence[Change]) -> list[str]:
        """Stops first, adjustments at once, the rest as fast as stations start; what cannot be, in words."""
        before = self.plans
        if stops := [change.plan for change in found if isinstance(change, Stop)]:
            await self.stage.retire(stops)
        self.plans = applied(found, before)
        refused = []
        slow = [change for change in found if isinstance(change, Restart | Start)]
        for number, change in enumerate(found):
            if isinstance(change, Adjust):
                self.stage.adjust(change.plan)
                await _let_others_run(number)
        for change, pause_s in zip(slow, self._pauses(len(slow)), strict=True):
            try:
                self._do(change)
            except ValueError as error:
                refused.append(str(error))
                self._stays(change.plan.specification.id, before)
            await trio.sleep(clock.wire(pause_s))
        return refused

    def _do(self, change: Restart | Start) -> None:
        if isinstance(change, Start):
            self.stage.launch(change.plan)
        else:
            self.stage.relaunch(change.plan)

    def _stays(self, name: str, before: Plans) -> None:
        """As it was."""
        plans = {other: plan for other, plan in self.plans.items() if other != name}
        self.plans = plans | {name: before[name]} if name in before else plans

    def _pauses(self, stations: int) -> Iterator[float]:
        """The first time as ever, later by other draws."""
        purpose = ("pace", self._times) if self._times else ("pace",)
        self._times += 1
        draw = chance.stream(self.seed, *purpose)
        return pauses(self.loaded.configuration.worker, stations, os.cpu_count() or 1, draw)


def _unchanged(before: Loaded, after: Loaded) -> frozenset[Path]:
    """The templates that are as they were, with their lists."""
    known = {source.path: source for source in before.sources}
    return frozenset(source.path for source in after.sources if known.get(source.path) == source)


async def _let_others_run(number: int) -> None:
    """After so many stations."""
    if number % AT_ONCE == 0:
        await trio.lowlevel.checkpoint()


def _is_of(plan: Plan, source: Source, index: int) -> bool:
    return plan.source is not None and plan.source.path == source.path and plan.index == index


async def _elsewhere(work: Callable[[], T]) -> T:
    """In a thread, for it may take a second; no thread follows a virtual clock."""
    if clock.is_virtual():
        await trio.lowlevel.checkpoint()
        return work()
    return await trio.to_thread.run_sync(work, abandon_on_cancel=True)
