"""Asks: who may, when there is an answer, and why there is none."""

from math import inf
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.runtime import (
    Actor,
    Ask,
    Condition,
    NoAnswer,
    Overloaded,
    Policy,
    Restart,
    Resting,
    Stop,
    System,
    Tier,
    TooLate,
    Unanswered,
)
from tests.actors.runtime.talk import Boom, Echo, Hold, Leave, Note, Recorder, Talk, link


class Asker:
    """Asks in tasks of its own and keeps what came of it, by the question."""

    def __init__(self, nursery: trio.Nursery, asked: Actor[Talk]) -> None:
        self.nursery, self.asked = nursery, asked
        self.got: dict[str, str | NoAnswer] = {}

    def ask(self, name: str, message: Ask[str], within: float = 5.0) -> None:
        self.nursery.start_soon(self._ask, name, message, within)

    async def _ask(self, name: str, message: Ask[str], within: float) -> None:
        try:
            answer = await self.asked.ask(message, within)
            self.got[name] = answer
        except NoAnswer as error:
            self.got[name] = error


@pytest.fixture
def body() -> Recorder:
    return Recorder()


@pytest.fixture
def me(system: System, nursery: trio.Nursery, body: Recorder) -> Actor[Talk]:
    """An actor that runs."""
    me = link(system, body)
    me.start_in(nursery)
    return me


async def test_ask_is_answered(me: Actor[Talk]) -> None:
    assert await me.ask(Echo("hello")) == "hello"


async def test_answer_may_come_after_later_messages(
    me: Actor[Talk], body: Recorder, nursery: trio.Nursery
) -> None:
    asker = Asker(nursery, me)
    asker.ask("first", Hold())
    await wait_all_tasks_blocked()
    assert await me.ask(Echo("second")) == "second"
    body.held[0].answer("first, at last")
    await wait_all_tasks_blocked()
    assert asker.got == {"first": "first, at last"}


# -- at the end of a life


async def test_taken_asks_are_refused_and_queued_ones_kept(
    me: Actor[Talk], body: Recorder, nursery: trio.Nursery
) -> None:
    asker = Asker(nursery, me)
    asker.ask("taken", Hold())
    await wait_all_tasks_blocked()
    me.tell(Boom())
    asker.ask("queued", Echo("queued"))
    await wait_all_tasks_blocked()
    assert body.births == 2
    assert isinstance(asker.got["taken"], Unanswered)
    assert str(asker.got["taken"]) == "link"
    assert asker.got["queued"] == "queued"


async def test_asks_that_were_queued_when_a_pause_begins_are_told_until_when(
    me: Actor[Talk], nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    asker = Asker(nursery, me)
    me.tell(Note("first"))
    me.tell(Leave(Restart("reset", after=60)))
    asker.ask("queued", Echo("queued"))
    me.tell(Note("kept"))
    asked_at = trio.current_time()
    await wait_all_tasks_blocked()
    refusal = asker.got["queued"]
    assert isinstance(refusal, Resting)
    assert (refusal.until, trio.current_time()) == (asked_at + 60, asked_at)
    assert me.statistics().waiting == 1, "a refused ask takes no room"


@pytest.mark.parametrize("end", [Leave(Stop()), Boom()], ids=["stopped", "gave up"])
async def test_actor_that_is_gone_refuses_both_taken_and_queued_asks(system: System, end: Talk) -> None:
    me = link(system, Recorder(), Policy(crashes=0))
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            asker = Asker(nursery, me)
            try:
                async with trio.open_nursery() as parent:
                    me.start_in(parent)
                    asker.ask("taken", Hold())
                    await wait_all_tasks_blocked()
                    me.tell(end)
                    for name in "ab":
                        asker.ask(name, Echo(name))
            except* Exception:
                assert isinstance(end, Boom)
    assert not scope.cancelled_caught
    assert me.condition is Condition.GONE
    assert isinstance(asker.got["taken"], Unanswered)
    for name in "ab":
        refusal = asker.got[name]
        assert isinstance(refusal, Resting)
        assert refusal.until == inf
    assert asker.got["a"] is not asker.got["b"], "two tasks must not raise one exception"


async def test_asks_to_a_child_are_refused_when_the_parents_life_ends(system: System) -> None:
    me = link(system, Recorder())
    async with trio.open_nursery() as nursery:
        asker = Asker(nursery, me)
        async with trio.open_nursery() as parent:
            me.start_in(parent)
            asker.ask("taken", Hold())
            await wait_all_tasks_blocked()
            parent.cancel_scope.cancel()
            asker.ask("queued", Echo("queued"))
    assert isinstance(asker.got["taken"], Unanswered)
    assert isinstance(asker.got["queued"], Resting)


# -- to an actor that is not alive


async def test_resting_actor_answers_at_once(me: Actor[Talk], autojump_clock: MockClock) -> None:
    me.tell(Leave(Restart("reset", after=60)))
    await trio.sleep(10)
    asked_at = trio.current_time()
    with pytest.raises(Resting, match=r"^link$") as caught:
        await me.ask(Echo("hello"))
    assert trio.current_time() == asked_at
    assert caught.value.until == asked_at + 50


async def test_who_asks_again_when_the_pause_is_over_is_answered(
    me: Actor[Talk], autojump_clock: MockClock
) -> None:
    """Both wake at the same instant; whoever runs first must not matter."""
    for _ in range(20):
        me.tell(Leave(Restart("reset", after=60)))
        await trio.sleep(1)
        with pytest.raises(Resting) as caught:
            await me.ask(Echo("hello"))
        await trio.sleep_until(caught.value.until)
        assert await me.ask(Echo("hello again")) == "hello again"


async def test_actor_that_does_not_run_answers_at_once(system: System) -> None:
    me = link(system, Recorder())
    with pytest.raises(Resting) as caught:
        await me.ask(Echo("too early"))
    assert caught.value.until == inf
    async with trio.open_nursery() as nursery:
        me.start_in(nursery)
        me.tell(Leave(Stop()))
    with pytest.raises(Resting) as caught:
        await me.ask(Echo("too late"))
    assert caught.value.until == inf


async def test_refusal_lets_others_run(system: System) -> None:
    """Somebody who keeps asking in a loop must not hang the program."""
    me = link(system, Recorder())
    with trio.CancelScope() as scope:
        scope.cancel()
        while True:
            with pytest.raises(Resting):
                await me.ask(Echo("now?"))


# -- asks that nobody awaits any more


async def test_deadline_says_who_was_asked_what(me: Actor[Talk], autojump_clock: MockClock) -> None:
    asked_at = trio.current_time()
    with pytest.raises(TooLate, match=r"^link: Hold$"):
        await me.ask(Hold(), within=3)
    assert trio.current_time() == asked_at + 3


async def test_late_answer_is_harmless(me: Actor[Talk], body: Recorder, autojump_clock: MockClock) -> None:
    with pytest.raises(TooLate):
        await me.ask(Hold(), within=1)
    body.held[0].answer("late")
    assert await me.ask(Echo("next")) == "next"


async def test_second_answer_is_harmless(me: Actor[Talk], body: Recorder, nursery: trio.Nursery) -> None:
    asker = Asker(nursery, me)
    asker.ask("a", Hold())
    await wait_all_tasks_blocked()
    body.held[0].answer("first")
    body.held[0].answer("second")
    body.held[0].fail(Unanswered("link"))
    await wait_all_tasks_blocked()
    assert asker.got == {"a": "first"}


async def test_answer_to_an_asker_that_was_cancelled_is_harmless(me: Actor[Talk], body: Recorder) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(me.ask, Hold())
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert body.held[0].settled
    body.held[0].answer("nobody hears it")
    assert await me.ask(Echo("next")) == "next"


async def test_asker_cancelled_in_the_same_step_as_the_answer_is_simply_cancelled(
    me: Actor[Talk], body: Recorder
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(me.ask, Hold())
        await wait_all_tasks_blocked()
        body.held[0].answer("crossing")
        nursery.cancel_scope.cancel()
    assert await me.ask(Echo("next")) == "next"


@pytest.mark.parametrize("how", ["cancelled", "too late"])
async def test_queued_ask_that_was_abandoned_is_never_begun(
    system: System, nursery: trio.Nursery, autojump_clock: MockClock, how: str
) -> None:
    taken: list[object] = []
    busy = trio.Event()

    async def body(me: Actor[Any]) -> None:
        await busy.wait()
        async for message in me:
            taken.append(message.message)
            message.answer("done")

    me: Actor[Any] = Actor(system, "a", Tier.LINK, body)
    me.start_in(nursery)
    if how == "cancelled":
        with trio.move_on_after(1):
            await me.ask(Echo("abandoned"))
    else:
        with pytest.raises(TooLate):
            await me.ask(Echo("abandoned"), within=1)
    busy.set()
    assert await me.ask(Echo("next")) == "done"
    assert taken == [Echo("next")]


async def test_nothing_is_left_of_asks(me: Actor[Talk], system: System, body: Recorder) -> None:
    for number in range(1000):
        await me.ask(Echo(str(number)))
    assert len(system.timers) == 0
    assert len(me._obligations) <= 8


async def test_many_open_questions_are_all_refused(me: Actor[Talk], body: Recorder) -> None:
    async with trio.open_nursery() as nursery:
        asker = Asker(nursery, me)
        for number in range(40):
            asker.ask(str(number), Hold())
        await wait_all_tasks_blocked()
        for question in body.held[::2]:
            question.answer("in time")
        me.tell(Boom())
    assert sum(isinstance(got, Unanswered) for got in asker.got.values()) == 20
    assert sum(got == "in time" for got in asker.got.values()) == 20


# -- overflow


async def test_ask_that_finds_no_room_is_refused_and_the_receiver_lives_on(
    system: System, nursery: trio.Nursery
) -> None:
    body = Recorder()
    me = link(system, body, size=2)
    me.start_in(nursery)
    await wait_all_tasks_blocked()
    for text in "12":
        me.tell(Note(text))
    with pytest.raises(Overloaded, match=r"^link$"):
        await me.ask(Echo("one too many"))
    await wait_all_tasks_blocked()
    assert (body.births, len(body.notes), system.counters.overflows) == (1, 2, 1)
    assert await me.ask(Echo("now there is room")) == "now there is room"
