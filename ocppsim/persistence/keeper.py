"""Writes the files of stations beside a run: lazily, in a thread, and never so that the run has to wait.

What must not be lost is in the journal before any file is written; with a late file nothing is lost but
what became of the generator since.
"""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from threading import Lock
from time import perf_counter
from typing import Any

import trio
from attrs import define, field

from ocppsim import clock
from ocppsim.actors.fleet import Fleet
from ocppsim.config.stations import Plan
from ocppsim.persistence.drawn import DRAWN, drawn
from ocppsim.persistence.shape import content
from ocppsim.persistence.shelf import Shelf
from ocppsim.persistence.snapshot import Snapshot, taken

log = logging.getLogger(__name__)

EACH_S = 5.0
"""Seconds of wire time between two looks at what has changed."""

SHARE = 0.05
"""No more than this part of the time goes into writing."""

FIRST_SHARE = 0.5
"""The same while stations have no file yet."""

AT_ONCE = 20
"""Files between two pauses."""

LOOKS = 100
"""Stations that are looked at without letting others run."""

LAST_WITHIN_S = 3.0
"""So long the last writes may hold up the end of a run."""


@define(eq=False)
class Keeper:
    """Knows which stations there are, and which of their files are not up to date."""

    fleet: Fleet
    shelf: Shelf
    tell: Callable[[str], None] = lambda _: None  # what people should see, besides the log
    trouble: str = ""  # why nothing is written; empty while all is well
    written: int = 0  # files
    _plans: dict[str, Plan] = field(factory=dict)
    _kept: dict[str, Snapshot] = field(factory=dict)
    _news: trio.Event = field(factory=trio.Event)
    _one_at_a_time: Lock = field(factory=Lock)  # a write that was abandoned may still go on

    def watch(self, plan: Plan) -> None:
        """The station of this plan has been added to the fleet, or begins anew after another template.

        To be called before it lives: what was drawn for it is in the journal before its first word.
        """
        name = plan.specification.id
        self.fleet.stations[name].context.memory.keep(DRAWN, drawn(plan))
        self._plans[name] = plan
        self._news.set()

    def forget(self, station: str) -> None:
        """It is no longer in the fleet; its file stays."""
        self._plans.pop(station, None)
        self._kept.pop(station, None)

    async def live(self) -> None:
        while True:
            with trio.move_on_after(clock.wire(EACH_S)):
                await self._news.wait()
            self._news = trio.Event()
            await self.write()

    async def write(self, *, hurry: bool = False) -> None:
        """All that is not up to date; in a hurry, without pauses."""
        found: list[Snapshot] = []
        names = sorted(self._plans, key=self._kept.__contains__)  # those that have no file yet go first
        for number, name in enumerate(names, 1):
            if (snapshot := self._stale(name)) is not None:
                found.append(snapshot)
            if len(found) == AT_ONCE or (found and number == len(names)):
                if not await self._store(found, hurry=hurry):
                    return  # the next time may go well
                found = []
            elif number % LOOKS == 0:
                await trio.lowlevel.checkpoint()

    def _stale(self, name: str) -> Snapshot | None:
        """The station as it is now, where its file is not."""
        plan, station = self._plans.get(name), self.fleet.stations.get(name)
        if plan is None or station is None:
            return None
        snapshot = taken(plan, station, self.fleet.drivers(name))
        return None if snapshot.same_as(self._kept.get(name)) else snapshot

    async def _store(self, snapshots: Sequence[Snapshot], *, hurry: bool) -> bool:
        """Whether all went well; then a pause."""
        began, virtual = perf_counter(), clock.is_virtual()
        if virtual:  # no thread follows that clock
            trouble = self._write(snapshots)
        else:
            # abandoned at the end of a run: a disk that hangs must not hold it up
            trouble = await trio.to_thread.run_sync(self._write, snapshots, abandon_on_cancel=True)
        took_s = perf_counter() - began
        if trouble:
            self._say(trouble)
            return False
        if self.trouble:
            self.trouble = ""
            log.info("files of stations are written again")
        share = SHARE if all(one.specification.id in self._kept for one in snapshots) else FIRST_SHARE
        there = (one for one in snapshots if one.specification.id in self._plans)
        self._kept |= {one.specification.id: one for one in there}
        self.written += len(snapshots)
        if hurry or virtual:
            await trio.lowlevel.checkpoint()
        else:
            await trio.sleep(clock.wire(took_s * (1 / share - 1)))
        return True

    def _write(self, snapshots: Sequence[Snapshot]) -> str:
        """In a thread; why it failed."""
        try:
            with self._one_at_a_time:
                for snapshot in snapshots:
                    if (made := _content(snapshot)) is not None:
                        self.shelf.write(snapshot.plan.hash_id, made)
        except OSError as error:
            return f"{self.shelf.folder}: {error.strerror or error}"
        return ""

    def _say(self, why: str) -> None:
        if not self.trouble:
            log.error("files of stations are not written: %s", why)
            self.tell(f"files of stations are not written: {why}")
        self.trouble = why

    async def finish(self) -> None:
        """The last writes, which wait for nobody for long."""
        with trio.CancelScope(shield=True) as patience:
            patience.deadline = trio.current_time() + clock.wire(LAST_WITHIN_S)
            await self.write(hurry=True)
        if patience.cancelled_caught:
            self._say("it took too long")


def _content(snapshot: Snapshot) -> dict[str, Any] | None:
    """None for a mistake of our own, which is said: it must not cost the run, nor the others their files."""
    try:
        return content(snapshot)
    except (LookupError, TypeError, ValueError, AssertionError):
        log.exception("the file of %s cannot be made", snapshot.specification.id)
        return None


@asynccontextmanager
async def keeping(
    fleet: Fleet, shelf: Shelf, tell: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Keeper]:
    """Keep the files of the stations that are watched up to date while the block runs, and at its end."""
    keeper = Keeper(fleet, shelf, tell)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keeper.live, name="station files")
            yield keeper
            nursery.cancel_scope.cancel()
    finally:
        await keeper.finish()
