"""Asks go downhill only, so that no two actors wait for each other."""

from typing import Any

import pytest
import trio

from ocppsim.actors.runtime import Actor, AskUphill, GaveUp, Policy, System, Tier
from tests.actors.runtime.talk import Echo, Recorder, link


@pytest.mark.parametrize("tier", list(Tier))
async def test_only_a_higher_tier_may_be_asked(system: System, nursery: trio.Nursery, tier: Tier) -> None:
    asked: Actor[Any] = Actor(system, "asked", Tier.CONNECTOR, Recorder())
    asked.start_in(nursery)
    outcome: list[str] = []

    async def ask(me: Actor[Any]) -> None:
        try:
            outcome.append(await asked.ask(Echo("fine")))
        except AskUphill as error:
            outcome.append(str(error))

    await Actor(system, "asker", tier, ask).run()
    assert outcome == ["fine" if tier < Tier.CONNECTOR else "asker asked asked"]


async def test_side_task_of_an_actor_may_not_ask_uphill_either(system: System) -> None:
    station = link(system, Recorder())

    async def body(me: Actor[Any]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(station.ask, Echo("please"))

    me: Actor[Any] = Actor(system, "store", Tier.STORE, body, Policy(crashes=0))
    with pytest.raises(GaveUp, match="store: AskUphill: store asked link"):
        await me.run()


async def test_actor_may_not_ask_itself(system: System, nursery: trio.Nursery) -> None:
    async def body(me: Actor[Any]) -> None:
        with pytest.raises(AskUphill):
            await me.ask(Echo("hello, me"))

    await Actor(system, "a", Tier.LINK, body).run()


async def test_asker_is_forgotten_when_its_run_ends(system: System, nursery: trio.Nursery) -> None:
    """Somebody who runs an actor in his own task is himself again afterwards."""
    asked = link(system, Recorder())
    asked.start_in(nursery)

    async def body(me: Actor[Any]) -> None:
        return

    await Actor(system, "store", Tier.STORE, body).run()
    assert await asked.ask(Echo("as myself")) == "as myself"
