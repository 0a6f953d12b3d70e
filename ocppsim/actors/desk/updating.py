"""One firmware update on its way: fetch, check, wait for the sessions to end, install, reboot."""

from collections.abc import Callable
from typing import Protocol

import trio

from ocppsim import clock
from ocppsim.actors.desk.block import Life
from ocppsim.actors.messages import Do, Drain, Take
from ocppsim.actors.runtime import NoAnswer
from ocppsim.actors.transfer import Failure, TransferFailed
from ocppsim.model.connector import busy
from ocppsim.model.firmware import Phase, Signing, Update, next_version
from ocppsim.model.inputs import Hold
from ocppsim.model.security import SecurityEvent

DRAIN_WITHIN_S = 10.0
"""How long the last word before a reboot may take, in seconds of wire time."""


class Enter(Protocol):
    def __call__(self, phase: Phase, digest: bytes | None = None) -> None: ...


class _Failed(Exception):
    """The update ends in a phase of failure."""

    def __init__(self, phase: Phase) -> None:
        super().__init__(phase.name)
        self.phase = phase


class Updating:
    """Runs in the nursery of a life, from the phase in which the update is."""

    def __init__(
        self, life: Life, update: Callable[[], Update], enter: Enter, installed: Callable[[str], None]
    ) -> None:
        self.life, self.context = life, life.context
        self.update, self.enter, self.installed = update, enter, installed
        self.idle = trio.Event()  # set whenever a session ended
        self.upgrade = life.context.specification.firmware_upgrade
        self._scope = trio.CancelScope()

    def cancel(self) -> None:
        """Another update takes its place."""
        self._scope.cancel()
        self._hold(held=False)

    async def run(self) -> None:
        with self._scope:
            try:
                if not self.update().fetched:
                    await self._fetch()
                if self.update().phase is Phase.DOWNLOADED:
                    self._check()
                await self._wait_for_its_time()
                await self._install()
            except _Failed as failed:
                self.enter(failed.phase)
                self._hold(held=False)

    def _fail_if_wanted(self, phase: Phase) -> None:
        if self.upgrade.failure is phase:
            raise _Failed(phase)

    # -- fetch and check

    async def _fetch(self) -> None:
        order = self.update().order
        if self._until(order.retrieve_at) > 0:
            self.enter(Phase.DOWNLOAD_SCHEDULED)
            await self._sleep_until(order.retrieve_at)
        for attempt in range(order.retries + 1):
            if attempt:
                self.enter(Phase.DOWNLOAD_PAUSED)
                await _sleep(order.retry_interval_s)
            self.enter(Phase.DOWNLOADING)
            try:
                digest = await self._download(order.location)
            except TransferFailed as failure:
                self.context.tracer.note(f"firmware: {failure}")
                if failure.why.final:
                    break
            else:
                self.enter(Phase.DOWNLOADED, digest)
                return
        raise _Failed(Phase.DOWNLOAD_FAILED)

    async def _download(self, location: str) -> bytes:
        digest = await self.context.transfers.download(location)
        await trio.lowlevel.checkpoint_if_cancelled()
        if self.upgrade.failure is Phase.DOWNLOAD_FAILED:
            raise TransferFailed(
                Failure.BROKEN, "the download fails, as the station's specification wants it"
            )
        return digest

    def _check(self) -> None:
        update = self.update()
        signing = update.order.signing
        valid = self.upgrade.failure is not Phase.INVALID_SIGNATURE
        if signing is not None:
            valid = valid and _verified(signing, bytes.fromhex(update.digest))
        if not valid:
            self.context.security_events.happened(SecurityEvent.INVALID_FIRMWARE_SIGNATURE)
            raise _Failed(Phase.INVALID_SIGNATURE)
        if signing is not None:
            self.enter(Phase.SIGNATURE_VERIFIED)

    # -- install

    async def _wait_for_its_time(self) -> None:
        install_at = self.update().order.install_at
        if install_at is not None and self._until(install_at) > 0:
            self.enter(Phase.INSTALL_SCHEDULED)
            await self._sleep_until(install_at)

    async def _install(self) -> None:
        await self._until_idle()
        self._fail_if_wanted(Phase.INSTALL_VERIFICATION_FAILED)
        self.enter(Phase.INSTALLING)
        await _sleep(self.upgrade.install_s)
        self._fail_if_wanted(Phase.INSTALLATION_FAILED)
        present = self.context.present_specification().firmware_version
        self.installed(next_version(present, self.upgrade))
        if self.upgrade.reset:
            self.enter(Phase.INSTALL_REBOOTING)
            await self._last_words()
            self.life.reboot("firmware installed")
        else:
            self.enter(Phase.INSTALLED)
            self.context.security_events.happened(SecurityEvent.FIRMWARE_UPDATED)
            self._hold(held=False)

    async def _until_idle(self) -> None:
        """No new session begins, and those that run come to their end (L01.FR.06, 07)."""
        for number, connector in self.context.connectors.items():
            try:
                await connector.ask(Do(Hold(held=True)))
            except NoAnswer:  # between two lives
                self.context.connectors[number].tell(Take(Hold(held=True)))
        while any(busy(connector) for connector in self.context.memory.seen.values()):
            await self.idle.wait()
        await trio.lowlevel.checkpoint_if_cancelled()

    def _hold(self, *, held: bool) -> None:
        for connector in self.context.connectors.values():
            connector.tell(Take(Hold(held)))

    async def _last_words(self) -> None:
        try:
            await self.context.link.ask(Drain(), within=clock.wire(DRAIN_WITHIN_S))
        except NoAnswer as error:
            self.context.tracer.note(f"no answer from {error} before the reboot")

    # -- time

    def _until(self, at: float) -> float:
        """Seconds until an instant of the central system's clock."""
        return at - self.context.memory.now()

    async def _sleep_until(self, at: float) -> None:
        while (left_s := self._until(at)) > 0:
            await _sleep(left_s)


async def _sleep(seconds: float) -> None:
    """An update that was cancelled at the instant at which it should wake up stays cancelled."""
    await trio.sleep(seconds)
    await trio.lowlevel.checkpoint_if_cancelled()


def _verified(signing: Signing, digest: bytes) -> bool:
    from ocppsim.security import signatures

    return signatures.verified(signing.certificate, signing.signature, digest)
