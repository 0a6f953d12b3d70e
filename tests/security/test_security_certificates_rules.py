"""What is said of certificates, held against a throw-away PKI and against openssl's own verdict."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from ocppsim.actors.wire.tls import presenting, trusting
from ocppsim.model.security import CertificateId, Digest
from ocppsim.security import certificates
from ocppsim.security.authority import CLIENT, Authority, BadRequest
from ocppsim.security.pki import OPERATOR, throw_away
from ocppsim.security.signing import new_key, request

NOW = datetime.now(UTC).timestamp()
PKI = throw_away("CS-1", ["localhost"])
ROOTS = [PKI["ca"].certificate]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("server", None),
        ("station", None),
        ("wrong-name", None),  # the name is TLS' business
        ("expired", "the certificate has expired"),
        ("unknown-ca", "no path to an installed root"),
        ("firmware", "no path to an installed root"),
    ],
)
def test_a_chain_leads_to_an_installed_root_or_it_is_said_why_not(name: str, problem: str | None) -> None:
    assert certificates.chain_problem(PKI[name].certificate, ROOTS, NOW) == problem


def test_a_chain_without_what_lies_between_leads_nowhere() -> None:
    leaf = PKI["station"].certificate.partition("-----END CERTIFICATE-----\n")
    alone = leaf[0] + leaf[1]
    assert certificates.chain_problem(alone, ROOTS, NOW) == "no path to an installed root"
    sub_ca = PKI["sub-ca"].certificate
    assert certificates.chain_problem(alone, [sub_ca], NOW) is None, "an anchor need not have signed itself"


def test_a_certificate_that_is_no_authoritys_vouches_for_nobody() -> None:
    station = PKI["station"]
    fake = Authority.load(station.certificate, station.key).issue("CS-2", CLIENT)
    assert certificates.chain_problem(fake.certificate, ROOTS, NOW) == "no path to an installed root"


def test_the_files_are_what_they_are_called() -> None:
    server = x509.load_pem_x509_certificates(PKI["server"].certificate.encode())
    assert [one.subject.rfc4514_string() for one in server] == [
        f"CN=localhost,O={OPERATOR}",
        f"CN=ocppsim throw-away sub-CA,O={OPERATOR}",
    ]
    for issued in PKI.values():
        first = x509.load_pem_x509_certificates(issued.certificate.encode())[0]
        assert first.serial_number > 0
        key = issued.key
        assert key.startswith("-----BEGIN PRIVATE KEY-----")


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (("CS-1", OPERATOR), None),
        (("CS-2", OPERATOR), "the certificate is for another station"),
        (("CS-1", "another"), "the certificate names another organisation"),
    ],
)
def test_a_signed_request_is_for_its_key_its_name_and_its_operator(
    asked: tuple[str, str], problem: str | None
) -> None:
    name, operator = asked
    key = new_key()
    chain = Authority.load(PKI["sub-ca"].certificate, PKI["sub-ca"].key).sign(request(key, operator, name))
    assert certificates.own_problem(chain, key, "CS-1", OPERATOR) == problem
    assert certificates.own_problem(chain, new_key(), name, operator) == "the certificate is for another key"
    presenting((ROOTS[0],), chain, key)  # TLS takes it as well


@pytest.mark.parametrize("text", ["", "no request", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])
def test_what_is_no_request_is_not_signed(text: str) -> None:
    with pytest.raises(BadRequest):
        Authority.root("root", OPERATOR).sign(text)


def test_serial_numbers_have_no_leading_zeroes_and_no_case() -> None:
    named = certificates.identify(ROOTS[0], (), Digest.SHA256)
    assert named.serial == named.serial.lstrip("0")
    loud = CertificateId(
        named.digest, named.issuer_name.lower(), named.issuer_key.upper(), f"00{named.serial.lower()}"
    )
    assert named.names_the_same(loud)
    assert not named.names_the_same(certificates.identify(ROOTS[0], (), Digest.SHA512))


def test_contexts_are_shared_by_those_who_trust_the_same() -> None:
    assert trusting((ROOTS[0],)) is trusting((ROOTS[0],))
    assert trusting(()) is not trusting((ROOTS[0],))
    assert trusting(()).verify_mode is ssl.CERT_REQUIRED


def test_keys_of_a_context_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    presenting((ROOTS[0],), PKI["station"].certificate, PKI["station"].key)
    assert list(tmp_path.iterdir()) == []
