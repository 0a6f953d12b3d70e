"""What the actors of a station say to each other. In one module, so that actors do not import each other."""

from collections.abc import Callable

from ocppsim.actors.runtime import Actor, Ask, State
from ocppsim.actors.wire.transport import Flaw, Transport
from ocppsim.dialects.dialect import Draft
from ocppsim.model import inputs
from ocppsim.model.answers import CallAnswer
from ocppsim.model.charging.profile import Rate
from ocppsim.model.facts import Facts
from ocppsim.model.inputs import Verdict
from ocppsim.model.outbox import Entry
from ocppsim.model.session import StopReason
from ocppsim.model.settings import Settings
from ocppsim.protocol.errors import Refusal
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.session import Kind, Registration, Why
from ocppsim.values import frozen

# -- the wire tells its link


@frozen
class Up:
    """Connected. `connection` counts the connections of the link; `repace` is for new settings."""

    transport: Transport
    connection: int
    repace: Callable[[], None]


@frozen
class Heard:
    text: str | bytes
    connection: int


@frozen
class Down:
    why: str
    connection: int


# -- the link understands


@frozen
class Send:
    """A CALL that fails when it cannot be sent; its `Outcome` comes back to the sender."""

    draft: Draft
    sender: "Actor[StationMessage] | Actor[ConnectorMessage]"
    ref: object
    kind: Kind = Kind.ORDINARY


@frozen
class News:
    """A connector wrote something into the outbox."""

    connector: int


@frozen
class Reply:
    """The answer to a request; void when the connection that brought it is gone."""

    to: "Request"
    payload: Payload


@frozen
class Refuse:
    to: "Request"
    refusal: Refusal


@frozen
class Ignore:
    """Leave a request without an answer."""

    to: "Request"


@frozen
class Register:
    """What may be sent from now on; the outbox waits for `Release`."""

    registration: Registration


@frozen
class Release:
    """All that comes before the outbox has been told."""


@frozen
class Configure(State):
    settings: Settings


@frozen
class Drain(Ask[None]):
    """Answered when nothing is open and nothing more could be sent."""


@frozen
class Close(Ask[None]):
    """Write the answers that are owed, close cleanly, and stay closed."""


@frozen
class HangUp:
    """Close the connection cleanly; the wire will make a new one."""

    why: str


@frozen
class DeadlinePassed:
    pass


@frozen
class TryAgain:
    """The pause after a failure to process a transaction message is over."""


LinkMessage = (
    Up
    | Heard
    | Down
    | Send
    | News
    | Reply
    | Refuse
    | Ignore
    | Register
    | Release
    | Configure
    | HangUp
    | DeadlinePassed
    | TryAgain
)


# -- the wire tells the station


@frozen
class NotConnected:
    """A dial failed."""

    reason: str
    flaw: Flaw | None


# -- the world tells the station


@frozen
class Tampered:
    """Somebody opened the housing."""


# -- the link tells others


@frozen
class Violated:
    """The central system sent what is no valid message."""

    what: str


@frozen
class Outcome:
    """How a CALL ended: an answer, or why there is none."""

    ref: object
    answer: CallAnswer | None
    why: Why | None = None
    round_trip_s: float = 0.0


@frozen
class Outcomes:
    """Of all the CALLs of one sender that failed with their connection, however many they were."""

    all: tuple[Outcome, ...]


@frozen
class Online:
    connection: int


@frozen
class Offline:
    pass


@frozen
class Request:
    """The central system wants something."""

    id: str
    action: str
    payload: Payload
    connection: int


@frozen
class Delivered:
    """The central system answered a transaction message."""

    entry: Entry
    answer: CallAnswer


@frozen
class BootWanted:
    """The central system takes nothing but a BootNotification."""


# -- a connector tells its station


@frozen
class TagPresented:
    connector: int
    tag: str


@frozen
class Demand(State):
    """The power that the connector could use is another now."""

    connector: int

    @property
    def topic(self) -> object:
        return (Demand, self.connector)


@frozen
class SessionEnded:
    connector: int


@frozen
class ReservationUsed:
    """A session began that ends this reservation."""

    id: int


# -- the station to itself


@frozen
class PowerDown:
    """End this life in good order, stopping sessions first where `stop` says why, and have no next one."""

    stop: StopReason | None


@frozen
class Remake:
    """End this life in good order, stopping sessions first; the next one begins as another station."""

    after: float


@frozen
class BootDue:
    pass


@frozen
class BeatDue:
    pass


@frozen
class LimitsDue:
    """A charging profile may say something else from now on."""


@frozen
class ReportAgain:
    """To itself from the station or a connector: a status that was not taken is due again."""


@frozen
class Steady:
    """To itself from the station or a connector: a status may have lasted long enough to be told."""


StationMessage = (
    NotConnected
    | Tampered
    | Violated
    | Online
    | Offline
    | Request
    | Delivered
    | Outcome
    | Outcomes
    | BootWanted
    | TagPresented
    | Demand
    | SessionEnded
    | ReservationUsed
    | PowerDown
    | Remake
    | BootDue
    | BeatDue
    | LimitsDue
    | ReportAgain
    | Steady
)


# -- the connector understands


@frozen
class Look(State):
    """The world has changed."""

    facts: Facts


@frozen
class Do(Ask[Verdict]):
    """Take an input of the model and say what came of it."""

    what: inputs.Input


@frozen
class Take:
    """Take an input of the model; nobody waits."""

    what: inputs.Input


@frozen
class Share(State):
    """See `model.inputs.Grant`."""

    power_w: float
    by: str = "station"
    rate: Rate | None = None
    single: bool = False


@frozen
class Report(Ask[None]):
    """Statuses can be sent: send what the central system does not know, or `afresh` in any case."""

    afresh: bool


@frozen
class ReportNow:
    """The central system asks for the status."""


@frozen
class Due:
    """See `model.connector.due`."""


ConnectorMessage = (
    Look | Take | Share | Configure | Outcome | Outcomes | ReportNow | Due | ReportAgain | Steady
)
