"""One life of a station, from power-up to the next reset, power cut or crash.

It carries its parts in a nursery, hears what they tell, and shares out what they have in common. What it
needs of OCPP it has from the dialect; what it must not forget is in the memory.
"""

from collections.abc import Awaitable
from typing import TypeVar

import trio

from ocppsim import clock
from ocppsim.actors.authorizer import Asked, Authorizer
from ocppsim.actors.context import StationContext
from ocppsim.actors.desk import Desk
from ocppsim.actors.desk.block import Said
from ocppsim.actors.messages import (
    BeatDue,
    BootDue,
    BootWanted,
    Close,
    Delivered,
    Demand,
    Do,
    Drain,
    LimitsDue,
    NotConnected,
    Offline,
    Online,
    Outcome,
    Outcomes,
    PowerDown,
    Release,
    Remake,
    Report,
    ReportAgain,
    Request,
    ReservationUsed,
    Send,
    SessionEnded,
    StationMessage,
    Steady,
    TagPresented,
    Tampered,
    Violated,
)
from ocppsim.actors.power import Power
from ocppsim.actors.registrar import BEAT, BOOT, Registrar
from ocppsim.actors.reporter import AGAIN_S, Reported
from ocppsim.actors.runtime import Actor, Exit, NoAnswer, Restart, Stop
from ocppsim.model.connector import Status
from ocppsim.model.inputs import CloseInterrupted, StopSession
from ocppsim.model.registration import Registration
from ocppsim.model.security import SecurityEvent
from ocppsim.model.session import StopReason
from ocppsim.protocol.session import Kind

DRAIN_WITHIN_S = 10.0
CLOSE_WITHIN_S = 4.0
"""The close handshake itself takes two seconds at most."""

T = TypeVar("T")


class StationLife:
    """A new instance each time, so a new life is a new state."""

    def __init__(self, me: Actor[StationMessage], context: StationContext) -> None:
        self.me, self.context = me, context
        self.connection = -1
        self.registrar = Registrar(context, self._come_up)
        self.authorizer = Authorizer(context)
        self.closing = False  # this life is about to end
        self.power = Power(me, context)
        self.desk = Desk(self)
        self.end: Stop | Restart = Stop()  # how this life ends once it is `closing`
        self.reporter = context.memory.reporters[0]
        self.reporter.attach(self._send_status, self._wake)

    async def live(self) -> Exit | None:
        context = self.context
        context.begin_life()
        self.power.began()
        context.board.show_registration(self.registrar.registration)
        self.desk.began()
        context.memory.apply_scheduled()  # in case the last life ended before it could
        context.memory.end_used_reservations()
        try:
            async with trio.open_nursery() as nursery:
                self.nursery = nursery
                context.link.start_in(nursery)
                for connector in context.connectors.values():
                    connector.start_in(nursery)
                async for message in self.me:
                    await self._take(message)
        finally:
            context.memory.interrupt(clock.now(), context.ended_by or StopReason.REBOOT)
            if not (self.closing and isinstance(self.end, Stop)):  # the last word of the last life stands
                context.board.show_registration(Registration())  # or people would come while it is down
        return None

    async def _take(self, message: object) -> None:
        match message:
            case Request(connection=connection):
                if connection == self.connection:
                    await self.desk.handle(message)
            case Outcome():
                self._outcome(message)
            case Outcomes(outcomes):
                for outcome in outcomes:
                    self._outcome(outcome)
            case Delivered(entry, answer):
                self.authorizer.delivered(entry, answer)
            case TagPresented(connector, tag):
                self.authorizer.presented(connector, tag, online=self.registrar.speaking)
            case Demand(connector):
                self.power.demanded(connector)
            case SessionEnded(connector):
                self.power.session_ended(connector)
                self.desk.session_ended(connector)
            case ReservationUsed(number):
                self.context.memory.end_reservation(number)
            case _:
                self._took_notice(message)

    def _took_notice(self, message: object) -> None:
        """Of what the link tells, of what is due, and of what ends this life."""
        match message:
            case Online(connection):
                self.connection = connection
                self.desk.connected()
                self.registrar.online()
            case NotConnected():
                self.desk.not_connected(message)
            case Tampered():
                self.context.security_events.happened(SecurityEvent.TAMPERED)
            case Violated(what):
                self.context.security_events.happened(SecurityEvent.INVALID_MESSAGE, what)
            case Offline():
                self.connection = -1
                self.registrar.offline()
            case BootDue():
                self.registrar.boot_due()
            case BootWanted():
                self.registrar.boot_again()
            case BeatDue():
                self.registrar.beat_due()
            case LimitsDue():
                self.power.due()
            case ReportAgain():
                self.reporter.retry()
                self._report()
            case Steady():
                self.reporter.woke()
                self._report()
            case PowerDown(stop):
                self._rest(stop, stop or StopReason.POWER_LOSS, Stop("stopped"))
            case Remake(after):
                self._rest(StopReason.REBOOT, StopReason.REBOOT, Restart("template changed", after=after))
            case _:
                raise TypeError(f"no message of a station: {message!r}")

    def _outcome(self, outcome: Outcome) -> None:
        ref = outcome.ref
        if ref is BOOT:
            self.registrar.boot_ended(outcome)
        elif ref is BEAT:
            self.registrar.beat_ended(outcome)
        elif ref is self.reporter:
            if self.reporter.ended(outcome.why):
                self.me.after(AGAIN_S, ReportAgain())
            self._report()
        elif isinstance(ref, Asked):
            self.authorizer.ended(ref, outcome)
        elif isinstance(ref, Said):
            ref.ended(outcome)

    # -- coming up

    def _come_up(self, afresh: bool) -> None:
        self.nursery.start_soon(self._speak, afresh, self.connection, name=f"{self.me.name}/come up")

    async def _speak(self, afresh: bool, connection: int) -> None:
        """After a boot close what was cut short and tell all statuses, else what changed; then the outbox."""
        self.reporter.allow(afresh=afresh)
        self._report()
        for number, connector in self.context.connectors.items():
            try:
                if afresh:
                    reason = self.context.memory.cut_by.get(number, StopReason.POWER_LOSS)
                    await connector.ask(Do(CloseInterrupted(reason)))
                await connector.ask(Report(afresh))
            except NoAnswer:  # between two lives; the next one begins by reporting
                self.context.memory.reporters[number].allow(afresh=afresh)
        if connection == self.connection:
            self.context.link.tell(Release())
            self.desk.came_up(afresh)

    # -- connector 0

    def _wake(self, seconds: float) -> None:
        self.me.after(seconds, Steady())

    def _report(self) -> None:
        self.reporter.update(self._present(), clock.now(), self.context.settings.minimum_status_s)

    def _present(self) -> Reported:
        return (Status.AVAILABLE if self.context.memory.operative else Status.UNAVAILABLE), None

    def report_station(self, *, triggered: bool = False) -> None:
        if triggered:
            self._send_status(self._present(), Kind.TRIGGERED)
        else:
            self._report()

    def _send_status(self, what: Reported, kind: Kind = Kind.ORDINARY) -> None:
        at = clock.now() + self.context.memory.offset_s
        draft = self.context.dialect.status(0, what[0], what[1], at)
        if draft is None or not self.context.specification.reports_itself:
            if kind is Kind.ORDINARY:
                self.reporter.ended(None)  # nothing to tell, so it is told
            return
        ref = self.reporter if kind is Kind.ORDINARY else None
        self.context.link.tell(Send(draft, self.me, ref, kind))

    # -- the end of this life

    def reset(self, *, hard: bool) -> None:
        reason = StopReason.HARD_RESET if hard else StopReason.SOFT_RESET
        pause_s = self.context.specification.reset_time_s
        words = "hard reset" if hard else "soft reset"
        self._rest(None if hard else reason, reason, Restart(words, after=pause_s))

    def reboot(self, why: str) -> None:
        pause_s = self.context.specification.reset_time_s
        self._rest(None, StopReason.REBOOT, Restart(why, after=pause_s))

    def _rest(self, stop: StopReason | None, cut: StopReason, end: Stop | Restart) -> None:
        if not self.closing:
            self.closing = True
            self.end = end
            self.nursery.start_soon(self._come_to_rest, stop, cut, name=f"{self.me.name}/rest")
        elif isinstance(end, Stop):  # the reset that is under way will be the last
            self.end = end

    async def _come_to_rest(self, stop: StopReason | None, cut: StopReason) -> None:
        """Stop sessions where `stop` says so and wait for the answers; close cleanly; end."""
        self.context.board.note(self.end.reason)
        if stop is not None:
            await self._stop_sessions(stop)
        await self._try(self.context.link.ask(Close(), within=clock.wire(CLOSE_WITHIN_S)))
        self.context.ended_by = cut
        self.me.end(self.end)

    async def _stop_sessions(self, stop: StopReason) -> None:
        """And wait for the answers; then once more, for a last status that waited for the one before."""
        deadline = trio.current_time() + clock.wire(DRAIN_WITHIN_S)
        for _ in range(2):
            for connector in self.context.connectors.values():
                await self._try(connector.ask(Do(StopSession(stop))))
            within = deadline - trio.current_time()
            if not await self._try(self.context.link.ask(Drain(), within=within)):
                return

    async def _try(self, asking: Awaitable[T]) -> bool:
        """An end does not wait for a part that is between two lives, or for answers that do not come."""
        try:
            await asking
        except NoAnswer as error:
            self.context.tracer.note(f"no answer from {error} before the end")
            return False
        return True
