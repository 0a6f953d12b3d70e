"""What the central system makes the station say. Other blocks bring triggers of their own."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.actors.desk.block import Block, Decided, Handler, Life, Say
from ocppsim.actors.messages import ReportNow, Take
from ocppsim.model import commands, inputs
from ocppsim.model.commands import OF_CONNECTORS, Command, Trigger, TriggerVerdict
from ocppsim.model.registration import Standing
from ocppsim.model.session import Context


class Triggers(Block):
    """`known` are the triggers of all blocks; the desk fills it. `muted` says which it must reject now."""

    def __init__(self, life: Life, known: Mapping[Trigger, Say], muted: Callable[[Trigger], bool]) -> None:
        super().__init__(life)
        self.known, self.is_muted = known, muted

    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {commands.TriggerMessage: self._trigger}

    @property
    def triggers(self) -> Mapping[Trigger, Say]:
        return {
            Trigger.BOOT: lambda _: self.life.registrar.trigger_boot(),
            Trigger.HEARTBEAT: lambda _: self.life.registrar.trigger_beat(),
            Trigger.SAMPLE: self._sample,
            Trigger.STATUS: self._status,
        }

    async def _trigger(self, command: commands.TriggerMessage) -> Decided[TriggerVerdict]:
        what, number = command.what, command.connector
        untriggered = self.context.specification.untriggered
        if (say := self.known.get(what)) is None or what in untriggered:
            return Decided(TriggerVerdict.NOT_IMPLEMENTED)
        if self.is_muted(what):
            return Decided(TriggerVerdict.REJECTED)
        if what in OF_CONNECTORS and number not in (None, 0, *self.context.connectors):
            return Decided(TriggerVerdict.REJECTED)
        if what is not Trigger.BOOT and self.life.registrar.registration.standing is Standing.UNKNOWN:
            return Decided(TriggerVerdict.REJECTED)  # nothing else may be said yet
        return Decided(TriggerVerdict.ACCEPTED, lambda: say(number))

    def _sample(self, number: int | None) -> None:
        for connector in self._chosen(number):
            self.context.connectors[connector].tell(Take(inputs.TakeSample(Context.TRIGGER)))

    def _status(self, number: int | None) -> None:
        if not number:
            self.life.report_station(triggered=True)
        if number != 0:
            for connector in self._chosen(number):
                self.context.connectors[connector].tell(ReportNow())

    def _chosen(self, number: int | None) -> list[int]:
        return [number] if number else list(self.context.connectors)
