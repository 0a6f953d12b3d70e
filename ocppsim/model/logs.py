"""Logs that a central system asks for: which one, where to, and how the upload goes."""

import re
from enum import Enum, auto

from attrs import field

from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command
from ocppsim.values import frozen

LONGEST_NAME = 255


class LogKind(Enum):
    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"


class UploadPhase(Enum):
    """How an upload goes, and why it failed."""

    UPLOADING = auto()
    UPLOADED = auto()
    FAILED = auto()
    BAD_MESSAGE = auto()
    PERMISSION_DENIED = auto()
    NOT_SUPPORTED = auto()
    IDLE = auto()  # no upload is under way


class UploadVerdict(Enum):
    ACCEPTED = auto()
    ACCEPTED_CANCELED = auto()  # and another one is given up for it
    REJECTED = auto()


@frozen
class UploadAnswer:
    """`file` is None where there is nothing to upload."""

    verdict: UploadVerdict
    file: str | None = None


@frozen
class UploadLog(Command[UploadAnswer]):
    """Upload what was logged between two instants. A `request` that bears a number is told of by it."""

    location: str = field(repr=False)  # may hold a password
    kind: LogKind
    since: float | None
    until: float | None
    retries: int
    retry_interval_s: float
    request: int | None = None


@frozen
class UploadProgress(Announcement):
    """`numbered` says which kind of request is meant, also where no number is told."""

    phase: UploadPhase
    numbered: bool = False
    request: int | None = None


def file_name(station: str, kind: LogKind, stamp: str) -> str:
    """For a log of this station, in signs that any file system takes."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", f"{station}-{kind.value}-{stamp}").lstrip(".")
    return f"{safe[: LONGEST_NAME - 4]}.log"
