"""The Smart Charging profile of OCPP 1.6."""

from collections.abc import Collection, Mapping
from datetime import datetime

from ocppsim.clock import moment
from ocppsim.dialects.row import ACCEPTED_OR_NOT, Row, words
from ocppsim.model.charging import orders
from ocppsim.model.charging.composite import Composite
from ocppsim.model.charging.profile import Kind, Period, Profile, Purpose, Recurrence, Schedule, Unit
from ocppsim.model.inputs import Verdict
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.v16 import smart_charging as messages

PURPOSES: Mapping[str, Purpose] = {
    "ChargePointMaxProfile": Purpose.STATION,
    "TxDefaultProfile": Purpose.DEFAULT,
    "TxProfile": Purpose.SESSION,
}
KINDS: Mapping[str, Kind] = {
    "Absolute": Kind.ABSOLUTE,
    "Recurring": Kind.RECURRING,
    "Relative": Kind.RELATIVE,
}
RECURRENCES: Mapping[str, Recurrence] = {"Daily": Recurrence.DAILY, "Weekly": Recurrence.WEEKLY}
UNITS: Mapping[str, Unit] = {"A": Unit.AMPERES, "W": Unit.WATTS}
_LETTERS: Mapping[Unit, messages.ChargingRateUnit] = {Unit.AMPERES: "A", Unit.WATTS: "W"}


def profile(sent: messages.ChargingProfile) -> Profile:
    schedule = sent.charging_schedule
    return Profile(
        id=sent.charging_profile_id,
        level=sent.stack_level,
        purpose=PURPOSES[sent.charging_profile_purpose],
        kind=KINDS[sent.charging_profile_kind],
        schedule=Schedule(
            UNITS[schedule.charging_rate_unit],
            tuple(
                Period(period.start_period, period.limit, period.number_phases)
                for period in schedule.charging_schedule_period
            ),
            schedule.duration,
            _instant(schedule.start_schedule),
            schedule.min_charging_rate,
        ),
        transaction_id=sent.transaction_id,
        recurrence=None if sent.recurrency_kind is None else RECURRENCES[sent.recurrency_kind],
        valid_from=_instant(sent.valid_from),
        valid_to=_instant(sent.valid_to),
    )


def without_what_is_off(action: str, payload: Payload, off: Collection[str]) -> Payload:
    """A station without Smart Charging passes over the profile of a remote start (1.6 ed. 2, 5.11)."""
    if action != "RemoteStartTransaction" or "SmartCharging" not in off:
        return payload
    return {name: value for name, value in payload.items() if name != "chargingProfile"}


def _instant(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


def _clear(request: messages.ClearChargingProfile) -> orders.ClearProfiles:
    purpose = request.charging_profile_purpose
    return orders.ClearProfiles(
        request.id,
        request.connector_id,
        None if purpose is None else PURPOSES[purpose],
        request.stack_level,
    )


def _get(request: messages.GetCompositeSchedule) -> orders.GetSchedule:
    unit = request.charging_rate_unit
    return orders.GetSchedule(request.connector_id, request.duration, None if unit is None else UNITS[unit])


def _schedule(composite: Composite | None) -> messages.GetCompositeScheduleResponse:
    if composite is None:
        return messages.GetCompositeScheduleResponse("Rejected")
    periods = tuple(
        messages.ChargingSchedulePeriod(period.start_s, period.limit, period.phases)
        for period in composite.periods
    )
    return messages.GetCompositeScheduleResponse(
        "Accepted",
        composite.connector,
        moment(composite.start),
        messages.ChargingSchedule(_LETTERS[composite.unit], periods, composite.duration_s),
    )


ROWS: Mapping[str, Row] = {
    "ClearChargingProfile": Row(
        _clear,
        words(
            messages.ClearChargingProfileResponse,
            {Verdict.ACCEPTED: "Accepted", Verdict.REJECTED: "Unknown"},
        ),
    ),
    "GetCompositeSchedule": Row(_get, _schedule),
    "SetChargingProfile": Row(
        lambda r: orders.SetProfile(r.connector_id, profile(r.cs_charging_profiles)),
        words(messages.SetChargingProfileResponse, ACCEPTED_OR_NOT),
    ),
}
