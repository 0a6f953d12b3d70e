"""Charging profiles that the central system sets, clears and asks about."""

from collections.abc import Mapping
from math import floor
from typing import Any

from ocppsim.actors.desk.block import Block, Decided, Handler
from ocppsim.model.charging import book, composite, limits, orders
from ocppsim.model.charging.book import Installed, acceptable
from ocppsim.model.charging.composite import Composite, Socket
from ocppsim.model.charging.profile import Purpose
from ocppsim.model.commands import Command
from ocppsim.model.inputs import Verdict
from ocppsim.protocol.errors import Fault, Refusal


class Charging(Block):
    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {
            orders.ClearProfiles: self._clear,
            orders.GetSchedule: self._get,
            orders.SetProfile: self._set,
        }

    def came_up(self, afresh: bool) -> None:
        """The clock may have been set, and sessions closed."""
        power = self.life.power
        if power.profiles:
            power.install(power.known_profiles())

    async def _set(self, command: orders.SetProfile) -> Decided[Verdict]:
        number, profile = command.connector, command.profile
        if number != 0 and number not in self.context.connectors:
            raise Refusal(Fault.PROPERTY, f"no connector {number}")
        if not acceptable(profile, number, self.context.settings):
            return Decided(Verdict.REJECTED)
        session = None
        if profile.purpose is Purpose.SESSION and (session := self._session(command)) is None:
            return Decided(Verdict.REJECTED)
        power = self.life.power
        new = Installed(profile, number, power.now(), session)
        profiles = book.install(power.known_profiles(), new, self.context.settings)
        if profiles is None:
            return Decided(Verdict.REJECTED)
        return Decided(Verdict.ACCEPTED, lambda: power.install(profiles))

    def _session(self, command: orders.SetProfile) -> str | None:
        """The session at the connector, if it is the one that is meant."""
        memory, meant = self.context.memory, command.profile.transaction_id
        session = memory.seen[command.connector].session
        if session is None or session.interrupted:
            return None
        if meant is not None and memory.outbox.transaction_ids.get(session.key) != meant:
            return None
        return session.key

    async def _clear(self, command: orders.ClearProfiles) -> Decided[Verdict]:
        power = self.life.power
        known = power.known_profiles()
        left = book.cleared(known, command.number, command.connector, command.purpose, command.level)
        if len(left) == len(known):
            return Decided(Verdict.REJECTED)
        return Decided(Verdict.ACCEPTED, lambda: power.install(left))

    async def _get(self, command: orders.GetSchedule) -> Decided[Composite | None]:
        number, power = command.connector, self.life.power
        start = float(floor(power.now()))
        station = limits.of_station(power.known_profiles())
        if number == 0:
            total_w = self.context.specification.power_w
            schedule = composite.of_station(
                self._sockets(start), station, total_w, start, command.duration_s, command.unit
            )
            return Decided(schedule)
        if number not in self.context.connectors:
            return Decided(None)
        socket = self._socket(number, start)
        return Decided(
            composite.of_connector(number, socket, station, start, command.duration_s, command.unit)
        )

    def _sockets(self, start: float) -> Mapping[int, Socket]:
        """The connectors that charge, or all of them where none does."""
        connectors = self.context.memory.seen
        charging = [number for number, connector in connectors.items() if connector.session is not None]
        return {number: self._socket(number, start) for number in charging or connectors}

    def _socket(self, number: int, start: float) -> Socket:
        context = self.context
        return Socket(
            context.specification.outlets[number],
            context.memory.seen[number].facts.vehicle,
            context.specification.power_w,
            self.life.power.placed(number, start),
            context.settings.switches_phases,
        )
