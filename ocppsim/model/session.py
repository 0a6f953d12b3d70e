"""A charging session: what begins when the station decides to charge, and ends with a reason."""

from enum import Enum, auto

from ocppsim.values import frozen


class StopReason(Enum):
    """Why a session ended."""

    DEAUTHORIZED = auto()
    EMERGENCY_STOP = auto()
    EV_DISCONNECTED = auto()
    HARD_RESET = auto()
    LOCAL = auto()
    OTHER = auto()
    POWER_LOSS = auto()
    REBOOT = auto()
    REMOTE = auto()
    SOFT_RESET = auto()
    UNLOCK_COMMAND = auto()


class Context(Enum):
    """Why a sample was taken."""

    PERIODIC = auto()
    CLOCK = auto()  # at an instant that the clock prescribes
    BEGIN = auto()  # of the session
    END = auto()
    INTERRUPTION_BEGIN = auto()
    INTERRUPTION_END = auto()
    TRIGGER = auto()  # the central system asked
    OTHER = auto()  # somebody looked at the meter


@frozen
class ChargingSession:
    """From the decision to charge to its end. `key` is the station's own name for it, unique for ever."""

    key: str
    tag: str
    start_wh: float
    started_at: float
    released: bool = True  # False: the tag was refused afterwards; no energy flows
    parent: str | None = None  # the group of its tag, as far as it is known
    reservation: int | None = None  # the one that it made use of
    until_wh: float | None = None  # the tag was refused; the register at which power ends
    interrupted_at: float | None = None  # the station went down then; it is closed after the next boot
    claim: str | None = None  # of the request that it came of

    @property
    def interrupted(self) -> bool:
        return self.interrupted_at is not None
