"""Delivery in rounds: equal runs, whatever order Trio wakes its tasks in.

Every comparison is made a second time without rounds, where it must fail: otherwise it would prove nothing.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from random import Random
from typing import Any

import pytest
import trio
from attrs import frozen
from trio.testing import MockClock

from ocppsim.actors.runtime import (
    Actor,
    Ask,
    LifeEnded,
    NoAnswer,
    Policy,
    Question,
    Restart,
    State,
    System,
    Tier,
    open_system,
)

RUNS = 20

Trace = list[tuple[str, object]]
"""Who wrote it, and what: what is written by two in one round has no order."""

Play = Callable[[System, trio.Nursery, Trace], Awaitable[None]]


def trace_of(play: Play, *, ordered: bool) -> str:
    """What was written in a run in virtual time."""

    async def main() -> str:
        trace: Trace = []
        async with open_system(ordered=ordered) as system, trio.open_nursery() as nursery:
            await play(system, nursery, trace)
            nursery.cancel_scope.cancel()
        return repr(sorted(trace, key=lambda event: event[0]))  # stable: each writer's own order is kept

    return trio.run(main, clock=MockClock(autojump_threshold=0))


def runs_agree(play: Play, *, ordered: bool) -> bool:
    first = trace_of(play, ordered=ordered)
    return all(trace_of(play, ordered=ordered) == first for _ in range(RUNS - 1))


def assert_rounds_decide(play: Play) -> None:
    assert not runs_agree(play, ordered=False), "nothing depends on the order: the test is void"
    assert runs_agree(play, ordered=True)


# -- a random graph of actors


@frozen
class Step:
    """Passed on as often as `left` says."""

    origin: str
    left: int


@frozen
class Value(State):
    of: str
    value: float


@frozen
class Look(Ask[int]):
    of: str


class Node:
    """An actor of the graph; what it does depends on what it got and on its own stream of chance alone."""

    def __init__(self, seed: int, number: int, trace: Trace) -> None:
        self.name = f"node-{number:02}"
        self.random = Random(f"{seed} {number}")
        self.tier = self.random.choice([Tier.STATION, Tier.CONNECTOR, Tier.LINK])
        self.trace = trace
        self.seen = 0
        self.others: list[Actor[Any]] = []

    async def live(self, me: Actor[Any]) -> Restart | None:
        me.after(self.random.randrange(1, 4), Step(self.name, 3))
        async with trio.open_nursery() as nursery:
            async for message in me:
                self.seen += 1
                self.trace.append((self.name, (trio.current_time(), me.life, self.seen, said(message))))
                match message:
                    case Question():
                        message.answer(self.seen)
                    case Step(_, left) if left:
                        for _ in range(2):
                            self.act(me, nursery, Step(self.name, left - 1))
        return None

    def act(self, me: Actor[Any], nursery: trio.Nursery, step: Step) -> None:
        other = self.random.choice(self.others)
        match self.random.randrange(7):
            case 0:
                me.after(self.random.randrange(3), step)
            case 1:
                other.tell(Value(self.name, self.seen))
            case 2:
                nursery.start_soon(self.ask, me, other)
            case 3:
                nursery.start_soon(self.pause_and_tell, me, step)
                nursery.start_soon(self.pause_and_tell, other, step)
            case _:
                other.tell(step)

    async def ask(self, me: Actor[Any], other: Actor[Any]) -> None:
        if other.tier <= self.tier:
            return
        try:
            seen = await other.ask(Look(self.name))
            me.tell(Value(other.name, seen))
        except NoAnswer as error:
            me.tell(Value(type(error).__name__, 0))

    async def pause_and_tell(self, other: Actor[Any], step: Step) -> None:
        await trio.sleep(1)
        other.tell(step)


def said(message: object) -> str:
    return repr(message.message if isinstance(message, Question) else message)


def graph(seed: int, nodes: int = 8) -> Play:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        def watch(event: LifeEnded) -> None:
            trace.append((event.actor, (trio.current_time(), event.life, event.exit.reason)))

        system.watchers.append(watch)
        members = [Node(seed, number, trace) for number in range(nodes)]
        actors: list[Actor[Any]] = [
            Actor(system, node.name, node.tier, node.live, Policy(crashes=0), size=1000) for node in members
        ]
        for node in members:
            node.others = actors
        for actor in actors:
            actor.start_in(nursery)
        for second in range(12):
            await trio.sleep(1)
            actors[second % nodes].end(Restart("killed", after=second % 3))
        await trio.sleep(0.5)  # until nothing goes on

    return play


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_graph_of_actors_gives_the_same_deliveries_in_each_run(seed: int) -> None:
    assert runs_agree(graph(seed), ordered=True)


def test_random_graph_of_actors_differs_without_rounds() -> None:
    assert not runs_agree(graph(1), ordered=False)


# -- one rule at a time


def listener(system: System, trace: Trace) -> Actor[Any]:
    async def listen(me: Actor[Any]) -> None:
        async for message in me:
            trace.append(("listener", (me.life, said(message))))
            if isinstance(message, Question):
                message.answer(0)

    return Actor(system, "listener", Tier.LINK, listen)


def heard(what: object, life: int = 1) -> tuple[str, object]:
    return ("listener", (life, repr(what)))


def speaker(system: System, name: str, say: Callable[[], None]) -> Actor[Any]:
    """Wakes at second 1 and says something."""

    async def speak(me: Actor[Any]) -> None:
        await trio.sleep(1)
        say()

    return Actor(system, name, Tier.STATION, speak)


def test_those_who_speak_at_once_are_heard_by_name() -> None:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        ear = listener(system, trace)
        ear.start_in(nursery)
        for name in "dbca":
            speaker(system, name, partial(ear.tell, name)).start_in(nursery)
        await trio.sleep(2)

    assert_rounds_decide(play)
    assert trace_of(play, ordered=True) == repr([heard(name) for name in "abcd"])


def test_side_tasks_of_one_name_are_heard_in_the_order_they_were_started() -> None:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        ear = listener(system, trace)
        ear.start_in(nursery)

        async def side(number: int) -> None:
            await trio.sleep(1)
            ear.tell(number)

        async def body(me: Actor[Any]) -> None:
            async with trio.open_nursery() as sides:
                for number in range(4):
                    sides.start_soon(side, number)

        Actor(system, "a", Tier.STATION, body).start_in(nursery)
        await trio.sleep(2)

    assert_rounds_decide(play)
    assert trace_of(play, ordered=True) == repr([heard(number) for number in range(4)])


def test_newest_state_is_that_of_the_last_sender_and_not_of_the_last_to_run() -> None:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        ear = listener(system, trace)
        ear.start_in(nursery)
        for name in "ab":
            speaker(system, name, partial(ear.tell, Value(name, 0))).start_in(nursery)
        await trio.sleep(2)

    assert_rounds_decide(play)
    assert trace_of(play, ordered=True) == repr([heard(Value("b", 0))])


def test_state_posted_while_an_older_one_is_read_does_not_replace_it() -> None:
    """The reader and the second speaker run in the same round."""

    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        ear = listener(system, trace)
        ear.start_in(nursery)

        async def speak(me: Actor[Any]) -> None:
            await trio.sleep(1)
            for value in range(5):
                ear.tell(Value("a", value))
                await trio.lowlevel.checkpoint()

        Actor(system, "a", Tier.STATION, speak).start_in(nursery)
        await trio.sleep(2)

    assert_rounds_decide(play)


def test_end_lets_a_life_finish_the_round() -> None:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        ear = listener(system, trace)
        ear.start_in(nursery)

        async def speak(me: Actor[Any]) -> None:
            await trio.sleep(1)
            ear.tell("told a round before")
            await trio.lowlevel.checkpoint()
            ear.end(Restart("at the moment it is read"))
            ear.tell("told with the end")

        Actor(system, "a", Tier.STATION, speak).start_in(nursery)
        await trio.sleep(2)

    assert_rounds_decide(play)
    expected = [heard("told a round before"), heard("told with the end", life=2)]
    assert trace_of(play, ordered=True) == repr(expected)


def test_children_finish_the_round_in_which_their_parent_ends() -> None:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        ear = listener(system, trace)

        async def parent(me: Actor[Any]) -> None:
            async with trio.open_nursery() as children:
                ear.start_in(children)
                await trio.sleep(1)
                await trio.lowlevel.checkpoint()
                system.cancel(children.cancel_scope, "done")

        async def speak(me: Actor[Any]) -> None:
            await trio.sleep(1)
            for number in range(3):
                ear.tell(number)
                await trio.lowlevel.checkpoint()

        Actor(system, "parent", Tier.STATION, parent).start_in(nursery)
        Actor(system, "speaker", Tier.STATION, speak).start_in(nursery)
        await trio.sleep(2)

    assert_rounds_decide(play)


def test_timers_of_side_tasks_fire_in_the_order_the_tasks_were_started() -> None:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        async def side(me: Actor[Any], number: int) -> None:
            await trio.sleep(1)
            me.after(1, number)

        async def body(me: Actor[Any]) -> None:
            async with trio.open_nursery() as sides:
                for number in range(4):
                    sides.start_soon(side, me, number)
                async for message in me:
                    trace.append(("a", message))

        Actor(system, "a", Tier.STATION, body).start_in(nursery)
        await trio.sleep(3)

    assert_rounds_decide(play)
    assert trace_of(play, ordered=True) == repr([("a", number) for number in range(4)])


def test_asker_gets_the_same_refusal_whoever_runs_first_when_a_life_ends() -> None:
    async def play(system: System, nursery: trio.Nursery, trace: Trace) -> None:
        ear = listener(system, trace)
        ear.start_in(nursery)

        async def leave(me: Actor[Any]) -> Restart:
            await trio.sleep(1)
            return Restart("reset", after=60)

        async def ask(me: Actor[Any]) -> None:
            await trio.sleep(1)
            try:
                await resting.ask(Look("a"))
            except NoAnswer as error:
                trace.append(("asker", type(error).__name__))
                ear.tell("refused")

        async def count(me: Actor[Any]) -> None:
            await trio.sleep(1)
            for number in range(4):
                ear.tell(number)
                await trio.lowlevel.checkpoint()

        resting: Actor[Any] = Actor(system, "resting", Tier.LINK, leave)
        resting.start_in(nursery)
        Actor(system, "asker", Tier.STATION, ask).start_in(nursery)
        Actor(system, "counter", Tier.STATION, count).start_in(nursery)
        await trio.sleep(2)

    assert_rounds_decide(play)
    assert "Resting" in trace_of(play, ordered=True)
