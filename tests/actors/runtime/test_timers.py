"""Timers: when and in which order they fire, how they are cancelled, and the life they belong to."""

from functools import partial
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.runtime import Actor, Policy, Restart, Stop, System, Tier, Timers
from tests.actors.runtime.talk import Boom, Leave, Level, Note, Recorder, Talk, link


@pytest.fixture
async def timers(nursery: trio.Nursery) -> Timers:
    timers = Timers()
    nursery.start_soon(timers.run)
    return timers


async def test_timers_fire_at_their_deadlines(timers: Timers, autojump_clock: MockClock) -> None:
    began = trio.current_time()
    fired: list[tuple[str, float]] = []

    def fire(name: str) -> None:
        fired.append((name, trio.current_time() - began))

    for name, seconds in (("late", 30.0), ("early", 10.0), ("past", -1.0), ("middle", 20.0)):
        timers.at(began + seconds, partial(fire, name))
    await trio.sleep(31)
    assert fired == [("past", 0.0), ("early", 10.0), ("middle", 20.0), ("late", 30.0)]
    assert len(timers) == 0


async def test_timers_of_one_instant_fire_by_owner_then_in_the_order_of_setting(
    timers: Timers, autojump_clock: MockClock
) -> None:
    fired: list[str] = []
    for owner in ("b1", "a1", "b2", "a2"):
        timers.at(trio.current_time() + 1, partial(fired.append, owner), owner[0])
    await trio.sleep(2)
    assert fired == ["a1", "a2", "b1", "b2"]


async def test_timer_set_by_a_timer_for_now_fires_now(timers: Timers, autojump_clock: MockClock) -> None:
    fired: list[float] = []

    def again() -> None:
        fired.append(trio.current_time())
        if len(fired) < 3:
            timers.at(trio.current_time(), again)

    timers.at(trio.current_time() + 1, again)
    await trio.sleep(2)
    assert len(fired) == 3
    assert len(set(fired)) == 1


async def test_cancelled_timer_does_not_fire(timers: Timers, autojump_clock: MockClock) -> None:
    fired: list[str] = []
    first = timers.at(trio.current_time() + 1, lambda: fired.append("first"))
    timers.at(trio.current_time() + 2, lambda: fired.append("second"))
    first.cancel()
    first.cancel()
    assert len(timers) == 1
    await trio.sleep(3)
    assert fired == ["second"]
    assert len(timers) == 0


async def test_cancelling_a_timer_that_has_fired_is_nothing(
    timers: Timers, autojump_clock: MockClock
) -> None:
    timer = timers.at(trio.current_time(), lambda: None)
    await trio.sleep(1)
    timer.cancel()
    assert len(timers) == 0


def test_cancelled_timers_are_swept_out() -> None:
    """Most deadlines of asks are cancelled long before they pass: they must not pile up until then."""
    timers = Timers()
    kept = timers.at(1e9, lambda: None)
    for number in range(10_000):
        timers.at(1e6 + number, lambda: None).cancel()
    assert len(timers) == 1
    assert len(timers._heap) < 300
    assert not kept.settled


async def test_sweeping_loses_none_and_keeps_the_order(timers: Timers, autojump_clock: MockClock) -> None:
    began = trio.current_time()
    fired: list[int] = []
    set_timers = [timers.at(began + n % 10, partial(fired.append, n), f"{n:04}") for n in range(1000)]
    for number, timer in enumerate(set_timers):
        if number % 3:
            timer.cancel()
    await trio.sleep(11)
    assert fired == sorted(range(0, 1000, 3), key=lambda number: (number % 10, number))
    assert len(timers) == len(timers._heap) == 0


# -- timers of a life


async def test_message_of_a_timer_arrives(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    me.after(10, Note("ten"))
    me.after(20, Note("never")).cancel()
    await trio.sleep(9)
    assert body.notes == []
    await trio.sleep(100)
    assert body.notes == [Note("ten")]


@pytest.mark.parametrize("end", [Boom(), Leave(Restart("reset")), Leave(Restart("reset", after=1))])
async def test_timer_never_reaches_a_next_life(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock, end: Boom | Leave
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    me.after(10, Note("of the first life"))
    me.tell(end)
    await wait_all_tasks_blocked()
    assert len(system.timers) == 0, "a timer ends with its life, it does not only go unheard"
    await trio.sleep(100)
    assert (body.births, body.notes) == (2, [])


@pytest.mark.parametrize("message", [Note("due"), Level(1)])
async def test_message_of_a_timer_that_was_posted_but_not_read_never_reaches_a_next_life(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock, message: Note | Level
) -> None:
    second = Recorder()

    async def body(me: Actor[Talk]) -> Restart:
        if me.life == 1:
            for _ in range(20):
                me.after(1, message)
            await trio.sleep(2)
            return Restart("reset", after=60)
        await second(me)
        raise AssertionError

    me = Actor(system, "a", Tier.LINK, body)
    me.start_in(nursery)
    await trio.sleep(1.5)
    me.tell(Note("told"))
    assert me.statistics().waiting == 21
    await trio.sleep(10)
    assert me.statistics().waiting == 1, "what nobody will hear takes no room"
    await trio.sleep(60)
    assert (second.notes, system.counters.dead_letters) == ([Note("told")], 0)


async def test_timer_set_during_a_pause_is_for_no_life_at_all(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    me.tell(Leave(Restart("reset", after=60)))
    await trio.sleep(1)
    me.after(61, Note("whose?"))
    await trio.sleep(100)
    assert (body.births, body.notes) == (2, [])


async def test_timer_cancelled_after_it_fired_but_before_it_was_read_is_not_heard(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    read = Recorder()

    async def body(me: Actor[Talk]) -> None:
        timer = me.after(1, Note("no longer wanted"))
        me.after(1, Note("still wanted"))
        await trio.sleep(2)
        timer.cancel()
        await read(me)

    Actor(system, "a", Tier.LINK, body).start_in(nursery)
    await trio.sleep(3)
    assert read.notes == [Note("still wanted")]


async def test_timer_does_not_displace_a_state_that_the_next_life_needs(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    second = Recorder()

    async def body(me: Actor[Talk]) -> None:
        if me.life == 1:
            me.tell(Level(1))
            me.after(1, Level(2))
            await trio.sleep(2)
            raise ValueError("boom")
        await second(me)

    me = Actor(system, "a", Tier.LINK, body)
    me.start_in(nursery)
    await trio.sleep(3)
    assert second.notes == [Level(1)]


async def test_timer_of_an_earlier_run_does_not_reach_a_later_one(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    body = Recorder()
    me = link(system, body)
    async with trio.open_nursery() as parent:
        me.start_in(parent)
        await wait_all_tasks_blocked()
        me.after(1, Note("of the first run"))
        parent.cancel_scope.cancel()
    await trio.sleep(1)
    me.start_in(nursery)
    await trio.sleep(5)
    assert (body.births, body.notes) == (2, [])


async def test_timers_of_many_short_lives_do_not_pile_up(system: System, nursery: trio.Nursery) -> None:
    async def body(me: Actor[Any]) -> Restart | Stop:
        for _ in range(10):
            me.after(86_400, "tomorrow")
        return Restart("again") if me.life < 100 else Stop()

    me: Actor[Any] = Actor(system, "a", Tier.LINK, body, Policy(crashes=0))
    await me.run()
    assert len(system.timers) == 0
    assert len(system.timers._heap) < 600


async def test_overflow_by_a_timer_crashes_the_receiver_and_not_the_timers(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    body = Recorder()
    me = link(system, body, size=1)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    me.after(1, Note("one"))
    me.after(1, Note("two"))
    await trio.sleep(2)
    assert (body.births, system.counters.overflows) == (2, 1)
    me.after(1, Note("three"))
    await trio.sleep(2)
    assert body.notes[-1] == Note("three")
