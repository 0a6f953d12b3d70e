"""TLS contexts from files: what each option means, and that a wrong file is named with what is wrong."""

import ssl
from pathlib import Path

import pytest
import trustme
from attrs import frozen
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from ocppsim.actors.wire.tls import client_context, default_context


@frozen
class Files:
    """A private authority's certificate, and a certificate by it with its key."""

    folder: Path
    ca: Path
    cert: Path
    key: Path

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued = authority.issue_cert("CS-1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    return Files(folder, folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


def test_an_own_authority_replaces_the_systems(files: Files) -> None:
    context = client_context(files.ca)

    assert len(context.get_ca_certs()) == 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_insecure_checks_nothing() -> None:
    context = client_context(insecure=True)

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_default_context_is_made_once() -> None:
    assert default_context() is default_context()


def test_missing_files_are_named(files: Files) -> None:
    missing = files.folder / "missing.pem"

    for ca, cert, key in ((missing, None, None), (None, missing, None), (None, files.cert, missing)):
        with pytest.raises(ValueError, match=r"missing\.pem: no such file"):
            client_context(ca, cert, key)
    with pytest.raises(ValueError, match="is a directory"):
        client_context(ca=files.folder)


def test_files_with_something_else_in_them_are_named(files: Files) -> None:
    text = files.write("text.pem", "not a certificate")

    with pytest.raises(ValueError, match=r"text\.pem: holds no certificate"):
        client_context(ca=text)
    with pytest.raises(ValueError, match=r"text\.pem: holds no certificate"):
        client_context(cert=text, key=files.key)
    with pytest.raises(ValueError, match=r"text\.pem: holds no private key"):
        client_context(cert=files.cert, key=text)
    with pytest.raises(ValueError, match=r"cert\.pem: holds no private key"):
        client_context(cert=files.cert)


def test_damaged_files_are_named(files: Files) -> None:
    damaged = files.write("damaged.pem", files.cert.read_text().replace("M", "", 3))
    damaged_key = files.write("damaged-key.pem", files.key.read_text().replace("M", "", 3))

    with pytest.raises(ValueError, match=r"damaged\.pem: the certificate is damaged"):
        client_context(ca=damaged)
    with pytest.raises(ValueError, match=r"damaged\.pem.*damaged"):
        client_context(cert=damaged, key=files.key)
    with pytest.raises(ValueError, match=r"damaged-key\.pem.*damaged"):
        client_context(cert=files.cert, key=damaged_key)


def test_a_key_of_another_certificate_is_named(files: Files) -> None:
    other = files.write("other.pem", trustme.CA().issue_cert("CS-2").private_key_pem.bytes())

    with pytest.raises(ValueError, match=r"other\.pem: the key does not belong to .*cert\.pem"):
        client_context(cert=files.cert, key=other)


def test_an_encrypted_key_is_refused_instead_of_asking_at_the_terminal(files: Files) -> None:
    key = load_pem_private_key(files.key.read_bytes(), password=None)
    encrypted = files.write(
        "encrypted.pem",
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
    )

    with pytest.raises(ValueError, match=r"encrypted\.pem: an encrypted key"):
        client_context(cert=files.cert, key=encrypted)


def test_a_key_without_its_certificate_is_refused(files: Files) -> None:
    with pytest.raises(ValueError, match=r"key\.pem: a key is of no use"):
        client_context(key=files.key)
