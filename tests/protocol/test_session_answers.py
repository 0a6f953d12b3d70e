"""The peer's CALLs: one answer to each, in order, and before any consequence."""

import pytest

from ocppsim.protocol import frames
from ocppsim.protocol.errors import Fault, Refusal, Violation
from ocppsim.protocol.session import OPEN_CALLS, Kind, Misbehaved, Overdue, Received, Registration, Session
from tests.protocol.conversation import Conversation


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


# -- one answer, in order


def test_a_call_is_received_and_answered(talk: Conversation) -> None:
    assert talk.hear('[2,"a","Reset",{"type":"Soft"}]') == [Received("a", "Reset", {"type": "Soft"})]
    assert talk.written() == []
    talk.session.answer("a", {"status": "Accepted"})
    assert talk.written() == [[3, "a", {"status": "Accepted"}]]
    assert talk.written() == []


def test_a_refusal_carries_code_words_and_violations(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.session.refuse("a", Refusal.of((Violation("type", "enum", "none of these"),)))
    details = {"violations": [{"path": "type", "rule": "enum", "message": "none of these"}]}
    assert talk.written() == [[4, "a", "PropertyConstraintViolation", "type: none of these (enum)", details]]


@pytest.mark.parametrize("registration", Registration)
def test_calls_are_answered_whatever_the_registration(registration: Registration) -> None:
    talk = Conversation(registration)
    assert talk.peer_calls("a") == [Received("a", "ClearCache", {})]
    talk.session.answer("a", {})
    assert talk.answers() == ["a"]


def test_answers_go_in_order_of_arrival_whichever_is_known_first(talk: Conversation) -> None:
    talk.peer_calls("a")
    for call_id in ("b", "c"):
        overlap, received = talk.peer_calls(call_id)
        assert isinstance(overlap, Misbehaved)
        assert isinstance(received, Received)
    talk.session.answer("c", {})
    assert talk.answers() == []
    talk.session.answer("a", {})
    assert talk.answers() == ["a"]
    talk.session.answer("b", {})
    assert talk.answers() == ["b", "c"]


def test_a_second_answer_to_the_same_call_is_passed_over(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.session.answer("a", {"n": 1})
    talk.session.answer("a", {"n": 2})
    assert talk.written() == [[3, "a", {"n": 1}]]
    talk.session.answer("a", {"n": 3})
    talk.session.refuse("never seen", Refusal(Fault.INTERNAL))
    assert talk.written() == []


def test_the_answer_comes_while_a_call_of_ours_is_open(talk: Conversation) -> None:
    talk.submit("Heartbeat")
    talk.actions()
    talk.peer_calls("a")
    talk.session.answer("a", {})
    assert talk.answers() == ["a"]


# -- repeated ids


def test_a_repeated_id_gets_the_first_answer_again_and_nobody_acts_twice(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.session.answer("a", {"n": 1})
    first = talk.written()
    (event,) = talk.peer_calls("a", "Reset")
    assert isinstance(event, Misbehaved)
    assert talk.written() == first


def test_an_id_that_is_repeated_while_open_is_answered_as_often_as_it_came(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.peer_calls("b")
    assert not any(isinstance(event, Received) for event in talk.peer_calls("a"))
    talk.session.answer("a", {"n": 1})
    talk.session.answer("b", {"n": 2})
    assert talk.written() == [[3, "a", {"n": 1}], [3, "b", {"n": 2}], [3, "a", {"n": 1}]]


def test_a_broken_call_does_not_take_the_answer_of_the_open_call_with_its_id(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.hear('[2,"a","ClearCache"]')
    assert talk.written() == []
    talk.session.answer("a", {"status": "Accepted"})
    assert talk.written() == [[3, "a", {"status": "Accepted"}]] * 2


def test_an_id_is_known_for_64_answers(talk: Conversation) -> None:
    for number in range(OPEN_CALLS + 1):
        talk.peer_calls(f"{number}")
        talk.session.answer(f"{number}", {"n": number})
        talk.written()
    talk.peer_calls("1")
    assert talk.written() == [[3, "1", {"n": 1}]]
    assert talk.peer_calls("0") == [Received("0", "ClearCache", {})]


# -- broken and too many


@pytest.mark.parametrize(
    "text", ['[2,"a"]', '[2,"a","ClearCache"]', '[2,"a",5,{}]', '[2,"a","ClearCache",[]]']
)
def test_a_broken_call_is_refused_at_once(talk: Conversation, text: str) -> None:
    (event,) = talk.hear(text)
    assert isinstance(event, Misbehaved)
    ((kind, call_id, code, words, details),) = talk.written()
    assert (kind, call_id, code, details) == (4, "a", "FormationViolation", {})
    assert words == event.what


@pytest.mark.parametrize(
    "text", ["", "[]", '["2","a","ClearCache",{}]', '[9,"a",{}]', '[2,5,"ClearCache",{}]', b"[]"]
)
def test_what_has_no_readable_id_is_counted_and_not_answered(talk: Conversation, text: str | bytes) -> None:
    (event,) = talk.hear(text)
    assert isinstance(event, Misbehaved)
    assert talk.written() == []
    assert talk.idle()


def test_a_fault_without_a_code_gets_no_answer() -> None:
    session = Session(iter(["1-1"]), {})
    session.connected()
    (event,) = session.receive('[2,"a","Reset"]', 0.0)
    assert isinstance(event, Misbehaved)
    assert session.next(0.0) is None


def test_a_rejected_station_answers_nothing_that_is_broken() -> None:
    """OCPP 1.6 ed. 2, 4.2: while Rejected there is no answer, so not even a refusal."""
    talk = Conversation(Registration.REJECTED)
    (event,) = talk.hear('[2,"a","Reset"]')
    assert isinstance(event, Misbehaved)
    assert talk.written() == []


def test_beyond_64_open_calls_the_next_are_refused_in_their_turn(talk: Conversation) -> None:
    for number in range(OPEN_CALLS):
        assert Received(f"{number}", "ClearCache", {}) in talk.peer_calls(f"{number}")
    assert not any(isinstance(event, Received) for event in talk.peer_calls("too many"))
    assert talk.written() == []
    for number in range(OPEN_CALLS):
        talk.session.answer(f"{number}", {})
    *answers, refusal = talk.written()
    assert len(answers) == OPEN_CALLS
    assert refusal[:3] == [4, "too many", "InternalError"]


def test_what_was_one_too_many_gets_a_real_answer_when_it_comes_again(talk: Conversation) -> None:
    for number in range(OPEN_CALLS + 1):
        talk.peer_calls(f"{number}")
    for number in range(OPEN_CALLS):
        talk.session.answer(f"{number}", {})
    talk.written()
    assert talk.peer_calls(f"{OPEN_CALLS}") == [Received(f"{OPEN_CALLS}", "ClearCache", {})]


def test_a_flood_is_answered_to_the_last(talk: Conversation) -> None:
    ids = [f"{number}" for number in range(5_000)]
    for call_id in ids:
        talk.peer_calls(call_id)
    talk.session.expire(5.0)
    assert talk.answers() == ids


# -- left without an answer


def test_a_dropped_call_gets_no_answer_and_stops_nothing(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.submit("Heartbeat")
    talk.peer_calls("b")
    talk.session.answer("b", {})
    talk.session.drop("a")
    talk.session.drop("never seen")
    assert talk.written() == [[3, "b", {}], [2, "1-1", "Heartbeat", {}]]


def test_an_answer_that_is_known_is_not_dropped(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.session.answer("a", {})
    talk.session.drop("a")
    assert talk.answers() == ["a"]


def test_answers_do_not_outlive_their_connection(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.peer_calls("b")
    talk.session.answer("b", {})
    talk.session.lost()
    assert talk.session.answers_owed == 0
    talk.session.connected()
    talk.session.answer("a", {})
    assert talk.written() == []
    assert talk.peer_calls("b") == [Received("b", "ClearCache", {})]


# -- overdue


def test_a_call_that_nobody_answers_is_refused_when_its_time_is_over(talk: Conversation) -> None:
    talk.now = 10.0
    talk.peer_calls("a")
    talk.now = 12.0
    talk.peer_calls("b")
    assert talk.session.deadline == 15.0
    assert talk.session.expire(14.9) == []
    assert talk.session.expire(15.0) == [Overdue("a")]
    assert talk.session.deadline == 17.0
    ((kind, call_id, code, *_),) = talk.written()
    assert (kind, call_id, code) == (4, "a", "InternalError")
    talk.session.answer("a", {})
    assert talk.written() == []
    assert talk.session.expire(17.0) == [Overdue("b")]
    assert talk.session.deadline is None


def test_a_repeated_call_is_overdue_once(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.now = 1.0
    talk.peer_calls("a")
    assert talk.session.expire(5.0) == [Overdue("a")]
    assert talk.answers() == ["a", "a"]
    assert talk.session.deadline is None


def test_the_earlier_of_two_deadlines_comes_first(talk: Conversation) -> None:
    talk.submit("Heartbeat")
    talk.written()
    talk.now = 20.0
    talk.peer_calls("a")
    assert talk.session.deadline == 25.0
    talk.now = 28.0
    talk.session.answer("a", {})
    assert talk.session.deadline == 30.0
    talk.peer_calls("b")
    assert talk.session.deadline == 30.0


# -- answer before consequence


@pytest.mark.parametrize("kind", [Kind.TRIGGERED, Kind.ORDINARY, Kind.TRANSACTION])
def test_a_consequence_waits_for_the_answer(talk: Conversation, kind: Kind) -> None:
    talk.peer_calls("a")
    talk.submit("StatusNotification", kind)
    assert talk.written() == []
    talk.session.answer("a", {})
    assert talk.written() == [[3, "a", {}], [2, "1-1", "StatusNotification", {}]]


def test_a_call_waits_for_the_answers_to_all_calls_before_it_and_to_no_later_one(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.peer_calls("b")
    talk.submit("StatusNotification")
    talk.peer_calls("c")
    talk.session.answer("a", {})
    assert talk.answers() == ["a"]
    talk.session.answer("b", {})
    assert talk.written() == [[3, "b", {}], [2, "1-1", "StatusNotification", {}]]
    talk.session.answer("c", {})
    assert talk.answers() == ["c"]


def test_a_call_that_was_queued_before_does_not_wait(talk: Conversation) -> None:
    talk.submit("StatusNotification")
    talk.peer_calls("a")
    assert talk.actions() == ["StatusNotification"]


def test_the_gate_opens_when_the_answer_is_overdue_or_dropped(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.submit("StatusNotification")
    talk.session.expire(5.0)
    (refusal, call) = talk.written()
    assert (refusal[1], call[2]) == ("a", "StatusNotification")
    talk.hear('[3,"1-1",{}]')
    talk.peer_calls("b")
    talk.submit("Heartbeat")
    talk.session.drop("b")
    assert talk.actions() == ["Heartbeat"]


def test_the_gate_is_open_on_a_new_connection(talk: Conversation) -> None:
    talk.peer_calls("a")
    talk.peer_calls("b")
    talk.submit("StopTransaction", Kind.TRANSACTION)
    talk.session.lost()
    talk.session.connected()
    talk.peer_calls("c")
    assert talk.actions() == ["StopTransaction"]


def test_a_binary_frame_in_the_middle_of_all_this_changes_nothing(talk: Conversation) -> None:
    call = talk.submit("Heartbeat")
    talk.written()
    assert all(isinstance(event, Misbehaved) for event in talk.hear(frames.call("a", "Reset", {}).encode()))
    talk.peer_answers(call)
    assert talk.idle()
