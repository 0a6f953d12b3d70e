"""`ocppsim charge` and a connection that is lost in mid-session: five minutes, no more."""

import pytest
import trio
from stage import Stage, plain_errors, stage

from ocppsim.cli.charge_session import LOST_WITHIN_S, ChargeSession, Plan
from ocppsim.cli.exits import CommandEnded, Exit
from ocppsim.model.connector import Status

PLAN = Plan("TAG", remote=False, duration_s=1200, connect_within_s=15, begin_within_s=15, close_within_s=60)


async def charged(play: Stage, down_s: float) -> Exit:
    """What the command comes to when nobody is there for so long while it charges."""
    found: list[Exit] = []

    async def command() -> None:
        found.append(await ChargeSession(play.station, PLAN, {}).run(trio.Event()))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(command)
        await play.shows(Status.CHARGING)
        await play.outage(down_s)
    return found[0]


async def test_a_connection_that_comes_back_in_time_costs_nothing(autojump_clock: object) -> None:
    async with stage() as play:
        assert await charged(play, LOST_WITHIN_S - 60) is Exit.DONE
        assert [stop.payload["reason"] for stop in play.said("StopTransaction")] == ["Local"]


async def test_one_that_stays_away_ends_the_command_as_blocked(autojump_clock: object) -> None:
    async with stage() as play:
        with pytest.raises(CommandEnded, match="not back within 300 s") as caught, plain_errors():
            await charged(play, LOST_WITHIN_S + 300)
        assert caught.value.code is Exit.BLOCKED
        assert play.now == pytest.approx(LOST_WITHIN_S, abs=20)


async def broken(play: Stage) -> None:
    """The command, with a station that notices a mistake of its own while it charges."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ChargeSession(play.station, PLAN, {}).run, trio.Event())
        await play.shows(Status.CHARGING)
        play.board.tally.internal += 1
        play.board.note("our own mistake: a word that is none of the list")


async def test_a_message_of_its_own_that_breaks_its_schema_is_its_own_error(autojump_clock: object) -> None:
    async with stage() as play:
        with pytest.raises(CommandEnded, match="our own mistake") as caught, plain_errors():
            await broken(play)
        assert caught.value.code is Exit.OURS == 4
        play.board.tally.internal = 0  # it was none
