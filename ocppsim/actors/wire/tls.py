"""TLS contexts, made once and shared by all connections: each takes 20 ms and most of a megabyte."""

import ssl
from functools import cache, lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from ocppsim.actors.wire.transport import Flaw

Context = ssl.SSLContext
"""For those who hand one on."""


def client_context(
    ca: Path | None = None, cert: Path | None = None, key: Path | None = None, insecure: bool = False
) -> ssl.SSLContext:
    """How stations talk to a central system over wss.

    `ca` replaces the system's trusted authorities, `cert` and `key` are the client's own (the key may stand
    in the certificate's file), `insecure` accepts any central system. Raises ValueError naming the file.
    """
    if key is not None and cert is None:
        raise ValueError(f"{key}: a key is of no use without its certificate")
    context = _trusting(ca)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert is not None:
        _present(context, cert, key or cert)
    return context


@cache
def default_context() -> ssl.SSLContext:
    """The context for those who ask for nothing special."""
    return client_context()


@cache
def careless_context() -> ssl.SSLContext:
    """The context for those who accept any certificate."""
    return client_context(insecure=True)


def words(error: ssl.SSLError) -> str:
    """The exact cause of a failed handshake, as a person says it: "certificate has expired"."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".").lower()
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "the peer closed the connection"
    return (error.reason or "handshake failed").replace("_", " ").lower()


def flaw(error: ssl.SSLError) -> Flaw | None:
    """What of the security was wrong, where that is what made the handshake fail."""
    reason = error.reason or ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Flaw.CERTIFICATE
    if reason in _OLD_VERSION:
        return Flaw.TLS_VERSION
    if reason in _NO_CIPHER:
        return Flaw.CIPHERS
    return Flaw.CREDENTIALS if "ALERT" in reason and any(word in reason for word in _REFUSED) else None


_OLD_VERSION = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"}
_NO_CIPHER = {"SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "WRONG_CIPHER_RETURNED"}
_REFUSED = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED")
"""In the alerts of a central system that does not take the station's own certificate."""


@lru_cache(maxsize=64)
def trusting(roots: tuple[str, ...]) -> ssl.SSLContext:
    """A context for all stations that trust these authorities (PEM) and no others.

    An authority need not have signed itself; a central system may be named in its commonName alone.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.hostname_checks_common_name = True
    if roots:
        context.load_verify_locations(cadata="\n".join(roots))
    return context


def presenting(roots: tuple[str, ...], certificate: str, key: str) -> ssl.SSLContext:
    """The same for one station, with a certificate of its own."""
    context = trusting.__wrapped__(roots)

    def refuse_password() -> str:
        raise ValueError("an encrypted key cannot be used")

    with NamedTemporaryFile("w", suffix=".pem") as file:  # which nobody else can read
        file.write(f"{certificate}\n{key}")
        file.flush()
        context.load_cert_chain(file.name, password=refuse_password)
    return context


def _trusting(ca: Path | None) -> ssl.SSLContext:
    if ca is not None:
        _check(ca, "certificate")
    try:
        context = ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise ValueError(f"{ca}: the certificate is damaged ({words(error)})") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever the system's defaults are
    return context


def _present(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    _check(cert, "certificate")
    _check(key, "private key")

    def refuse_password() -> str:
        raise ValueError(f"{key}: an encrypted key cannot be used")

    try:
        context.load_cert_chain(cert, key, password=refuse_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ValueError(f"{key}: the key does not belong to the certificate {cert}") from error
        raise ValueError(f"{cert}, {key}: certificate or key is damaged ({words(error)})") from error


def _check(file: Path, content: str) -> None:
    """OpenSSL's own errors say neither which file nor what is missing in it."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file}: {(error.strerror or 'not readable').lower()}") from error
    if f"{content.upper()}-----".encode() not in text:
        raise ValueError(f"{file}: holds no {content} in PEM format")
