"""What can be said of a certificate: whose it is, whether it holds, and who vouches for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    ExtensionNotFound,
    KeyUsage,
    load_der_x509_certificate,
    load_pem_x509_certificates,
    ocsp,
)
from cryptography.x509.oid import NameOID

from ocppsim.model.security import CertificateId, Digest

LEAST_RSA_BITS, LEAST_EC_BITS = 2048, 224
"""Whitepaper ed. 3, A00.FR.502 and 503."""

_DIGESTS: Mapping[Digest, Callable[[], hashes.HashAlgorithm]] = {
    Digest.SHA256: hashes.SHA256,
    Digest.SHA384: hashes.SHA384,
    Digest.SHA512: hashes.SHA512,
}


class BadCertificate(Exception):
    """Says why."""


def read(pem: str) -> tuple[Certificate, ...]:
    """The certificates in a text, at least one; raises BadCertificate."""
    try:
        return tuple(load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise BadCertificate("no certificate in PEM format") from error


def read_one(pem: str) -> Certificate:
    certificates = read(pem)
    if len(certificates) != 1:
        raise BadCertificate("more than one certificate")
    return certificates[0]


def organisation(pem: str) -> str:
    """Whose the first certificate of a text is; empty where it does not say."""
    names = read(pem)[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if names else ""


def starts_at(pem: str) -> float:
    """When the first certificate of a text begins to be valid, in POSIX seconds."""
    return read(pem)[0].not_valid_before_utc.timestamp()


def ends_at(pem: str) -> float:
    return read(pem)[0].not_valid_after_utc.timestamp()


def holds(pem: str, now: float) -> bool:
    """Whether the first certificate of a text is valid at this instant."""
    try:
        return starts_at(pem) <= now <= ends_at(pem)
    except BadCertificate:
        return False


def issued(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether `issuer` has signed `certificate`."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def issued_by_der(der: bytes, issuer_pem: str) -> bool:
    """Whether a certificate, as it came over the wire, is signed by this root."""
    return issued(load_der_x509_certificate(der), read_one(issuer_pem))


def root_problem(pem: str, issuers: Sequence[str], now: float) -> str | None:
    """Why a text is no root certificate to be trusted, None when it is one.

    It has signed itself, or one of `issuers` has signed it.
    """
    try:
        root = read_one(pem)
    except BadCertificate as error:
        return str(error)
    if problem := _validity(root, now) or _weakness(root):
        return problem
    if not _is_authority(root):
        return "not the certificate of an authority"
    if not any(issued(root, issuer) for issuer in (root, *map(read_one, issuers))):
        return "neither self-signed nor signed by an installed root"
    return None


def issuer_of(pem: str, issuers: Sequence[str]) -> str | None:
    """The one of `issuers` that has signed a root certificate; None when it has signed itself."""
    root = read_one(pem)
    if issued(root, root):
        return None
    return next((issuer for issuer in issuers if issued(root, read_one(issuer))), None)


def chain_problem(pem: str, roots: Sequence[str], now: float, *, early: bool = False) -> str | None:
    """Why no path leads from the first certificate of a text, by way of the others, to one of `roots`.

    With `early` the first one may begin to be valid later.
    """
    try:
        leaf, *between = read(pem)
        anchors = [read_one(root) for root in roots]
    except BadCertificate as error:
        return str(error)
    present = leaf
    for _ in range(len(between) + 1):
        begins = leaf.not_valid_before_utc.timestamp() if early and present is leaf else now
        if problem := _validity(present, max(now, begins)) or _weakness(present):
            return problem
        for anchor in anchors:
            if issued(present, anchor):
                return _validity(anchor, now)
        issuer = next((one for one in between if one is not present and issued(present, one)), None)
        if issuer is None or not _is_authority(issuer):
            return "no path to an installed root"
        present = issuer
    return "no path to an installed root"


def own_problem(pem: str, key: str, name: str, organisation: str) -> str | None:
    """Why a certificate is not the one that was asked for with this key, name and organisation."""
    leaf = read(pem)[0]
    if leaf.public_key() != load_pem_private_key(key.encode(), None).public_key():
        return "the certificate is for another key"
    names = [str(a.value) for a in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [name]:
        return "the certificate is for another station"
    organisations = [str(a.value) for a in leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    if organisations != [organisation]:
        return "the certificate names another organisation"
    return None


def identify(pem: str, issuers: Sequence[str], digest: Digest) -> CertificateId:
    """The name of a root certificate as OCSP has it; LookupError without its issuer."""
    certificate = read_one(pem)
    candidates = (certificate, *map(read_one, issuers))
    issuer = next((one for one in candidates if issued(certificate, one)), None)
    if issuer is None:
        raise LookupError("the issuer is not installed")
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, _DIGESTS[digest]()).build()
    return CertificateId(
        digest,
        request.issuer_name_hash.hex().upper(),
        request.issuer_key_hash.hex().upper(),
        f"{request.serial_number:X}",
    )


def _validity(certificate: Certificate, now: float) -> str | None:
    at = datetime.fromtimestamp(now, UTC)
    if at < certificate.not_valid_before_utc:
        return "the certificate is not valid yet"
    if at > certificate.not_valid_after_utc:
        return "the certificate has expired"
    return None


def _weakness(certificate: Certificate) -> str | None:
    match certificate.public_key():
        case (rsa.RSAPublicKey() | dsa.DSAPublicKey()) as key:
            return f"a key of {key.key_size} bits is too short" if key.key_size < LEAST_RSA_BITS else None
        case ec.EllipticCurvePublicKey(key_size=size):
            return f"a key of {size} bits is too short" if size < LEAST_EC_BITS else None
    return None


def _is_authority(certificate: Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(BasicConstraints).value
    except (ExtensionNotFound, ValueError):
        return False
    try:
        usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return constraints.ca
    return constraints.ca and usage.key_cert_sign
