"""What a session takes and gives: CALLs of ours with their kinds, and the events of reading and waiting."""

from collections.abc import Callable
from enum import Enum, IntEnum, auto

from attrs import define, field

from ocppsim.protocol.frames import Payload
from ocppsim.values import frozen


class Kind(IntEnum):
    """What a CALL of ours is allowed to do."""

    BOOT = 0  # the only kind before the central system accepted the station
    TRIGGERED = 1  # asked for by the central system: also while Pending
    ORDINARY = 2  # fails at once when it cannot be sent
    TRANSACTION = 3  # waits, in order, for better times


class Registration(Enum):
    """What the central system said to our boot, as far as it decides what may be sent."""

    NONE = auto()  # not answered yet
    REJECTED = auto()  # not even broken messages are answered (1.6 ed. 2, 4.2)
    PENDING = auto()
    ACCEPTED = auto()


class Why(Enum):
    """Why a CALL of ours has no answer."""

    REFUSED = "refused"  # a CALLERROR
    TIMED_OUT = "no answer in time"
    UNREADABLE = "unreadable answer"
    LOST = "connection lost"  # after it was sent
    OFFLINE = "offline"  # never sent


@define(eq=False)
class Outgoing:
    """A CALL of ours. `ref` is the caller's; `encode` gives a payload known only when the CALL is sent."""

    kind: Kind
    action: str
    payload: Payload
    ref: object = None
    id: str | None = None  # fixed beforehand, so that a resend carries it again
    encode: Callable[[], Payload] | None = None
    attempt: int = 0
    sent_at: float = 0.0
    queued: int = field(default=0, init=False)  # place in the order of our calls
    behind: int = field(default=0, init=False)  # how many CALLs of the peer had arrived by then


@frozen
class Received:
    """A CALL of the peer that wants `answer` or `refuse`."""

    id: str
    action: str
    payload: Payload


@frozen
class Answered:
    call: Outgoing
    payload: Payload


@frozen
class Failed:
    call: Outgoing
    why: Why
    code: str = ""
    description: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.why.value, self.code, self.description)))


@frozen
class Misbehaved:
    """The peer broke a rule that leaves us nothing to answer."""

    what: str


@frozen
class Overdue:
    """We owed an answer for too long; the CALL was refused with InternalError."""

    id: str


Event = Received | Answered | Failed | Misbehaved | Overdue
