"""The simulator is stopped: with the sessions of its stations, or leaving them to the next process."""

from stage import Stage, stage
from transcript import Frame, stamp

from ocppsim.actors.generator import Habits
from ocppsim.csms.behaviour import Rule, Silent
from ocppsim.model.connector import Status
from ocppsim.model.session import StopReason


async def soft_reset(play: Stage) -> None:
    assert await play.ask("Reset", type="Soft") == {"status": "Accepted"}


async def hard_reset(play: Stage) -> None:
    assert await play.ask("Reset", type="Hard") == {"status": "Accepted"}


def the_stop(play: Stage) -> Frame:
    [stop] = play.said("StopTransaction")
    return stop


# -- the simulator is stopped


async def test_stopped_with_its_sessions_it_ends_as_in_a_soft_reset(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(45)
        assert await play.rig.fleet.leave(StopReason.LOCAL)
        assert the_stop(play).payload["reason"] == "Local"
        assert the_stop(play).payload["timestamp"] == stamp(45)
        assert (play.closes, play.board.ended) == ([1000], True)


async def test_stopped_without_them_it_says_nothing_and_leaves_them_open(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(45)
        mark = play.mark()
        assert await play.rig.fleet.leave(None)
        assert play.actions(mark) == []
        assert (play.closes, play.board.ended) == ([1000], True)
        assert play.station.context.memory.connectors[1].session is not None


async def test_drivers_leave_before_the_simulator_stops(autojump_clock: object) -> None:
    habits = Habits(least_delay_s=1, most_delay_s=1, least_stay_s=500, most_stay_s=500)
    async with stage(habits=habits) as play:
        await play.shows(Status.CHARGING)
        assert await play.rig.fleet.leave()
        assert the_stop(play).payload["reason"] == "Local"
        assert the_stop(play).payload["idTag"] == "00000000"  # by the driver's own tag
        assert play.statuses(1)[-1] == "Available"


async def test_stopped_without_sessions_drivers_stay_where_they_are(autojump_clock: object) -> None:
    habits = Habits(least_delay_s=1, most_delay_s=1, least_stay_s=500, most_stay_s=500)
    async with stage(habits=habits) as play:
        await play.shows(Status.CHARGING)
        assert await play.rig.fleet.leave(None)
        assert play.said("StopTransaction") == []


async def test_a_silent_central_system_cannot_keep_the_simulator_from_stopping(
    autojump_clock: object,
) -> None:
    async with stage(Rule(Silent(), actions=["StopTransaction"])) as play:
        await play.booted()
        await play.charge()
        await play.rig.fleet.leave()
        assert play.now <= 30
        assert play.board.ended


async def test_a_station_in_its_pause_does_not_come_back_when_the_simulator_stops(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await hard_reset(play)
        await play.later(10)
        await play.rig.fleet.leave()
        assert play.now <= 30
        assert play.board.ended


async def test_the_simulator_stops_in_the_middle_of_a_reset(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=["StopTransaction"])) as play:
        await play.booted()
        await play.charge()
        await soft_reset(play)
        await play.later(5)  # it waits for the answer to its stop
        assert await play.rig.fleet.leave()
        assert play.board.ended
        assert len(play.said("BootNotification")) == 1
