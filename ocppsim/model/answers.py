"""What the central system's answers mean, free of any version. Instants are POSIX seconds."""

from ocppsim.model.authorization import TagInfo
from ocppsim.model.registration import Standing
from ocppsim.values import frozen


@frozen
class BootAnswer:
    standing: Standing
    interval_s: float
    time: float | None


@frozen
class TimeAnswer:
    time: float | None


@frozen
class TagAnswer:
    """`info` is None where the central system said nothing of the tag."""

    info: TagInfo | None


@frozen
class SessionAnswer:
    """The id of a session that began, and what the central system says of its tag."""

    transaction_id: int
    info: TagInfo


@frozen
class Taken:
    """The central system has it, no more."""


@frozen
class RequestAnswer:
    """Whether the central system sees to what it was asked for."""

    accepted: bool


CallAnswer = BootAnswer | TimeAnswer | TagAnswer | SessionAnswer | Taken | RequestAnswer
