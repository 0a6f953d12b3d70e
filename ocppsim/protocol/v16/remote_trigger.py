"""The messages of the Remote Trigger profile (OCPP 1.6 ed. 2, 5.17)."""

from typing import Literal

from attrs import frozen

from ocppsim.protocol.actions import Action, Message, Sender

MessageTrigger = Literal[
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
]


@frozen
class TriggerMessageResponse:
    status: Literal["Accepted", "Rejected", "NotImplemented"]


@frozen
class TriggerMessage(Message[TriggerMessageResponse]):
    action = "TriggerMessage"
    requested_message: MessageTrigger
    connector_id: int | None = None


ACTIONS = (Action(TriggerMessage, TriggerMessageResponse, Sender.CENTRAL_SYSTEM, "RemoteTrigger"),)
