"""Keys, and requests for certificates (PKCS #10)."""

from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def new_key(chance: Random | None = None) -> str:
    """A private key in PEM. With `chance` it can be made again, which is for virtual time alone."""
    if chance is None:
        key = ec.generate_private_key(CURVE)
    else:
        key = ec.derive_private_key(chance.randrange(1, _ORDER), CURVE)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def request(key: str, organisation: str, name: str, *, repeatable: bool = False) -> str:
    """A request for a certificate in PEM; `repeatable`: the same key and names give the same text."""
    private = load_pem_private_key(key.encode(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = builder.sign(private, hashes.SHA256(), ecdsa_deterministic=repeatable or None)
    return signed.public_bytes(Encoding.PEM).decode()
