"""TLS contexts, made once and shared by all connections: each takes 20 ms and most of a megabyte."""

import ssl
from functools import cache
from pathlib import Path


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


def words(error: ssl.SSLError) -> str:
    """The exact cause of a failed handshake, as a person says it: "certificate has expired"."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".").lower()
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "the peer closed the connection"
    return (error.reason or "handshake failed").replace("_", " ").lower()


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
