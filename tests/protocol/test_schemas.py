"""The schemas of the OCA: all are there, and whatever is checked against them, checking never raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.protocol import schemas, v16
from ocppsim.protocol.frames import Payload
from tests.protocol.schema_files import schema_of
from tests.protocol.values import FEW, json_values, payloads
from tests.tables import each

NAMES = sorted(schemas.names("v16"))

DEEP_LIST: list[object] = []
DEEP_OBJECT: Payload = {}
for _ in range(900):
    DEEP_LIST, DEEP_OBJECT = [DEEP_LIST], {"idTag": DEEP_OBJECT}


def test_1_6_has_39_actions_with_two_schemas_each() -> None:
    assert len(NAMES) == 78
    assert {f"{name}Response" for name in NAMES if not name.endswith("Response")} == {
        name for name in NAMES if name.endswith("Response")
    }


@each("name", NAMES)
def test_each_schema_is_one_and_says_no_to_a_field_it_does_not_know(name: str) -> None:
    found = schemas.violations("v16", name, {"no such field": 1})
    assert "additionalProperties" in {violation.rule for violation in found}


@each("action", v16.ACTIONS)
def test_each_action_that_we_speak_has_both_schemas(action: str) -> None:
    assert schemas.known("v16", action)
    assert schemas.known("v16", f"{action}Response")


@each(
    "name",
    ["", "reset", "RESET", "Reset.json", "../schemas/Reset", "Reset\0", "R\ud800", "A" * 10_000, "Ünlock"],
)
def test_names_that_are_no_action_are_unknown(name: str) -> None:
    assert not schemas.known("v16", name)
    with pytest.raises(LookupError):
        schemas.violations("v16", name, {})


def test_unknown_names_are_not_kept() -> None:
    """A peer that invents actions must not fill our memory."""
    before = schemas._validator.cache_info().currsize
    for number in range(100):
        schemas.known("v16", f"Invented{number}")
    assert schemas._validator.cache_info().currsize == before


def test_limits_with_one_decimal_are_accepted() -> None:
    """A tenth is no binary fraction: none of them may be refused for the rounding."""
    for tenths in range(1_000):
        assert schemas.violations("v16", "SetChargingProfile", _profile(tenths / 10)) == ()


def test_a_limit_with_two_decimals_is_refused() -> None:
    (violation,) = schemas.violations("v16", "SetChargingProfile", _profile(16.05))
    assert violation.rule == "multipleOf"


@pytest.mark.parametrize(
    ("time", "valid"),
    [
        ("2026-01-01T00:00:00Z", True),
        ("2026-01-01T00:00:00.123Z", True),
        ("2026-01-01T01:00:00+01:00", True),
        ("2026-01-01T00:00:00", False),
        ("2026-01-01", False),
        ("2026-13-01T00:00:00Z", False),
        ("", False),
    ],
)
def test_a_time_needs_date_and_zone(time: str, valid: bool) -> None:
    found = schemas.violations("v16", "HeartbeatResponse", {"currentTime": time})
    assert [violation.rule for violation in found] == ([] if valid else ["format"])


@pytest.mark.parametrize(
    "payload",
    [
        DEEP_OBJECT,
        {"idTag": DEEP_LIST},
        {"\ud800": 1},
        {"idTag": "\ud800"},
        {"idTag": float("inf")},
        {"idTag": 10**5_000},
        {"idTag": -(10**5_000)},
    ],
    ids=["deep object", "deep list", "surrogate key", "surrogate", "infinite", "long", "long negative"],
)
def test_values_that_no_schema_describes_do_not_raise(payload: Payload) -> None:
    schemas.violations("v16", "Authorize", payload)


def test_what_a_violation_quotes_is_short() -> None:
    (violation,) = schemas.violations("v16", "Authorize", {"idTag": "T" * 100_000})
    assert len(violation.message) < 300
    assert violation.message.endswith("is longer than 20 characters")


@FEW
@given(st.sampled_from(NAMES), payloads)
def test_no_payload_raises(name: str, payload: Payload) -> None:
    schemas.violations("v16", name, payload)


@FEW
@given(st.data())
def test_no_value_of_a_known_field_raises(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    fields = sorted(schema_of(name).get("properties", ()))
    schemas.violations("v16", name, {field: data.draw(json_values) for field in fields})


def _profile(limit: float) -> Payload:
    period: Payload = {"startPeriod": 0, "limit": limit}
    schedule: Payload = {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": schedule,
        },
    }


def test_of_thousands_of_breaches_the_first_are_told() -> None:
    entries = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [{}] * 10_000}
    found = schemas.violations("v16", "SendLocalList", entries)
    assert [one.path for one in found] == [
        f"localAuthorizationList/{number}" for number in range(schemas.MOST)
    ]


def test_a_breach_behind_thousands_of_good_entries_is_found() -> None:
    keys = {"key": ["k"] * 10_000 + [1]}
    (found,) = schemas.violations("v16", "GetConfiguration", keys)
    assert (found.path, found.rule) == ("key/10000", "type")


def test_a_list_that_is_too_long_is_found() -> None:
    component = {"component": {"name": "c"}, "variable": {"name": "v"}}
    many = {"requestId": 1, "componentVariable": [component] * 3, "componentCriteria": ["Active"] * 500}
    (found,) = schemas.violations("v201", "GetReportRequest", many)
    assert (found.path, found.rule) == ("componentCriteria", "maxItems")
