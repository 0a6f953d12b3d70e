"""Firmware updates. What is asked is judged here; how it goes on is in `updating`."""

from collections.abc import Mapping
from typing import Any

import trio
from attrs import evolve

from ocppsim import clock
from ocppsim.actors.context import FIRMWARE
from ocppsim.actors.desk.block import Block, Decided, Handler, Life, Say
from ocppsim.actors.desk.updating import Updating
from ocppsim.actors.messages import Outcome
from ocppsim.model import firmware_record
from ocppsim.model.commands import Command, Trigger
from ocppsim.model.firmware import (
    FirmwareProgress,
    InstallFirmware,
    Phase,
    Signing,
    Update,
    UpdateVerdict,
    on_request,
)
from ocppsim.model.security import RootUse, SecurityEvent
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.session import Kind
from ocppsim.security import MissingPackage, require


class Firmware(Block):
    """Of one station life; an update goes on in the next one."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        memory = self.context.memory
        self.kept = firmware_record.read(memory.blocks.get(FIRMWARE), memory.secrets.get(FIRMWARE))
        self.running: Updating | None = None
        self.said: Phase | None = None  # in this life, and on its way or taken

    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {InstallFirmware: self._install}

    @property
    def triggers(self) -> Mapping[Trigger, Say]:
        return {
            Trigger.FIRMWARE: lambda _: self._on_request(signed=False),
            Trigger.SIGNED_FIRMWARE: lambda _: self._on_request(signed=True),
        }

    # -- requests

    async def _install(self, order: InstallFirmware) -> Decided[UpdateVerdict]:
        if order.signing is None and self._signed_only:
            raise Refusal(Fault.NOT_SUPPORTED, "firmware without a signature is not taken here")  # L01.FR.20
        if self.life.closing or self._rebooting:
            if order.signing is None:
                raise Refusal(Fault.INTERNAL, "the station is going down")
            return Decided(UpdateVerdict.REJECTED)  # L01.FR.27
        if (
            order.signing is not None
            and (verdict := self._judge(order.signing)) is not UpdateVerdict.ACCEPTED
        ):
            return Decided(
                verdict, lambda: self._happened(SecurityEvent.INVALID_FIRMWARE_SIGNING_CERTIFICATE)
            )
        busy = self.kept.update is not None and not self.kept.update.over
        verdict = UpdateVerdict.ACCEPTED_CANCELED if busy else UpdateVerdict.ACCEPTED
        return Decided(verdict, lambda: self._begin(order))

    @property
    def _signed_only(self) -> bool:
        """Where security is on, or the station is made so (L01.FR.20)."""
        context = self.context
        return context.specification.signed_firmware_only or context.settings.security_profile > 0

    @property
    def _rebooting(self) -> bool:
        """What is installed cannot be taken back."""
        return self.kept.update is not None and self.kept.update.phase is Phase.INSTALL_REBOOTING

    def _judge(self, signing: Signing) -> UpdateVerdict:
        """The certificate is checked before the order is taken (L01.FR.23 to 25)."""
        try:
            require()
        except MissingPackage as error:
            raise Refusal(Fault.NOT_SUPPORTED, str(error)) from error
        from ocppsim.security import signatures

        specification = self.context.specification
        at = clock.moment(self.context.memory.now())
        trust, why = signatures.trust(
            signing.certificate, self._roots(), specification.revoked_certificates, at
        )
        if why:
            self.context.tracer.note(f"the firmware's signing certificate is not trusted: {why}")
        return {
            signatures.Trust.VALID: UpdateVerdict.ACCEPTED,
            signatures.Trust.INVALID: UpdateVerdict.INVALID_CERTIFICATE,
            signatures.Trust.REVOKED: UpdateVerdict.REVOKED_CERTIFICATE,
        }[trust]

    def _happened(self, event: SecurityEvent) -> None:
        self.context.security_events.happened(event)

    def _roots(self) -> list[str]:
        return [root.pem for root in self.context.identity.of(RootUse.MANUFACTURER)]

    # -- the update

    def _begin(self, order: InstallFirmware) -> None:
        if self.running is not None:
            self.running.cancel()
        self.context.memory.secrets[FIRMWARE] = order.location
        self.said = None
        self._keep(Update(order))
        self._run()

    def _run(self) -> None:
        self.running = Updating(self.life, self.update, self._enter, self._installed)
        self.life.nursery.start_soon(self.running.run, name=f"{self.context.station.name}/firmware")

    def update(self) -> Update:
        assert self.kept.update is not None, "an update is under way"
        return self.kept.update

    def _keep(self, update: Update) -> None:
        self.kept = evolve(self.kept, update=update)
        self.context.memory.keep(FIRMWARE, firmware_record.record(self.kept))

    def _enter(self, phase: Phase, digest: bytes | None = None) -> None:
        """The update is in this phase now: keep it, then tell it."""
        update = evolve(self.update(), phase=phase)
        self._keep(update if digest is None else evolve(update, digest=digest.hex()))
        self.context.board.show_firmware(phase)
        self._tell()

    def _installed(self, version: str) -> None:
        self.kept = evolve(self.kept, version=version)

    # -- what the central system hears

    def _tell(self) -> None:
        """The phase, where this kind of update has a word for it that is new."""
        update = self.update()
        order, phase = update.order, update.says
        if phase in (Phase.IDLE, self.said or update.told):
            return
        self.said = phase

        def ended(outcome: Outcome) -> None:
            if self.update().order is not order:
                return  # another update has taken its place
            if outcome.why is None:
                self._keep(evolve(self.update(), told=phase))
            elif self.said is phase:
                self.said = None

        request = None if order.signing is None else order.signing.request
        self.say(FirmwareProgress(phase, order.signing is not None, request), ended=ended)

    def _on_request(self, *, signed: bool) -> None:
        self.say(on_request(self.kept.update, signed=signed), Kind.TRIGGERED)

    def came_up(self, afresh: bool) -> None:
        """What was not taken is told again; an update that a life left open goes on."""
        update = self.kept.update
        if update is None:
            return
        if afresh and update.phase is Phase.INSTALL_REBOOTING and self.running is None:  # the reboot is over
            self._enter(Phase.INSTALLED)
            self._happened(SecurityEvent.FIRMWARE_UPDATED)
        else:
            self._tell()
        if afresh and not self.update().over and self.running is None:
            self._run()

    def session_ended(self, connector: int) -> None:
        del connector
        if self.running is not None:
            self.running.idle.set()
            self.running.idle = trio.Event()
