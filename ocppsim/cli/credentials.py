"""What a station is equipped with on the command line, and whether that does for its security profile."""

import argparse
import re
from collections.abc import Mapping

from ocppsim import security
from ocppsim.cli.exits import usage
from ocppsim.model.security import (
    LONGEST_PASSWORD,
    NEEDS,
    SHORTEST_PASSWORD,
    Credentials,
    Need,
    password_problem,
    with_tls,
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
    if secure and not with_tls(profile):
        raise usage(f"{needs} a ws:// URL")
    if with_tls(profile) and not secure and options.secure_url is None:
        raise usage(f"{needs} a wss:// URL")
    if options.user is not None:
        raise usage(f"--security-profile {profile}: the user is the station's id, --user cannot be given")
    for need, option in OPTIONS.items():
        if need in NEEDS[profile] and not has(credentials)[need]:
            if need is Need.PASSWORD and options.password_env is not None:
                raise usage(f"--password-env {options.password_env}: {LENGTHS}")
            raise usage(f"{needs} {option}")
    if options.insecure:
        raise usage(f"--security-profile {profile} and --insecure exclude each other")


def has(credentials: Credentials) -> Mapping[Need, bool]:
    return {
        Need.PASSWORD: credentials.password is not None,
        Need.ROOT: bool(credentials.roots),
        Need.CERTIFICATE: credentials.certificate is not None,
    }


OPTIONS = {Need.PASSWORD: "--password-env", Need.ROOT: "--ca", Need.CERTIFICATE: "--cert and --key"}
"""What brings it."""

OPERATOR = "CpoName"

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
        return {OPERATOR: organisation(certificate)}
    except BadCertificate:
        return {}
