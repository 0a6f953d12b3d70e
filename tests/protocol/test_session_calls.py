"""Our CALLs: pairing with answers, one at a time, and which may be sent when."""

import pytest

from ocppsim.protocol.frames import Payload
from ocppsim.protocol.session import Answered, Failed, Kind, Misbehaved, Registration, Why
from tests.protocol.conversation import Conversation

NONE, PENDING, ACCEPTED = Registration.NONE, Registration.PENDING, Registration.ACCEPTED
BOOT, TRIGGERED, ORDINARY, TRANSACTION = Kind.BOOT, Kind.TRIGGERED, Kind.ORDINARY, Kind.TRANSACTION


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


# -- pairing


def test_a_result_ends_the_call_with_its_id(talk: Conversation) -> None:
    call = talk.submit("Heartbeat", ref="mine")
    assert talk.written() == [[2, "1-1", "Heartbeat", {}]]
    assert talk.hear('[3,"1-1",{"a":1}]') == [Answered(call, {"a": 1})]
    assert talk.session.flying is None


def test_a_null_result_is_an_empty_one(talk: Conversation) -> None:
    call = talk.submit("Heartbeat")
    talk.written()
    assert talk.hear('[3,"1-1",null]') == [Answered(call, {})]


def test_an_error_ends_the_call_with_its_code_and_words(talk: Conversation) -> None:
    call = talk.submit("Heartbeat")
    talk.written()
    failed = Failed(call, Why.REFUSED, "NotImplemented", "never heard of it")
    assert talk.hear('[4,"1-1","NotImplemented","never heard of it",{}]') == [failed]
    assert str(failed) == "refused NotImplemented never heard of it"


def test_of_an_error_without_end_the_beginning_is_kept(talk: Conversation) -> None:
    """The fields hold so much (J 4.2.3); it is noted, logged and shown, again and again."""
    call = talk.submit("Heartbeat")
    talk.written()
    code, description = "c" * 100_000, "d" * 100_000
    failed = Failed(call, Why.REFUSED, "c" * 50, "d" * 255)
    assert talk.hear(f'[4,"1-1","{code}","{description}",{{}}]') == [failed]


@pytest.mark.parametrize("text", ['[3,"1-1"]', '[3,"1-1",[]]', '[4,"1-1"]', '[4,"1-1",5,"",{}]'])
def test_an_answer_that_cannot_be_read_ends_the_call_and_is_counted(talk: Conversation, text: str) -> None:
    call = talk.submit("Heartbeat")
    talk.written()
    violation, failed = talk.hear(text)
    assert isinstance(violation, Misbehaved)
    assert isinstance(failed, Failed)
    assert (failed.call, failed.why) == (call, Why.UNREADABLE)


@pytest.mark.parametrize("text", ['[3,"x",{}]', '[4,"x","InternalError","",{}]', '[3,"x",[]]', '[3,"",{}]'])
def test_an_answer_to_no_open_call_changes_nothing(talk: Conversation, text: str) -> None:
    assert all(isinstance(event, Misbehaved) for event in talk.hear(text))
    call = talk.submit("Heartbeat")
    talk.written()
    assert all(isinstance(event, Misbehaved) for event in talk.hear(text))
    assert talk.session.flying is call
    assert talk.written() == []  # an answer is never answered


def test_a_second_answer_is_one_too_many(talk: Conversation) -> None:
    call = talk.submit("Heartbeat")
    talk.written()
    talk.peer_answers(call)
    (event,) = talk.peer_answers(call)
    assert isinstance(event, Misbehaved)


# -- one at a time, with ids


def test_one_call_is_open_at_a_time(talk: Conversation) -> None:
    first, _ = talk.submit("Heartbeat"), talk.submit("Authorize")
    assert talk.actions() == ["Heartbeat"]
    assert talk.actions() == []
    talk.peer_answers(first)
    assert talk.actions() == ["Authorize"]


def test_ids_are_counted_when_calls_are_sent(talk: Conversation) -> None:
    second = talk.submit("StopTransaction", TRANSACTION)
    talk.session.held = True
    talk.submit("Heartbeat")
    talk.exchange()
    talk.session.held = False
    talk.exchange()
    assert second.id == "1-2"


def test_a_call_keeps_an_id_fixed_beforehand_and_none_is_wasted_on_it(talk: Conversation) -> None:
    talk.submit("StopTransaction", TRANSACTION, id="0-77")
    assert talk.written() == [[2, "0-77", "StopTransaction", {}]]
    talk.hear('[3,"0-77",{}]')
    talk.submit("Heartbeat")
    assert talk.written() == [[2, "1-1", "Heartbeat", {}]]


@pytest.mark.parametrize("how", ["refused", "timed out", "lost"])
def test_a_resend_has_the_same_id_and_payload_and_counts_its_attempt(talk: Conversation, how: str) -> None:
    call = talk.submit("StopTransaction", TRANSACTION)
    first = talk.written()
    assert (call.attempt, call.sent_at) == (1, 0.0)
    talk.now = talk.session.deadline or 0.0
    if how == "lost":
        assert talk.session.lost() == []
        talk.session.connected()
    else:
        (event,) = talk.peer_refuses(call) if how == "refused" else talk.session.expire(talk.now)
        assert isinstance(event, Failed)
        talk.session.again(call)
    assert talk.written() == first
    assert (call.attempt, call.sent_at) == (2, talk.now)


def test_the_payload_is_made_when_the_call_is_sent(talk: Conversation) -> None:
    """The transaction id is known only after the answer to what goes before."""
    known: Payload = {}
    start = talk.submit("StartTransaction", TRANSACTION)
    talk.submit("StopTransaction", TRANSACTION, encode=lambda: dict(known))
    talk.written()
    known["transactionId"] = 7
    talk.peer_answers(start)
    assert talk.written() == [[2, "1-2", "StopTransaction", {"transactionId": 7}]]


def test_what_cannot_be_encoded_is_neither_sent_nor_lost(talk: Conversation) -> None:
    call = talk.submit("DataTransfer", encode=lambda: {"data": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        talk.session.next(talk.now)
    assert (talk.session.flying, call.attempt, talk.session.deadline) == (None, 0, None)
    call.encode = None
    assert talk.actions() == ["DataTransfer"]


# -- time


def test_a_call_without_an_answer_times_out(talk: Conversation) -> None:
    talk.now = 100.0
    call = talk.submit("Heartbeat")
    talk.written()
    assert talk.session.deadline == 130.0
    assert talk.session.expire(129.9) == []
    assert talk.session.expire(130.0) == [Failed(call, Why.TIMED_OUT)]
    assert talk.session.deadline is None


def test_a_late_answer_to_an_ordinary_call_comes_to_nothing(talk: Conversation) -> None:
    call = talk.submit("Heartbeat")
    talk.written()
    talk.session.expire(30.0)
    (event,) = talk.peer_answers(call)
    assert isinstance(event, Misbehaved)


def test_a_transaction_message_that_is_answered_late_does_not_go_again(talk: Conversation) -> None:
    """What was answered never goes again: the peer has it, and would book it twice."""
    start = talk.submit("StartTransaction", TRANSACTION)
    talk.submit("StopTransaction", TRANSACTION)
    talk.written()
    talk.session.expire(30.0)
    talk.session.again(start)
    talk.session.held = True  # waits for its turn to be tried again
    assert talk.peer_answers(start) == [Answered(start, {})]
    talk.session.held = False
    assert talk.exchange() == ["StopTransaction"]


def test_a_late_error_is_no_second_attempt(talk: Conversation) -> None:
    start = talk.submit("StartTransaction", TRANSACTION)
    talk.written()
    talk.peer_refuses(start)
    talk.session.again(start)
    (event,) = talk.peer_refuses(start)
    assert isinstance(event, Misbehaved)
    assert talk.exchange() == ["StartTransaction"]


def test_an_answer_to_what_was_never_sent_does_not_count(talk: Conversation) -> None:
    talk.session.held = True
    talk.submit("StopTransaction", TRANSACTION, id="1-77")
    (event,) = talk.hear('[3,"1-77",{}]')
    assert isinstance(event, Misbehaved)
    talk.session.held = False
    assert talk.exchange() == ["StopTransaction"]


# -- connections


def test_a_lost_connection_fails_what_is_open_and_what_waits(talk: Conversation) -> None:
    heartbeat, status = talk.submit("Heartbeat"), talk.submit("StatusNotification")
    talk.written()
    assert talk.session.lost() == [Failed(heartbeat, Why.LOST), Failed(status, Why.OFFLINE)]
    assert (talk.session.online, talk.session.flying, talk.session.deadline) == (False, None, None)
    assert talk.session.expire(1e9) == []


def test_a_lost_connection_keeps_transaction_messages_in_order(talk: Conversation) -> None:
    for action in ("StartTransaction", "MeterValues", "StopTransaction"):
        talk.submit(action, TRANSACTION)
    talk.written()
    assert talk.session.lost() == []
    talk.submit("StartTransaction", TRANSACTION)
    talk.session.connected()
    assert talk.exchange() == ["StartTransaction", "MeterValues", "StopTransaction", "StartTransaction"]


def test_idle_means_that_nothing_can_be_sent_and_nothing_is_open(talk: Conversation) -> None:
    session = talk.session
    assert talk.idle()
    talk.submit("Heartbeat")
    assert not talk.idle()
    talk.exchange()
    assert talk.idle()
    talk.peer_calls("a")
    assert not talk.idle()
    session.answer("a", {})
    assert not talk.idle()
    talk.written()
    assert talk.idle()
    session.lost()
    talk.submit("StopTransaction", TRANSACTION)
    assert talk.idle()  # offline, it cannot be sent
    session.connected()
    assert not talk.idle()
