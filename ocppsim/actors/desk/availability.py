"""Availability, and resets."""

from collections.abc import Mapping
from typing import Any

from ocppsim.actors.desk.block import Block, Decided, Handler
from ocppsim.actors.messages import Do
from ocppsim.model import commands, inputs
from ocppsim.model.commands import Command
from ocppsim.model.inputs import Verdict


class Availability(Block):
    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {commands.ChangeAvailability: self._change, commands.Reset: self._reset}

    async def _change(self, command: commands.ChangeAvailability) -> Decided[Verdict]:
        if command.connector == 0:
            return await self._change_station(command.operative)
        connector = self.context.connectors.get(command.connector)
        if connector is None:
            return Decided(Verdict.REJECTED)
        return Decided(await connector.ask(Do(inputs.SetAvailability(command.operative))))

    async def _change_station(self, operative: bool) -> Decided[Verdict]:
        """All connectors: the idle ones at once, the station itself when the last session has ended."""
        change = Do(inputs.SetAvailability(operative))
        verdicts = [await connector.ask(change) for connector in self.context.connectors.values()]
        if Verdict.SCHEDULED in verdicts:
            self.context.memory.schedule(operative)
            return Decided(Verdict.SCHEDULED)
        self.context.memory.set_operative(operative)
        return Decided(Verdict.ACCEPTED, self.life.report_station)

    def session_ended(self, connector: int) -> None:
        """The station's own change may be due."""
        del connector
        if self.context.memory.apply_scheduled():
            self.life.report_station()

    async def _reset(self, command: commands.Reset) -> Decided[Verdict]:
        return Decided(Verdict.ACCEPTED, lambda: self.life.reset(hard=command.hard))
