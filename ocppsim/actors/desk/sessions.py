"""Sessions that the central system starts and stops, and the lock."""

from collections.abc import Mapping
from typing import Any

from ocppsim.actors.desk.block import Block, Decided, Handler, Life
from ocppsim.model import commands, inputs
from ocppsim.model.charging.book import Book, Installed, acceptable, install
from ocppsim.model.charging.profile import Profile, Purpose
from ocppsim.model.commands import Command
from ocppsim.model.connector import busy
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
        number = command.connector if command.connector is not None else self._first_free()
        if not self.life.registrar.registration.accepted or self.life.closing:
            return Decided(Verdict.REJECTED)
        if number is None or number not in self.context.connectors:
            return Decided(Verdict.REJECTED)
        claim, profiles = None, None
        if command.profile is not None:
            claim = self._claim(number)
            if (profiles := self._with_profile(command.profile, number, claim)) is None:
                return Decided(Verdict.REJECTED)
        arm = inputs.Arm(command.tag, self.context.settings.authorize_remote, claim)
        verdict = await self.do(number, arm, Verdict.REJECTED)
        if profiles is None or verdict is not Verdict.ACCEPTED:
            return Decided(verdict)
        return Decided(verdict, lambda: self.life.power.install(profiles))

    def _claim(self, number: int) -> str:
        """A name for the session to come: no other request and no other session has it."""
        self.claims += 1
        return f"{number}-{self.context.memory.connectors[number].begun + 1}/{self.claims}"

    def _with_profile(self, profile: Profile, number: int, claim: str) -> Book | None:
        """The charging profiles with that of a session to come; None when it cannot be taken."""
        settings, power = self.context.settings, self.life.power
        proper = profile.purpose is Purpose.SESSION and profile.transaction_id is None
        if not (proper and acceptable(profile, number, settings)):
            return None
        return install(power.known_profiles(), Installed(profile, number, power.now(), claim), settings)

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
