"""The messages of the Core profile (OCPP 1.6 ed. 2, chapters 4, 5 and 6).

A field of a response that its schema requires, but that a station can live without, is optional here: the
schema check reports its absence, and the rest of the answer can still be used.
"""

from datetime import datetime
from typing import Literal

from attrs import field

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.protocol.v16.smart_charging import ChargingProfile
from ocppsim.values import frozen

AuthorizationStatus = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
RegistrationStatus = Literal["Accepted", "Pending", "Rejected"]
ChargePointStatus = Literal[
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
]
ChargePointErrorCode = Literal[
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "NoError",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
]
ReadingContext = Literal[
    "Interruption.Begin",
    "Interruption.End",
    "Other",
    "Sample.Clock",
    "Sample.Periodic",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
]
StopReason = Literal[
    "DeAuthorized",
    "EmergencyStop",
    "EVDisconnected",
    "HardReset",
    "Local",
    "Other",
    "PowerLoss",
    "Reboot",
    "Remote",
    "SoftReset",
    "UnlockCommand",
]
AvailabilityType = Literal["Inoperative", "Operative"]
ResetType = Literal["Hard", "Soft"]


@frozen
class IdTagInfo:
    status: AuthorizationStatus
    expiry_date: datetime | None = None
    parent_id_tag: str | None = None


@frozen
class AuthorizeResponse:
    id_tag_info: IdTagInfo


@frozen
class Authorize(Message[AuthorizeResponse]):
    action = "Authorize"
    id_tag: str


@frozen
class BootNotificationResponse:
    status: RegistrationStatus
    interval: int = 0
    current_time: datetime | None = None


@frozen(kw_only=True)
class BootNotification(Message[BootNotificationResponse]):
    action = "BootNotification"
    charge_point_vendor: str
    charge_point_model: str
    charge_point_serial_number: str | None = None
    charge_box_serial_number: str | None = None
    firmware_version: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None


@frozen
class ChangeAvailabilityResponse:
    status: Literal["Accepted", "Rejected", "Scheduled"]


@frozen
class ChangeAvailability(Message[ChangeAvailabilityResponse]):
    action = "ChangeAvailability"
    connector_id: int
    type: AvailabilityType


@frozen
class ChangeConfigurationResponse:
    status: Literal["Accepted", "Rejected", "RebootRequired", "NotSupported"]


@frozen
class ChangeConfiguration(Message[ChangeConfigurationResponse]):
    action = "ChangeConfiguration"
    key: str
    value: str = field(repr=False)  # may be a secret


@frozen
class ClearCacheResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class ClearCache(Message[ClearCacheResponse]):
    action = "ClearCache"


@frozen
class DataTransferResponse:
    status: Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
    data: str | None = None


@frozen
class DataTransfer(Message[DataTransferResponse]):
    action = "DataTransfer"
    vendor_id: str
    message_id: str | None = None
    data: str | None = None


@frozen
class KeyValue:
    key: str
    readonly: bool
    value: str | None = None


@frozen
class GetConfigurationResponse:
    configuration_key: tuple[KeyValue, ...] | None = None
    unknown_key: tuple[str, ...] | None = None


@frozen
class GetConfiguration(Message[GetConfigurationResponse]):
    action = "GetConfiguration"
    key: tuple[str, ...] | None = None


@frozen
class HeartbeatResponse:
    current_time: datetime | None = None


@frozen
class Heartbeat(Message[HeartbeatResponse]):
    action = "Heartbeat"


@frozen(kw_only=True)
class SampledValue:
    value: str
    context: ReadingContext | None = None
    format: Literal["Raw", "SignedData"] | None = None
    measurand: str | None = None
    phase: str | None = None
    location: Literal["Body", "Cable", "EV", "Inlet", "Outlet"] | None = None
    unit: str | None = None


@frozen
class MeterValue:
    timestamp: datetime
    sampled_value: tuple[SampledValue, ...]


@frozen
class MeterValuesResponse:
    pass


@frozen
class MeterValues(Message[MeterValuesResponse]):
    action = "MeterValues"
    connector_id: int
    meter_value: tuple[MeterValue, ...]
    transaction_id: int | None = None


@frozen
class RemoteStartTransactionResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class RemoteStartTransaction(Message[RemoteStartTransactionResponse]):
    action = "RemoteStartTransaction"
    id_tag: str
    connector_id: int | None = None
    charging_profile: ChargingProfile | None = None


@frozen
class RemoteStopTransactionResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class RemoteStopTransaction(Message[RemoteStopTransactionResponse]):
    action = "RemoteStopTransaction"
    transaction_id: int


@frozen
class ResetResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class Reset(Message[ResetResponse]):
    action = "Reset"
    type: ResetType


@frozen
class StartTransactionResponse:
    transaction_id: int
    id_tag_info: IdTagInfo


@frozen(kw_only=True)
class StartTransaction(Message[StartTransactionResponse]):
    action = "StartTransaction"
    connector_id: int
    id_tag: str
    meter_start: int
    timestamp: datetime
    reservation_id: int | None = None


@frozen
class StatusNotificationResponse:
    pass


@frozen(kw_only=True)
class StatusNotification(Message[StatusNotificationResponse]):
    action = "StatusNotification"
    connector_id: int
    error_code: ChargePointErrorCode
    status: ChargePointStatus
    info: str | None = None
    timestamp: datetime | None = None
    vendor_id: str | None = None
    vendor_error_code: str | None = None


@frozen
class StopTransactionResponse:
    id_tag_info: IdTagInfo | None = None


@frozen(kw_only=True)
class StopTransaction(Message[StopTransactionResponse]):
    action = "StopTransaction"
    meter_stop: int
    timestamp: datetime
    transaction_id: int
    id_tag: str | None = None
    reason: StopReason | None = None
    transaction_data: tuple[MeterValue, ...] | None = None


@frozen
class UnlockConnectorResponse:
    status: Literal["Unlocked", "UnlockFailed", "NotSupported"]


@frozen
class UnlockConnector(Message[UnlockConnectorResponse]):
    action = "UnlockConnector"
    connector_id: int


ACTIONS = (
    Action(Authorize, AuthorizeResponse, Sender.STATION, "Core"),
    Action(BootNotification, BootNotificationResponse, Sender.STATION, "Core"),
    Action(ChangeAvailability, ChangeAvailabilityResponse, Sender.CENTRAL_SYSTEM, "Core"),
    Action(ChangeConfiguration, ChangeConfigurationResponse, Sender.CENTRAL_SYSTEM, "Core"),
    Action(ClearCache, ClearCacheResponse, Sender.CENTRAL_SYSTEM, "Core"),
    Action(DataTransfer, DataTransferResponse, Sender.BOTH, "Core"),
    Action(GetConfiguration, GetConfigurationResponse, Sender.CENTRAL_SYSTEM, "Core"),
    Action(Heartbeat, HeartbeatResponse, Sender.STATION, "Core"),
    Action(MeterValues, MeterValuesResponse, Sender.STATION, "Core"),
    Action(RemoteStartTransaction, RemoteStartTransactionResponse, Sender.CENTRAL_SYSTEM, "Core"),
    Action(RemoteStopTransaction, RemoteStopTransactionResponse, Sender.CENTRAL_SYSTEM, "Core"),
    Action(Reset, ResetResponse, Sender.CENTRAL_SYSTEM, "Core"),
    Action(StartTransaction, StartTransactionResponse, Sender.STATION, "Core"),
    Action(StatusNotification, StatusNotificationResponse, Sender.STATION, "Core"),
    Action(StopTransaction, StopTransactionResponse, Sender.STATION, "Core"),
    Action(UnlockConnector, UnlockConnectorResponse, Sender.CENTRAL_SYSTEM, "Core"),
)
