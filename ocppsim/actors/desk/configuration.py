"""Configuration keys, the authorization cache, and vendors' own messages."""

from collections.abc import Mapping
from typing import Any

from ocppsim.actors.desk.block import Block, Decided, Handler
from ocppsim.model import commands
from ocppsim.model.commands import Command, KeyReport, KeyVerdict, TransferVerdict
from ocppsim.model.inputs import Verdict


class Configuration(Block):
    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {
            commands.ChangeKey: self._change,
            commands.GetKeys: self._get,
            commands.ClearCache: self._clear_cache,
            commands.TransferData: self._transfer,
        }

    async def _change(self, command: commands.ChangeKey) -> Decided[KeyVerdict]:
        specification, changed = self.context.specification, self.context.memory.changed
        change = self.context.dialect.change_key(specification, changed, command.key, command.value)
        if change.verdict not in (KeyVerdict.ACCEPTED, KeyVerdict.REBOOT_REQUIRED):
            return Decided(change.verdict)
        return Decided(change.verdict, lambda: self._apply(change.changed))

    def _apply(self, changed: Mapping[str, str]) -> None:
        self.context.change_keys(changed)
        self.life.registrar.rearm_beat()
        if self.context.specification.current_limit_key is not None:
            self.life.power.resettle()

    async def _get(self, command: commands.GetKeys) -> Decided[KeyReport]:
        specification, changed = self.context.specification, self.context.memory.changed
        return Decided(self.context.dialect.report_keys(specification, changed, command.names))

    async def _clear_cache(self, _: commands.ClearCache) -> Decided[Verdict]:
        if not self.context.settings.cache_enabled:
            return Decided(Verdict.REJECTED)
        self.context.memory.forget_tags()
        return Decided(Verdict.ACCEPTED)

    async def _transfer(self, command: commands.TransferData) -> Decided[TransferVerdict]:
        """No vendor's messages are known, not even those of the station's own."""
        own = command.vendor == self.context.specification.vendor
        return Decided(TransferVerdict.UNKNOWN_MESSAGE if own else TransferVerdict.UNKNOWN_VENDOR)
