"""What a station shows of itself: a frozen view for each part, and somebody to wait for changes.

Reads never ask an actor: tables, scenarios and generators look here. Whoever acts on what it reads looks at
what is `seen`, so that in virtual time it does not matter who of one round was quicker.
"""

from collections.abc import Callable, Mapping
from math import inf

import trio
from attrs import define, field

from ocppsim.actors.runtime import Rounds
from ocppsim.model.connector import Status
from ocppsim.model.energy import Limit
from ocppsim.model.evolving import evolve
from ocppsim.model.firmware import Phase
from ocppsim.model.logs import UploadPhase
from ocppsim.model.outbox import Outbox
from ocppsim.model.registration import Registration
from ocppsim.model.session import ChargingSession, StopReason
from ocppsim.values import frozen

IDLE = Limit(0.0, "idle")
_NO_LIMIT = frozenset({"idle", "vehicle"})
_NO_UPLOADS: Mapping[str, UploadPhase] = {}


@frozen
class LinkView:
    """`tries` counts dials since the last success; `trouble` is why the last one failed or ended."""

    online: bool = False
    connections: int = 0
    tries: int = 0
    trouble: str = ""
    permanent: bool = False  # trying again cannot help


@frozen
class ConnectorView:
    """`soc` is None without an EV; `power` names what binds it."""

    status: Status = Status.AVAILABLE
    power: Limit = IDLE
    register_wh: float = 0.0
    soc: float | None = None
    session: ChargingSession | None = None
    busy: bool = False  # somebody has a claim on it
    sessions_ended: int = 0
    energy_delivered_wh: float = 0.0  # of the sessions that ended
    last_reason: StopReason | None = None

    @property
    def limited_by(self) -> str:
        """What binds the power of the session, which may be the EV itself; nothing without a session."""
        return self.power.by if self.session is not None else ""

    @property
    def limited(self) -> bool:
        """Whether anything but the EV binds the power of a session."""
        return self.session is not None and self.power.by not in _NO_LIMIT

    @property
    def in_words(self) -> str:
        status = self.status.name.lower().replace("_", " ")
        return f"{status}, limited by {self.limited_by}" if self.limited else status


@define
class Tally:
    """Counted since the station exists."""

    calls: int = 0  # of ours, answered
    failures: int = 0  # of ours, without a usable answer
    requests: int = 0  # of the central system
    resent: int = 0
    given_up: int = 0
    violations: int = 0  # of the central system
    internal: int = 0  # bugs of ours: messages that were invalid
    dials: int = 0
    boots_accepted: int = 0
    sessions_delivered: int = 0  # StopTransactions answered
    last_round_trip_s: float = 0.0


@define(eq=False)
class Board:
    """One for each station, above all its lives."""

    station: str
    outbox: Outbox
    link: LinkView = LinkView()
    registration: Registration = field(factory=Registration)
    connectors: dict[int, ConnectorView] = field(factory=dict)
    firmware: Phase = Phase.IDLE  # of the last update
    uploads: Mapping[str, UploadPhase] = _NO_UPLOADS  # of diagnostics and log, where there was one
    tally: Tally = field(factory=Tally)
    ended: bool = False  # the station has had its last life
    last_event: str = ""
    refusal: str = ""  # the last word of the central system against charging here, or against a message
    last_exchange_at: float = -inf  # when the last CALL that was answered was sent, on Trio's clock
    rounds: Rounds | None = None  # where time is virtual
    watchers: "list[Callable[[Board], None]]" = field(factory=list)  # told of each change; must not raise
    _waiting: "list[_Waiting]" = field(factory=list, init=False)
    _seen: "Board | None" = field(default=None, init=False)

    @property
    def seen(self) -> "Board":
        """What to act on: in virtual time the board as the last round left it."""
        return self if self._seen is None else self._seen

    @property
    def online(self) -> bool:
        return self.link.online

    @property
    def unsent(self) -> int:
        """Transaction messages that the central system does not have yet."""
        return len(self.outbox.entries)

    def status(self, number: int) -> Status:
        return self.connectors[number].status

    def show_link(self, link: LinkView) -> None:
        self.link = link
        self.changed()

    def show_connector(self, number: int, view: ConnectorView) -> None:
        self.connectors[number] = view
        self.changed()

    def show_registration(self, registration: Registration) -> None:
        self.registration = registration
        self.changed()

    def show_firmware(self, phase: Phase) -> None:
        self.firmware = phase
        self.note(f"firmware {phase.name.lower().replace('_', ' ')}")
        self.changed()

    def show_upload(self, name: str, phase: UploadPhase) -> None:
        self.uploads = {**self.uploads, name: phase}
        self.note(f"{name} {phase.name.lower().replace('_', ' ')}")
        self.changed()

    def note(self, event: str) -> None:
        """The last thing that happened, in a few words."""
        self.last_event = event

    def refused(self, why: str) -> None:
        self.refusal = why
        self.note(why)
        self.changed()

    def changed(self) -> None:
        """Wake those whose wish came true; whoever changes a tally in place calls this."""
        if self.rounds is not None:
            self.rounds.at_end(self._settle)
        for watch in self.watchers:
            watch(self)
        if not self._waiting:
            return
        for waiting in [one for one in self._waiting if one.wish(self)]:
            self._waiting.remove(waiting)
            trio.lowlevel.reschedule(waiting.task)

    def _settle(self) -> None:
        """The round is over."""
        self._seen = evolve(
            self,
            outbox=evolve(self.outbox, entries=list(self.outbox.entries)),
            connectors=dict(self.connectors),
            tally=evolve(self.tally),
            rounds=None,
        )
        self._seen._seen = None

    async def until(self, wish: "Callable[[Board], bool]") -> None:
        """Wait until the wish comes true; at once when it is. In virtual time it is for what is `seen`."""
        if wish(self.seen):
            await trio.lowlevel.checkpoint()
            return
        while True:
            if self.rounds is not None and wish(self):  # since this round began
                self.rounds.at_end(self._settle)
                await trio.lowlevel.checkpoint()
            else:
                await self._woken(wish)
            if self.rounds is None or wish(self.seen):
                return

    async def _woken(self, wish: "Callable[[Board], bool]") -> None:
        waiting = _Waiting(wish, trio.lowlevel.current_task())
        self._waiting.append(waiting)

        def give_up(_: object) -> trio.lowlevel.Abort:
            self._waiting.remove(waiting)
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(give_up)


@define(eq=False)
class _Waiting:
    """Cheaper than an Event, and there are many: all that acts on a station by a scenario waits so."""

    wish: Callable[[Board], bool]
    task: trio.lowlevel.Task
