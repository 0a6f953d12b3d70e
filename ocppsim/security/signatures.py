"""Signatures of firmware, and the certificates they are made with (security whitepaper ed. 3, L01).

RSA-PSS and ECDSA, both over SHA-256. The whitepaper's ECSchnorr is not offered: no library that is in use
makes it, and whoever signs with a curve signs with ECDSA.
"""

from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import Enum, auto

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

LEAST_RSA_BITS, LEAST_CURVE_BITS = 2048, 224


class Trust(Enum):
    """What a signing certificate is worth."""

    VALID = auto()
    INVALID = auto()
    REVOKED = auto()


def trust(pem: str, roots: Iterable[str], revoked: Collection[int], at: datetime) -> tuple[Trust, str]:
    """Whether one of the roots (PEM) issued a certificate that counts now, and if not, why.

    There is nothing between a root and a signing certificate (L01, remarks).
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return Trust.INVALID, "no certificate in PEM format"
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return Trust.INVALID, "expired, or not valid yet"
    if not _strong(certificate):
        return Trust.INVALID, "the key is too short, or of no known kind"
    if not _may_sign(certificate):
        return Trust.INVALID, "not made for signatures"
    if not any(_issued_by(certificate, root, at) for root in roots):
        return Trust.INVALID, "issued by no manufacturer's root certificate that is installed"
    if certificate.serial_number in revoked:
        return Trust.REVOKED, "revoked"
    return Trust.VALID, ""


def verified(pem: str, signature: str, digest: bytes) -> bool:
    """Whether a signature (Base64) is that of a file with this SHA-256, made with a certificate's key."""
    try:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
        octets = b64decode(signature, validate=True)
        if isinstance(key, rsa.RSAPublicKey):
            scheme = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
            key.verify(octets, digest, scheme, Prehashed(SHA256()))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(octets, digest, ec.ECDSA(Prehashed(SHA256())))
        else:
            return False
    except (InvalidSignature, NoBase64, ValueError):
        return False
    return True


def _strong(certificate: x509.Certificate) -> bool:
    """A00.FR.502, 503."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= LEAST_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= LEAST_CURVE_BITS


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return usage.value.digital_signature


def _issued_by(certificate: x509.Certificate, root_pem: str, at: datetime) -> bool:
    try:
        root = x509.load_pem_x509_certificate(root_pem.encode())
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return root.not_valid_before_utc <= at <= root.not_valid_after_utc
