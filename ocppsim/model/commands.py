"""What a central system may ask of a station, free of any version, and the station's word on it."""

from collections.abc import Mapping
from enum import Enum, auto

from attrs import field, frozen

from ocppsim.model.inputs import Verdict


@frozen
class StartRemotely:
    """`connector` is None where the station chooses."""

    connector: int | None
    tag: str


@frozen
class StopRemotely:
    transaction_id: int


@frozen
class Reset:
    hard: bool


@frozen
class UnlockConnector:
    connector: int


@frozen
class ChangeAvailability:
    """Connector 0 is the station with all its connectors."""

    connector: int
    operative: bool


@frozen
class ChangeKey:
    key: str
    value: str = field(repr=False)  # may be a secret


@frozen
class GetKeys:
    """No names: all."""

    names: tuple[str, ...]


@frozen
class ClearCache:
    pass


@frozen
class TransferData:
    vendor: str
    message: str | None
    data: str | None


class Trigger(Enum):
    """What the station is asked to say."""

    BOOT = auto()
    HEARTBEAT = auto()
    STATUS = auto()
    SAMPLE = auto()


@frozen
class TriggerMessage:
    """`what` is None for something that this station never says; `connector` None stands for all."""

    what: Trigger | None
    connector: int | None


Command = (
    StartRemotely
    | StopRemotely
    | Reset
    | UnlockConnector
    | ChangeAvailability
    | ChangeKey
    | GetKeys
    | ClearCache
    | TransferData
    | TriggerMessage
)


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


Answer = Verdict | KeyVerdict | TransferVerdict | TriggerVerdict | KeyReport
