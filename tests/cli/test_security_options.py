"""Certificates and security profiles from the command line, as a user has them."""

import stat
from pathlib import Path

import pytest

from tests.cli.support import central_system, run

PASSWORD = {"STATION_PASSWORD": "0123456789abcdef"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pki") / "certs"
    for _ in range(2):  # the second time over the first
        ended = run("certs", str(made), "--days", "20")
        assert (ended.code, ended.err) == (0, "")
    return made


def test_certs_makes_a_pki_whose_keys_nobody_else_can_read(folder: Path) -> None:
    names = {path.stem for path in folder.glob("*.pem")}
    assert names >= {"ca", "sub-ca", "server", "station", "expired", "wrong-name", "firmware"}
    assert names == {path.stem for path in folder.glob("*.key")}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.key")} == {0o600}


def test_profile_3_with_a_certificate_that_is_renewed(folder: Path, tmp_path: Path) -> None:
    with central_system(
        "--cert", f"{folder}/server.pem", "--key", f"{folder}/server.key", "--client-ca", f"{folder}/ca.pem",
        "--sign-with", f"{folder}/sub-ca.pem", f"{folder}/sub-ca.key",
    ) as url:  # fmt: skip
        ended = run(
            "charge", url.replace("127.0.0.1", "localhost"), "--security-profile", "3", "--ca",
            f"{folder}/ca.pem", "--cert", f"{folder}/station.pem", "--key", f"{folder}/station.key",
            "--duration", "3", "--state", str(tmp_path / "state"),
        )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    told = " ".join(ended.out.split())
    assert "SignCertificate status=Accepted" in told
    assert "CertificateSigned status=Accepted" in told
    assert "techInfo=new certificate" in told, "after the second connection"
    kept = list((tmp_path / "state" / "configurations" / "secrets").iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept] == [0o600]


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        ("expired", "TLS: certificate has expired"),
        ("unknown-ca", "TLS: unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_does_not_hold_ends_the_command_and_says_why(
    folder: Path, server: str, reason: str
) -> None:
    with central_system("--cert", f"{folder}/{server}.pem", "--key", f"{folder}/{server}.key") as url:
        ended = run(
            "charge", url.replace("127.0.0.1", "localhost"), "--security-profile", "2", "--ca",
            f"{folder}/ca.pem", "--password-env", "STATION_PASSWORD", "--patience", "20",
            environment=PASSWORD, within=10,
        )  # fmt: skip
    assert ended.code == 1
    assert ended.err == f"ocppsim: the central system refused the connection: {reason}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ws://h/", "--security-profile", "1"], "--security-profile 1 needs --password-env"),
        (["wss://h/", "--security-profile", "1"], "--security-profile 1 needs a ws:// URL"),
        (["ws://h/", "--security-profile", "2"], "--security-profile 2 needs a wss:// URL"),
        (["wss://h/", "--security-profile", "3"], "--security-profile 3 needs --ca"),
        (["ws://h/", "--secure-url", "ws://h/"], "--secure-url must begin with wss://"),
        (
            ["ws://h/", "--security-profile", "1", "--password-env", "SHORT"],
            "--password-env SHORT: AuthorizationKey has 16 to 40 printable characters",
        ),
    ],
)
def test_what_a_profile_lacks_is_a_mistake_of_the_users(arguments: list[str], message: str) -> None:
    ended = run("charge", *arguments, environment={"SHORT": "hunter2"})
    assert (ended.code, ended.err) == (2, f"ocppsim: {message}\n")
