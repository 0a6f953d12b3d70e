"""CALLERROR codes, which fault of several is reported, and what the details hold."""

from itertools import combinations

import pytest

from ocppsim.protocol import frames, schemas
from ocppsim.protocol.errors import V16_CODES, Fault, Refusal, Violation
from ocppsim.protocol.frames import Payload
from tests.tables import each

ANY_BREACH = [
    Violation("a", "type", "no number"),
    Violation("", "required", "b is missing"),
    Violation("", "additionalProperties", "c is unknown"),
    Violation("d", "enum", "none of these"),
]
"""One breach per row of the table, from the gravest to the least."""


def test_the_codes_of_1_6_letter_by_letter() -> None:
    """OCPP-J 1.6, table 7, with the spellings that its errata 5.1 and 5.2 keep."""
    assert V16_CODES == {
        Fault.FORMATION: "FormationViolation",
        Fault.PAYLOAD: "FormationViolation",
        Fault.NOT_IMPLEMENTED: "NotImplemented",
        Fault.NOT_SUPPORTED: "NotSupported",
        Fault.TYPE: "TypeConstraintViolation",
        Fault.REQUIRED: "OccurenceConstraintViolation",
        Fault.ADDITIONAL: "FormationViolation",
        Fault.PROPERTY: "PropertyConstraintViolation",
        Fault.INTERNAL: "InternalError",
    }


def test_what_has_no_readable_id_has_no_code_in_1_6() -> None:
    assert set(Fault) - set(V16_CODES) == {Fault.UNREADABLE, Fault.MESSAGE_TYPE, Fault.REJECTED}


def test_faults_stand_in_the_order_in_which_they_are_reported() -> None:
    assert [fault.name for fault in sorted(Fault, key=lambda fault: fault.value)] == [
        "UNREADABLE",
        "MESSAGE_TYPE",
        "FORMATION",
        "PAYLOAD",
        "NOT_IMPLEMENTED",
        "NOT_SUPPORTED",
        "TYPE",
        "REQUIRED",
        "ADDITIONAL",
        "PROPERTY",
        "INTERNAL",
        "REJECTED",
    ]


@each(
    ("rule", "fault"),
    [
        ("type", Fault.TYPE),
        ("required", Fault.REQUIRED),
        ("additionalProperties", Fault.ADDITIONAL),
        ("enum", Fault.PROPERTY),
        ("maxLength", Fault.PROPERTY),
        ("minimum", Fault.PROPERTY),
        ("minItems", Fault.PROPERTY),
        ("multipleOf", Fault.PROPERTY),
        ("format", Fault.PROPERTY),
        ("anything else", Fault.PROPERTY),
    ],
)
def test_each_rule_of_a_schema_has_its_fault(rule: str, fault: Fault) -> None:
    assert Violation("field", rule, "broken").fault is fault


@pytest.mark.parametrize(("graver", "lesser"), list(combinations(ANY_BREACH, 2)))
def test_of_two_breaches_the_graver_is_reported(graver: Violation, lesser: Violation) -> None:
    for order in ((graver, lesser), (lesser, graver)):
        refusal = Refusal.of(order)
        assert refusal.fault is graver.fault
        assert refusal.description == str(graver)


@each(
    ("action", "payload", "code"),
    [
        ("ChangeAvailability", {"connectorId": "1", "type": "Operative"}, "TypeConstraintViolation"),
        ("ChangeAvailability", {"connectorId": 1.5, "type": "Operative"}, "TypeConstraintViolation"),
        ("ChangeAvailability", {"connectorId": True, "type": "Operative"}, "TypeConstraintViolation"),
        ("ChangeAvailability", {"connectorId": None, "type": "Operative"}, "TypeConstraintViolation"),
        ("ChangeAvailability", {"type": "Operative"}, "OccurenceConstraintViolation"),
        ("ChangeAvailability", {}, "OccurenceConstraintViolation"),
        ("ChangeAvailability", {"connectorId": 1, "type": "Operative", "x": 1}, "FormationViolation"),
        ("ChangeAvailability", {"connectorId": 1, "type": "operative"}, "PropertyConstraintViolation"),
        ("RemoteStartTransaction", {"idTag": "T" * 21}, "PropertyConstraintViolation"),
        ("ChangeAvailability", {"connectorId": "1", "x": 1}, "TypeConstraintViolation"),
        ("ChangeAvailability", {"type": "operative", "x": 1}, "OccurenceConstraintViolation"),
        ("ChangeAvailability", {"connectorId": 1, "type": "operative", "x": 1}, "FormationViolation"),
        ("ChangeAvailability", {"connectorId": 1, "type": 5}, "TypeConstraintViolation"),
        (
            "UpdateFirmware",
            {"location": "ftp://x/y", "retrieveDate": "tomorrow"},
            "PropertyConstraintViolation",
        ),
    ],
)
def test_real_schemas_lead_to_the_codes_of_the_table(action: str, payload: Payload, code: str) -> None:
    refusal = Refusal.of(schemas.violations("v16", action, payload))
    assert V16_CODES[refusal.fault] == code


def test_d8_the_details_are_an_object_with_every_violation() -> None:
    payload: Payload = {"connectorId": "one", "type": "operative", "x": 1}
    refusal = Refusal.of(schemas.violations("v16", "ChangeAvailability", payload))
    frame = frames.parse(
        frames.call_error("id", "TypeConstraintViolation", refusal.description, refusal.details)
    )
    assert isinstance(frame, frames.CallError)
    found = frame.details["violations"]
    assert isinstance(found, list)
    assert all(set(violation) == {"path", "rule", "message"} for violation in found)
    assert {(violation["path"], violation["rule"]) for violation in found} == {
        ("connectorId", "type"),
        ("type", "enum"),
        ("", "additionalProperties"),
    }
    assert "connectorId" in frame.description


def test_a_violation_names_the_place_inside_arrays_and_objects() -> None:
    payload: Payload = {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{}]}],
    }
    (violation,) = schemas.violations("v16", "MeterValues", payload)
    assert (violation.path, violation.rule) == ("meterValue/0/sampledValue/0", "required")


def test_a_refusal_without_violations_has_empty_details() -> None:
    assert Refusal(Fault.NOT_IMPLEMENTED, "no such action").details == {}
