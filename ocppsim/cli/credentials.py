"""What a station is equipped with on the command line, and whether that does for its security profile."""

import argparse
import re
from collections.abc import Mapping

from ocppsim import security
from ocppsim.cli.exits import usage
from ocppsim.model.security import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Credentials,
    password_problem,
)


def read(options: argparse.Namespace, password: str | None) -> Credentials:
    """What the station has when it leaves the factory; the files have been looked into before."""
    usable = password is not None and password_problem(password) is None
    return Credentials(
        password if usable else None,
        tuple(_CERTIFICATE.findall(options.ca.read_text(errors="replace"))) if options.ca else (),
        options.cert.read_text(errors="replace") if options.cert else None,
        options.key.read_text() if options.key else None,
    )


def check_profile(options: argparse.Namespace, url: str, credentials: Credentials) -> None:
    """A station that lacks what its profile needs is a mistake of the user's."""
    profile, secure = options.security_profile, url.lower().startswith("wss://")
    needs = f"--security-profile {profile} needs"
    if profile == 1 and secure:
        raise usage(f"{needs} a ws:// URL")
    if profile > 1 and not secure and options.secure_url is None:
        raise usage(f"{needs} a wss:// URL")
    if options.user is not None:
        raise usage(f"--security-profile {profile}: the user is the station's id, --user cannot be given")
    if profile < 3 and options.password_env is None:
        raise usage(f"{needs} --password-env")
    if profile < 3 and credentials.password is None:
        raise usage(f"--password-env {options.password_env}: {LENGTHS}")
    if profile > 1 and not credentials.roots:
        raise usage(f"{needs} --ca")
    if profile == 3 and credentials.certificate is None:
        raise usage(f"{needs} --cert and --key")
    if options.insecure:
        raise usage(f"--security-profile {profile} and --insecure exclude each other")


_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)
LENGTHS = f"AuthorizationKey has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} printable characters"


def operator(certificate: str) -> Mapping[str, str]:
    """CpoName as the certificate has it, so that the station can ask for the next one."""
    try:
        security.require()
    except security.MissingPackage:
        return {}
    from ocppsim.security.certificates import BadCertificate, organisation

    try:
        return {"CpoName": organisation(certificate)}
    except BadCertificate:
        return {}
