"""The messages of the Smart Charging profile (OCPP 1.6 ed. 2, 5.5, 5.7 and 5.16)."""

from datetime import datetime
from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen

ChargingProfilePurpose = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]
ChargingProfileKind = Literal["Absolute", "Recurring", "Relative"]
RecurrencyKind = Literal["Daily", "Weekly"]
ChargingRateUnit = Literal["A", "W"]


@frozen
class ChargingSchedulePeriod:
    start_period: int
    limit: float
    number_phases: int | None = None


@frozen
class ChargingSchedule:
    charging_rate_unit: ChargingRateUnit
    charging_schedule_period: tuple[ChargingSchedulePeriod, ...]
    duration: int | None = None
    start_schedule: datetime | None = None
    min_charging_rate: float | None = None


@frozen(kw_only=True)
class ChargingProfile:
    charging_profile_id: int
    stack_level: int
    charging_profile_purpose: ChargingProfilePurpose
    charging_profile_kind: ChargingProfileKind
    charging_schedule: ChargingSchedule
    transaction_id: int | None = None
    recurrency_kind: RecurrencyKind | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@frozen
class ClearChargingProfileResponse:
    status: Literal["Accepted", "Unknown"]


@frozen
class ClearChargingProfile(Message[ClearChargingProfileResponse]):
    action = "ClearChargingProfile"
    id: int | None = None
    connector_id: int | None = None
    charging_profile_purpose: ChargingProfilePurpose | None = None
    stack_level: int | None = None


@frozen
class GetCompositeScheduleResponse:
    status: Literal["Accepted", "Rejected"]
    connector_id: int | None = None
    schedule_start: datetime | None = None
    charging_schedule: ChargingSchedule | None = None


@frozen
class GetCompositeSchedule(Message[GetCompositeScheduleResponse]):
    action = "GetCompositeSchedule"
    connector_id: int
    duration: int
    charging_rate_unit: ChargingRateUnit | None = None


@frozen
class SetChargingProfileResponse:
    status: Literal["Accepted", "Rejected", "NotSupported"]


@frozen
class SetChargingProfile(Message[SetChargingProfileResponse]):
    action = "SetChargingProfile"
    connector_id: int
    cs_charging_profiles: ChargingProfile


ACTIONS = (
    Action(ClearChargingProfile, ClearChargingProfileResponse, Sender.CENTRAL_SYSTEM, "SmartCharging"),
    Action(GetCompositeSchedule, GetCompositeScheduleResponse, Sender.CENTRAL_SYSTEM, "SmartCharging"),
    Action(SetChargingProfile, SetChargingProfileResponse, Sender.CENTRAL_SYSTEM, "SmartCharging"),
)
