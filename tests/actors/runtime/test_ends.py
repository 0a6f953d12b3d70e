"""Lives that are ended from outside: by `end`, by a parent, and both at awkward moments."""

from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.runtime import (
    Actor,
    Condition,
    Exit,
    LifeEnded,
    NoAnswer,
    Restart,
    Stop,
    System,
    Tier,
    cause,
    open_system,
)
from tests.actors.runtime.talk import Echo, Leave, Note, Recorder, link


@pytest.fixture
async def ended(system: System) -> list[tuple[str, float | None]]:
    """Reason and pause of each life that has ended."""
    ends: list[tuple[str, float | None]] = []
    system.watchers.append(lambda event: ends.append((event.exit.reason, event.pause)))
    return ends


Ends = list[tuple[str, float | None]]


async def test_end_is_carried_out(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery, ended: Ends
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    me.end(Restart("reset", after=60))
    await trio.sleep(61)
    me.end(Stop("operator"))
    await wait_all_tasks_blocked()
    assert ended == [("reset", 60), ("operator", None)]
    assert (body.births, me.condition) == (2, Condition.GONE)


async def test_stop_during_the_pause_works_at_once(
    system: System, autojump_clock: MockClock, ended: Ends
) -> None:
    body = Recorder()
    me = link(system, body)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        me.tell(Leave(Restart("reset", after=60)))
        await trio.sleep(10)
        stopped = trio.current_time()
        me.end(Stop("operator"))
    assert trio.current_time() == stopped
    assert (body.births, ended) == (1, [("reset", 60), ("operator", None)])


async def test_restart_during_the_pause_begins_a_pause_of_its_own(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    me.tell(Leave(Restart("reset", after=60)))
    await trio.sleep(10)
    me.end(Restart("hurry", after=5))
    await trio.sleep(4.9)
    assert body.births == 1
    await trio.sleep(0.2)
    assert body.births == 2


async def test_ended_before_it_was_first_scheduled_it_does_nothing(system: System, ended: Ends) -> None:
    body = Recorder()
    me = link(system, body)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        me.tell(Note("never read"))
        me.end(Stop("changed my mind"))
    assert (body.births, me.life, me.condition) == (0, 0, Condition.GONE)
    assert ended == [("changed my mind", None)]
    assert system.counters.dead_letters == 1


async def test_restarted_before_it_was_first_scheduled_it_pauses_first(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    me.end(Restart("power cut", after=60))
    await trio.sleep(59)
    assert body.births == 0
    await trio.sleep(2)
    assert body.births == 1


async def test_end_of_an_actor_that_does_not_run_is_nothing(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body)
    me.end(Stop("too early"))
    me.start_in(nursery)
    me.tell(Leave(Stop()))
    await wait_all_tasks_blocked()
    me.end(Restart("too late"))
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    assert (body.births, me.condition) == (2, Condition.ALIVE)


async def test_stop_is_not_lost_when_the_body_wants_a_restart_at_the_same_moment(
    system: System, ended: Ends
) -> None:
    async def body(me: Actor[Any]) -> Exit:
        me.end(Stop("operator"))
        return Restart("reset", after=60)

    me: Actor[Any] = Actor(system, "a", Tier.LINK, body)
    await me.run()
    assert ended == [("reset", 60), ("operator", None)]
    assert me.condition is Condition.GONE


async def test_restart_is_not_lost_when_the_body_returns_nothing_at_the_same_moment(
    system: System, nursery: trio.Nursery
) -> None:
    births = 0

    async def body(me: Actor[Any]) -> None:
        nonlocal births
        births += 1
        if births == 1:
            me.end(Restart("reset"))
            return
        await trio.sleep_forever()

    me: Actor[Any] = Actor(system, "a", Tier.LINK, body)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    assert births == 2


async def test_stop_is_displaced_neither_by_a_restart_nor_by_an_overflow(
    system: System, nursery: trio.Nursery, ended: Ends
) -> None:
    me = link(system, Recorder(), size=1)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    me.end(Stop("operator"))
    me.end(Restart("reset"))
    for _ in range(3):
        me.tell(Note("too many"))
    await wait_all_tasks_blocked()
    assert ended == [("operator", None)]


# -- crash in clean-up


async def crash_in_cleanup(me: Actor[Any]) -> None:
    async def side() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("clean-up")

    if me.life > 1:
        await trio.sleep_forever()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(side)


async def test_crash_in_clean_up_is_counted_and_the_restart_is_kept(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery, ended: Ends
) -> None:
    me: Actor[Any] = Actor(system, "a", Tier.LINK, crash_in_cleanup)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    me.end(Restart("reset", after=60))
    await trio.sleep(59)
    assert ended == [("ValueError: clean-up", 0.0), ("reset", 60)]
    assert me.condition is Condition.RESTING
    await trio.sleep(2)
    assert (me.life, me.statistics().crashes) == (2, 1)


async def test_crash_in_clean_up_does_not_bring_back_what_was_stopped(system: System, ended: Ends) -> None:
    me: Actor[Any] = Actor(system, "a", Tier.LINK, crash_in_cleanup)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        await wait_all_tasks_blocked()
        me.end(Stop("operator"))
    assert ended == [("ValueError: clean-up", 0.0), ("operator", None)]
    assert me.life == 1


# -- cancelled from outside


async def test_outside_cancellation_is_not_a_crash(system: System, ended: Ends) -> None:
    body = Recorder()
    me = link(system, body)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        await wait_all_tasks_blocked()
        me.tell(Note("never read"))
        nursery.cancel_scope.cancel()
    assert (body.births, me.condition, ended) == (1, Condition.IDLE, [])
    assert me.statistics().crashes == 0
    assert (me.statistics().waiting, system.counters.dead_letters) == (0, 1)


async def test_outside_cancellation_during_a_pause_is_not_a_crash(
    system: System, autojump_clock: MockClock
) -> None:
    body = Recorder()
    me = link(system, body)
    with trio.move_on_after(10):
        async with trio.open_nursery() as nursery:
            me.start_in(nursery)
            me.tell(Leave(Restart("reset", after=60)))
    assert (body.births, me.condition) == (1, Condition.IDLE)


async def test_crash_in_clean_up_after_an_outside_cancellation_is_recorded(system: System) -> None:
    me: Actor[Any] = Actor(system, "a", Tier.LINK, crash_in_cleanup)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [cause(error) for _, error in system.errors] == ["ValueError: clean-up"]
    assert (me.life, me.condition, system.counters.crashes) == (1, Condition.IDLE, 1)


async def test_parent_that_fails_before_the_first_step_leaves_nothing_alive(system: System) -> None:
    body = Recorder()
    me = link(system, body)
    refused: list[str] = []

    async def ask() -> None:
        try:
            await me.ask(Echo("hello"))
        except NoAnswer as error:
            refused.append(str(error))

    async with trio.open_nursery() as askers:
        with pytest.RaisesGroup(OSError):
            async with trio.open_nursery() as nursery:
                me.start_in(nursery)
                askers.start_soon(ask)
                me.tell(Note("never read"))
                raise OSError
    assert (body.births, me.condition, refused) == (0, Condition.IDLE, ["link"])


async def test_run_cancelled_before_its_first_life_leaves_no_trace_of_an_earlier_one(system: System) -> None:
    me = link(system, Recorder())
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        me.tell(Leave(Stop()))
    with trio.CancelScope() as scope:
        scope.cancel()
        await me.run()
    assert (me.condition, me.life) == (Condition.IDLE, 1)


async def test_closed_nursery_leaves_the_actor_idle(system: System) -> None:
    me = link(system, Recorder())
    async with trio.open_nursery() as nursery:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        me.start_in(nursery)
    assert me.condition is Condition.IDLE


async def test_end_that_the_parent_forestalled_does_not_reach_a_later_run(
    system: System, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body)
    async with trio.open_nursery() as parent:
        me.start_in(parent)
        await wait_all_tasks_blocked()
        parent.cancel_scope.cancel()
        me.end(Stop("at the same moment"))
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    assert (body.births, me.condition) == (2, Condition.ALIVE)


@pytest.mark.parametrize("ordered", [False, True])
async def test_what_is_told_after_an_end_is_for_the_next_life(
    ordered: bool, autojump_clock: MockClock
) -> None:
    lives: list[tuple[int, Note]] = []

    async def body(me: Actor[Note]) -> None:
        async for message in me:
            assert isinstance(message, Note)
            lives.append((me.life, message))

    async with open_system(ordered=ordered) as system, trio.open_nursery() as nursery:
        me = Actor(system, "a", Tier.LINK, body)
        me.start_in(nursery)
        await wait_all_tasks_blocked()
        me.end(Restart("template changed"))
        me.tell(Note("new template"))
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert lives == [(2, Note("new template"))]


async def test_watcher_sees_what_follows(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    me = link(system, Recorder())
    seen: list[tuple[Condition, int]] = []

    def watch(_: LifeEnded) -> None:
        seen.append((me.condition, me.statistics().waiting))

    system.watchers.append(watch)
    me.start_in(nursery)
    for end in (Restart("at once"), Restart("later", after=1), Stop()):
        me.tell(Leave(end))
        me.tell(Note("one more"))
        await trio.sleep(2)
    assert seen == [(Condition.ALIVE, 1), (Condition.RESTING, 1), (Condition.GONE, 0)]


async def test_a_bug_during_cancellation_from_outside_is_counted_and_goes_no_further() -> None:
    """Whoever cancels a fleet does not get its errors instead."""

    async def body(me: Actor[object]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise ValueError("while being cancelled")

    async with open_system() as system:
        async with trio.open_nursery() as nursery:
            Actor(system, "a", Tier.LINK, body).start_in(nursery)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        assert system.counters.crashes == 1
        assert [name for name, _ in system.errors] == ["a"]
