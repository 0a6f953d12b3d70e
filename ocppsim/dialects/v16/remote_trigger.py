"""The Remote Trigger profile of OCPP 1.6, and the second request that the security whitepaper has for it.

Both requests ask for the same things; the whitepaper's means the messages that the whitepaper brings.
"""

from collections.abc import Mapping
from typing import Any

from ocppsim.dialects.row import Row, words
from ocppsim.model import commands
from ocppsim.model.commands import Command, Trigger, TriggerVerdict
from ocppsim.protocol.v16 import remote_trigger

TRIGGERS: Mapping[remote_trigger.MessageTrigger, Trigger] = {
    "BootNotification": Trigger.BOOT,
    "DiagnosticsStatusNotification": Trigger.DIAGNOSTICS,
    "FirmwareStatusNotification": Trigger.FIRMWARE,
    "Heartbeat": Trigger.HEARTBEAT,
    "MeterValues": Trigger.SAMPLE,
    "StatusNotification": Trigger.STATUS,
}
EXTENDED: Mapping[remote_trigger.ExtendedTrigger, Trigger] = {
    "BootNotification": Trigger.BOOT,
    "FirmwareStatusNotification": Trigger.SIGNED_FIRMWARE,
    "Heartbeat": Trigger.HEARTBEAT,
    "LogStatusNotification": Trigger.LOG,
    "MeterValues": Trigger.SAMPLE,
    "SignChargePointCertificate": Trigger.CERTIFICATE,
    "StatusNotification": Trigger.STATUS,
}

_STATUS: Mapping[TriggerVerdict, str] = {
    TriggerVerdict.ACCEPTED: "Accepted",
    TriggerVerdict.REJECTED: "Rejected",
    TriggerVerdict.NOT_IMPLEMENTED: "NotImplemented",
}


def _trigger(request: remote_trigger.TriggerMessage) -> Command[Any]:
    return commands.TriggerMessage(TRIGGERS[request.requested_message], request.connector_id)


def _extended(request: remote_trigger.ExtendedTriggerMessage) -> Command[Any]:
    return commands.TriggerMessage(EXTENDED[request.requested_message], request.connector_id)


ROWS: Mapping[str, Row] = {
    "ExtendedTriggerMessage": Row(_extended, words(remote_trigger.ExtendedTriggerMessageResponse, _STATUS)),
    "TriggerMessage": Row(_trigger, words(remote_trigger.TriggerMessageResponse, _STATUS)),
}
