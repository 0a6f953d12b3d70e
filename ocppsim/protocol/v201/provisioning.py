"""The messages of block B, provisioning: so far the boot."""

from datetime import datetime
from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen

BootReason = Literal[
    "ApplicationReset",
    "FirmwareUpdate",
    "LocalReset",
    "PowerUp",
    "RemoteReset",
    "ScheduledReset",
    "Triggered",
    "Unknown",
    "Watchdog",
]
RegistrationStatus = Literal["Accepted", "Pending", "Rejected"]


@frozen(kw_only=True)
class Modem:
    iccid: str | None = None
    imsi: str | None = None


@frozen(kw_only=True)
class ChargingStation:
    model: str
    vendor_name: str
    serial_number: str | None = None
    firmware_version: str | None = None
    modem: Modem | None = None


@frozen
class BootNotificationResponse:
    status: RegistrationStatus
    interval: int = 0
    current_time: datetime | None = None


@frozen
class BootNotification(Message[BootNotificationResponse]):
    action = "BootNotification"
    reason: BootReason
    charging_station: ChargingStation


ACTIONS = (Action(BootNotification, BootNotificationResponse, Sender.STATION, "Provisioning"),)
