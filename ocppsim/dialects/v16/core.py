"""The core of OCPP 1.6: requests of the central system to commands, and the station's word to responses."""

from collections.abc import Mapping
from typing import Any

from ocppsim.dialects.row import ACCEPTED_OR_NOT, Row, words
from ocppsim.dialects.v16 import security
from ocppsim.dialects.v16.smart_charging import profile
from ocppsim.model import commands
from ocppsim.model.commands import Command, KeyReport, KeyVerdict, TransferVerdict
from ocppsim.model.inputs import Verdict
from ocppsim.protocol.v16 import core


def _start(request: core.RemoteStartTransaction) -> Command[Any]:
    sent = request.charging_profile
    return commands.StartRemotely(
        request.connector_id, request.id_tag, None if sent is None else profile(sent)
    )


def _report(answer: KeyReport) -> core.GetConfigurationResponse:
    known = tuple(core.KeyValue(name, readonly, text) for name, (text, readonly) in answer.values.items())
    return core.GetConfigurationResponse(known or None, answer.unknown or None)


ROWS: Mapping[str, Row] = {
    "ChangeAvailability": Row(
        lambda r: commands.ChangeAvailability(r.connector_id, r.type == "Operative"),
        words(core.ChangeAvailabilityResponse, {**ACCEPTED_OR_NOT, Verdict.SCHEDULED: "Scheduled"}),
    ),
    "ChangeConfiguration": Row(
        lambda r: security.command_of_key(r.key, r.value) or commands.ChangeKey(r.key, r.value),
        words(
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
        words(core.ClearCacheResponse, ACCEPTED_OR_NOT),
    ),
    "DataTransfer": Row(
        lambda r: commands.TransferData(r.vendor_id, r.message_id, r.data),
        words(
            core.DataTransferResponse,
            {
                TransferVerdict.ACCEPTED: "Accepted",
                TransferVerdict.UNKNOWN_VENDOR: "UnknownVendorId",
                TransferVerdict.UNKNOWN_MESSAGE: "UnknownMessageId",
            },
        ),
    ),
    "GetConfiguration": Row(lambda r: commands.GetKeys(r.key or ()), _report),
    "RemoteStartTransaction": Row(_start, words(core.RemoteStartTransactionResponse, ACCEPTED_OR_NOT)),
    "RemoteStopTransaction": Row(
        lambda r: commands.StopRemotely(r.transaction_id),
        words(core.RemoteStopTransactionResponse, ACCEPTED_OR_NOT),
    ),
    "Reset": Row(
        lambda r: commands.Reset(r.type == "Hard"),
        words(core.ResetResponse, ACCEPTED_OR_NOT),
    ),
    "UnlockConnector": Row(
        lambda r: commands.UnlockConnector(r.connector_id),
        words(
            core.UnlockConnectorResponse,
            {
                Verdict.UNLOCKED: "Unlocked",
                Verdict.UNLOCK_FAILED: "UnlockFailed",
                Verdict.NOT_SUPPORTED: "NotSupported",
            },
        ),
    ),
}
