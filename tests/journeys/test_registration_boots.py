"""When a station boots, again and again or when asked to, and what follows from the answer."""

import pytest
from stage import Stage, easy_going, stage

from ocppsim.csms.behaviour import Answer, Garble, Refuse, Rule, Silent, pending, rejected
from ocppsim.csms.findings import Breach

BOOT = ["BootNotification"]


async def boots_at(play: Stage, seconds: float) -> list[int]:
    """When the station booted until then, rounded to the second."""
    await play.later(seconds)
    return play.times("BootNotification")


# -- when the next boot goes


@pytest.mark.parametrize("answer", [pending, rejected])
async def test_the_next_boot_goes_after_exactly_the_interval(autojump_clock: object, answer: object) -> None:
    async with stage(answer(7, times=3)) as play:  # type: ignore[operator]  # both make a Rule
        assert await boots_at(play, 60) == [0, 7, 14, 21]
        assert play.board.registration.accepted


async def test_interval_0_leaves_the_choice_to_the_station(autojump_clock: object) -> None:
    async with stage(pending(0, times=None)) as play:
        assert await boots_at(play, 3000) == [0, 60, 180, 420, 900, 1500, 2100, 2700]


async def test_an_interval_from_the_central_system_is_not_drawn_into_the_doubling(
    autojump_clock: object,
) -> None:
    async with stage(pending(0, times=2), pending(10, times=1), pending(0, times=1)) as play:
        assert await boots_at(play, 1000) == [0, 60, 180, 190, 430]


async def test_no_answer_is_tried_again_the_same_way(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=BOOT, times=2)) as play:
        assert await boots_at(play, 1000) == [0, 30 + 60, 90 + 30 + 120]


@pytest.mark.parametrize(
    "what",
    [
        Refuse("InternalError"),
        Garble("no payload"),
        Answer({"status": "Maybe"}),
        Answer({}, without=("status",)),
    ],
)
async def test_an_answer_that_is_none_is_tried_again_the_same_way(
    autojump_clock: object, what: object
) -> None:
    rule = Rule(what, actions=BOOT, times=2)  # type: ignore[arg-type]  # whichever effect
    async with stage(rule, finds=[Breach.EARLY_BOOT]) as play:
        assert await boots_at(play, 1000) == [0, 60, 180]


async def test_registration_max_retries_counts_all_boots(autojump_clock: object) -> None:
    rules = (pending(5), Rule(Silent(), actions=BOOT, times=1), Rule(Refuse(), actions=BOOT, times=1))
    async with stage(*rules, rejected(5, times=None), registration_max_retries=4) as play:
        assert await boots_at(play, 10_000) == [0, 5, 95, 215, 220]
        assert "gave up booting" in play.board.last_event


async def test_an_accepted_boot_clears_the_count_of_retries(autojump_clock: object) -> None:
    async with stage(pending(5), registration_max_retries=1) as play:
        assert await boots_at(play, 60) == [0, 5]
        await play.ask("TriggerMessage", requestedMessage="BootNotification")
        assert len(play.said("BootNotification")) == 3


async def test_a_station_that_gave_up_still_boots_when_asked(autojump_clock: object) -> None:
    async with stage(pending(5, times=2), registration_max_retries=1) as play:
        assert await boots_at(play, 60) == [0, 5]
        assert await play.ask("TriggerMessage", requestedMessage="BootNotification") == {"status": "Accepted"}
        assert play.board.registration.accepted


async def test_the_interval_goes_on_over_a_lost_connection(autojump_clock: object) -> None:
    async with stage(pending(100)) as play:
        await play.later(10)
        await play.drop()
        assert await boots_at(play, 200) == [0, 100]


async def test_a_boot_that_fell_due_offline_goes_when_connected_and_counts_once(
    autojump_clock: object,
) -> None:
    async with stage(pending(10), registration_max_retries=1) as play:
        await play.settle()
        await play.outage(20)
        [_, boot] = play.said("BootNotification")
        assert 20 <= boot.at == play.now


async def test_a_boot_cut_off_goes_again_when_connected(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=BOOT, times=1)) as play:
        await play.later(5)
        await play.drop()
        assert await boots_at(play, 5) == [0, 6]
        assert play.board.registration.accepted


# -- boots that are asked for


async def test_a_boot_is_triggered_while_pending(autojump_clock: object) -> None:
    async with stage(pending(1000)) as play:
        await play.later(50)
        await play.ask("TriggerMessage", requestedMessage="BootNotification")
        assert play.board.registration.accepted
        assert await boots_at(play, 2000) == [0, 50]


async def test_a_triggered_boot_that_stays_pending_begins_the_interval_anew(autojump_clock: object) -> None:
    async with stage(pending(100, times=2)) as play:
        await play.later(50)
        await play.ask("TriggerMessage", requestedMessage="BootNotification")
        assert await boots_at(play, 2000) == [0, 50, 150]


async def test_a_boot_is_triggered_while_accepted_and_all_statuses_follow(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await play.charge(2)
        mark = play.mark()
        await play.ask("TriggerMessage", requestedMessage="BootNotification")
        assert play.actions(mark) == ["BootNotification"] + 3 * ["StatusNotification"]
        assert play.statuses(2, mark) == ["Charging"]


async def test_a_triggered_boot_may_take_the_acceptance_away(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.csms.behaviour.add(pending(90))
        await play.ask("TriggerMessage", requestedMessage="BootNotification")
        mark = play.mark()
        await play.later(89)
        assert play.actions(mark) == []
        await play.later(1)
        assert play.actions(mark)[:4] == [
            "BootNotification",
            "StatusNotification",
            "StatusNotification",
            "MeterValues",
        ]


async def test_security_error_to_anything_makes_the_station_boot_again(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Refuse("SecurityError"), "Heartbeat", times=1)
        mark = play.mark()
        await play.later(300)
        assert play.actions(mark) == [
            "Heartbeat",
            "BootNotification",
            "StatusNotification",
            "StatusNotification",
        ]


async def test_after_a_security_error_nothing_is_said_until_the_boot_is_answered(
    autojump_clock: object,
) -> None:
    async with stage(keys={"ConnectionTimeOut": "0"}) as play:
        await play.later(100)
        play.rule(Refuse("SecurityError"), "Heartbeat", times=1)
        play.rule(Silent(), "BootNotification", times=2)
        await play.later(201)
        mark = play.mark()
        play.plug()
        await play.later(100)
        assert set(play.actions(mark)) <= {"BootNotification"}


async def test_a_central_system_that_takes_boots_and_nothing_else_is_not_hammered(
    autojump_clock: object,
) -> None:
    others = ["StatusNotification", "Heartbeat"]
    async with stage(Rule(Refuse("SecurityError"), actions=others)) as play:
        await play.later(600)
        assert play.times("BootNotification") == list(range(0, 601, 60))


async def test_after_a_security_error_statuses_come_before_the_outbox(autojump_clock: object) -> None:
    async with stage(keys={"TransactionMessageRetryInterval": "5"}, connectors=2) as play:
        await play.booted()
        await play.charge()
        play.rule(Refuse("SecurityError"), "MeterValues", times=1)
        play.csms.behaviour.add(pending(10))
        mark = play.mark()
        await play.later(100)
        assert play.actions(mark) == [
            "MeterValues",
            "BootNotification",
            "BootNotification",
            "StatusNotification",
            "StatusNotification",
            "StatusNotification",
            "MeterValues",
        ]
        assert play.said("MeterValues", mark)[1].id == play.said("MeterValues", mark)[0].id


# -- what the answer brings along


async def test_accepted_sets_the_heartbeat_interval(autojump_clock: object) -> None:
    async with stage(Rule(Answer({"interval": 45}), actions=BOOT)) as play:
        await play.booted()
        answer = await play.ask("GetConfiguration", key=["HeartbeatInterval"])
        assert answer["configurationKey"] == [{"key": "HeartbeatInterval", "readonly": False, "value": "45"}]


@pytest.mark.parametrize("interval", [0, -5])
async def test_an_interval_of_0_with_accepted_leaves_the_key_as_it_is(
    autojump_clock: object, interval: int
) -> None:
    async with stage(
        Rule(Answer({"interval": interval}), actions=BOOT), keys={"HeartbeatInterval": "123"}
    ) as play:
        await play.booted()
        answer = await play.ask("GetConfiguration", key=["HeartbeatInterval"])
        assert answer["configurationKey"][0]["value"] == "123"


@pytest.mark.parametrize("status", ["Accepted", "Pending"])
@pytest.mark.parametrize("zeros", [12, 400])
async def test_an_absurd_interval_harms_nobody(autojump_clock: object, status: str, zeros: int) -> None:
    csms = easy_going(Rule(Silent(), actions=BOOT))
    async with stage(csms=csms, finds=[Breach.NOT_ACCEPTED]) as play:
        await play.settle()
        boot = play.said("BootNotification")[0]
        answer = {"status": status, "interval": 10**zeros, "currentTime": "2026-01-01T00:00:00Z"}
        await play.write(3, boot.id, answer)
        assert play.board.registration.standing.name == status.upper()
        assert await play.ask("GetConfiguration", key=["HeartbeatInterval"])
        await play.later(100)
        assert play.board.online


async def test_auto_register_needs_no_answer(autojump_clock: object) -> None:
    csms = easy_going(Rule(Silent(), actions=BOOT))
    async with stage(csms=csms, auto_register=True, finds=[Breach.NOT_ACCEPTED]) as play:
        await play.charge()
        await play.later(31)  # in which the boot keeps the one open CALL to itself
        assert play.actions()[0] == "BootNotification"
        assert play.statuses(1)[-1] == "Charging"
        assert play.csms.ledger("CS-1").transactions
