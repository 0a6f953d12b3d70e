"""The message classes and the schemas say the same: names, what is required, types, words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

import attrs
import pytest

from ocppsim.protocol import convert, v16
from ocppsim.protocol.actions import Sender
from ocppsim.protocol.frames import Payload
from tests.protocol.message_strategies import LENIENT
from tests.protocol.schema_files import schema_of
from tests.tables import each

OPEN_WORDS = {"measurand", "phase", "unit"}
"""Read as any text: what a station measures is a matter of its keys, and their check knows the words."""

SCALARS: Mapping[str, type] = {"string": str, "integer": int, "boolean": bool, "number": float}

CLASSES = {
    name: cls
    for action in v16.ACTIONS.values()
    for name, cls in ((action.name, action.request), (f"{action.name}Response", action.response))
}

STATION_SAYS = {
    "Authorize",
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
}


@each("name", CLASSES)
def test_a_message_class_agrees_with_its_schema(name: str) -> None:
    assert list(_disagreements(CLASSES[name], schema_of(name), name)) == []


@each("action", v16.ACTIONS)
def test_an_action_stands_under_its_own_name_and_class(action: str) -> None:
    row = v16.ACTIONS[action]
    assert row.name == row.request.__name__ == action
    assert row.response.__name__ == f"{action}Response"


def test_who_says_what() -> None:
    """OCPP 1.6 ed. 2: chapter 4 is what stations say, chapter 5 is for central systems, one is in both.
    The security whitepaper says it of each of its messages.
    """
    senders = {name: action.sender for name, action in v16.ACTIONS.items()}
    assert {name for name, sender in senders.items() if sender is Sender.STATION} == STATION_SAYS
    assert {name for name, sender in senders.items() if sender is Sender.BOTH} == {"DataTransfer"}


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("status", "status"),
        ("id_tag_info", "idTagInfo"),
        ("charge_point_serial_number", "chargePointSerialNumber"),
        ("cs_charging_profiles", "csChargingProfiles"),
    ],
)
def test_wire_names_are_camel_case(name: str, wire: str) -> None:
    assert convert.wire_name(name) == wire


def test_the_value_of_a_key_may_be_a_secret_and_is_not_shown() -> None:
    change = convert.load({"key": "AuthorizationKey", "value": "hunter2"}, v16.core.ChangeConfiguration)
    assert change.value == "hunter2"
    assert "hunter2" not in repr(change)


# -- comparing


def _disagreements(cls: Any, schema: Mapping[str, Any], where: str) -> list[str]:
    fields = {convert.wire_name(field.name): field for field in attrs.fields(cls)}
    properties = schema.get("properties", {})
    found = [f"{where}: {name} is on one side only" for name in fields.keys() ^ properties.keys()]
    for name in fields.keys() & properties.keys():
        place = f"{where}.{name}"
        found += _required(cls, fields[name], name in schema.get("required", ()), place)
        found += _kinds(_inner(fields[name].type), properties[name], place)
    return found


def _required(cls: Any, field: "attrs.Attribute[Any]", required: bool, place: str) -> list[str]:
    lenient = (cls.__name__, field.name) in LENIENT
    if (field.default is attrs.NOTHING) is not (required and not lenient):
        return [f"{place}: required is {required} in the schema"]
    if lenient and not required:
        return [f"{place}: a leniency that is none"]
    return []


def _kinds(kind: Any, schema: Mapping[str, Any], place: str) -> list[str]:
    if schema["type"] == "object":
        return [] if kind == Payload else _disagreements(kind, schema, place)
    if schema["type"] == "array":
        item, ellipsis = get_args(kind)
        assert (get_origin(kind), ellipsis) == (tuple, ...), place
        return _kinds(_inner(item), schema["items"], f"{place}[]")
    if "enum" in schema and place.rpartition(".")[2] not in OPEN_WORDS:
        return [] if _words(kind) == set(schema["enum"]) else [f"{place}: other words than {schema['enum']}"]
    wanted = datetime if schema.get("format") == "date-time" else SCALARS[schema["type"]]
    return [] if kind is wanted else [f"{place}: {kind} is not {wanted}"]


def _words(kind: Any) -> set[object]:
    return set(get_args(kind)) if get_origin(kind) is Literal else set()


def _inner(kind: Any) -> Any:
    """`X` of `X | None`."""
    parts = get_args(kind)
    return parts[0] if len(parts) == 2 and parts[1] is type(None) else kind
