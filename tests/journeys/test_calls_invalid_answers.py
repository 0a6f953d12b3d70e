"""Observant towards the central system: an invalid answer is told, and used as far as it can be read."""

from typing import Any

import pytest
from stage import stage

from ocppsim.csms.behaviour import Answer, Garble, Rule
from ocppsim.csms.findings import Breach
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.connector import Status

BOOT = ["BootNotification"]
REFUSING = Dialect16(refuse_invalid=True)
INVALID_BOOTS = [
    {"currentTime": "2026-01-01T00:00:00"},
    {"interval": 300.0},
    {"vendor": "extra"},
    {"currentTime": "yesterday"},
    {"currentTime": 7},
]


@pytest.mark.parametrize("fields", INVALID_BOOTS, ids=str)
async def test_an_invalid_boot_answer_is_told_and_used(
    autojump_clock: object, fields: dict[str, Any]
) -> None:
    async with stage(Rule(Answer({"interval": 300, **fields}), actions=BOOT)) as play:
        await play.booted()
        assert play.board.tally.violations >= 1
        [violation, *_] = play.violations()
        assert "BootNotification" in violation
        assert play.station.context.settings.heartbeat_s == 300
        assert play.actions()[:3] == ["BootNotification", "StatusNotification", "StatusNotification"]


@pytest.mark.parametrize("fields", INVALID_BOOTS, ids=str)
async def test_who_refuses_invalid_answers_takes_them_for_failures(
    autojump_clock: object, fields: dict[str, Any]
) -> None:
    rule = Rule(Answer(fields), actions=BOOT, times=1)
    async with stage(rule, dialect=REFUSING) as play:
        await play.settle()
        assert play.board.registration.standing.name == "UNKNOWN"
        assert play.board.tally.failures == 1
        await play.later(61)
        assert play.board.registration.accepted


async def test_an_unreadable_time_changes_nothing(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Answer({"currentTime": "soon"}), "Heartbeat")
        await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        assert play.station.context.memory.offset_s == 0
        assert play.board.tally.violations == 1


async def test_a_start_without_tag_info_opens_no_session_and_is_asked_again(autojump_clock: object) -> None:
    rule = Rule(Answer(without=("idTagInfo",)), actions=["StartTransaction"], times=1)
    async with stage(rule, keys={"TransactionMessageRetryInterval": "10"}) as play:
        await play.booted()
        await play.charge()
        assert len(play.said("StartTransaction")) == 1
        await play.later(10)
        first, again = play.said("StartTransaction")
        assert (first.id, first.payload, again.attempt) == (again.id, again.payload, 2)


async def test_an_answer_with_an_extra_field_opens_the_session(autojump_clock: object) -> None:
    async with stage(Rule(Answer({"price": 7}), actions=["StartTransaction"])) as play:
        await play.booted()
        await play.charge()
        await play.later(60)
        [values] = play.said("MeterValues")
        assert values.payload["transactionId"] == play.transaction_id
        assert any("StartTransaction" in violation for violation in play.violations())


async def test_a_tag_status_that_nobody_knows_is_no_usable_answer(autojump_clock: object) -> None:
    async with stage(Rule(Answer({"idTagInfo": {"status": "Great"}}), actions=["Authorize"])) as play:
        await play.booted()
        play.plug()
        await play.show()
        assert play.board.status(1) is Status.PREPARING
        assert not play.board.connectors[1].busy
        assert play.said("StartTransaction") == []


@pytest.mark.parametrize("how", ["no payload", "not JSON", "wrong type", "wrong id"])
async def test_garbage_for_an_answer_is_survived(autojump_clock: object, how: Any) -> None:
    rules = [
        Rule(Garble(how), actions=[action], times=1) for action in ("StatusNotification", "StartTransaction")
    ]
    async with stage(*rules, keys={"TransactionMessageRetryInterval": "5"}) as play:
        await play.later(100)
        assert play.statuses(0) == ["Available", "Available"]
        await play.charge()
        await play.later(600)
        await play.show()
        assert play.csms.summary().sessions_completed == 1
        assert play.board.tally.violations >= 2
        assert play.board.link.connections == 1


async def test_nonsense_at_once_is_not_asked_again_at_once(autojump_clock: object) -> None:
    rule = Rule(Garble("no payload"), actions=["StartTransaction"], times=5)
    async with stage(rule, keys={"TransactionMessageRetryInterval": "0"}) as play:
        await play.booted()
        await play.charge()
        await play.later(10)
        assert play.times("StartTransaction") == [0, 1, 2, 3, 4, 5]


async def test_values_that_no_clock_can_show_are_not_followed(autojump_clock: object) -> None:
    for time in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"):
        rule = Rule(Answer({"currentTime": time}), actions=BOOT)
        async with stage(rule, finds=[Breach.FUTURE, Breach.TIME_BACK]) as play:
            await play.booted()
            await play.charge()
            await play.later(100)
            assert play.said("StartTransaction")
