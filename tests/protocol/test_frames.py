"""Frames: what is readable, what is wrong with the rest, and that reading never raises."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ocppsim.protocol import frames
from ocppsim.protocol.errors import Fault
from ocppsim.protocol.frames import Call, CallError, CallResult, Malformed, MalformedAnswer
from tests.protocol.values import FEW, json_values, payloads, texts
from tests.tables import each

DEPTH = 100_000
DIGITS = "9" * 10_000

UNREADABLE = [
    "",
    " ",
    "hello",
    "{}",
    '{"0":2}',
    "null",
    "2",
    '"[2]"',
    "[",
    "[]",
    "[2",
    '[2,"id","Heartbeat",{}',
    '[2,"id","Heartbeat",{}]]',
    '[2,"id","Heartbeat",{}] [2,"id","Heartbeat",{}]',
    "[2]",
    "[3]",
    '["2","id","Heartbeat",{}]',
    '[null,"id","Heartbeat",{}]',
    '[true,"id","Heartbeat",{}]',
    '[[2],"id","Heartbeat",{}]',
    '[{},"id","Heartbeat",{}]',
    '[2,17,"Heartbeat",{}]',
    '[2,null,"Heartbeat",{}]',
    '[2,["id"],"Heartbeat",{}]',
    "[3,17,{}]",
    '[4,null,"InternalError","",{}]',
    '[2,"id","Heartbeat",{"x":NaN}]',
    '[2,"id","Heartbeat",{"x":Infinity}]',
    '[2,"id","Heartbeat",{"x":-Infinity}]',
    "[2,'id','Heartbeat',{}]",
    '[2,"id","Heart\nbeat",{}]',
    '\ufeff[2,"id","Heartbeat",{}]',
    "[" * DEPTH,
    "[" * DEPTH + "]" * DEPTH,
    '[2,"id","Heartbeat",' + '{"a":' * DEPTH + "1" + "}" * DEPTH + "]",
]

MESSAGE_TYPES = ["0", "1", "5", "-2", "22", "2.5", "1e400", DIGITS]

BROKEN_CALLS = [
    ('[2,"id"]', Fault.FORMATION),
    ('[2,"id","Heartbeat"]', Fault.FORMATION),
    ('[2,"id","Heartbeat",{},{}]', Fault.FORMATION),
    ('[2,"id",7,{}]', Fault.FORMATION),
    ('[2,"id",null,{}]', Fault.FORMATION),
    ('[2,"id",7,null]', Fault.FORMATION),
    ('[2,"id",[],[]]', Fault.FORMATION),
    ('[2,"id","Heartbeat",[]]', Fault.PAYLOAD),
    ('[2,"id","Heartbeat",""]', Fault.PAYLOAD),
    ('[2,"id","Heartbeat",0]', Fault.PAYLOAD),
    ('[2,"id","Heartbeat",false]', Fault.PAYLOAD),
]

BROKEN_ANSWERS = [
    '[3,"id"]',
    '[3,"id",{},{}]',
    '[3,"id",[]]',
    '[3,"id",""]',
    '[3,"id",' + "[" * 900 + "]" * 900 + "]",
    '[4,"id"]',
    '[4,"id",null]',
    '[4,"id",500,"description",{}]',
]


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:40])
def test_what_is_no_frame_has_no_id_and_gets_no_answer(text: str) -> None:
    frame = frames.parse(text)
    assert isinstance(frame, Malformed)
    assert (frame.fault, frame.id) == (Fault.UNREADABLE, None)
    assert frame.why


@pytest.mark.parametrize("kind", MESSAGE_TYPES, ids=lambda kind: kind[:10])
def test_an_unknown_message_type_is_told_from_an_unreadable_frame(kind: str) -> None:
    frame = frames.parse(f'[{kind},"id","Heartbeat",{{}}]')
    assert isinstance(frame, Malformed)
    assert (frame.fault, frame.id) == (Fault.MESSAGE_TYPE, "id")


@each(("text", "fault"), BROKEN_CALLS)
def test_a_broken_call_keeps_its_id_so_that_it_can_be_refused(text: str, fault: Fault) -> None:
    frame = frames.parse(text)
    assert isinstance(frame, Malformed)
    assert (frame.fault, frame.id) == (fault, "id")


@pytest.mark.parametrize("text", BROKEN_ANSWERS, ids=lambda text: text[:40])
def test_a_broken_answer_keeps_its_id_so_that_it_ends_its_call(text: str) -> None:
    frame = frames.parse(text)
    assert isinstance(frame, MalformedAnswer)
    assert frame.id == "id"
    assert len(frame.why) < 100


@each(
    ("text", "frame"),
    [
        ('[2,"id","Heartbeat",null]', Call("id", "Heartbeat", {})),
        ('[3,"id",null]', CallResult("id", {})),
        (' [ 2.0 , "id" , "Heartbeat" , { } ] ', Call("id", "Heartbeat", {})),
        ('[2,"","",{}]', Call("", "", {})),
        ('[4,"id","InternalError","told",{"a":1}]', CallError("id", "InternalError", "told", {"a": 1})),
        ('[4,"id","InternalError","told",null]', CallError("id", "InternalError", "told", {})),
        ('[4,"id","InternalError","told",[]]', CallError("id", "InternalError", "told", {})),
        ('[4,"id","InternalError","told"]', CallError("id", "InternalError", "told", {})),
        ('[4,"id","InternalError",null,{}]', CallError("id", "InternalError", "", {})),
        ('[4,"id","InternalError"]', CallError("id", "InternalError", "", {})),
        ('[4,"id","InternalError","told",{},0]', CallError("id", "InternalError", "told", {})),
    ],
)
def test_what_can_be_understood_is_read(text: str, frame: frames.Frame) -> None:
    assert frames.parse(text) == frame


def test_of_a_key_that_stands_twice_the_last_value_counts() -> None:
    assert frames.parse('[2,"id","Reset",{"type":"Hard","type":"Soft"}]') == Call(
        "id", "Reset", {"type": "Soft"}
    )


def test_lone_surrogates_are_read_and_written() -> None:
    frame = frames.parse(r'[2,"\ud800","Data\udfffTransfer",{"vendorId":"\udc00"}]')
    assert frame == Call("\ud800", "Data\udfffTransfer", {"vendorId": "\udc00"})
    assert frames.parse(frames.call_result("\ud800", {"data": "\udc00"})) == CallResult(
        "\ud800", {"data": "\udc00"}
    )


@pytest.mark.parametrize("number", [DIGITS, f"-{DIGITS}", "1e400"], ids=["long", "long negative", "exponent"])
def test_a_call_with_a_number_beyond_all_bounds_is_still_a_call(number: str) -> None:
    frame = frames.parse(f'[2,"id","UnlockConnector",{{"connectorId":{number}}}]')
    assert isinstance(frame, Call)
    assert frame.id == "id"


@pytest.mark.parametrize(
    "template", ['[2,"id","A",%s]', '[2,"id",%s]', '[3,"id",%s]', '[4,"id",%s]', "[9,%s]", "%s"]
)
def test_no_depth_of_nesting_raises(template: str) -> None:
    """The interpreter's limit lies somewhere between: neither side of it may raise."""
    for depth in range(940, 1_005):
        frames.parse(template % ("[" * depth + "]" * depth))
        frames.parse(template % ('{"a":' * depth + "1" + "}" * depth))


@FEW
@given(st.text() | st.binary() | texts)
@example(b"\xff\xfe")
@example(b'[2,"id","Heartbeat",{}]')
def test_no_text_and_no_bytes_raise(text: str | bytes) -> None:
    frames.parse(text)


@FEW
@given(st.lists(st.integers(0, 5) | json_values, max_size=6))
def test_no_array_raises(message: list[object]) -> None:
    frames.parse(json.dumps(message))


@FEW
@given(st.binary())
def test_a_binary_frame_is_no_frame(data: bytes) -> None:
    frame = frames.parse(data)
    assert isinstance(frame, Malformed)
    assert frame.fault is Fault.UNREADABLE


@FEW
@given(texts, texts, payloads)
def test_a_call_survives_the_wire(call_id: str, action: str, payload: frames.Payload) -> None:
    text = frames.call(call_id, action, payload)
    assert text.encode()  # no halves of surrogate pairs: a websocket carries UTF-8
    assert frames.parse(text) == Call(call_id, action, payload)


@FEW
@given(texts, payloads)
def test_a_result_survives_the_wire(call_id: str, payload: frames.Payload) -> None:
    assert frames.parse(frames.call_result(call_id, payload)) == CallResult(call_id, payload)


@FEW
@given(texts, texts, texts, payloads)
def test_an_error_survives_the_wire(call_id: str, code: str, words: str, details: frames.Payload) -> None:
    text = frames.call_error(call_id, code, words, details)
    assert frames.parse(text) == CallError(call_id, code, words, details)


def test_a_long_description_is_cut_to_what_the_field_may_hold() -> None:
    frame = frames.parse(frames.call_error("id", "InternalError", "x" * 300))
    assert frame == CallError("id", "InternalError", "x" * 255, {})


def test_an_error_without_details_has_an_empty_object_and_an_empty_description() -> None:
    assert frames.call_error("id", "InternalError") == '[4,"id","InternalError","",{}]'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_has_no_word_for_is_never_written(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        frames.call("id", "DataTransfer", {"data": value})
