"""The ends of a station's life: what is said before, and what after the next acceptance."""

from collections.abc import Awaitable, Callable

import pytest
from attrs import frozen
from stage import Stage, stage
from transcript import Frame, stamp

from ocppsim.actors.trace import Way
from ocppsim.csms.behaviour import Rule, Silent, pending
from ocppsim.model.connector import Status

RESET_S = 60
POWER_W = 11_040.0
"""What the standard EV takes: 3 phases x 16 A x 230 V."""


@frozen
class End:
    """A way to go. `closed` is the close code that the central system sees, `reason` that of the stop."""

    how: Callable[[Stage], Awaitable[object]]
    closed: int
    reason: str
    back_after_s: float


async def soft_reset(play: Stage) -> None:
    assert await play.ask("Reset", type="Soft") == {"status": "Accepted"}


async def hard_reset(play: Stage) -> None:
    assert await play.ask("Reset", type="Hard") == {"status": "Accepted"}


async def power_cut(play: Stage) -> None:
    play.station.cut_power()
    await play.settle()


async def crash(play: Stage) -> None:
    play.station.context.station.tell(object())  # type: ignore[arg-type]  # nobody understands it: a bug
    await play.settle()


SOFT = End(soft_reset, 1000, "SoftReset", RESET_S)
HARD = End(hard_reset, 1000, "HardReset", RESET_S)
POWER = End(power_cut, 1006, "PowerLoss", RESET_S)
CRASH = End(crash, 1006, "Reboot", 2)
ABRUPT = pytest.mark.parametrize("end", [HARD, POWER, CRASH], ids=["hard reset", "power cut", "crash"])
ALL = pytest.mark.parametrize("end", [SOFT, HARD, POWER, CRASH], ids=["soft", "hard", "power cut", "crash"])


def the_stop(play: Stage) -> Frame:
    [stop] = play.said("StopTransaction")
    return stop


# -- before


@pytest.mark.honours("Reset")
async def test_5_14_a_soft_reset_answers_stops_waits_and_closes(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(90)
        mark = play.mark()
        await soft_reset(play)
        said = [
            frame.action or "answer" for frame in play.frames[mark:] if frame.way is Way.OUT and frame.kind
        ]
        assert said == ["answer", "StopTransaction", "StatusNotification"]
        assert the_stop(play).payload["reason"] == "SoftReset"
        assert play.board.unsent == 0
        assert play.closes == [1000]


async def test_a_soft_reset_waits_10_s_for_answers_and_keeps_what_is_open(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.rule(Silent(), "StopTransaction", times=1)
        await soft_reset(play)
        await play.later(9.9)
        assert play.closes == []
        await play.later(0.2)
        assert play.closes == [1000]
        assert play.board.unsent == 1
        await play.later(RESET_S + 1)
        first, again = play.said("StopTransaction")
        assert (first.text, again.attempt) == (again.text, 2)
        assert play.board.unsent == 0


@pytest.mark.honours("Reset")
async def test_5_14_a_hard_reset_answers_closes_and_says_nothing_else(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(90)
        mark = play.mark()
        await hard_reset(play)
        await play.later(RESET_S - 1)
        assert play.actions(mark) == []
        assert len(play.answered(mark)) == 1
        assert play.closes == [1000]


@pytest.mark.parametrize("end", [POWER, CRASH], ids=["power cut", "crash"])
async def test_a_power_cut_and_a_crash_say_nothing_and_close_nothing(
    autojump_clock: object, end: End
) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await play.charge()
        await play.later(90)
        mark = play.mark()
        await end.how(play)
        assert [frame for frame in play.frames[mark:] if frame.kind] == []
        assert play.closes == [1006]


@ALL
async def test_the_station_is_back_after_its_time_and_boots(autojump_clock: object, end: End) -> None:
    async with stage(connectors=2, crashes=True) as play:
        await play.later(100)
        mark = play.mark()
        await end.how(play)
        await play.later(end.back_after_s + 5)
        assert play.actions(mark) == ["BootNotification"] + 3 * ["StatusNotification"]
        [boot] = play.said("BootNotification", mark)
        assert boot.at == pytest.approx(100 + end.back_after_s, abs=0.1)


async def test_reset_time_is_the_stations_own(autojump_clock: object) -> None:
    async with stage(reset_time_s=7) as play:
        await play.booted()
        await hard_reset(play)
        await play.later(8)
        assert play.times("BootNotification") == [0, 7]


# -- after


@ABRUPT
async def test_a_session_is_closed_after_the_boot_with_time_and_register_of_the_interruption(
    autojump_clock: object, end: End
) -> None:
    async with stage(pending(30, "CS-1", times=0), connectors=2, crashes=True) as play:
        await play.booted()
        await play.charge()
        await play.later(90)
        mark = play.mark()
        await end.how(play)
        await play.later(200)
        assert play.actions(mark)[:5] == ["BootNotification", *3 * ["StatusNotification"], "StopTransaction"]
        stop = the_stop(play).payload
        assert stop["reason"] == end.reason
        assert stop["timestamp"] == stamp(90)
        assert stop["meterStop"] == round(POWER_W * 90 / 3600)
        assert play.statuses(1, mark)[-1] == "Finishing"


@ABRUPT
async def test_no_energy_flows_between_the_end_and_the_close(autojump_clock: object, end: End) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await play.charge()
        await play.later(90)
        play.csms.behaviour.add(pending(500))
        await end.how(play)
        await play.later(700)
        stop = the_stop(play).payload
        play.unplug()
        await play.charge()
        assert play.said("StartTransaction")[-1].payload["meterStart"] == stop["meterStop"]
        assert stop["meterStop"] == round(POWER_W * 90 / 3600)


@ALL
async def test_availability_keys_cache_and_register_survive(autojump_clock: object, end: End) -> None:
    async with stage(connectors=2, crashes=True) as play:
        await play.booted()
        await play.charge(1, "FRIEND")
        await play.later(60)
        await play.show("FRIEND", 1)
        play.unplug(1)
        await play.ask("ChangeAvailability", connectorId=2, type="Inoperative")
        await play.set_key("LocalAuthorizeOffline", "true")
        register_wh = play.board.connectors[1].register_wh
        await end.how(play)
        mark = play.mark()
        await play.later(RESET_S + 5)
        assert play.statuses(2, mark) == ["Unavailable"]
        assert play.board.connectors[1].register_wh == register_wh
        play.csms.go_down()
        await play.settle()
        await play.charge(1, "FRIEND")  # known from the cache


@ALL
async def test_what_was_scheduled_is_kept_and_comes_to_pass(autojump_clock: object, end: End) -> None:
    async with stage(connectors=2, crashes=True) as play:
        await play.booted()
        await play.charge()
        answer = await play.ask("ChangeAvailability", connectorId=0, type="Inoperative")
        assert answer == {"status": "Scheduled"}
        mark = play.mark()
        await end.how(play)
        await play.later(RESET_S + 5)
        assert [play.statuses(n, mark)[-1] for n in (0, 1, 2)] == 3 * ["Unavailable"]


async def test_the_outbox_of_the_last_life_goes_first(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.csms.go_down()
        await play.later(130)
        play.station.cut_power()
        play.csms.come_up()
        mark = play.mark()
        await play.later(120)
        sent = play.actions(mark)[3:]
        assert sent == ["MeterValues", "MeterValues", "StopTransaction"]


@ALL
async def test_a_second_end_before_the_close_keeps_the_first_reason(autojump_clock: object, end: End) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await play.charge()
        await play.later(30)
        play.csms.behaviour.add(pending(600))
        play.station.cut_power()
        await play.later(RESET_S + 5)  # connected and Pending
        await end.how(play)
        await play.later(900)
        stop = the_stop(play).payload
        assert (stop["reason"], stop["timestamp"]) == ("PowerLoss", stamp(30))


async def test_an_end_during_the_pause_of_another_one(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(30)
        await hard_reset(play)
        await play.later(30)
        play.station.cut_power()
        await play.later(40)
        assert not play.board.online
        await play.later(30)
        assert play.board.registration.accepted
        assert the_stop(play).payload["reason"] == "HardReset"


async def test_a_power_cut_in_a_pause_says_nothing_of_the_next_end(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await hard_reset(play)
        await play.later(30)
        play.station.cut_power()
        await play.later(RESET_S + 5)
        await play.charge()
        await crash(play)
        await play.later(10)
        assert the_stop(play).payload["reason"] == "Reboot"


async def test_a_tag_that_waits_for_its_cable_is_forgotten(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.show("TAG")
        await power_cut(play)
        await play.later(RESET_S + 5)
        assert play.board.status(1) is Status.AVAILABLE
        play.plug()
        await play.later(5)
        assert play.said("StartTransaction") == []


async def test_requests_that_come_during_the_end_begin_nothing(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=["StopTransaction"]), connectors=2) as play:
        await play.booted()
        await play.charge()
        play.plug(2)
        await soft_reset(play)
        await play.later(5)
        answer = await play.ask("RemoteStartTransaction", idTag="REMOTE", connectorId=2)
        assert answer == {"status": "Rejected"}
        assert await play.ask("Reset", type="Hard") == {"status": "Accepted"}
        await play.later(RESET_S + 10)
        assert len(play.said("BootNotification")) == 2


async def test_a_station_that_is_down_is_not_registered_on_its_board(autojump_clock: object) -> None:
    """Or people would come to it, and whether they did would depend on who is quicker as it comes up."""
    async with stage() as play:
        await play.booted()
        play.station.cut_power()
        await play.later(1)
        assert not play.board.registration.accepted
        await play.until(lambda board: board.registration.accepted)
