"""Actors composed by nurseries: one-for-one, one-for-all, parents of parents, and a storm of crashes."""

import gc
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from ocppsim.actors.runtime import Actor, Condition, GaveUp, Policy, System, Tier, When
from tests.actors.runtime.talk import Boom, Echo, Level, Note, Recorder, Talk


class Family:
    """A parent that runs its children in a nursery inside its body; all are made once."""

    def __init__(self, system: System, names: str, of_children: Policy, of_parent: Policy) -> None:
        self.bodies = {name: Recorder() for name in names}
        self.children = {
            name: Actor(system, name, Tier.CONNECTOR, body, of_children) for name, body in self.bodies.items()
        }
        self.parent: Actor[Talk] = Actor(system, "parent", Tier.STATION, self.live, of_parent)
        self.own = Recorder()

    async def live(self, me: Actor[Talk]) -> None:
        async with trio.open_nursery() as nursery:
            for child in self.children.values():
                child.start_in(nursery)
            await self.own(me)
            nursery.cancel_scope.cancel()

    @property
    def births(self) -> dict[str, int]:
        return {name: body.births for name, body in self.bodies.items()}


async def test_one_for_one(system: System, nursery: trio.Nursery) -> None:
    family = Family(system, "xy", Policy(crashes=3), Policy())
    family.parent.start_in(nursery)
    await wait_all_tasks_blocked()
    family.children["x"].tell(Boom())
    await wait_all_tasks_blocked()
    assert (family.births, family.parent.life) == ({"x": 2, "y": 1}, 1)


async def test_one_for_all(system: System, nursery: trio.Nursery) -> None:
    family = Family(system, "xy", Policy(crashes=0), Policy())
    family.parent.start_in(nursery)
    await wait_all_tasks_blocked()
    family.children["x"].tell(Boom())
    await wait_all_tasks_blocked()
    assert (family.births, family.parent.life) == ({"x": 2, "y": 2}, 2)
    assert all(child.condition is Condition.ALIVE for child in family.children.values())


async def test_rest_for_one(system: System, nursery: trio.Nursery) -> None:
    """A body that supervises the next: what was started after it goes with it, what came before stays."""
    births: list[str] = []
    layers: dict[str, Actor[Any]] = {}

    def layer(name: str, *inner: str) -> Callable[[Actor[Any]], Any]:
        async def body(me: Actor[Any]) -> None:
            births.append(name)
            async with trio.open_nursery() as nursery:
                if inner:
                    layers[inner[0]].start_in(nursery)
                await Recorder()(me)

        return body

    for chain in ("abc", "bc", "c"):
        layers[chain[0]] = Actor(system, chain[0], Tier.CONNECTOR, layer(*chain))
    layers["a"].start_in(nursery)
    await wait_all_tasks_blocked()
    for crashing, reborn in {"b": "bc", "c": "c", "a": "abc"}.items():
        births.clear()
        layers[crashing].tell(Boom())
        await wait_all_tasks_blocked()
        assert births == list(reborn)


async def test_addresses_stay_good_through_the_restart_of_a_parent(
    system: System, nursery: trio.Nursery
) -> None:
    family = Family(system, "xy", Policy(), Policy())
    child = family.children["x"]
    family.parent.start_in(nursery)
    await wait_all_tasks_blocked()
    family.parent.tell(Boom())
    await wait_all_tasks_blocked()
    assert family.births == {"x": 2, "y": 2}
    child.tell(Note("after"))
    assert await child.ask(Echo("still here")) == "still here"
    assert family.bodies["x"].notes == [Note("after")]


async def test_what_waits_for_a_child_does_not_survive_the_parents_life(
    system: System, nursery: trio.Nursery
) -> None:
    family = Family(system, "x", Policy(), Policy())
    family.parent.start_in(nursery)
    await wait_all_tasks_blocked()
    family.parent.tell(Boom())
    await trio.lowlevel.checkpoint()
    family.children["x"].tell(Note("lost"))
    await wait_all_tasks_blocked()
    assert (family.bodies["x"].notes, family.bodies["x"].births) == ([], 2)
    assert system.counters.dead_letters == 1


async def test_child_that_gives_up_crashes_its_parent_which_starts_all_anew(
    system: System, nursery: trio.Nursery
) -> None:
    family = Family(system, "xy", Policy(crashes=1), Policy(crashes=1))
    x = family.children["x"]
    family.parent.start_in(nursery)
    for life_of_parent in (1, 2):
        await wait_all_tasks_blocked()
        assert family.parent.life == life_of_parent
        x.tell(Boom())
        await wait_all_tasks_blocked()
        assert await x.ask(Echo("restarted alone")) == "restarted alone"
        assert family.parent.life == life_of_parent
        if life_of_parent == 1:
            x.tell(Boom())
    assert family.births == {"x": 4, "y": 2}, "each run of a child has a window of its own"
    assert str(family.parent.statistics().last_exit).count("boom") > 0


async def test_giving_up_goes_up_and_names_the_way(system: System) -> None:
    family = Family(system, "x", Policy(crashes=0), Policy(crashes=0))
    way = r"^parent: GaveUp: x: ValueError: boom$"
    with pytest.RaisesGroup(pytest.RaisesExc(GaveUp, match=way)):
        async with trio.open_nursery() as nursery:
            family.parent.start_in(nursery)
            await wait_all_tasks_blocked()
            family.children["x"].tell(Boom())
    assert family.children["x"].condition is Condition.GONE
    assert family.parent.condition is Condition.GONE


async def test_state_told_while_a_parent_restarts_is_a_dead_letter_and_not_a_fossil(
    system: System, nursery: trio.Nursery
) -> None:
    family = Family(system, "x", Policy(), Policy(When.NEVER))
    family.parent.start_in(nursery)
    await wait_all_tasks_blocked()
    family.parent.tell(Boom())
    await wait_all_tasks_blocked()
    family.children["x"].tell(Level(7))
    family.parent.start_in(nursery)
    await wait_all_tasks_blocked()
    assert (family.bodies["x"].notes, family.bodies["x"].births) == ([], 2)


# -- a storm


async def storm(system: System, actors: int) -> float:
    """CPU seconds for this many actors to crash three times each and give up, before one bulkhead."""
    gone = 0

    async def contain(me: Actor[Talk]) -> None:
        nonlocal gone
        try:
            await me.run()
        except GaveUp:
            gone += 1

    many = [Actor(system, str(number), Tier.LINK, Recorder(), Policy(crashes=2)) for number in range(actors)]
    began = process_time()
    async with trio.open_nursery() as nursery:
        for me in many:
            nursery.start_soon(contain, me)
        await wait_all_tasks_blocked()
        for me in many:
            for _ in range(3):
                me.tell(Boom())
    assert gone == actors
    return process_time() - began


async def test_storm_of_crashes_costs_in_proportion(system: System) -> None:
    # The best of as many tries on either side: one hiccup of the machine must not decide, nor may what other
    # tests left: to look for garbage among it takes as long as a storm.
    gc.freeze()
    tries = [(await storm(system, 250), await storm(system, 1000)) for _ in range(3)]
    small, large = map(min, zip(*tries, strict=True))
    assert large < 10 * small, "four times as many actors; sixteen times the cost would be quadratic"
    assert (system.counters.crashes, system.counters.lives) == (11_250, 11_250)
    assert len(system.errors) == 100
