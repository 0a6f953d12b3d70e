"""Security of a station: profiles, passwords, certificates and the events that are worth telling.

What needs cryptography is decided elsewhere and comes in as a word or a flag.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto

from attrs import field

from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command, KeyVerdict
from ocppsim.model.inputs import Verdict
from ocppsim.values import frozen

HIGHEST_PROFILE = 3
SHORTEST_PASSWORD, LONGEST_PASSWORD = 16, 40
"""In characters (whitepaper ed. 3, A00.FR.205)."""

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")

# -- events


class SecurityEvent(Enum):
    """What can happen to the security of a station."""

    FIRMWARE_UPDATED = auto()
    NOT_AUTHENTICATED = auto()  # the central system does not take the station's credentials
    TIME_SET = auto()
    STARTUP = auto()
    RESET = auto()
    RECONFIGURED = auto()  # a password, a profile, a certificate
    INVALID_MESSAGE = auto()
    TAMPERED = auto()
    INVALID_FIRMWARE_SIGNATURE = auto()
    INVALID_FIRMWARE_SIGNING_CERTIFICATE = auto()
    INVALID_SERVER_CERTIFICATE = auto()
    INVALID_OWN_CERTIFICATE = auto()  # the one that came in answer to a request for it
    INVALID_TLS_VERSION = auto()
    INVALID_CIPHER_SUITE = auto()

    @property
    def critical(self) -> bool:
        """It must reach the central system, however long that takes."""
        return self in _CRITICAL


_CRITICAL = frozenset(
    {
        SecurityEvent.FIRMWARE_UPDATED,
        SecurityEvent.TIME_SET,
        SecurityEvent.STARTUP,
        SecurityEvent.RESET,
        SecurityEvent.TAMPERED,
    }
)


@frozen
class SecurityReport(Announcement):
    """`at` in POSIX seconds of the station's own clock, corrected; `info` in words."""

    event: SecurityEvent
    at: float
    info: str = ""


@frozen
class CertificateRequest(Announcement):
    """A request in PEM that a certificate be signed."""

    request: str


# -- credentials


@frozen
class Credentials:
    """What a station has from its factory or installer; certificates and keys in PEM."""

    password: str | None = field(default=None, repr=False)
    roots: tuple[str, ...] = ()  # of the central system
    certificate: str | None = None  # with what lies between it and a root
    key: str | None = field(default=None, repr=False)


def password_problem(text: str) -> str | None:
    """Why a text cannot be a password, None when it can."""
    if not SHORTEST_PASSWORD <= len(text) <= LONGEST_PASSWORD:
        return f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
    if not text.isprintable():
        return "a password is printable"
    return None


def password_bytes(text: str) -> bytes:
    """What goes over the wire: 32 to 40 hexadecimal digits are 16 to 20 bytes, anything else is itself."""
    return bytes.fromhex(text) if _HEX.fullmatch(text) else text.encode()


# -- profiles


class Need(Enum):
    """What a station must have for a security profile."""

    PASSWORD = auto()
    ROOT = auto()  # a root certificate of the central system
    CERTIFICATE = auto()  # one of its own, with its key


NEEDS: Mapping[int, frozenset[Need]] = {
    0: frozenset(),
    1: frozenset({Need.PASSWORD}),
    2: frozenset({Need.PASSWORD, Need.ROOT}),
    3: frozenset({Need.ROOT, Need.CERTIFICATE}),
}
"""By profile (whitepaper ed. 3, A00)."""


def with_tls(profile: int) -> bool:
    return Need.ROOT in NEEDS[profile]


@frozen
class Means:
    """What a station has to raise its profile with."""

    has: frozenset[Need]  # certificates only where they are valid
    plain: bool  # it knows where to connect without TLS
    secure: bool  # and with TLS


def raise_profile(present: int, wanted: int, means: Means) -> KeyVerdict:
    """Only upwards, and only with all that the new profile needs (A05.FR.01 to 05)."""
    if not present < wanted <= HIGHEST_PROFILE:
        return KeyVerdict.REJECTED
    connects = means.secure if with_tls(wanted) else means.plain
    return KeyVerdict.ACCEPTED if connects and NEEDS[wanted] <= means.has else KeyVerdict.REJECTED


# -- what can be asked


class RootUse(Enum):
    """What a root certificate vouches for."""

    CENTRAL_SYSTEM = auto()
    MANUFACTURER = auto()


class Digest(Enum):
    SHA256 = auto()
    SHA384 = auto()
    SHA512 = auto()


@frozen
class CertificateId:
    """Names a certificate as OCSP does (RFC 6960); all in hexadecimal digits, in any case."""

    digest: Digest
    issuer_name: str
    issuer_key: str
    serial: str

    def names_the_same(self, other: "CertificateId") -> bool:
        return self._plain() == other._plain()

    def _plain(self) -> tuple[Digest, str, str, str]:
        serial = self.serial.casefold().lstrip("0") or "0"
        return self.digest, self.issuer_name.casefold(), self.issuer_key.casefold(), serial


class InstallVerdict(Enum):
    ACCEPTED = auto()
    REJECTED = auto()
    FAILED = auto()


class DeleteVerdict(Enum):
    ACCEPTED = auto()
    FAILED = auto()
    NOT_FOUND = auto()


@frozen
class ChangePassword(Command[KeyVerdict]):
    password: str = field(repr=False)


@frozen
class RaiseProfile(Command[KeyVerdict]):
    profile: int | None  # None where it was no number


@frozen
class InstallRoot(Command[InstallVerdict]):
    use: RootUse
    certificate: str


@frozen
class DeleteRoot(Command[DeleteVerdict]):
    which: CertificateId


@frozen
class ListRoots(Command[tuple[CertificateId, ...]]):
    use: RootUse


@frozen
class TakeCertificate(Command[Verdict]):
    """The signed certificate that was asked for, perhaps with those between it and the root."""

    chain: str
