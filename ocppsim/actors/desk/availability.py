"""Availability, and resets."""

from collections.abc import Mapping
from typing import Any

import trio

from ocppsim.actors.desk.block import Block, Decided, Handler, Life
from ocppsim.actors.messages import Do
from ocppsim.model import commands, inputs
from ocppsim.model.commands import Command
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import Verdict

RETRY_S = 10.0
"""Between two attempts at a reset."""


class Availability(Block):
    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self._trying = False  # a reset failed, and is attempted again

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
        """Accepted means that it will be attempted (5.14)."""
        return Decided(Verdict.ACCEPTED, lambda: self._attempt(command.hard))

    def _attempt(self, hard: bool) -> None:
        if not self._fails():
            self.life.reset(hard=hard)
        elif not self._trying:
            self._trying = True
            self.life.nursery.start_soon(self._try_again, hard)

    async def _try_again(self, hard: bool) -> None:
        """As often as ResetRetries says; sessions go on until a reset works."""
        for _ in range(self.context.settings.reset_retries):
            self.context.board.note("a reset failed")
            await trio.sleep(RETRY_S)
            if not self._fails():
                self.life.reset(hard=hard)
                break
        else:
            self.context.board.note("a reset failed for good")
        self._trying = False

    def _fails(self) -> bool:
        connectors = self.context.memory.seen.values()
        return any(connector.facts.fault is Fault.RESET for connector in connectors)
