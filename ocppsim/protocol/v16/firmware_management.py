"""The messages of the Firmware Management profile (OCPP 1.6 ed. 2, 4.4, 4.5, 5.9, 5.19)."""

from datetime import datetime
from typing import Literal

from attrs import field

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen

DiagnosticsStatus = Literal["Idle", "Uploaded", "UploadFailed", "Uploading"]
FirmwareStatus = Literal[
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
]


@frozen
class DiagnosticsStatusNotificationResponse:
    pass


@frozen
class DiagnosticsStatusNotification(Message[DiagnosticsStatusNotificationResponse]):
    action = "DiagnosticsStatusNotification"
    status: DiagnosticsStatus


@frozen
class FirmwareStatusNotificationResponse:
    pass


@frozen
class FirmwareStatusNotification(Message[FirmwareStatusNotificationResponse]):
    action = "FirmwareStatusNotification"
    status: FirmwareStatus


@frozen
class GetDiagnosticsResponse:
    file_name: str | None = None


@frozen
class GetDiagnostics(Message[GetDiagnosticsResponse]):
    action = "GetDiagnostics"
    location: str = field(repr=False)  # may hold a password
    retries: int | None = None
    retry_interval: int | None = None
    start_time: datetime | None = None
    stop_time: datetime | None = None


@frozen
class UpdateFirmwareResponse:
    pass


@frozen
class UpdateFirmware(Message[UpdateFirmwareResponse]):
    action = "UpdateFirmware"
    location: str = field(repr=False)  # may hold a password
    retrieve_date: datetime
    retries: int | None = None
    retry_interval: int | None = None


_PROFILE = "FirmwareManagement"

ACTIONS = (
    Action(
        DiagnosticsStatusNotification,
        DiagnosticsStatusNotificationResponse,
        Sender.STATION,
        _PROFILE,
    ),
    Action(FirmwareStatusNotification, FirmwareStatusNotificationResponse, Sender.STATION, _PROFILE),
    Action(GetDiagnostics, GetDiagnosticsResponse, Sender.CENTRAL_SYSTEM, _PROFILE),
    Action(UpdateFirmware, UpdateFirmwareResponse, Sender.CENTRAL_SYSTEM, _PROFILE),
)
