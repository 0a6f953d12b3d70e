"""Messages to JSON and back: nothing is lost, nothing is coerced, nothing but Unreadable is raised."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.protocol import convert, frames, schemas, v16
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.v16 import core
from tests.effort import tries
from tests.protocol.message_strategies import messages
from tests.protocol.values import json_values
from tests.tables import each

CLASSES: dict[str, Any] = {
    name: cls
    for action in v16.ACTIONS.values()
    for name, cls in ((action.name, action.request), (f"{action.name}Response", action.response))
}

AT = datetime(2026, 1, 1, 12, 30, 0, 5_000, tzinfo=UTC)


@pytest.mark.parametrize("name", CLASSES)
@tries(10)
@given(data=st.data())
def test_a_message_is_valid_on_the_wire_and_comes_back_the_same(name: str, data: st.DataObject) -> None:
    cls = CLASSES[name]
    message = data.draw(messages(cls))
    frame = frames.parse(frames.call_result("id", convert.dump(message)))
    assert isinstance(frame, frames.CallResult)
    assert schemas.violations("v16", name, frame.payload) == ()
    assert convert.load(frame.payload, cls) == message
    assert convert.load_leniently(frame.payload, cls) == message


@given(data=st.data())
def test_a_message_is_valid_before_it_is_text(data: st.DataObject) -> None:
    """What we are about to send is checked as the object that `dump` gives."""
    name = data.draw(st.sampled_from(sorted(CLASSES)))
    assert schemas.violations("v16", name, convert.dump(data.draw(messages(CLASSES[name])))) == ()


def test_none_is_absent_and_every_other_value_is_said() -> None:
    assert convert.dump(core.GetConfiguration()) == {}
    assert convert.dump(core.GetConfiguration(())) == {"key": []}
    assert convert.dump(core.DataTransfer("v", data="")) == {"vendorId": "v", "data": ""}


def test_a_required_value_is_said_even_when_it_is_the_default_of_the_class() -> None:
    payload = convert.dump(core.BootNotificationResponse("Accepted", 0, AT))
    assert payload == {"status": "Accepted", "interval": 0, "currentTime": "2026-01-01T12:30:00.005Z"}


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (AT, "2026-01-01T12:30:00.005Z"),
        (AT.replace(microsecond=0), "2026-01-01T12:30:00.000Z"),
        (AT.replace(microsecond=999_999), "2026-01-01T12:30:00.999Z"),
        (AT.astimezone(timezone(timedelta(hours=5, minutes=30))), "2026-01-01T12:30:00.005Z"),
        (AT.replace(year=1), "0001-01-01T12:30:00.005Z"),
    ],
)
def test_times_are_written_in_utc_with_z_and_milliseconds(time: datetime, text: str) -> None:
    assert convert.dump(core.HeartbeatResponse(time)) == {"currentTime": text}


@each(
    "text",
    [
        "2026-01-01T12:30:00.005Z",
        "2026-01-01t12:30:00.005z",
        "2026-01-01T12:30:00.005000Z",
        "2026-01-01T12:30:00.005000999Z",
        "2026-01-01T12:30:00.005+00:00",
        "2026-01-01T12:30:00.005-00:00",
        "2026-01-01T14:30:00.005+02:00",
        "2025-12-31T23:30:00.005-13:00",
    ],
)
def test_times_are_read_in_every_spelling_of_the_same_instant(text: str) -> None:
    assert schemas.violations("v16", "HeartbeatResponse", {"currentTime": text}) == ()
    time = convert.load({"currentTime": text}, core.HeartbeatResponse).current_time
    assert time == AT
    assert time is not None
    assert time.tzinfo is UTC


@each(
    ("payload", "cls"),
    [
        ({"transactionId": "5"}, core.RemoteStopTransaction),
        ({"transactionId": 5.0}, core.RemoteStopTransaction),
        ({"transactionId": 2.9}, core.RemoteStopTransaction),
        ({"transactionId": True}, core.RemoteStopTransaction),
        ({"transactionId": None}, core.RemoteStopTransaction),
        ({}, core.RemoteStopTransaction),
        ({"idTag": 5}, core.Authorize),
        ({"idTag": None}, core.Authorize),
        ({"idTag": ["T"]}, core.Authorize),
        ({"key": "k", "readonly": 1}, core.KeyValue),
        ({"key": "k", "readonly": "true"}, core.KeyValue),
        ({"type": "soft"}, core.Reset),
        ({"type": ["Soft"]}, core.Reset),
        ({"type": {}}, core.Reset),
        ({"type": None}, core.Reset),
        ({"key": "abc"}, core.GetConfiguration),
        ({"key": {"abc": 1}}, core.GetConfiguration),
        ({"key": [1]}, core.GetConfiguration),
        ({"idTagInfo": "status"}, core.AuthorizeResponse),
        ({"idTagInfo": ["status"]}, core.AuthorizeResponse),
        ({"idTagInfo": None}, core.AuthorizeResponse),
        ({"idTag": "T", "chargingProfile": []}, core.RemoteStartTransaction),
        ({"idTag": "T", "chargingProfile": "p"}, core.RemoteStartTransaction),
        ({"currentTime": 1_767_225_600}, core.HeartbeatResponse),
        ({"currentTime": "now"}, core.HeartbeatResponse),
        ({"currentTime": "0001-01-01T00:00:00+05:00"}, core.HeartbeatResponse),
    ],
)
def test_nothing_is_coerced(payload: Payload, cls: Any) -> None:
    with pytest.raises(convert.Unreadable):
        convert.load(payload, cls)


@pytest.mark.parametrize("value", ["note", ["note"], [], "", None, 5, True])
def test_what_is_no_object_is_none_even_if_no_field_is_required(value: object) -> None:
    """No text holds the field that it spells."""

    @attrs.frozen
    class Inner:
        note: str | None = None

    @attrs.frozen
    class Outer:
        inner: Inner

    assert convert.load({"inner": {}}, Outer) == Outer(Inner())
    for read in (convert.load, convert.load_leniently):
        with pytest.raises(convert.Unreadable):
            read({"inner": value}, Outer)


def test_what_is_unreadable_says_where() -> None:
    with pytest.raises(convert.Unreadable, match=r"RemoteStopTransaction.*transactionId"):
        convert.load({}, core.RemoteStopTransaction)
    with pytest.raises(convert.Unreadable, match="idTagInfo: status: 'None'"):
        convert.load_leniently({"idTagInfo": {"status": "None"}}, core.AuthorizeResponse)


@tries(80)
@given(data=st.data())
def test_a_message_with_one_value_replaced_is_read_or_unreadable(data: st.DataObject) -> None:
    """Whatever stands in whatever place, nothing else is raised, by the strict reading or the lenient one."""
    name = data.draw(st.sampled_from(sorted(CLASSES)))
    cls = CLASSES[name]
    payload = json.loads(json.dumps(convert.dump(data.draw(messages(cls)))))
    places = list(_places(payload))
    if places:
        holder, key = data.draw(st.sampled_from(places))
        holder[key] = data.draw(json_values)
    for read in (convert.load, convert.load_leniently):
        with suppress(convert.Unreadable):
            assert isinstance(read(payload, cls), cls)


@pytest.mark.parametrize("depth", [500, 950, 990, 5_000])
def test_a_deeply_nested_value_is_unreadable_and_no_more(depth: int) -> None:
    deep: object = "Accepted"
    for _ in range(depth):
        deep = [deep]
    payloads: list[Payload] = [{"idTagInfo": deep}, {"idTagInfo": {"status": deep}}]
    for payload in payloads:
        for read in (convert.load, convert.load_leniently):
            with pytest.raises(convert.Unreadable):
                read(payload, core.AuthorizeResponse)


def _places(value: Any) -> Any:
    """Every place in a JSON value that holds another."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
