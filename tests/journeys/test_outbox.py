"""The outbox against a central system that refuses, keeps silent or answers late."""

import pytest
from stage import Stage, stage

from ocppsim.csms.behaviour import Delay, Drop, Refuse, Rule, Silent

START = ["StartTransaction"]


def transactions_named(play: Stage) -> set[int]:
    calls = play.said("MeterValues") + play.said("StopTransaction")
    return {call.payload["transactionId"] for call in calls}


# -- refused


async def test_a_refused_start_is_tried_attempts_times_and_then_given_up(autojump_clock: object) -> None:
    keys = {"TransactionMessageAttempts": "4", "TransactionMessageRetryInterval": "10"}
    async with stage(Rule(Refuse(), actions=START), keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(600)
        assert play.times("StartTransaction") == [0, 10, 30, 60]
        assert play.board.tally.given_up == 1
        assert len(play.notes("given up: StartTransaction")) == 1
        assert "given up" in play.board.refusal


async def test_the_rest_of_a_session_without_a_start_goes_with_minus_1(autojump_clock: object) -> None:
    keys = {"TransactionMessageRetryInterval": "10"}
    async with stage(Rule(Refuse(), actions=START, times=3), keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(200)
        await play.show()
        assert transactions_named(play) == {-1}
        assert play.board.unsent == 0
        play.unplug()
        await play.charge()  # the next session is none the worse for it
        await play.later(100)
        assert transactions_named(play) == {-1, play.transaction_id}


async def test_a_refused_stop_is_given_up_and_the_next_message_goes(autojump_clock: object) -> None:
    keys = {"TransactionMessageAttempts": "2", "TransactionMessageRetryInterval": "10"}
    async with stage(Rule(Refuse(), actions=["StopTransaction"], times=2), keys=keys, connectors=2) as play:
        await play.booted()
        await play.charge(1)
        await play.charge(2)
        await play.show(number=1)
        await play.show(number=2)
        await play.later(5)
        assert len(play.said("StopTransaction")) == 1
        await play.later(10)
        first, again, other = play.said("StopTransaction")
        assert (first.id, first.payload) == (again.id, again.payload)
        assert other.payload["transactionId"] != first.payload["transactionId"]


async def test_attempts_are_counted_for_each_message(autojump_clock: object) -> None:
    keys = {"TransactionMessageRetryInterval": "1", "MeterValueSampleInterval": "20"}
    rules = [Rule(Refuse(), actions=[action], times=2) for action in ("StartTransaction", "MeterValues")]
    async with stage(*rules, keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(100)
        assert play.board.tally.given_up == 0
        assert play.times("StartTransaction") == [0, 1, 3]
        assert play.times("MeterValues")[:3] == [20, 21, 23]


async def test_ordinary_calls_go_on_while_a_message_waits(autojump_clock: object) -> None:
    keys = {"TransactionMessageRetryInterval": "100", "ConnectionTimeOut": "0"}
    async with stage(Rule(Refuse(), actions=START, times=1), keys=keys, connectors=2) as play:
        await play.booted()
        await play.set_key("HeartbeatInterval", 20)
        await play.charge(1)
        mark = play.mark()
        await play.later(10)
        play.plug(2)
        await play.later(60)
        assert play.actions(mark) == ["StatusNotification", "Heartbeat", "Heartbeat", "Heartbeat"]
        await play.later(60)
        assert "StartTransaction" in play.actions(mark)


# -- unanswered


async def test_silence_is_tried_again_and_never_given_up(autojump_clock: object) -> None:
    keys = {
        "TransactionMessageAttempts": "1",
        "TransactionMessageRetryInterval": "10",
        "MeterValueSampleInterval": "0",
    }
    async with stage(Rule(Silent(), actions=START, times=6), keys=keys) as play:
        await play.booted()
        await play.set_key("HeartbeatInterval", 25)  # so that silences are not in a row
        await play.charge()
        await play.later(600)
        assert play.board.tally.given_up == 0
        assert play.times("StartTransaction")[:4] == [0, 30 + 10, 70 + 20, 120 + 30]
        assert play.csms.ledger("CS-1").transactions
        assert play.board.link.connections == 1


async def test_message_timeout_says_how_long_silence_is(autojump_clock: object) -> None:
    keys = {"MessageTimeout": "7", "TransactionMessageRetryInterval": "1"}
    async with stage(Rule(Silent(), actions=START, times=1), keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(20)
        assert play.times("StartTransaction") == [0, 8]


async def test_three_silences_in_a_row_close_the_connection(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "0"}, connectors=3) as play:
        await play.booted()
        silent = play.rule(Silent())
        for number in (1, 2, 3):
            play.plug(number)
        await play.later(89)
        assert play.board.link.connections == 1
        play.csms.behaviour.remove(silent)
        await play.later(5)
        assert play.board.link.connections == 2
        assert play.board.registration.accepted
        assert [play.statuses(n)[-1] for n in (1, 2, 3)] == 3 * ["Preparing"]


async def test_a_callerror_between_silences_is_a_sign_of_life(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "0"}, connectors=4) as play:
        await play.booted()
        play.rule(Silent(), "StatusNotification", times=2)
        play.rule(Refuse(), "StatusNotification", times=1)
        play.rule(Silent(), "StatusNotification", times=1)
        for number in (1, 2, 3, 4):
            play.plug(number)
        await play.later(100)
        assert play.board.link.connections == 1


async def test_a_late_answer_to_a_transaction_message_counts(autojump_clock: object) -> None:
    async with stage(Rule(Delay(40), actions=START)) as play:
        await play.booted()
        await play.charge()
        await play.later(45)
        assert len(play.said("StartTransaction")) == 1
        await play.later(20)  # the sample at 60 need not wait for the retry that was due at 90
        [values] = play.said("MeterValues")
        assert (round(values.at), values.payload["transactionId"]) == (60, play.transaction_id)


# -- cut off


async def test_a_broken_connection_is_no_attempt(autojump_clock: object) -> None:
    keys = {"TransactionMessageAttempts": "2", "TransactionMessageRetryInterval": "10"}
    async with stage(
        Rule(Drop(), actions=START, times=4), Rule(Refuse(), actions=START, times=1), keys=keys
    ) as play:
        await play.booted()
        await play.charge()
        await play.later(100)
        assert play.board.tally.given_up == 0
        *_, refused, taken = play.said("StartTransaction")
        assert taken.at - refused.at == pytest.approx(
            10, abs=0.01
        )  # the first failure, whatever broke before
        assert play.csms.ledger("CS-1").transactions


async def test_what_was_not_answered_goes_again_with_the_same_id_and_payload(autojump_clock: object) -> None:
    async with stage(Rule(Drop(processed=True), actions=START, times=1)) as play:
        await play.booted()
        await play.charge()
        await play.later(70)
        first, again = play.said("StartTransaction")
        assert (first.text, first.attempt, again.attempt) == (again.text, 1, 2)
        assert play.board.tally.resent == 1
        assert len(play.csms.ledger("CS-1").transactions) == 1  # the central system knew it


async def test_an_answer_beside_a_resend_is_no_resend(autojump_clock: object) -> None:
    async with stage(Rule(Drop(), actions=START, times=1), Rule(Delay(5), actions=START)) as play:
        await play.booted()
        await play.charge()
        await play.until(lambda board: board.link.connections == 2)
        await play.settle()
        assert len(play.said("StartTransaction")) == 2
        await play.ask("ClearCache")
        assert [answer.attempt for answer in play.answered()] == [1]
        assert play.board.tally.resent == 1


async def test_what_was_answered_never_goes_again(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(200)
        for _ in range(3):
            await play.outage(10)
        await play.ask("Reset", type="Hard")
        await play.later(300)
        calls = play.said("StartTransaction") + play.said("MeterValues") + play.said("StopTransaction")
        assert len({call.id for call in calls}) == len(calls)


async def test_ids_of_sessions_that_are_over_are_forgotten(autojump_clock: object) -> None:
    async with stage(keys={"MeterValueSampleInterval": "10"}) as play:
        await play.booted()
        for _ in range(3):
            await play.charge()
            await play.later(60)
            assert len(play.station.context.memory.outbox.transaction_ids) == 1
            await play.show()
            play.unplug()
            await play.later(60)
        assert play.station.context.memory.outbox.transaction_ids == {}
