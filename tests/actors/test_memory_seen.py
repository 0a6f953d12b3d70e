"""The connectors of a station, as its other parts see them in virtual time."""

from attrs import evolve
from trio.lowlevel import checkpoint
from trio.testing import MockClock

from ocppsim.actors.memory import Memory
from ocppsim.actors.runtime import open_system
from ocppsim.actors.store import Forgetful
from ocppsim.model.specification import Outlet, Specification

ONE = Specification("CS-1", outlets={1: Outlet()})
TWO = Specification("CS-1", outlets={1: Outlet(), 2: Outlet()})


async def test_a_change_is_seen_when_its_round_is_over(autojump_clock: MockClock) -> None:
    async with open_system(ordered=True) as system:
        memory = Memory.recall(ONE, Forgetful(), 0.0, 1, system.rounds)
        before = memory.connectors[1]
        after = evolve(before, register_wh=7.0)
        memory.commit(after)
        assert (memory.connectors[1], memory.seen[1]) == (after, before)
        await checkpoint()
        assert memory.seen[1] == after


async def test_what_a_refit_adds_is_seen_at_once(autojump_clock: MockClock) -> None:
    """The next life of the station looks for all its connectors."""
    async with open_system(ordered=True) as system:
        memory = Memory.recall(ONE, Forgetful(), 0.0, 1, system.rounds)
        memory.refit(TWO, 0.0)
        assert list(memory.seen) == [1, 2]


async def test_in_real_time_it_is_seen_at_once() -> None:
    async with open_system(ordered=False) as system:
        memory = Memory.recall(ONE, Forgetful(), 0.0, 1, system.rounds)
        memory.commit(evolve(memory.connectors[1], register_wh=7.0))
        assert memory.seen[1].register_wh == 7.0
