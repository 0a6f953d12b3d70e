"""Heartbeat: an interval after the last answered exchange began, and one at a time."""

import pytest
from stage import Stage, stage

from ocppsim.csms.behaviour import Answer, Delay, Rule, Silent

EVERY_100_S = Rule(Answer({"interval": 100}), actions=["BootNotification"])


def beats(play: Stage) -> list[int]:
    return play.times("Heartbeat")


@pytest.mark.honours("Heartbeat", "HeartbeatInterval")
async def test_4_6_an_idle_station_beats_every_interval(autojump_clock: object) -> None:
    async with stage(EVERY_100_S) as play:
        await play.later(350)
        assert beats(play) == [100, 200, 300]


async def test_a_beat_goes_an_interval_after_the_last_answered_exchange_began(autojump_clock: object) -> None:
    async with stage(EVERY_100_S, keys={"ConnectionTimeOut": "0"}) as play:
        await play.later(70)
        play.rule(Delay(10), "StatusNotification")
        play.plug()  # its status is sent at 70 and answered at 80
        await play.later(200)
        assert beats(play) == [170, 270]


async def test_requests_of_the_central_system_do_not_count_as_exchanges(autojump_clock: object) -> None:
    async with stage(EVERY_100_S) as play:
        await play.later(70)
        await play.ask("GetConfiguration", key=["HeartbeatInterval"])
        await play.later(100)
        assert beats(play) == [100]


async def test_an_exchange_without_an_answer_puts_no_beat_off(autojump_clock: object) -> None:
    async with stage(EVERY_100_S, Rule(Silent(), actions=["StatusNotification"], after=2, times=1)) as play:
        await play.later(50)
        play.plug()
        await play.later(60)
        assert beats(play) == [100]


async def test_meter_values_stand_in_for_beats(autojump_clock: object) -> None:
    async with stage(EVERY_100_S, keys={"MeterValueSampleInterval": "30"}) as play:
        await play.booted()
        await play.charge()
        await play.later(1000)
        assert beats(play) == []


async def test_a_new_interval_counts_at_once(autojump_clock: object) -> None:
    async with stage(EVERY_100_S) as play:
        await play.later(50)
        await play.set_key("HeartbeatInterval", 20)
        await play.later(50)
        await play.set_key("HeartbeatInterval", 200)
        await play.later(250)
        assert beats(play) == [50, 70, 90, 290]


async def test_at_most_one_beat_waits(autojump_clock: object) -> None:
    async with stage(Rule(Answer({"interval": 5}), actions=["BootNotification"])) as play:
        await play.booted()
        play.rule(Silent(), "Heartbeat", times=1)
        await play.later(40)
        assert beats(play) == [5, 40]  # none of those that fell due while the first was open


async def test_a_beat_is_triggered(autojump_clock: object) -> None:
    async with stage(EVERY_100_S) as play:
        await play.later(30)
        assert await play.ask("TriggerMessage", requestedMessage="Heartbeat") == {"status": "Accepted"}
        await play.later(120)
        assert beats(play) == [30, 130]


async def test_no_beats_while_offline(autojump_clock: object) -> None:
    async with stage(EVERY_100_S) as play:
        await play.booted()
        await play.outage(500)
        [beat] = play.said("Heartbeat")
        assert beat.at == play.now
