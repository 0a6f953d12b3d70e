"""Reservations: those of a certain connector are kept by it, those of any connector by the station."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ocppsim import clock
from ocppsim.actors.desk.block import Block, Decided, Handler
from ocppsim.model import inputs
from ocppsim.model.claims import rests_on
from ocppsim.model.commands import Command
from ocppsim.model.connector import Status, status
from ocppsim.model.inputs import Verdict
from ocppsim.model.reservation import Reservation
from ocppsim.model.reserving import EndReservation, MakeReservation, answer_for_any, free, unclaimed


class Reservations(Block):
    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {MakeReservation: self._make, EndReservation: self._cancel}

    async def _make(self, command: MakeReservation) -> Decided[Verdict]:
        """The central system's clock says when it ends; one that has ended is none."""
        made, number = command.reservation, command.connector
        made = evolve(made, expires_at=made.expires_at - self.context.memory.offset_s)
        if self.life.closing or made.expires_at <= clock.now():
            return Decided(Verdict.REJECTED)
        if number == 0:
            return Decided(await self._any(made))
        if number not in self.context.connectors:
            return Decided(Verdict.REJECTED)
        return Decided(await self._one(number, made))

    async def _one(self, number: int, made: Reservation) -> Verdict:
        present = free(self.context.memory.seen, self.context.specification.outlets)
        if number in present and len(present) <= self._waiting(made.id):
            return Verdict.OCCUPIED  # the last one is kept for somebody else
        verdict = await self.do(number, inputs.Reserve(made), Verdict.REJECTED)
        if verdict is Verdict.ACCEPTED:
            await self._release(made.id, but=number)
        return verdict

    async def _any(self, made: Reservation) -> Verdict:
        memory, outlets = self.context.memory, self.context.specification.outlets
        if not self.context.settings.reserve_any:
            return Verdict.REJECTED
        if not memory.operative:
            return Verdict.UNAVAILABLE
        present = len(free(memory.seen, outlets)) + (self._holder(made.id) is not None)
        statuses = [status(c, outlets[number]) for number, c in memory.seen.items()]
        verdict = answer_for_any(self._waiting(made.id), present, statuses)
        if verdict is Verdict.ACCEPTED:
            others = tuple(one for one in memory.reservations if one.id != made.id)
            memory.keep_reservations((*others, made))  # first, so that no kill finds neither
            await self._release_connectors(made.id)
        return verdict

    async def _cancel(self, command: EndReservation) -> Decided[Verdict]:
        known = await self._release(command.id)
        return Decided(Verdict.ACCEPTED if known else Verdict.REJECTED)

    async def _release(self, number: int, but: int = 0) -> bool:
        """End what there is under this id, except at the connector `but`; whether there was anything."""
        memory = self.context.memory
        known = any(one.id == number and one.expires_at > clock.now() for one in memory.reservations)
        memory.end_reservation(number)
        return await self._release_connectors(number, but) or known

    async def _release_connectors(self, number: int, but: int = 0) -> bool:
        known = False
        for place, connector in self.context.memory.seen.items():
            if place != but and rests_on(connector, number):
                verdict = await self.do(place, inputs.Unreserve(number), Verdict.REJECTED)
                known = known or verdict is Verdict.ACCEPTED
        return known

    def _waiting(self, but: int) -> int:
        """How many reservations of any connector, other than this one, nobody makes use of yet."""
        memory = self.context.memory
        waiting = unclaimed(memory.reservations, memory.seen, clock.now())
        return sum(one.id != but for one in waiting)

    def _holder(self, number: int) -> int | None:
        """The connector that is reserved under this id and would be free without it."""
        for place, connector in self.context.memory.seen.items():
            reserved = connector.reservation
            if reserved is not None and reserved.id == number:
                present = status(
                    evolve(connector, reservation=None), self.context.specification.outlets[place]
                )
                return place if present is Status.AVAILABLE else None
        return None
