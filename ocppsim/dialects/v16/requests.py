"""OCPP 1.6 requests of the central system: to commands, and the station's word to responses."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ocppsim.dialects.v16 import keys
from ocppsim.model import commands
from ocppsim.model.commands import Answer, Command, KeyReport, KeyVerdict, TransferVerdict, TriggerVerdict
from ocppsim.model.inputs import Verdict
from ocppsim.protocol.errors import Fault, Refusal, Violation
from ocppsim.protocol.v16 import core, remote_trigger

_TRIGGERS = {
    "BootNotification": commands.Trigger.BOOT,
    "Heartbeat": commands.Trigger.HEARTBEAT,
    "MeterValues": commands.Trigger.SAMPLE,
    "StatusNotification": commands.Trigger.STATUS,
}


@frozen
class Row:
    """One request: how it becomes a command, and how the answer to that becomes the response."""

    command: Callable[[Any], Command]
    response: Callable[[Any], object]


def _start(request: core.RemoteStartTransaction) -> Command:
    return commands.StartRemotely(request.connector_id, request.id_tag)


def _get_keys(request: core.GetConfiguration) -> Command:
    names = request.key or ()
    if len(names) > keys.MOST_KEYS:
        violation = Violation("key", "maxItems", f"more than {keys.MOST_KEYS} keys")
        raise Refusal(Fault.PROPERTY, str(violation), (violation,))
    return commands.GetKeys(names)


def _report(answer: KeyReport) -> core.GetConfigurationResponse:
    known = tuple(core.KeyValue(name, readonly, text) for name, (text, readonly) in answer.values.items())
    return core.GetConfigurationResponse(known or None, answer.unknown or None)


def _words(response: Callable[[Any], object], words: Mapping[Answer, str]) -> Callable[[Any], object]:
    """The response for each verdict; a verdict that the request cannot have is our bug (KeyError)."""
    return lambda verdict: response(words[verdict])


_ACCEPTED_OR_NOT: Mapping[Answer, str] = {Verdict.ACCEPTED: "Accepted", Verdict.REJECTED: "Rejected"}

ROWS: Mapping[str, Row] = {
    "ChangeAvailability": Row(
        lambda r: commands.ChangeAvailability(r.connector_id, r.type == "Operative"),
        _words(core.ChangeAvailabilityResponse, {**_ACCEPTED_OR_NOT, Verdict.SCHEDULED: "Scheduled"}),
    ),
    "ChangeConfiguration": Row(
        lambda r: commands.ChangeKey(r.key, r.value),
        _words(
            core.ChangeConfigurationResponse,
            {
                KeyVerdict.ACCEPTED: "Accepted",
                KeyVerdict.REJECTED: "Rejected",
                KeyVerdict.REBOOT_REQUIRED: "RebootRequired",
                KeyVerdict.NOT_SUPPORTED: "NotSupported",
            },
        ),
    ),
    "ClearCache": Row(
        lambda _: commands.ClearCache(),
        _words(core.ClearCacheResponse, _ACCEPTED_OR_NOT),
    ),
    "DataTransfer": Row(
        lambda r: commands.TransferData(r.vendor_id, r.message_id, r.data),
        _words(
            core.DataTransferResponse,
            {
                TransferVerdict.ACCEPTED: "Accepted",
                TransferVerdict.UNKNOWN_VENDOR: "UnknownVendorId",
                TransferVerdict.UNKNOWN_MESSAGE: "UnknownMessageId",
            },
        ),
    ),
    "GetConfiguration": Row(_get_keys, _report),
    "RemoteStartTransaction": Row(_start, _words(core.RemoteStartTransactionResponse, _ACCEPTED_OR_NOT)),
    "RemoteStopTransaction": Row(
        lambda r: commands.StopRemotely(r.transaction_id),
        _words(core.RemoteStopTransactionResponse, _ACCEPTED_OR_NOT),
    ),
    "Reset": Row(
        lambda r: commands.Reset(r.type == "Hard"),
        _words(core.ResetResponse, _ACCEPTED_OR_NOT),
    ),
    "TriggerMessage": Row(
        lambda r: commands.TriggerMessage(_TRIGGERS.get(r.requested_message), r.connector_id),
        _words(
            remote_trigger.TriggerMessageResponse,
            {
                TriggerVerdict.ACCEPTED: "Accepted",
                TriggerVerdict.REJECTED: "Rejected",
                TriggerVerdict.NOT_IMPLEMENTED: "NotImplemented",
            },
        ),
    ),
    "UnlockConnector": Row(
        lambda r: commands.UnlockConnector(r.connector_id),
        _words(
            core.UnlockConnectorResponse,
            {
                Verdict.UNLOCKED: "Unlocked",
                Verdict.UNLOCK_FAILED: "UnlockFailed",
                Verdict.NOT_SUPPORTED: "NotSupported",
            },
        ),
    ),
}
