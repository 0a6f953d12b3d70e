"""The Remote Trigger profile of OCPP 1.6."""

from collections.abc import Mapping

from ocppsim.dialects.v16.row import Row, words
from ocppsim.model import commands
from ocppsim.model.commands import Trigger, TriggerVerdict
from ocppsim.protocol.v16 import remote_trigger

TRIGGERS: Mapping[str, Trigger] = {
    "BootNotification": Trigger.BOOT,
    "Heartbeat": Trigger.HEARTBEAT,
    "MeterValues": Trigger.SAMPLE,
    "StatusNotification": Trigger.STATUS,
}

ROWS: Mapping[str, Row] = {
    "TriggerMessage": Row(
        lambda r: commands.TriggerMessage(TRIGGERS.get(r.requested_message), r.connector_id),
        words(
            remote_trigger.TriggerMessageResponse,
            {
                TriggerVerdict.ACCEPTED: "Accepted",
                TriggerVerdict.REJECTED: "Rejected",
                TriggerVerdict.NOT_IMPLEMENTED: "NotImplemented",
            },
        ),
    ),
}
