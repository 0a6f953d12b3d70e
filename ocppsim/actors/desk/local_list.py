"""The local authorization list. It is the central system's: nothing else changes it (1.6 ed. 2, 3.5.2)."""

from collections.abc import Mapping
from typing import Any

from ocppsim.actors.desk.block import Block, Decided, Handler
from ocppsim.model import local_list
from ocppsim.model.commands import Command
from ocppsim.model.local_list import GetListVersion, ListVerdict, UpdateList


class LocalListDesk(Block):
    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {GetListVersion: self._version, UpdateList: self._update}

    async def _version(self, _: GetListVersion) -> Decided[int]:
        return Decided(local_list.version(self.context.memory.local_list, self.context.settings))

    async def _update(self, command: UpdateList) -> Decided[ListVerdict]:
        verdict, changed = local_list.updated(self.context.memory.local_list, command, self.context.settings)
        self.context.memory.keep_local_list(changed)
        return Decided(verdict)
