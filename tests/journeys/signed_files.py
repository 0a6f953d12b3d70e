"""A manufacturer who signs firmware, with the package `cryptography` and none of our own code."""

from base64 import b64encode
from datetime import datetime, timedelta
from functools import cache

from attrs import define
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from ocppsim.clock import VIRTUAL_EPOCH

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)
YEAR = 365 * DAY


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@define
class Signer:
    """A key with its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def sign(self, content: bytes) -> str:
        if isinstance(self.key, rsa.RSAPrivateKey):
            scheme = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
            signature = self.key.sign(content, scheme, SHA256())
        else:
            signature = self.key.sign(content, ec.ECDSA(SHA256()))
        return b64encode(signature).decode()

    def issue(
        self,
        key: Key | None = None,
        *,
        since: datetime = VIRTUAL_EPOCH - DAY,
        until: datetime = VIRTUAL_EPOCH + YEAR,
        signs: bool = True,
    ) -> "Signer":
        """A signing certificate."""
        key = key or ec_key()
        usage = x509.KeyUsage(signs, False, not signs, False, False, False, False, False, False)
        builder = _builder("signing", key, self.certificate.subject, since, until)
        certificate = builder.add_extension(usage, critical=True).sign(self.key, SHA256())
        return Signer(key, certificate)


def manufacturer(name: str = "manufacturer", key: Key | None = None) -> Signer:
    """One with a root certificate."""
    key = key or ec_key()
    subject = _name(name)
    builder = _builder(name, key, subject, VIRTUAL_EPOCH - YEAR, VIRTUAL_EPOCH + 10 * YEAR)
    basic = x509.BasicConstraints(ca=True, path_length=0)
    return Signer(key, builder.add_extension(basic, critical=True).sign(key, SHA256()))


def _name(name: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, "Maker"), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _builder(
    name: str, key: Key, issuer: x509.Name, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
