"""What a connector can be told or asked to do, its word on it, and what then happened."""

from enum import Enum, auto

from ocppsim.model.charging.profile import Rate
from ocppsim.model.energy import Reading
from ocppsim.model.facts import Facts
from ocppsim.model.meter import Shown
from ocppsim.model.reservation import Reservation
from ocppsim.model.session import ChargingSession, Context, StopReason
from ocppsim.model.signing import Signature
from ocppsim.values import frozen


class Verdict(Enum):
    """The connector's word on a request."""

    ACCEPTED = auto()
    REJECTED = auto()
    SCHEDULED = auto()
    UNLOCKED = auto()
    UNLOCK_FAILED = auto()
    NOT_SUPPORTED = auto()
    OCCUPIED = auto()
    FAULTED = auto()
    UNAVAILABLE = auto()


@frozen
class Observe:
    """The world is so now."""

    facts: Facts


@frozen
class Present:
    """A tag is held to the reader."""

    tag: str


@frozen
class Authorized:
    """The station accepts a tag that was shown here.

    `parent` is its group, `reservation` the one of any connector that it makes use of.
    """

    tag: str
    parent: str | None = None
    reservation: Reservation | None = None


@frozen
class Refused:
    tag: str


@frozen
class Arm:
    """Start for this tag, now or as soon as a cable is in; `authorize` first when so.

    The session that comes of it, and no other, bears the `claim`.
    `parent` and `reservation` as for `Authorized`.
    """

    tag: str
    authorize: bool
    claim: str | None = None
    parent: str | None = None
    reservation: Reservation | None = None


@frozen
class StopSession:
    """Stop what runs here, or what is about to begin; with a `key` only the session of this key."""

    reason: StopReason
    key: str | None = None


@frozen
class SessionRefused:
    """The central system did not accept the tag of a session that runs already."""

    key: str


@frozen
class SessionGroup:
    """The central system said which group the tag of a session belongs to."""

    key: str
    parent: str


@frozen
class Reserve:
    """Keep this connector for somebody."""

    reservation: Reservation


@frozen
class Unreserve:
    """Whatever follows from the reservation with this id is over."""

    id: int


@frozen
class SetAvailability:
    operative: bool


@frozen
class Hold:
    """Take no new session for now, or do again; kept by no life after this one."""

    held: bool


@frozen
class Unlock:
    pass


@frozen
class Grant:
    """The station's share of power for this connector, who bounds it, and what profiles allow the session.

    `single`: on one phase of three.
    """

    power_w: float
    by: str = "station"
    rate: Rate | None = None
    single: bool = False


@frozen
class TakeSample:
    context: Context


@frozen
class Tick:
    """Something may be due: see `due`."""


@frozen
class CloseInterrupted:
    """Close a session that a loss of power, a reset or a crash cut short."""

    reason: StopReason


Input = (
    Observe
    | Present
    | Authorized
    | Refused
    | Arm
    | StopSession
    | SessionRefused
    | SessionGroup
    | Reserve
    | Unreserve
    | SetAvailability
    | Hold
    | Unlock
    | Grant
    | TakeSample
    | Tick
    | CloseInterrupted
)


@frozen
class TagShown:
    """A tag wants the station's decision."""

    tag: str


@frozen
class Begun:
    session: ChargingSession


@frozen
class Sampled:
    """A meter sample; with the session that runs, if one does.

    `interval_wh` counts from the last sample of the same kind, where anybody wants to know. `line` is the
    meter's phase that carries the current of an EV with one phase, 0 where that is not known.
    """

    session: ChargingSession | None
    at: float
    register_wh: float
    reading: Reading
    context: Context
    offered_w: float = 0.0
    interval_wh: float = 0.0
    line: int = 0
    signed: Signature | None = None
    shown: tuple[
        Shown, ...
    ] = ()  # power, current, voltage and state of charge by a meter that is not as usual


@frozen
class Ended:
    """`tag` is the one that was shown to stop it."""

    session: ChargingSession
    at: float
    register_wh: float
    reason: StopReason
    tag: str | None = None


@frozen
class DemandChanged:
    power_w: float


Happening = TagShown | Begun | Sampled | Ended | DemandChanged
