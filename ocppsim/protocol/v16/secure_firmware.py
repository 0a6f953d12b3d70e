"""Signed firmware and logs (security whitepaper ed. 3, L01 and N01)."""

from datetime import datetime
from typing import Literal

from attrs import field

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen

FirmwareStatusEnumType = Literal[
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "DownloadScheduled",
    "DownloadPaused",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
    "InstallRebooting",
    "InstallScheduled",
    "InstallVerificationFailed",
    "InvalidSignature",
    "SignatureVerified",
]
UploadLogStatusEnumType = Literal[
    "BadMessage",
    "Idle",
    "NotSupportedOperation",
    "PermissionDenied",
    "Uploaded",
    "UploadFailure",
    "Uploading",
]


@frozen
class LogParameters:
    remote_location: str = field(repr=False)  # may hold a password
    oldest_timestamp: datetime | None = None
    latest_timestamp: datetime | None = None


@frozen
class GetLogResponse:
    status: Literal["Accepted", "Rejected", "AcceptedCanceled"]
    filename: str | None = None


@frozen
class GetLog(Message[GetLogResponse]):
    action = "GetLog"
    log: LogParameters
    log_type: Literal["DiagnosticsLog", "SecurityLog"]
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


@frozen
class LogStatusNotificationResponse:
    pass


@frozen
class LogStatusNotification(Message[LogStatusNotificationResponse]):
    action = "LogStatusNotification"
    status: UploadLogStatusEnumType
    request_id: int | None = None


@frozen
class SignedFirmwareStatusNotificationResponse:
    pass


@frozen
class SignedFirmwareStatusNotification(Message[SignedFirmwareStatusNotificationResponse]):
    action = "SignedFirmwareStatusNotification"
    status: FirmwareStatusEnumType
    request_id: int | None = None


@frozen
class Firmware:
    location: str = field(repr=False)  # may hold a password
    retrieve_date_time: datetime
    signing_certificate: str
    signature: str
    install_date_time: datetime | None = None


@frozen
class SignedUpdateFirmwareResponse:
    status: Literal["Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"]


@frozen
class SignedUpdateFirmware(Message[SignedUpdateFirmwareResponse]):
    action = "SignedUpdateFirmware"
    firmware: Firmware
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


_PROFILE = "Security"

ACTIONS = (
    Action(GetLog, GetLogResponse, Sender.CENTRAL_SYSTEM, _PROFILE),
    Action(LogStatusNotification, LogStatusNotificationResponse, Sender.STATION, _PROFILE),
    Action(
        SignedFirmwareStatusNotification,
        SignedFirmwareStatusNotificationResponse,
        Sender.STATION,
        _PROFILE,
    ),
    Action(SignedUpdateFirmware, SignedUpdateFirmwareResponse, Sender.CENTRAL_SYSTEM, _PROFILE),
)
