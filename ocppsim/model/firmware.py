"""Firmware updates: what is asked, how far an update is, and what a station keeps of it."""

import re
from enum import Enum, auto

from attrs import field

from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command
from ocppsim.values import frozen

RETRIES, RETRY_INTERVAL_S = 2, 30.0
"""The station's own choice where it is not told."""

LONGEST_VERSION = 50
SEMANTIC = r"(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"


class Phase(Enum):
    """Where an update is. It enters each at most once, but for downloading and its pauses."""

    DOWNLOAD_SCHEDULED = auto()
    DOWNLOADING = auto()
    DOWNLOAD_PAUSED = auto()
    DOWNLOAD_FAILED = auto()
    DOWNLOADED = auto()
    SIGNATURE_VERIFIED = auto()
    INVALID_SIGNATURE = auto()
    INSTALL_SCHEDULED = auto()
    INSTALL_VERIFICATION_FAILED = auto()
    INSTALLING = auto()
    INSTALLATION_FAILED = auto()
    INSTALL_REBOOTING = auto()
    INSTALLED = auto()
    IDLE = auto()  # no update is under way


FAILURES = frozenset(
    {
        Phase.DOWNLOAD_FAILED,
        Phase.INVALID_SIGNATURE,
        Phase.INSTALL_VERIFICATION_FAILED,
        Phase.INSTALLATION_FAILED,
    }
)
_OVER = FAILURES | {Phase.INSTALLED}
_BEFORE_THE_FILE = frozenset({Phase.DOWNLOAD_SCHEDULED, Phase.DOWNLOADING, Phase.DOWNLOAD_PAUSED})
_UNSIGNED_WORDS = {
    Phase.DOWNLOAD_SCHEDULED: Phase.IDLE,
    Phase.DOWNLOAD_PAUSED: Phase.DOWNLOADING,
    Phase.SIGNATURE_VERIFIED: Phase.DOWNLOADED,
    Phase.INVALID_SIGNATURE: Phase.INSTALLATION_FAILED,
    Phase.INSTALL_SCHEDULED: Phase.DOWNLOADED,
    Phase.INSTALL_VERIFICATION_FAILED: Phase.INSTALLATION_FAILED,
    Phase.INSTALL_REBOOTING: Phase.INSTALLING,
}


@frozen
class FirmwareUpgrade:
    """How a station's updates go. `failure` is how each of them ends, where they are to fail.

    The next version is made of the first `pattern_group` groups of the version's pattern, the last of them
    raised by `step`; None stands for as many as the version has parts.
    """

    pattern_group: int | None = field(default=None)
    step: int = 1
    reset: bool = True
    failure: Phase | None = field(default=None)
    version_pattern: str = field(default=SEMANTIC)
    transfer_s: float = 20.0  # how long a pretended transfer takes
    install_s: float = 20.0

    @pattern_group.validator
    def _group(self, _: object, value: int | None) -> None:
        if value is not None and value < 1:
            raise ValueError(f"a pattern group counts from 1, not {value}")

    @failure.validator
    def _failure(self, _: object, value: Phase | None) -> None:
        if value is not None and value not in FAILURES:
            raise ValueError(f"an update does not fail as {value.name}")

    @version_pattern.validator
    def _pattern(self, _: object, value: str) -> None:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"the version's pattern is no regular expression: {error}") from error


def next_version(version: str | None, upgrade: FirmwareUpgrade) -> str:
    """What an update makes of a version; of one that does not fit the pattern the last number is raised."""
    version = version or "0.0.0"
    match = re.fullmatch(upgrade.version_pattern, version)
    parts = [] if match is None else [part for part in match.groups() if part is not None]
    parts = parts[: upgrade.pattern_group or version.count(".") + 1]
    if parts and parts[-1].isascii() and parts[-1].isdigit():
        parts[-1] = str(max(0, int(parts[-1]) + upgrade.step))
        return ".".join(parts)[:LONGEST_VERSION]
    numbers = list(re.finditer(r"[0-9]+", version))
    if not numbers:
        return f"{version[: LONGEST_VERSION - 2]}.{max(0, upgrade.step)}"[:LONGEST_VERSION]
    last = numbers[-1]
    raised = max(0, int(last[0]) + upgrade.step)
    return f"{version[: last.start()]}{raised}{version[last.end() :]}"[:LONGEST_VERSION]


class UpdateVerdict(Enum):
    """The word on an update that is asked for."""

    ACCEPTED = auto()
    ACCEPTED_CANCELED = auto()  # and another one is given up for it
    REJECTED = auto()
    INVALID_CERTIFICATE = auto()
    REVOKED_CERTIFICATE = auto()


@frozen
class Signing:
    """With what the firmware was signed: a certificate (PEM), and the signature (Base64)."""

    request: int
    certificate: str
    signature: str


@frozen
class InstallFirmware(Command[UpdateVerdict]):
    """Fetch firmware after `retrieve_at`, and install it, after `install_at` where that is given."""

    location: str = field(repr=False)  # may hold a password
    retrieve_at: float
    install_at: float | None = None
    retries: int = RETRIES
    retry_interval_s: float = RETRY_INTERVAL_S
    signing: Signing | None = None


@frozen
class Update:
    """An update that was asked for. `told` is what the central system took last."""

    order: InstallFirmware
    phase: Phase = Phase.DOWNLOAD_SCHEDULED
    told: Phase | None = None  # in the words of `says`
    digest: str = ""  # SHA-256 of the file that was fetched

    @property
    def over(self) -> bool:
        return self.phase in _OVER

    @property
    def fetched(self) -> bool:
        return self.phase not in _BEFORE_THE_FILE

    @property
    def says(self) -> Phase:
        """The phase in the words that this kind of update has."""
        return self.phase if self.order.signing else _UNSIGNED_WORDS.get(self.phase, self.phase)


@frozen
class FirmwareProgress(Announcement):
    """`request` is the number of the request for it; `signed` says which kind of update is meant."""

    phase: Phase
    signed: bool = False
    request: int | None = None


def on_request(update: Update | None, *, signed: bool) -> FirmwareProgress:
    """What is told of the last update to those who ask for it."""
    if update is None or signed != (update.order.signing is not None):
        return FirmwareProgress(Phase.IDLE, signed)
    if update.order.signing is None:
        return FirmwareProgress(Phase.IDLE if update.over else update.says)
    if update.phase is Phase.INSTALLED:
        return FirmwareProgress(Phase.IDLE, signed=True)
    return FirmwareProgress(update.phase, signed=True, request=update.order.signing.request)
