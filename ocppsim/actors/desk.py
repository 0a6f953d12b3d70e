"""The answer to every request of the central system, and what follows from it.

What is asked is decided from the station's own state; where a connector must agree, it does the act and says
so at once: nothing comes between check and act. The answer is told to the link before any consequence.
"""

from collections.abc import Callable, Mapping
from typing import assert_never

from ocppsim.actors.context import StationContext
from ocppsim.actors.messages import Do, Ignore, Refuse, Reply, ReportNow, Request, Take
from ocppsim.actors.registrar import Registrar
from ocppsim.actors.runtime import NoAnswer
from ocppsim.dialects.dialect import InvalidMessage
from ocppsim.model import commands, inputs
from ocppsim.model.commands import Answer, Command, KeyVerdict, TransferVerdict, Trigger, TriggerVerdict
from ocppsim.model.connector import busy
from ocppsim.model.inputs import Verdict
from ocppsim.model.registration import Standing
from ocppsim.model.session import Context, StopReason
from ocppsim.protocol.errors import Fault, Refusal

Consequence = Callable[[], None]
Decided = tuple[Answer, Consequence | None]


class Desk:
    """Of one station life. `reset(hard)` and `report_station()` are the life's."""

    def __init__(
        self,
        context: StationContext,
        registrar: Registrar,
        reset: Callable[[bool], None],
        report_station: Callable[[bool], None],
    ) -> None:
        self.context, self.registrar = context, registrar
        self.reset, self.report_station = reset, report_station
        self.closing = False  # the life is about to end

    async def handle(self, request: Request) -> None:
        if self.registrar.registration.standing is Standing.REJECTED:
            self._ignore(request)
            return
        link = self.context.link
        try:
            command = self.context.dialect.command(request.action, request.payload)
            answer, consequence = await self._decide(command)
            response = self.context.dialect.response(request.action, answer)
        except Refusal as refusal:
            link.tell(Refuse(request, refusal))
        except (NoAnswer, InvalidMessage) as error:
            self.context.board.tally.internal += 1
            link.tell(Refuse(request, Refusal(Fault.INTERNAL, str(error))))
        else:
            link.tell(Reply(request, response))
            if consequence is not None:
                consequence()

    def _ignore(self, request: Request) -> None:
        """A station that was rejected answers nothing (1.6 ed. 2, 4.2)."""
        self.context.board.tally.violations += 1
        self.context.tracer.violation(f"{request.action} while the station is rejected")
        self.context.link.tell(Ignore(request))

    async def _decide(self, command: Command) -> Decided:
        match command:
            case commands.StartRemotely():
                return await self._start(command), None
            case commands.StopRemotely(transaction_id):
                return await self._stop(transaction_id), None
            case commands.UnlockConnector(number):
                return await self._unlock(number), None
            case commands.ChangeAvailability(number, operative):
                return await self._change_availability(number, operative)
            case commands.Reset(hard):
                return Verdict.ACCEPTED, lambda: self.reset(hard)
            case commands.ChangeKey(key, value):
                return self._change_key(key, value)
            case commands.GetKeys(names):
                specification, changed = self.context.specification, self.context.memory.changed
                return self.context.dialect.report_keys(specification, changed, names), None
            case commands.ClearCache():
                return self._clear_cache(), None
            case commands.TransferData(vendor, _, _):
                return self._transfer(vendor), None
            case commands.TriggerMessage(what, number):
                return self._trigger(what, number)
            case _:
                assert_never(command)

    # -- sessions

    async def _start(self, command: commands.StartRemotely) -> Verdict:
        standing = self.registrar.registration.standing
        number = command.connector if command.connector is not None else self._first_free()
        if standing is not Standing.ACCEPTED or self.closing:
            return Verdict.REJECTED
        if number is None or number not in self.context.connectors:
            return Verdict.REJECTED
        arm = inputs.Arm(command.tag, self.context.settings.authorize_remote)
        return await self._do(number, arm, Verdict.REJECTED)

    def _first_free(self) -> int | None:
        """The lowest connector that would take a session."""
        for number, connector in self.context.memory.connectors.items():
            if connector.operative and not busy(connector) and not connector.facts.out_of_order:
                return number
        return None

    async def _stop(self, transaction_id: int) -> Verdict:
        key = self.context.memory.outbox.session_of(transaction_id)
        if key is None or self.registrar.registration.standing is not Standing.ACCEPTED:
            return Verdict.REJECTED
        for number, connector in self.context.memory.connectors.items():
            if connector.session is not None and connector.session.key == key:
                stop = inputs.StopSession(StopReason.REMOTE, key)
                return await self._do(number, stop, Verdict.REJECTED)
        return Verdict.REJECTED

    async def _unlock(self, number: int) -> Verdict:
        if number not in self.context.connectors:
            return Verdict.NOT_SUPPORTED
        return await self._do(number, inputs.Unlock(), Verdict.UNLOCK_FAILED)

    async def _do(self, number: int, what: inputs.Input, otherwise: Verdict) -> Verdict:
        try:
            return await self.context.connectors[number].ask(Do(what))
        except NoAnswer:  # the connector is between two lives
            return otherwise

    # -- availability

    async def _change_availability(self, number: int, operative: bool) -> Decided:
        if number == 0:
            return await self._change_station(operative)
        if number not in self.context.connectors:
            return Verdict.REJECTED, None
        return await self.context.connectors[number].ask(Do(inputs.SetAvailability(operative))), None

    async def _change_station(self, operative: bool) -> Decided:
        """All connectors: the idle ones at once, the station itself when the last session has ended."""
        change = Do(inputs.SetAvailability(operative))
        verdicts = [await connector.ask(change) for connector in self.context.connectors.values()]
        if Verdict.SCHEDULED in verdicts:
            self.context.memory.schedule(operative)
            return Verdict.SCHEDULED, None
        self.context.memory.set_operative(operative)
        return Verdict.ACCEPTED, lambda: self.report_station(False)

    def apply_scheduled(self) -> None:
        """A session ended: the station's own change may be due."""
        if self.context.memory.apply_scheduled():
            self.report_station(False)

    # -- configuration

    def _change_key(self, key: str, value: str) -> Decided:
        specification, changed = self.context.specification, self.context.memory.changed
        change = self.context.dialect.change_key(specification, changed, key, value)
        if change.verdict is not KeyVerdict.ACCEPTED:
            return change.verdict, None
        return change.verdict, lambda: self._apply_keys(change.changed)

    def _apply_keys(self, changed: Mapping[str, str]) -> None:
        self.context.change_keys(changed)
        self.registrar.rearm_beat()

    def _clear_cache(self) -> Verdict:
        if not self.context.settings.cache_enabled:
            return Verdict.REJECTED
        self.context.memory.forget_tags()
        return Verdict.ACCEPTED

    def _transfer(self, vendor: str) -> TransferVerdict:
        """No vendor's messages are known, not even those of the station's own."""
        own = vendor == self.context.specification.vendor
        return TransferVerdict.UNKNOWN_MESSAGE if own else TransferVerdict.UNKNOWN_VENDOR

    # -- triggers

    def _trigger(self, what: Trigger | None, number: int | None) -> Decided:
        if what is None:
            return TriggerVerdict.NOT_IMPLEMENTED, None
        if number is not None and number != 0 and number not in self.context.connectors:
            return TriggerVerdict.REJECTED, None
        if what is not Trigger.BOOT and self.registrar.registration.standing is Standing.UNKNOWN:
            return TriggerVerdict.REJECTED, None  # nothing else may be said yet
        return TriggerVerdict.ACCEPTED, lambda: self._triggered(what, number)

    def _triggered(self, what: Trigger, number: int | None) -> None:
        connectors = self.context.connectors
        chosen = [connectors[number]] if number else list(connectors.values())
        match what:
            case Trigger.BOOT:
                self.registrar.trigger_boot()
            case Trigger.HEARTBEAT:
                self.registrar.trigger_beat()
            case Trigger.SAMPLE:
                for connector in chosen:
                    connector.tell(Take(inputs.TakeSample(Context.TRIGGER)))
            case Trigger.STATUS:
                if not number:
                    self.report_station(True)
                if number != 0:
                    for connector in chosen:
                        connector.tell(ReportNow())
