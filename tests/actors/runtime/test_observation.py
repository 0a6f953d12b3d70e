"""What can be seen of actors from outside."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.runtime import (
    Condition,
    Crash,
    LifeEnded,
    Policy,
    Restart,
    Statistics,
    Stop,
    System,
    open_system,
)
from tests.actors.runtime.talk import Boom, Leave, Level, Note, Recorder, link


async def test_watchers_get_the_end_of_each_life(system: System, autojump_clock: MockClock) -> None:
    first: list[LifeEnded] = []
    second: list[LifeEnded] = []
    system.watchers += [first.append, second.append]
    me = link(system, Recorder(), Policy(backoff=lambda _: 3.0))
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        for message in (Leave(Restart("reset", after=60)), Boom(), Leave(Stop("operator"))):
            me.tell(message)
    assert first == second
    crash = first[1].exit
    assert isinstance(crash, Crash)
    assert crash.reason == "ValueError: boom"
    assert first == [
        LifeEnded("link", 1, Restart("reset", after=60), 60),
        LifeEnded("link", 2, crash, 3.0),
        LifeEnded("link", 3, Stop("operator"), None),
    ]


async def test_statistics_are_a_frozen_look(system: System, autojump_clock: MockClock) -> None:
    me = link(system, Recorder())
    assert me.statistics() == Statistics("link", Condition.IDLE, 0, 0, None, 0, 0)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        for text in "abc":
            me.tell(Note(text))
        assert me.statistics() == Statistics("link", Condition.ALIVE, 0, 0, None, 3, 3)
        me.tell(Boom())
        me.tell(Leave(Restart("reset", after=60)))
        await trio.sleep(1)
        me.tell(Note("d"))
        reset = Restart("reset", after=60)
        assert me.statistics() == Statistics("link", Condition.RESTING, 2, 1, reset, 1, 5)
        await trio.sleep(60)
        assert me.statistics() == Statistics("link", Condition.ALIVE, 3, 1, reset, 0, 5)
        me.end(Stop("operator"))
    assert me.statistics() == Statistics("link", Condition.GONE, 3, 1, Stop("operator"), 0, 5)


async def test_tells_to_an_actor_that_does_not_run_are_dropped_and_counted(system: System) -> None:
    body = Recorder()
    me = link(system, body)
    me.tell(Note("too early"))
    me.tell(Level(1))
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        me.tell(Leave(Stop()))
        me.tell(Note("left behind"))
    me.tell(Note("too late"))
    assert (body.notes, me.statistics().waiting) == ([], 0)
    assert system.counters.dead_letters == 4


async def test_system_counts_and_keeps_the_last_errors(system: System) -> None:
    me = link(system, Recorder(), Policy(crashes=1000), size=1000)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        for number in range(150):
            me.tell(Boom(str(number)))
        me.tell(Leave(Stop()))
    assert (system.counters.crashes, system.counters.lives) == (150, 151)
    assert [str(error) for _, error in system.errors] == [str(number) for number in range(50, 150)]


async def test_task_bears_the_name_of_its_actor(system: System, nursery: trio.Nursery) -> None:
    link(system, Recorder()).start_in(nursery)
    assert [task.name for task in nursery.child_tasks] == ["link"]


async def test_producer_at_the_edge_waits_for_room(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """Also while the actor rests: nothing overflows, nothing is lost."""
    body = Recorder()
    me = link(system, body, size=8)
    me.start_in(nursery)

    async def produce() -> None:
        for number in range(50):
            await me.room()
            me.tell(Note(str(number)))

    me.tell(Leave(Restart("reset", after=60)))
    nursery.start_soon(produce)
    await trio.sleep(30)
    assert me.statistics().waiting == 5
    await trio.sleep(60)
    assert body.notes == [Note(str(number)) for number in range(50)]
    assert (system.counters.overflows, body.births) == (0, 2)


async def test_producer_that_waits_for_room_is_let_go_when_the_actor_ends(system: System) -> None:
    with trio.fail_after(100):
        async with trio.open_nursery() as nursery, trio.open_nursery() as parent:
            me = link(system, Recorder(), size=2)
            me.start_in(parent)
            me.tell(Leave(Restart("reset", after=1000)))
            await wait_all_tasks_blocked()
            for text in "ab":
                me.tell(Note(text))
            nursery.start_soon(me.room)
            await wait_all_tasks_blocked()
            assert nursery.child_tasks, "there is no room yet"
            parent.cancel_scope.cancel()


async def test_state_messages_keep_the_newest_of_each_topic(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body, size=3)
    me.start_in(nursery)
    me.tell(Note("first"))
    for value in range(100):
        me.tell(Level(value, "limit"))
        me.tell(Level(-value, "demand"))
    await wait_all_tasks_blocked()
    assert body.notes == [Note("first"), Level(99, "limit"), Level(-99, "demand")]
    assert (system.counters.overflows, body.births) == (0, 1)


async def test_state_survives_an_overflow_and_a_crash(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body, size=2)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    me.tell(Level(1))
    me.tell(Boom())
    me.tell(Note("overflow"))
    me.tell(Level(2))
    await wait_all_tasks_blocked()
    assert Level(2) in body.notes
    me.tell(Level(3))
    await wait_all_tasks_blocked()
    assert body.notes[-1] == Level(3)


async def test_failing_timer_ends_the_system_loudly() -> None:
    def fail() -> None:
        raise ValueError("boom")

    with pytest.RaisesGroup(ValueError):
        async with open_system() as system:
            system.timers.at(trio.current_time(), fail)
            await trio.sleep_forever()
