"""The messages of the security whitepaper ed. 3: certificates and security events."""

from datetime import datetime
from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen

CertificateUse = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
HashAlgorithm = Literal["SHA256", "SHA384", "SHA512"]


@frozen
class CertificateHashData:
    hash_algorithm: HashAlgorithm
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


@frozen
class CertificateSignedResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class CertificateSigned(Message[CertificateSignedResponse]):
    action = "CertificateSigned"
    certificate_chain: str


@frozen
class DeleteCertificateResponse:
    status: Literal["Accepted", "Failed", "NotFound"]


@frozen
class DeleteCertificate(Message[DeleteCertificateResponse]):
    action = "DeleteCertificate"
    certificate_hash_data: CertificateHashData


@frozen
class GetInstalledCertificateIdsResponse:
    status: Literal["Accepted", "NotFound"]
    certificate_hash_data: tuple[CertificateHashData, ...] | None = None


@frozen
class GetInstalledCertificateIds(Message[GetInstalledCertificateIdsResponse]):
    action = "GetInstalledCertificateIds"
    certificate_type: CertificateUse


@frozen
class InstallCertificateResponse:
    status: Literal["Accepted", "Failed", "Rejected"]


@frozen
class InstallCertificate(Message[InstallCertificateResponse]):
    action = "InstallCertificate"
    certificate_type: CertificateUse
    certificate: str


@frozen
class SecurityEventNotificationResponse:
    pass


@frozen
class SecurityEventNotification(Message[SecurityEventNotificationResponse]):
    action = "SecurityEventNotification"
    type: str
    timestamp: datetime
    tech_info: str | None = None


@frozen
class SignCertificateResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class SignCertificate(Message[SignCertificateResponse]):
    action = "SignCertificate"
    csr: str


ACTIONS = (
    Action(CertificateSigned, CertificateSignedResponse, Sender.CENTRAL_SYSTEM, "Security"),
    Action(DeleteCertificate, DeleteCertificateResponse, Sender.CENTRAL_SYSTEM, "Security"),
    Action(GetInstalledCertificateIds, GetInstalledCertificateIdsResponse, Sender.CENTRAL_SYSTEM, "Security"),
    Action(InstallCertificate, InstallCertificateResponse, Sender.CENTRAL_SYSTEM, "Security"),
    Action(SecurityEventNotification, SecurityEventNotificationResponse, Sender.STATION, "Security"),
    Action(SignCertificate, SignCertificateResponse, Sender.STATION, "Security"),
)
