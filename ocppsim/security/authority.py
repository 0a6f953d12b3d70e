"""A throw-away certificate authority, for tests: what it makes protects nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ocppsim.values import frozen

SERVER, CLIENT, CODE = (
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING,
)
BACKDATED = timedelta(hours=1)
"""Clocks that are a little slow shall take new certificates too."""


class BadRequest(ValueError):
    """No request that could be signed; says why."""


@frozen
class Issued:
    """A certificate in PEM, followed by those between it and the root, and its key."""

    certificate: str
    key: str


@frozen
class Authority:
    """Signs certificates; `between` are those between its own and the root, its own first.

    What it issues begins to be valid at `starts`; without that, now.
    """

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    organisation: str
    between: str = ""
    starts: datetime | None = None

    @classmethod
    def root(
        cls, name: str, organisation: str, days: float = 3650, starts: datetime | None = None
    ) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _subject(name, organisation)
        builder = _builder(subject, subject, key.public_key(), *_period(days, starts))
        builder = _authority(builder, key.public_key(), key.public_key(), path_length=None)
        return cls(builder.sign(key, hashes.SHA256()), key, organisation, starts=starts)

    @classmethod
    def load(cls, certificate: str, key: str) -> "Authority":
        """From the texts that `issued` gave; raises ValueError."""
        private = load_pem_private_key(key.encode(), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError("the authority's key is none of an elliptic curve")
        first, *others = x509.load_pem_x509_certificates(certificate.encode())
        if first.public_key() != private.public_key():
            raise ValueError("the key does not belong to the certificate")
        organisations = first.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        is_root = first.issuer == first.subject
        between = "" if is_root else "".join(map(_pem, (first, *others)))
        return cls(first, private, str(organisations[0].value) if organisations else "", between)

    @property
    def issued(self) -> Issued:
        """Its own certificate and key."""
        return Issued(self.between or _pem(self.certificate), _key_pem(self.key))

    def subordinate(self, name: str, days: float = 3650) -> "Authority":
        """An authority below this one."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _subject(name, self.organisation)
        builder = _builder(subject, self.certificate.subject, key.public_key(), *_period(days, self.starts))
        builder = _authority(builder, key.public_key(), self.key.public_key(), path_length=0)
        certificate = builder.sign(self.key, hashes.SHA256())
        return Authority(certificate, key, self.organisation, _pem(certificate) + self.between, self.starts)

    def successor(self, name: str, days: float = 3650) -> "Authority":
        """A new root that this one has signed, to take its place."""
        new = self.subordinate(name, days)
        return Authority(new.certificate, new.key, new.organisation, starts=self.starts)

    def issue(
        self,
        name: str,
        usage: x509.ObjectIdentifier,
        hosts: Sequence[str] = (),
        days: float = 365,
        until: datetime | None = None,
    ) -> Issued:
        """A certificate for `name`, on `until` at the end of its `days`."""
        key = ec.generate_private_key(ec.SECP256R1())
        period = _period(days, self.starts) if until is None else (until - timedelta(days=days), until)
        certificate = self._sign(_subject(name, self.organisation), key.public_key(), (usage,), hosts, period)
        return Issued(_pem(certificate) + self.between, _key_pem(key))

    def sign(self, request: str, days: float = 365, starts: datetime | None = None) -> str:
        """The certificate that a station asks for, with those between it and the root; raises BadRequest."""
        try:
            asked = x509.load_pem_x509_csr(request.encode())
            is_signed = asked.is_signature_valid
        except (ValueError, InvalidSignature) as error:
            raise BadRequest("no certificate signing request in PEM format") from error
        if not is_signed:
            raise BadRequest("the request is not signed by its own key")
        period = _period(days, starts or self.starts)
        certificate = self._sign(asked.subject, asked.public_key(), (CLIENT,), (), period)
        return _pem(certificate) + self.between

    def _sign(
        self,
        subject: x509.Name,
        key: CertificatePublicKeyTypes,
        usages: Sequence[x509.ObjectIdentifier],
        hosts: Sequence[str],
        period: tuple[datetime, datetime],
    ) -> x509.Certificate:
        builder = (
            _builder(subject, self.certificate.subject, key, *period)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(_authority_key(self.key), critical=False)
        )
        if hosts:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(list(map(_host, hosts))), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())


def _subject(name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _period(days: float, starts: datetime | None) -> tuple[datetime, datetime]:
    starts = starts or datetime.now(UTC) - BACKDATED
    return starts, starts + timedelta(days=days)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: CertificatePublicKeyTypes,
    starts: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
    )


def _authority(
    builder: x509.CertificateBuilder,
    own: ec.EllipticCurvePublicKey,
    issuers: ec.EllipticCurvePublicKey,
    path_length: int | None,
) -> x509.CertificateBuilder:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuers)
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own), critical=False)
        .add_extension(identifier, critical=False)
    )


def _authority_key(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
