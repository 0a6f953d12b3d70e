"""Firmware and logs in OCPP 1.6, in the profile's words and in those of the security whitepaper."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ocppsim.dialects.row import Row, words
from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command
from ocppsim.model.firmware import (
    RETRIES,
    RETRY_INTERVAL_S,
    FirmwareProgress,
    InstallFirmware,
    Phase,
    Signing,
    UpdateVerdict,
)
from ocppsim.model.logs import (
    LogKind,
    UploadAnswer,
    UploadLog,
    UploadPhase,
    UploadProgress,
    UploadVerdict,
)
from ocppsim.protocol.actions import Message
from ocppsim.protocol.v16 import firmware_management as plain
from ocppsim.protocol.v16 import secure_firmware as secure

T = TypeVar("T")

MOST_RETRIES = 1000
LONGEST_INTERVAL_S = 2**31


def _retries(asked: int | None) -> int:
    return RETRIES if asked is None else min(max(asked, 0), MOST_RETRIES)


def _interval_s(asked: int | None) -> float:
    return RETRY_INTERVAL_S if asked is None else float(min(max(asked, 0), LONGEST_INTERVAL_S))


# -- firmware


def _update(request: plain.UpdateFirmware) -> Command[Any]:
    return InstallFirmware(
        request.location,
        request.retrieve_date.timestamp(),
        retries=_retries(request.retries),
        retry_interval_s=_interval_s(request.retry_interval),
    )


def _signed_update(request: secure.SignedUpdateFirmware) -> Command[Any]:
    firmware = request.firmware
    install = firmware.install_date_time
    return InstallFirmware(
        firmware.location,
        firmware.retrieve_date_time.timestamp(),
        None if install is None else install.timestamp(),
        _retries(request.retries),
        _interval_s(request.retry_interval),
        Signing(request.request_id, firmware.signing_certificate, firmware.signature),
    )


FIRMWARE_STATUS: Mapping[Phase, plain.FirmwareStatus] = {
    Phase.DOWNLOADED: "Downloaded",
    Phase.DOWNLOAD_FAILED: "DownloadFailed",
    Phase.DOWNLOADING: "Downloading",
    Phase.IDLE: "Idle",
    Phase.INSTALLATION_FAILED: "InstallationFailed",
    Phase.INSTALLING: "Installing",
    Phase.INSTALLED: "Installed",
}
SIGNED_FIRMWARE_STATUS: Mapping[Phase, secure.FirmwareStatusEnumType] = {
    **FIRMWARE_STATUS,
    Phase.DOWNLOAD_SCHEDULED: "DownloadScheduled",
    Phase.DOWNLOAD_PAUSED: "DownloadPaused",
    Phase.INSTALL_REBOOTING: "InstallRebooting",
    Phase.INSTALL_SCHEDULED: "InstallScheduled",
    Phase.INSTALL_VERIFICATION_FAILED: "InstallVerificationFailed",
    Phase.INVALID_SIGNATURE: "InvalidSignature",
    Phase.SIGNATURE_VERIFIED: "SignatureVerified",
}


def firmware_progress(what: FirmwareProgress) -> Message[object]:
    if what.signed:
        status = SIGNED_FIRMWARE_STATUS[what.phase]
        return secure.SignedFirmwareStatusNotification(status, what.request)
    return plain.FirmwareStatusNotification(FIRMWARE_STATUS[what.phase])


# -- logs


def _diagnostics(request: plain.GetDiagnostics) -> Command[Any]:
    return UploadLog(
        request.location,
        LogKind.DIAGNOSTICS,
        None if request.start_time is None else request.start_time.timestamp(),
        None if request.stop_time is None else request.stop_time.timestamp(),
        _retries(request.retries),
        _interval_s(request.retry_interval),
    )


def _log(request: secure.GetLog) -> Command[Any]:
    since, until = request.log.oldest_timestamp, request.log.latest_timestamp
    return UploadLog(
        request.log.remote_location,
        LogKind.SECURITY if request.log_type == "SecurityLog" else LogKind.DIAGNOSTICS,
        None if since is None else since.timestamp(),
        None if until is None else until.timestamp(),
        _retries(request.retries),
        _interval_s(request.retry_interval),
        request.request_id,
    )


def _log_answer(answer: UploadAnswer) -> secure.GetLogResponse:
    match answer.verdict:
        case UploadVerdict.ACCEPTED:
            return secure.GetLogResponse("Accepted", answer.file)
        case UploadVerdict.ACCEPTED_CANCELED:
            return secure.GetLogResponse("AcceptedCanceled", answer.file)
        case UploadVerdict.REJECTED:
            return secure.GetLogResponse("Rejected")


LOG_STATUS: Mapping[UploadPhase, secure.UploadLogStatusEnumType] = {
    UploadPhase.UPLOADING: "Uploading",
    UploadPhase.UPLOADED: "Uploaded",
    UploadPhase.FAILED: "UploadFailure",
    UploadPhase.BAD_MESSAGE: "BadMessage",
    UploadPhase.PERMISSION_DENIED: "PermissionDenied",
    UploadPhase.NOT_SUPPORTED: "NotSupportedOperation",
    UploadPhase.IDLE: "Idle",
}
DIAGNOSTICS_STATUS: Mapping[UploadPhase, plain.DiagnosticsStatus] = {
    UploadPhase.UPLOADING: "Uploading",
    UploadPhase.UPLOADED: "Uploaded",
    UploadPhase.FAILED: "UploadFailed",
    UploadPhase.BAD_MESSAGE: "UploadFailed",
    UploadPhase.PERMISSION_DENIED: "UploadFailed",
    UploadPhase.NOT_SUPPORTED: "UploadFailed",
    UploadPhase.IDLE: "Idle",
}


def upload_progress(what: UploadProgress) -> Message[object]:
    if what.numbered:
        return secure.LogStatusNotification(LOG_STATUS[what.phase], what.request)
    return plain.DiagnosticsStatusNotification(DIAGNOSTICS_STATUS[what.phase])


ROWS: Mapping[str, Row] = {
    "GetDiagnostics": Row(_diagnostics, lambda answer: plain.GetDiagnosticsResponse(answer.file)),
    "GetLog": Row(_log, _log_answer),
    "SignedUpdateFirmware": Row(
        _signed_update,
        words(
            secure.SignedUpdateFirmwareResponse,
            {
                UpdateVerdict.ACCEPTED: "Accepted",
                UpdateVerdict.ACCEPTED_CANCELED: "AcceptedCanceled",
                UpdateVerdict.REJECTED: "Rejected",
                UpdateVerdict.INVALID_CERTIFICATE: "InvalidCertificate",
                UpdateVerdict.REVOKED_CERTIFICATE: "RevokedCertificate",
            },
        ),
    ),
    "UpdateFirmware": Row(_update, lambda _: plain.UpdateFirmwareResponse()),
}

MESSAGES: Mapping[type[Announcement], Callable[[Any], Message[object]]] = {
    FirmwareProgress: firmware_progress,
    UploadProgress: upload_progress,
}
