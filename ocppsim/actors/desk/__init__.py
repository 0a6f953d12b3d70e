"""The answer to every request of the central system, and what follows from it.

What is asked is decided from the station's own state; where a connector must agree, it does the act and says
so at once: nothing comes between check and act. The answer is told to the link before any consequence. Each
functional block has a file here.
"""

from typing import Any

from ocppsim.actors.desk.availability import Availability
from ocppsim.actors.desk.block import Handler, Life, Say
from ocppsim.actors.desk.charging import Charging
from ocppsim.actors.desk.configuration import Configuration
from ocppsim.actors.desk.firmware import Firmware
from ocppsim.actors.desk.local_list import LocalListDesk
from ocppsim.actors.desk.logs import Logs
from ocppsim.actors.desk.reservations import Reservations
from ocppsim.actors.desk.security import Security
from ocppsim.actors.desk.sessions import Sessions
from ocppsim.actors.desk.triggers import Triggers
from ocppsim.actors.messages import Ignore, NotConnected, Refuse, Reply, Request
from ocppsim.actors.runtime import NoAnswer
from ocppsim.dialects.dialect import InvalidMessage
from ocppsim.model.commands import Command, Trigger
from ocppsim.model.registration import Standing
from ocppsim.protocol.errors import Fault, Refusal

__all__ = ["Desk"]


class Desk:
    """Of one station life."""

    def __init__(self, life: Life) -> None:
        self.registrar, self.context = life.registrar, life.context
        triggers: dict[Trigger, Say] = {}
        self.blocks = (
            Sessions(life),
            Availability(life),
            Configuration(life),
            Firmware(life),
            LocalListDesk(life),
            Logs(life),
            Charging(life),
            Reservations(life),
            Security(life),
            Triggers(life, triggers, self._is_muted),
        )
        self.handlers: dict[type[Command[Any]], Handler] = {}
        for block in self.blocks:
            self.handlers.update(block.handlers)
            triggers.update(block.triggers)

    async def handle(self, request: Request) -> None:
        if self.registrar.registration.standing is Standing.REJECTED:
            self._ignore(request)
            return
        link = self.context.link
        try:
            if request.action in self.context.specification.refused_requests:
                raise Refusal(Fault.NOT_SUPPORTED, f"{request.action} is not offered by this station")
            command = self.context.dialect.command(request.action, request.payload, self.context.settings)
            decided = await self.handlers[type(command)](command)
            response = self.context.dialect.response(request.action, decided.answer)
        except Refusal as refusal:
            link.tell(Refuse(request, refusal))
        except (NoAnswer, InvalidMessage) as error:
            self.context.board.tally.internal += 1
            link.tell(Refuse(request, Refusal(Fault.INTERNAL, str(error))))
        else:
            link.tell(Reply(request, response))
            if decided.consequence is not None:
                decided.consequence()

    def _is_muted(self, what: Trigger) -> bool:
        return any(what in block.muted for block in self.blocks)

    def began(self) -> None:
        for block in self.blocks:
            block.began()

    def connected(self) -> None:
        for block in self.blocks:
            block.connected()

    def not_connected(self, failure: NotConnected) -> None:
        for block in self.blocks:
            block.not_connected(failure)

    def came_up(self, afresh: bool) -> None:
        for block in self.blocks:
            block.came_up(afresh)

    def session_ended(self, connector: int) -> None:
        for block in self.blocks:
            block.session_ended(connector)

    def _ignore(self, request: Request) -> None:
        """A station that was rejected does nothing, and says so where its version has a code for that."""
        self.context.board.tally.violations += 1
        why = f"{request.action} while the station is rejected"
        self.context.tracer.violation(why)
        known = Fault.REJECTED in self.context.dialect.codes
        refuse = Refuse(request, Refusal(Fault.REJECTED, why))
        self.context.link.tell(refuse if known else Ignore(request))
