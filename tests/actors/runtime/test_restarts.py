"""Lives that follow each other by themselves: crashes, planned restarts, and what is carried over."""

from typing import Any

import pytest
import trio
from attrs import define
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.runtime import Actor, Condition, Crash, GaveUp, Policy, Restart, Stop, System, Tier, When
from tests.actors.runtime.talk import Boom, Leave, Note, Recorder, link


@define
class Taker:
    """A body as most are: an object for each life."""

    taken: int = 0

    async def live(self, me: Actor[str]) -> None:
        async for _ in me:
            self.taken += 1
            raise ValueError


async def test_mailbox_and_address_survive_a_crash(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    for message in (Note("before"), Boom(), Note("after")):
        me.tell(message)
    await wait_all_tasks_blocked()
    assert body.births == 2
    assert body.notes == [Note("before"), Note("after")]


async def test_message_of_a_crash_is_not_redone(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    me.tell(Boom())
    await wait_all_tasks_blocked()
    assert (body.births, me.statistics().waiting) == (2, 0)


async def test_each_life_has_a_fresh_instance(system: System, nursery: trio.Nursery) -> None:
    seen: list[Taker] = []

    async def body(me: Actor[str]) -> None:
        seen.append(Taker())
        await seen[-1].live(me)

    me = Actor(system, "a", Tier.LINK, body)
    me.start_in(nursery)
    for _ in range(2):
        me.tell("go")
    await wait_all_tasks_blocked()
    assert [instance.taken for instance in seen] == [1, 1, 0]


async def test_planned_restarts_are_not_crashes(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body, Policy(crashes=0))
    me.start_in(nursery)
    for _ in range(10):
        me.tell(Leave(Restart("reset")))
    await wait_all_tasks_blocked()
    assert body.births == 11
    assert me.statistics().crashes == system.counters.crashes == 0


async def test_planned_restart_comes_after_its_pause(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    me.tell(Leave(Restart("reset", after=60)))
    await trio.sleep(59.9)
    assert (body.births, me.condition) == (1, Condition.RESTING)
    await trio.sleep(0.2)
    assert (body.births, me.condition) == (2, Condition.ALIVE)


async def test_what_is_told_during_a_pause_waits_for_the_next_life(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body)
    me.start_in(nursery)
    me.tell(Leave(Restart("reset", after=60)))
    await trio.sleep(1)
    me.tell(Note("during the pause"))
    await trio.sleep(60)
    assert body.notes == [Note("during the pause")]


async def test_crashes_within_the_window_make_it_give_up(system: System, autojump_clock: MockClock) -> None:
    body = Recorder()
    me = link(system, body, Policy(crashes=2, within=10, backoff=lambda crashes: 2.0 * crashes))
    started = trio.current_time()
    with pytest.RaisesGroup(GaveUp):
        async with trio.open_nursery() as nursery:
            me.start_in(nursery)
            for _ in range(5):
                me.tell(Boom())
    assert (body.births, me.condition) == (3, Condition.GONE)
    assert trio.current_time() - started == 2.0 + 4.0


async def test_crashes_further_apart_than_the_window_go_on_for_ever(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body, Policy(crashes=1, within=10))
    me.start_in(nursery)
    for _ in range(5):
        me.tell(Boom())
        await trio.sleep(10)
    assert (body.births, me.condition) == (6, Condition.ALIVE)


async def test_giving_up_names_the_actor_and_is_chained_to_the_last_crash(system: System) -> None:
    me = link(system, Recorder(), Policy(crashes=0))
    with pytest.RaisesGroup(pytest.RaisesExc(GaveUp, match=r"^link: ValueError: wires crossed$")) as caught:
        async with trio.open_nursery() as nursery:
            me.start_in(nursery)
            me.tell(Boom("wires crossed"))
    crash = caught.value.exceptions[0].__cause__
    assert isinstance(crash, ValueError)
    assert me.statistics().last_exit == Crash(crash)


async def test_policy_never_ends_quietly_after_a_crash(system: System) -> None:
    me = link(system, Recorder(), Policy(When.NEVER))
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        me.tell(Boom())
    assert (me.condition, me.statistics().crashes) == (Condition.GONE, 1)
    assert [(name, str(error)) for name, error in system.errors] == [("link", "boom")]


async def test_policy_always_goes_on_after_a_stop(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body, Policy(When.ALWAYS))
    me.start_in(nursery)
    me.tell(Leave(Stop()))
    await wait_all_tasks_blocked()
    assert (body.births, me.condition) == (2, Condition.ALIVE)


async def test_body_that_returns_nothing_is_done(system: System) -> None:
    async def body(me: Actor[Any]) -> None:
        return

    me: Actor[Any] = Actor(system, "a", Tier.LINK, body)
    await me.run()
    assert (me.condition, me.statistics().last_exit) == (Condition.GONE, Stop("finished"))


async def test_errors_raised_as_a_group_are_one_crash_with_a_line(system: System) -> None:
    async def fail(text: str) -> None:
        raise ValueError(text)

    async def body(me: Actor[Any]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail, "boom")
            nursery.start_soon(fail, "boom")

    me: Actor[Any] = Actor(system, "a", Tier.LINK, body, Policy(crashes=0))
    with pytest.raises(GaveUp, match=r"^a: ValueError: boom \(and 1 more\)$") as caught:
        await me.run()
    assert isinstance(caught.value.__cause__, ExceptionGroup)
    assert me.statistics().crashes == 1


async def test_body_that_restarts_at_once_for_ever_lets_others_run_and_can_be_cancelled(
    system: System,
) -> None:
    async def body(me: Actor[Any]) -> Restart:
        return Restart("again")

    me: Actor[Any] = Actor(system, "a", Tier.LINK, body)
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        for _ in range(10):
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert 5 <= me.life <= 11


async def test_actor_that_keeps_nothing_drops_at_the_end_of_a_life(
    system: System, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = Actor(system, "wire", Tier.LINK, body, keeps=False)
    me.start_in(nursery)
    for message in (Note("before"), Boom(), Note("dropped"), Note("dropped too")):
        me.tell(message)
    await wait_all_tasks_blocked()
    me.tell(Note("after"))
    await wait_all_tasks_blocked()
    assert body.notes == [Note("before"), Note("after")]
    assert system.counters.dead_letters == 2


async def test_running_twice_is_refused(system: System, nursery: trio.Nursery) -> None:
    me = link(system, Recorder())
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    with pytest.raises(RuntimeError, match="link runs already"):
        await me.run()
    assert me.condition is Condition.ALIVE


async def test_overflow_crashes_the_receiver_and_never_the_sender(
    system: System, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body, size=2)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    for text in ("1", "2", "lost", "lost too"):
        me.tell(Note(text))
    await wait_all_tasks_blocked()
    assert body.births == 2
    assert body.notes == [Note("1"), Note("2")], "what had found room is there for the next life"
    assert system.counters.overflows == 2
    assert me.statistics().crashes == 1, "one life crashes once"


async def test_overflow_and_bug_of_one_life_are_one_crash(system: System, nursery: trio.Nursery) -> None:
    async def body(me: Actor[Note]) -> None:
        if me.life == 1:
            me.tell(Note("1"))
            me.tell(Note("too many"))
            raise ValueError("boom")
        await trio.sleep_forever()

    me = Actor(system, "a", Tier.LINK, body, Policy(crashes=1), size=1)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    assert (me.life, me.statistics().crashes) == (2, 1)


async def test_overflow_before_the_first_life_is_a_crash_too(system: System, nursery: trio.Nursery) -> None:
    body = Recorder()
    me = link(system, body, size=1)
    me.start_in(nursery)
    for text in ("1", "lost"):
        me.tell(Note(text))
    await wait_all_tasks_blocked()
    assert (body.births, body.notes, me.statistics().crashes) == (1, [Note("1")], 1)


async def test_overflow_during_a_pause_is_counted_and_not_its_fault(
    system: System, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body, size=1)
    me.start_in(nursery)
    me.tell(Leave(Restart("reset", after=60)))
    await trio.sleep(1)
    for text in ("1", "lost"):
        me.tell(Note(text))
    await trio.sleep(60)
    assert (body.births, body.notes) == (2, [Note("1")])
    assert (system.counters.overflows, me.statistics().crashes) == (1, 0)
