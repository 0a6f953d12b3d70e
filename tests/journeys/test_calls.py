"""CALL and answer: one of ours at a time, and one answer for each of theirs, in order."""

import pytest
from stage import stage
from transcript import Frame

from ocppsim.actors.desk import Desk
from ocppsim.csms.behaviour import Garble, Refuse, Rule, Silent

GET = "GetConfiguration"


async def deaf(_: Desk, __: object) -> None:
    """A desk that lets everything lie."""


def ids(frames: list[Frame]) -> list[str]:
    return [frame.id for frame in frames]


# -- their calls


async def test_overlapping_calls_are_answered_in_order_and_counted(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.burst(
            [2, "a", GET, {}],
            [2, "b", "Nonsense", {}],
            [2, "c", "UnlockConnector", {"connectorId": 1}],
            [2, "d", GET, {}],
        )
        assert ids(play.answered()) == ["a", "b", "c", "d"]
        assert play.board.tally.violations == 3


async def test_a_repeated_id_gets_the_first_answer_again(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "a", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "5"})
        await play.write(2, "a", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "6"})
        first, again = play.answered()
        assert first.text == again.text
        assert play.station.context.settings.connection_timeout_s == 5
        assert any("used twice" in violation for violation in play.violations())


async def test_ids_are_forgotten_with_the_connection(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "a", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "5"})
        await play.outage(1)
        await play.write(2, "a", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "6"})
        assert play.station.context.settings.connection_timeout_s == 6


async def test_more_than_64_open_calls_are_refused(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage() as play:
        await play.booted()
        monkeypatch.setattr(Desk, "handle", deaf)
        await play.burst(*([2, f"r{number}", GET, {}] for number in range(66)))
        await play.later(6)
        answers = play.answered()
        assert ids(answers) == [f"r{number}" for number in range(66)]
        assert {answer.action for answer in answers} == {"InternalError"}
        assert "64" in answers[-1].text
        assert "64" not in answers[0].text
        play.board.tally.internal = 0  # as was the plan


async def test_a_request_that_nobody_answers_gets_internal_error_after_5_s(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage() as play:
        await play.later(10)
        with monkeypatch.context() as patch:
            patch.setattr(Desk, "handle", deaf)
            await play.write(2, "a", GET, {})
            play.plug()  # a CALL of ours, queued behind the answer
            await play.later(4.9)
            assert play.answered() == []
            assert play.statuses(1) == ["Available"]
            await play.later(0.2)
        [answer] = play.answered()
        assert (answer.kind, answer.action, answer.at) == (4, "InternalError", 15)
        assert play.statuses(1) == ["Available", "Preparing"]
        assert play.board.tally.internal == 1
        assert (await play.ask(GET, key=["HeartbeatInterval"]))["configurationKey"]
        play.board.tally.internal = 0


async def test_answers_are_never_answered(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        await play.write(3, "nobody", {})
        await play.write(4, "nobody", "InternalError", "", {})
        await play.write(3, "nobody")
        await play.write(4, "nobody")
        assert play.answered(mark) == []
        assert play.board.tally.violations >= 4


async def test_an_answer_given_twice_counts_once(autojump_clock: object) -> None:
    async with stage(Rule(Garble("twice"), actions=["StartTransaction"])) as play:
        await play.booted()
        await play.charge()
        assert play.board.tally.violations == 1
        await play.show()
        assert len(play.csms.ledger("CS-1").transactions) == 1


async def test_a_null_payload_is_an_empty_one(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "a", GET, None)
        assert play.answer_to("a").kind == 3
        await play.write(2, "b", "Reset", None)
        assert play.answer_to("b").action == "OccurenceConstraintViolation"


async def test_null_answers_are_empty_ones(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=["StatusNotification"], times=1)) as play:
        await play.settle()
        [status] = play.said("StatusNotification")
        await play.write(3, status.id, None)
        assert play.statuses(1) == ["Available"]
        assert play.board.tally.violations == 0


# -- our calls


async def test_one_call_of_ours_is_open_at_a_time(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=["StatusNotification"], after=2), connectors=4) as play:
        await play.later(1)
        for number in (1, 2, 3, 4):
            play.plug(number)
        mark = play.mark()
        await play.later(29)
        assert len(play.said(since=mark)) == 1
        await play.later(30)
        assert len(play.said(since=mark)) == 2


async def test_a_late_answer_is_told_and_has_no_effect(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Silent(), "Authorize", times=1)
        play.plug()
        await play.show()
        await play.later(31)
        assert play.board.connectors[1].busy is False
        [authorize] = play.said("Authorize")
        await play.write(3, authorize.id, {"idTagInfo": {"status": "Accepted"}})
        assert any(authorize.id in violation for violation in play.violations())
        assert play.board.connectors[1].busy is False


# -- message ids


async def test_message_ids_are_start_and_count_and_never_repeated(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(600)
        await play.ask("Reset", type="Hard")
        await play.later(600)
        texts: dict[str, set[str]] = {}
        for call in play.said():
            start, _, count = call.id.partition("-")
            assert int(start, 16) >= 0
            assert float(count) > 0
            assert len(call.id) <= 36
            texts.setdefault(call.id, set()).add(call.text)
        assert all(len(same) == 1 for same in texts.values())


async def test_a_fresh_store_derives_ids_from_the_seed_and_the_station(autojump_clock: object) -> None:
    starts = set()
    for seed in (1, 1, 2):
        async with stage(seed=seed) as play:
            await play.booted()
            starts.add(play.said()[0].id)
    assert len(starts) == 2


# -- statuses, which are state and no messages


async def test_a_status_that_was_refused_goes_again_after_a_minute(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "0"}) as play:
        await play.booted()
        play.rule(Refuse(), "StatusNotification", times=1)
        play.plug()
        await play.later(59)
        assert play.statuses(1) == ["Available", "Preparing"]
        await play.later(2)
        assert play.statuses(1) == ["Available", "Preparing", "Preparing"]
        await play.later(600)
        assert len(play.statuses(1)) == 3


async def test_a_newer_status_does_not_wait_for_one_that_was_refused(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Refuse(), "StatusNotification", times=1)
        await play.charge()
        assert play.statuses(1) == ["Available", "Preparing", "Charging"]
        await play.show()
        play.unplug()
        await play.settle()
        play.plug()
        await play.settle()
        assert play.statuses(1)[3:] == ["Finishing", "Available", "Preparing"]


async def test_a_refused_status_that_is_no_longer_true_is_not_sent_again(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Refuse(), "StatusNotification", times=1)
        play.plug()
        await play.later(10)
        play.unplug()
        await play.later(600)
        assert play.statuses(1) == ["Available", "Preparing"]
