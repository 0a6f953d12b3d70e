"""The messages of the Remote Trigger profile (OCPP 1.6 ed. 2, 5.17), and what the whitepaper adds."""

from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen

MessageTrigger = Literal[
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
]


ExtendedTrigger = Literal[
    "BootNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SignChargePointCertificate",
    "StatusNotification",
]
TriggerStatus = Literal["Accepted", "Rejected", "NotImplemented"]


@frozen
class ExtendedTriggerMessageResponse:
    status: TriggerStatus


@frozen
class ExtendedTriggerMessage(Message[ExtendedTriggerMessageResponse]):
    action = "ExtendedTriggerMessage"
    requested_message: ExtendedTrigger
    connector_id: int | None = None


@frozen
class TriggerMessageResponse:
    status: TriggerStatus


@frozen
class TriggerMessage(Message[TriggerMessageResponse]):
    action = "TriggerMessage"
    requested_message: MessageTrigger
    connector_id: int | None = None


ACTIONS = (
    Action(ExtendedTriggerMessage, ExtendedTriggerMessageResponse, Sender.CENTRAL_SYSTEM, "RemoteTrigger"),
    Action(TriggerMessage, TriggerMessageResponse, Sender.CENTRAL_SYSTEM, "RemoteTrigger"),
)
