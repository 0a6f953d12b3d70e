"""What a central system may ask of a station, free of any version, and the station's word on it.

Here are those of the core; the other functional blocks have theirs beside their rules.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Generic, TypeVar

from attrs import field

from ocppsim.model.charging.profile import Profile
from ocppsim.model.inputs import Verdict
from ocppsim.values import frozen

A_co = TypeVar("A_co", covariant=True)


class Command(Generic[A_co]):
    """Base of what can be asked; `A_co` is the type of the station's word on it."""

    __slots__ = ()


# -- words


class KeyVerdict(Enum):
    """The word on a change of a configuration key."""

    ACCEPTED = auto()
    REJECTED = auto()
    REBOOT_REQUIRED = auto()
    NOT_SUPPORTED = auto()


class TransferVerdict(Enum):
    ACCEPTED = auto()
    UNKNOWN_VENDOR = auto()
    UNKNOWN_MESSAGE = auto()


class TriggerVerdict(Enum):
    ACCEPTED = auto()
    REJECTED = auto()
    NOT_IMPLEMENTED = auto()


@frozen
class KeyReport:
    """The keys asked for: value (None where it is not shown) and whether it is read-only."""

    values: Mapping[str, tuple[str | None, bool]]
    unknown: tuple[str, ...]


# -- commands


@frozen
class StartRemotely(Command[Verdict]):
    """`connector` is None where the station chooses."""

    connector: int | None
    tag: str
    profile: Profile | None = None  # for the session that comes of it


@frozen
class StopRemotely(Command[Verdict]):
    transaction_id: int


@frozen
class Reset(Command[Verdict]):
    hard: bool


@frozen
class UnlockConnector(Command[Verdict]):
    connector: int


@frozen
class ChangeAvailability(Command[Verdict]):
    """Connector 0 is the station with all its connectors."""

    connector: int
    operative: bool


@frozen
class ChangeKey(Command[KeyVerdict]):
    key: str
    value: str = field(repr=False)  # may be a secret


@frozen
class GetKeys(Command[KeyReport]):
    """No names: all."""

    names: tuple[str, ...]


@frozen
class ClearCache(Command[Verdict]):
    pass


@frozen
class TransferData(Command[TransferVerdict]):
    vendor: str
    message: str | None
    data: str | None


class Trigger(Enum):
    """What the station is asked to say."""

    BOOT = auto()
    HEARTBEAT = auto()
    STATUS = auto()
    SAMPLE = auto()
    FIRMWARE = auto()
    SIGNED_FIRMWARE = auto()
    DIAGNOSTICS = auto()
    LOG = auto()
    CERTIFICATE = auto()  # a request for a new one


OF_CONNECTORS = frozenset({Trigger.SAMPLE, Trigger.STATUS})
"""For the others it does not matter which connector is named (1.6 ed. 2, 5.17)."""


@frozen
class TriggerMessage(Command[TriggerVerdict]):
    """`connector` None stands for all."""

    what: Trigger
    connector: int | None
