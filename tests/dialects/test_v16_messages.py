"""What a station says in 1.6: valid whatever its values are, and never more than it knows."""

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.dialects.dialect import InvalidMessage
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.connector import Status
from ocppsim.model.energy import Reading
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import Begun, Ended, Sampled
from ocppsim.model.session import ChargingSession, Context, StopReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.protocol import schemas
from tests.dialects.sampled_values import sampled_values
from tests.tables import each

DIALECT, LOOSE = Dialect16(), Dialect16(strict=False)
AT = 1_767_225_600.0
SETTINGS = Settings()
WITH_EV = {Status.PREPARING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE, Status.FINISHING}

tags = st.text(min_size=1, max_size=20)
registers = st.floats(0, 1e15)
offsets = st.floats(-1e9, 1e9)


def session(tag: str = "TAG", start_wh: float = 0.0) -> ChargingSession:
    return ChargingSession("1-1", tag, start_wh, started_at=AT)


def codes(status: Status, fault: Fault | None) -> tuple[object, object]:
    payload = DIALECT.status(1, status, fault, AT).payload
    return payload["status"], payload["errorCode"]


# -- statuses


@each(("status", "fault"), list(product(Status, [None, *Fault])))
def test_every_status_can_be_told_with_every_fault(status: Status, fault: Fault | None) -> None:
    draft = DIALECT.status(1, status, fault, AT)
    assert schemas.violations("v16", "StatusNotification", draft.payload) == ()


@each("fault", [None, *Fault])
def test_faulted_always_has_an_error_that_stops_charging(fault: Fault | None) -> None:
    """An emergency stop has no code of its own, and a warning beside it does not explain it."""
    _, code = codes(Status.FAULTED, fault)
    stops = fault is not None and fault.stops_charging
    assert code == (codes(Status.AVAILABLE, fault)[1] if stops else "OtherError")


def test_a_warning_is_told_with_the_status_that_holds() -> None:
    assert codes(Status.CHARGING, Fault.HIGH_TEMPERATURE) == ("Charging", "HighTemperature")
    assert codes(Status.AVAILABLE, Fault.WEAK_SIGNAL) == ("Available", "WeakSignal")


@each("status", Status)
def test_an_ev_that_does_not_talk_is_told_only_where_there_may_be_one(status: Status) -> None:
    """4.9 names the statuses."""
    _, code = codes(status, Fault.EV_COMMUNICATION)
    otherwise = "OtherError" if status is Status.FAULTED else "NoError"
    assert code == ("EVCommunicationError" if status in WITH_EV else otherwise)


def test_each_status_and_each_fault_has_a_word_of_its_own() -> None:
    assert len({codes(status, None)[0] for status in Status}) == len(Status)
    assert len({codes(Status.PREPARING, fault)[1] for fault in Fault}) == len(Fault)


# -- sessions


@given(tag=tags, start_wh=registers, offset_s=offsets, number=st.integers(1, 10**9))
def test_a_beginning_is_valid_whatever_its_values(
    tag: str, start_wh: float, offset_s: float, number: int
) -> None:
    draft = DIALECT.begun(number, Begun(session(tag, start_wh)), offset_s)
    assert (draft.payload["idTag"], draft.payload["connectorId"]) == (tag, number)
    assert draft.payload["meterStart"] == round(start_wh)


@given(tag=st.none() | tags, register_wh=registers, offset_s=offsets, reason=st.sampled_from(StopReason))
def test_an_end_is_valid_whatever_its_values(
    tag: str | None, register_wh: float, offset_s: float, reason: StopReason
) -> None:
    draft = DIALECT.ended(1, Ended(session(), AT, register_wh, reason, tag), SETTINGS, offset_s)
    whole = DIALECT.with_transaction(draft.payload, -1)
    assert schemas.violations("v16", "StopTransaction", whole) == ()
    assert whole["transactionId"] == -1
    assert whole.get("idTag") == tag


def test_each_reason_has_a_word_of_its_own() -> None:
    said = [
        DIALECT.ended(1, Ended(session(), AT, 0, reason), SETTINGS, 0).payload["reason"]
        for reason in StopReason
    ]
    assert len(set(said)) == len(StopReason)


def test_the_id_of_a_transaction_is_put_into_a_copy() -> None:
    draft = DIALECT.ended(1, Ended(session(), AT, 0, StopReason.LOCAL), SETTINGS, 0)
    before = dict(draft.payload)
    DIALECT.with_transaction(draft.payload, 7)
    assert draft.payload == before


@given(st.lists(registers, min_size=2).map(sorted))
def test_no_reading_of_a_session_is_below_an_earlier_one(register_wh: list[float]) -> None:
    """Start, samples and stop round alike, so that a register that rises never seems to fall."""
    start, *between, end = register_wh
    shown = [DIALECT.begun(1, Begun(session(start_wh=start)), 0).payload["meterStart"]]
    for value in between:
        (sampled,) = values(sample(register_wh=value), "Energy.Active.Import.Register")
        shown.append(int(str(sampled["value"])))
    shown.append(
        DIALECT.ended(1, Ended(session(), AT, end, StopReason.LOCAL), SETTINGS, 0).payload["meterStop"]
    )
    assert all(isinstance(value, int) for value in shown)
    assert all(earlier <= later for earlier, later in pairwise(map(int, map(str, shown))))


def test_time_stamps_are_utc_to_the_millisecond_and_follow_the_clock_of_the_central_system() -> None:
    draft = DIALECT.begun(1, Begun(session()), offset_s=-3_600.0015)
    assert draft.payload["timestamp"] == "2025-12-31T22:59:59.998Z"
    assert DIALECT.status(1, Status.AVAILABLE, None, AT).payload["timestamp"] == "2026-01-01T00:00:00.000Z"


# -- samples


def sample(register_wh: float = 0.0, reading: Reading | None = None) -> Sampled:
    shown = reading or Reading(11_040.0, 16.0, 230.0, 3, 50.0)
    return Sampled(session(), AT, register_wh, shown, Context.PERIODIC)


def values(what: Sampled, *measurands: str) -> list[dict[str, Any]]:
    return sampled_values(DIALECT.sampled(1, what, Settings(measurands=measurands), 0.0))


@given(
    register_wh=registers,
    power_w=registers,
    current_a=registers,
    voltage_v=registers,
    phases=st.sampled_from([0, 1, 3]),
    soc=st.none() | st.floats(0, 100),
    context=st.sampled_from(Context),
)
def test_a_sample_is_valid_whatever_its_values(
    register_wh: float,
    power_w: float,
    current_a: float,
    voltage_v: float,
    phases: int,
    soc: float | None,
    context: Context,
) -> None:
    reading = Reading(power_w, current_a, voltage_v, phases, soc)
    every = Dialect16().settings(Specification("CS-1"), {})
    draft = DIALECT.sampled(1, Sampled(session(), AT, register_wh, reading, context), every, 0.0)
    assert schemas.violations("v16", "MeterValues", draft.payload) == ()


def test_only_what_is_asked_for_is_said_in_the_order_of_the_key() -> None:
    said = [value["measurand"] for value in values(sample(), "SoC", "Power.Active.Import")]
    assert said == ["SoC", "Power.Active.Import"]


@pytest.mark.parametrize(
    ("phases", "currents", "voltages"),
    [
        (3, ["L1", "L2", "L3"], ["L1-N", "L2-N", "L3-N"]),
        (1, [None], [None]),
        (0, [None], [None]),  # direct current
    ],
)
def test_current_and_voltage_are_told_for_each_phase(
    phases: int, currents: list[str | None], voltages: list[str | None]
) -> None:
    reading = Reading(3_680.0, 16.0, 230.0, phases, 50.0)
    said = values(sample(reading=reading), "Current.Import", "Voltage")
    by_measurand = {"Current.Import": currents, "Voltage": voltages}
    for measurand, expected in by_measurand.items():
        assert [value.get("phase") for value in said if value["measurand"] == measurand] == expected


def test_without_an_ev_there_is_no_state_of_charge_and_a_message_is_never_empty() -> None:
    reading = Reading(0.0, 0.0, 230.0, 3, None)
    assert [value["measurand"] for value in values(sample(reading=reading), "SoC")] == [
        "Energy.Active.Import.Register"
    ]


# -- what cannot be said


def test_a_message_that_breaks_its_schema_is_not_made() -> None:
    with pytest.raises(InvalidMessage, match="Authorize: idTag"):
        DIALECT.authorize("x" * 21)
    with pytest.raises(InvalidMessage, match="StartTransaction: idTag"):
        DIALECT.begun(1, Begun(session("x" * 21)), 0.0)
    with pytest.raises(InvalidMessage, match="BootNotification: chargePointModel"):
        DIALECT.boot(Specification("CS-1", model="x" * 21))


def test_without_strictness_it_is_made_all_the_same() -> None:
    assert LOOSE.authorize("x" * 21).payload == {"idTag": "x" * 21}


@given(
    vendor=st.text(max_size=20),
    model=st.text(max_size=20),
    serial=st.none() | st.text(max_size=25),
    firmware=st.none() | st.text(max_size=50),
)
def test_a_boot_says_what_is_known_of_the_station_and_no_more(
    vendor: str, model: str, serial: str | None, firmware: str | None
) -> None:
    draft = DIALECT.boot(
        Specification("CS-1", vendor, model, serial_number=serial, firmware_version=firmware)
    )
    known = {
        "chargePointVendor": vendor,
        "chargePointModel": model,
        "chargePointSerialNumber": serial,
        "firmwareVersion": firmware,
    }
    assert draft.payload == {name: text for name, text in known.items() if text is not None}
