"""The security whitepaper ed. 3 in the dialect of OCPP 1.6: certificates, security events, two keys."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.clock import moment
from ocppsim.dialects.row import ACCEPTED_OR_NOT, Row, words
from ocppsim.dialects.v16.key import BadValue, integer
from ocppsim.model import security as model
from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command
from ocppsim.model.security import (
    CertificateId,
    DeleteVerdict,
    Digest,
    InstallVerdict,
    RootUse,
    SecurityEvent,
)
from ocppsim.protocol.actions import Message
from ocppsim.protocol.v16 import security

EVENTS: Mapping[SecurityEvent, str] = {
    SecurityEvent.FIRMWARE_UPDATED: "FirmwareUpdated",
    SecurityEvent.NOT_AUTHENTICATED: "FailedToAuthenticationAtCentralSystem",  # spelled as chapter 8 has it
    SecurityEvent.TIME_SET: "SettingSystemTime",
    SecurityEvent.STARTUP: "StartupOfTheDevice",
    SecurityEvent.RESET: "ResetOrReboot",
    SecurityEvent.RECONFIGURED: "ReconfigurationOfSecurityParameters",
    SecurityEvent.INVALID_MESSAGE: "InvalidMessages",
    SecurityEvent.TAMPERED: "TamperDetectionActivated",
    SecurityEvent.INVALID_FIRMWARE_SIGNATURE: "InvalidFirmwareSignature",
    SecurityEvent.INVALID_FIRMWARE_SIGNING_CERTIFICATE: "InvalidFirmwareSigningCertificate",
    SecurityEvent.INVALID_SERVER_CERTIFICATE: "InvalidCentralSystemCertificate",
    SecurityEvent.INVALID_OWN_CERTIFICATE: "InvalidChargePointCertificate",
    SecurityEvent.INVALID_TLS_VERSION: "InvalidTLSVersion",
    SecurityEvent.INVALID_CIPHER_SUITE: "InvalidTLSCipherSuite",
}
_LONGEST_INFO = 255

_USES: Mapping[security.CertificateUse, RootUse] = {
    "CentralSystemRootCertificate": RootUse.CENTRAL_SYSTEM,
    "ManufacturerRootCertificate": RootUse.MANUFACTURER,
}

_DIGESTS: Mapping[Digest, security.HashAlgorithm] = {
    Digest.SHA256: "SHA256",
    Digest.SHA384: "SHA384",
    Digest.SHA512: "SHA512",
}


def command_of_key(key: str, value: str) -> Command[Any] | None:
    """What the change of a key of this chapter asks for, where that is more than to write it down."""
    match key.lower():
        case "authorizationkey":
            return model.ChangePassword(value)
        case "securityprofile":
            try:
                return model.RaiseProfile(integer(value))
            except BadValue:
                return model.RaiseProfile(None)
    return None


def _named(data: security.CertificateHashData) -> CertificateId:
    return CertificateId(
        Digest[data.hash_algorithm], data.issuer_name_hash, data.issuer_key_hash, data.serial_number
    )


def _installed(ids: tuple[CertificateId, ...]) -> object:
    if not ids:
        return security.GetInstalledCertificateIdsResponse("NotFound")
    data = tuple(
        security.CertificateHashData(
            _DIGESTS[named.digest], named.issuer_name, named.issuer_key, named.serial
        )
        for named in ids
    )
    return security.GetInstalledCertificateIdsResponse("Accepted", data)


ROWS: Mapping[str, Row] = {
    "CertificateSigned": Row(
        lambda r: model.TakeCertificate(r.certificate_chain),
        words(security.CertificateSignedResponse, ACCEPTED_OR_NOT),
    ),
    "DeleteCertificate": Row(
        lambda r: model.DeleteRoot(_named(r.certificate_hash_data)),
        words(
            security.DeleteCertificateResponse,
            {
                DeleteVerdict.ACCEPTED: "Accepted",
                DeleteVerdict.FAILED: "Failed",
                DeleteVerdict.NOT_FOUND: "NotFound",
            },
        ),
    ),
    "GetInstalledCertificateIds": Row(lambda r: model.ListRoots(_USES[r.certificate_type]), _installed),
    "InstallCertificate": Row(
        lambda r: model.InstallRoot(_USES[r.certificate_type], r.certificate),
        words(
            security.InstallCertificateResponse,
            {
                InstallVerdict.ACCEPTED: "Accepted",
                InstallVerdict.FAILED: "Failed",
                InstallVerdict.REJECTED: "Rejected",
            },
        ),
    ),
}


def _report(report: model.SecurityReport) -> Message[object]:
    info = report.info[:_LONGEST_INFO] or None
    return security.SecurityEventNotification(EVENTS[report.event], moment(report.at), info)


MESSAGES: Mapping[type[Announcement], Callable[[Any], Message[object]]] = {
    model.CertificateRequest: lambda what: security.SignCertificate(what.request),
    model.SecurityReport: _report,
}
