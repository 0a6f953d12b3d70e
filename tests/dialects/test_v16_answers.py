"""What the central system's answers come to, and that nothing it says can break a station."""

from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ocppsim.dialects.registration import LONGEST_S
from ocppsim.dialects.v16 import Dialect16
from ocppsim.dialects.v16.answers import ANSWERS
from ocppsim.dialects.v16.requests import ROWS
from ocppsim.model.answers import BootAnswer, SessionAnswer, TagAnswer, Taken, TimeAnswer
from ocppsim.model.authorization import TagInfo, TagStatus
from ocppsim.model.registration import Standing
from ocppsim.model.specification import Specification
from ocppsim.protocol import convert, schemas, v16
from ocppsim.protocol.actions import Sender
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.frames import Payload

DIALECT, LOOSE = Dialect16(), Dialect16(strict=False)
DIALECTS = st.sampled_from([DIALECT, LOOSE, Dialect16(refuse_invalid=True)])
NEW_YEAR, NEW_YEAR_TEXT = 1_767_225_600.0, "2026-01-01T00:00:00Z"
STATION = Specification("CS-1")

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 1e308, 5.0, -1])
    | st.text(max_size=30)
    | st.sampled_from(["Accepted", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
    | st.sampled_from(["2016-12-31T23:59:60Z", "Heartbeat", "Operative", "Hard"])
)
names = st.sampled_from(
    [
        *("status", "interval", "currentTime", "idTagInfo", "expiryDate", "parentIdTag", "transactionId"),
        *("connectorId", "type", "key", "value", "idTag", "vendorId", "requestedMessage", "other"),
    ]
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
odd = st.dictionaries(names, anything, max_size=3)

ANSWER: Payload = {
    "status": "Accepted",
    "interval": 300,
    "currentTime": NEW_YEAR_TEXT,
    "transactionId": 1,
    "idTagInfo": {"status": "Accepted"},
}
REQUEST: Payload = {
    "connectorId": 1,
    "type": "Hard",
    "key": "HeartbeatInterval",
    "value": "60",
    "idTag": "TAG",
    "transactionId": 1,
    "vendorId": "V",
    "requestedMessage": "Heartbeat",
}


def fields_of(cls: Any, source: Payload) -> Payload:
    """Those of all that a message has."""
    wire_names = {convert.wire_name(field.name) for field in attrs.fields(cls)}
    return {name: value for name, value in source.items() if name in wire_names}


def boot(**fields: object) -> BootAnswer:
    payload: Payload = {"status": "Accepted", "interval": 300, "currentTime": NEW_YEAR_TEXT, **fields}
    answer = DIALECT.read("BootNotification", payload).answer
    assert isinstance(answer, BootAnswer)
    return answer


# -- answers to what the station said


def test_every_answer_to_what_a_station_says_is_read() -> None:
    said = {name for name, action in v16.ACTIONS.items() if action.sender is not Sender.CENTRAL_SYSTEM}
    assert said == set(ANSWERS)


@pytest.mark.parametrize(
    ("word", "standing"),
    [("Accepted", Standing.ACCEPTED), ("Pending", Standing.PENDING), ("Rejected", Standing.REJECTED)],
)
def test_a_boot_tells_standing_interval_and_time(word: str, standing: Standing) -> None:
    assert boot(status=word) == BootAnswer(standing, 300.0, NEW_YEAR)


@pytest.mark.parametrize(("interval", "interval_s"), [(0, 0), (-5, 0), (10**12, LONGEST_S), (300.0, 300)])
def test_an_interval_is_no_longer_than_a_timer_can_wait(interval: float, interval_s: float) -> None:
    assert boot(interval=interval).interval_s == interval_s


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (NEW_YEAR_TEXT, NEW_YEAR),
        ("2026-01-01T01:00:00+01:00", NEW_YEAR),
        ("2026-01-01T00:00:00", NEW_YEAR),
        ("yesterday", None),
        ("9999-12-31T23:59:59Z", None),  # no room for what comes after
        ("0001-01-01T00:00:00Z", None),  # nor for what came before
    ],
)
def test_a_clock_that_cannot_be_followed_changes_nothing(text: str, time: float | None) -> None:
    assert boot(currentTime=text).time == time
    assert DIALECT.read("Heartbeat", {"currentTime": text}).answer == TimeAnswer(time)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Accepted", TagStatus.ACCEPTED),
        ("Blocked", TagStatus.BLOCKED),
        ("Expired", TagStatus.EXPIRED),
        ("Invalid", TagStatus.INVALID),
        ("ConcurrentTx", TagStatus.CONCURRENT),
    ],
)
def test_a_tag_is_told_with_status_expiry_and_parent(word: str, status: TagStatus) -> None:
    told: Payload = {"idTagInfo": {"status": word, "expiryDate": NEW_YEAR_TEXT, "parentIdTag": "P"}}
    info = TagInfo(status, NEW_YEAR, "P")
    assert DIALECT.read("Authorize", told).answer == TagAnswer(info)
    started: Payload = {**told, "transactionId": 7}
    assert DIALECT.read("StartTransaction", started).answer == SessionAnswer(7, info)


def test_a_stop_may_be_answered_without_a_word_on_the_tag() -> None:
    assert DIALECT.read("StopTransaction", {}).answer == TagAnswer(None)


@pytest.mark.parametrize("action", ["DataTransfer", "MeterValues", "StatusNotification"])
def test_other_answers_say_only_that_it_was_taken(action: str) -> None:
    payload: Payload = {"status": "Accepted"} if action == "DataTransfer" else {}
    assert DIALECT.read(action, payload).answer == Taken()


@pytest.mark.parametrize("transaction_id", [0, -1, 2**63])
def test_any_number_is_an_id(transaction_id: int) -> None:
    """1.6 errata 3.54: they have no special meaning."""
    answer: Payload = {"transactionId": transaction_id, "idTagInfo": {"status": "Accepted"}}
    read = DIALECT.read("StartTransaction", answer).answer
    assert isinstance(read, SessionAnswer)
    assert read.transaction_id == transaction_id


def test_what_can_be_done_without_is_left_out_and_told() -> None:
    reading = DIALECT.read("Authorize", {"idTagInfo": {"status": "Accepted", "expiryDate": "soon"}})
    assert reading.answer == TagAnswer(TagInfo(TagStatus.ACCEPTED))
    assert [violation.path for violation in reading.violations] == ["idTagInfo/expiryDate"]


@pytest.mark.parametrize("payload", [{}, {"status": "Perhaps"}, {"status": None}])
def test_what_cannot_be_done_without_makes_the_answer_unusable(payload: Payload) -> None:
    reading = DIALECT.read("BootNotification", payload)
    assert reading.answer is None
    assert reading.violations


# -- anything at all


@given(dialect=DIALECTS, action=st.sampled_from(sorted(ANSWERS)), changes=odd)
def test_no_answer_breaks_a_station(dialect: Dialect16, action: str, changes: Payload) -> None:
    payload = fields_of(v16.ACTIONS[action].response, ANSWER) | changes
    reading = dialect.read(action, payload)
    assert reading.answer is not None or reading.violations
    if isinstance(reading.answer, BootAnswer):
        assert 0 <= reading.answer.interval_s <= LONGEST_S
        changed = dialect.with_heartbeat_interval({}, reading.answer.interval_s)
        assert dialect.settings(STATION, changed).heartbeat_s >= 1


@given(dialect=DIALECTS, action=st.sampled_from(sorted(ROWS)), changes=odd)
def test_no_request_breaks_a_station(dialect: Dialect16, action: str, changes: Payload) -> None:
    """It becomes a command, or is refused with a code that 1.6 has."""
    payload = fields_of(v16.ACTIONS[action].request, REQUEST) | changes
    try:
        dialect.command(action, payload)
    except Refusal as refusal:
        code = dialect.codes.get(refusal.fault)
    else:
        code = "none needed"
    assert code is not None


@given(dialect=DIALECTS, action=st.sampled_from(sorted(schemas.names("v16"))) | st.text(max_size=60))
def test_what_is_no_request_to_a_station_is_refused_whatever_it_holds(
    dialect: Dialect16, action: str
) -> None:
    assume(action not in ROWS)
    with pytest.raises(Refusal) as refused:
        dialect.command(action, {"other": 1})
    assert refused.value.fault in (Fault.NOT_SUPPORTED, Fault.NOT_IMPLEMENTED)
