"""Sessions that the central system starts and stops, and the lock."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ocppsim import clock
from ocppsim.actors.desk.block import Block, Decided, Handler, Life
from ocppsim.model import commands, inputs
from ocppsim.model.charging.book import Book, Installed, acceptable, install
from ocppsim.model.charging.profile import Profile, Purpose
from ocppsim.model.commands import Command
from ocppsim.model.connector import takes_tags
from ocppsim.model.inputs import Verdict
from ocppsim.model.session import StopReason


class Sessions(Block):
    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.claims = 0

    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {
            commands.StartRemotely: self._start,
            commands.StopRemotely: self._stop,
            commands.UnlockConnector: self._unlock,
        }

    async def _start(self, command: commands.StartRemotely) -> Decided[Verdict]:
        parent = self._parent(command.tag)
        number = command.connector if command.connector is not None else self._choose(command.tag, parent)
        if not self.life.registrar.registration.accepted or self.life.closing:
            return Decided(Verdict.REJECTED)
        if number is None or number not in self.context.connectors:
            return Decided(Verdict.REJECTED)
        arm = self._arm(number, command.tag, parent)
        if arm is None:
            return Decided(Verdict.REJECTED)
        profiles = None
        if command.profile is not None:
            claim = self._claim(number)
            if (profiles := self._with_profile(command.profile, number, claim)) is None:
                return Decided(Verdict.REJECTED)
            arm = evolve(arm, claim=claim)
        verdict = await self.do(number, arm, Verdict.REJECTED)
        if profiles is None or verdict is not Verdict.ACCEPTED:
            return Decided(verdict)
        return Decided(verdict, lambda: self.life.power.install(profiles))

    def _claim(self, number: int) -> str:
        """A name for the session to come: no other request and no other session has it."""
        self.claims += 1
        return f"{number}-{self.context.memory.seen[number].begun + 1}/{self.claims}"

    def _with_profile(self, profile: Profile, number: int, claim: str) -> Book | None:
        """The charging profiles with that of a session to come; None when it cannot be taken."""
        settings, power = self.context.settings, self.life.power
        proper = profile.purpose is Purpose.SESSION and profile.transaction_id is None
        if not (proper and acceptable(profile, number, settings)):
            return None
        return install(power.known_profiles(), Installed(profile, number, power.now(), claim), settings)

    def _parent(self, tag: str) -> str | None:
        known = self.context.memory.known(tag, self.context.settings)
        return known.parent if known is not None and known.valid(clock.now()) else None

    def _choose(self, tag: str, parent: str | None) -> int | None:
        """The lowest connector that would take a session: one that is reserved for this tag, or another."""
        takers = [
            (connector.reservation is None, number)
            for number, connector in self.context.memory.seen.items()
            if takes_tags(connector)
            if connector.reservation is None or connector.reservation.admits(tag, parent)
        ]
        return min(takers)[1] if takers else None

    def _arm(self, number: int, tag: str, parent: str | None) -> inputs.Arm | None:
        """None where the last free connectors are kept for others."""
        authorize = self.context.settings.authorize_remote
        admitted = self.context.memory.admission(number, tag, parent, clock.now())
        if admitted is not None:
            return inputs.Arm(tag, authorize, parent=parent, reservation=admitted.reservation)
        if parent is None and self.context.memory.keeps_for_groups(clock.now()):
            return inputs.Arm(tag, authorize=True)  # the answer to that tells the group
        return None

    async def _stop(self, command: commands.StopRemotely) -> Decided[Verdict]:
        """The session with this id; the last that runs, should the central system have given it again."""
        memory = self.context.memory
        running = [
            (connector.session.started_at, number, connector.session.key)
            for number, connector in memory.seen.items()
            if connector.session is not None
            if memory.outbox.transaction_ids.get(connector.session.key) == command.transaction_id
        ]
        if not (running and self.life.registrar.registration.accepted):
            return Decided(Verdict.REJECTED)
        _, number, key = max(running)
        stop = inputs.StopSession(StopReason.REMOTE, key)
        return Decided(await self.do(number, stop, Verdict.REJECTED))

    async def _unlock(self, command: commands.UnlockConnector) -> Decided[Verdict]:
        if command.connector not in self.context.connectors:
            return Decided(Verdict.NOT_SUPPORTED)
        return Decided(await self.do(command.connector, inputs.Unlock(), Verdict.UNLOCK_FAILED))
