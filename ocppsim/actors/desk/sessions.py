"""Sessions that the central system starts and stops, and the lock."""

from collections.abc import Mapping
from typing import Any

from ocppsim.actors.desk.block import Block, Decided, Handler
from ocppsim.model import commands, inputs
from ocppsim.model.commands import Command
from ocppsim.model.connector import busy
from ocppsim.model.inputs import Verdict
from ocppsim.model.session import StopReason


class Sessions(Block):
    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {
            commands.StartRemotely: self._start,
            commands.StopRemotely: self._stop,
            commands.UnlockConnector: self._unlock,
        }

    async def _start(self, command: commands.StartRemotely) -> Decided[Verdict]:
        number = command.connector if command.connector is not None else self._first_free()
        if not self.life.registrar.registration.accepted or self.life.closing:
            return Decided(Verdict.REJECTED)
        if number is None or number not in self.context.connectors:
            return Decided(Verdict.REJECTED)
        arm = inputs.Arm(command.tag, self.context.settings.authorize_remote)
        return Decided(await self.do(number, arm, Verdict.REJECTED))

    def _first_free(self) -> int | None:
        """The lowest connector that would take a session."""
        for number, connector in self.context.memory.connectors.items():
            if connector.operative and not connector.held and not busy(connector) and not connector.facts.out_of_order:
                return number
        return None

    async def _stop(self, command: commands.StopRemotely) -> Decided[Verdict]:
        key = self.context.memory.outbox.session_of(command.transaction_id)
        if key is None or not self.life.registrar.registration.accepted:
            return Decided(Verdict.REJECTED)
        for number, connector in self.context.memory.connectors.items():
            if connector.session is not None and connector.session.key == key:
                stop = inputs.StopSession(StopReason.REMOTE, key)
                return Decided(await self.do(number, stop, Verdict.REJECTED))
        return Decided(Verdict.REJECTED)

    async def _unlock(self, command: commands.UnlockConnector) -> Decided[Verdict]:
        if command.connector not in self.context.connectors:
            return Decided(Verdict.NOT_SUPPORTED)
        return Decided(await self.do(command.connector, inputs.Unlock(), Verdict.UNLOCK_FAILED))
