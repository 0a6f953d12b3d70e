"""Security: profiles and password, certificates, security events (whitepaper ed. 3)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import trio

from ocppsim import security
from ocppsim.actors.desk.block import Block, Decided, Handler, Life, Say
from ocppsim.actors.desk.own_certificate import OwnCertificate
from ocppsim.actors.desk.roots import Roots
from ocppsim.actors.messages import HangUp, NotConnected, Outcome
from ocppsim.actors.wire.transport import Flaw
from ocppsim.model import security as model
from ocppsim.model.commands import Command, KeyVerdict, Trigger
from ocppsim.model.security import Means, Need, RootUse, SecurityEvent
from ocppsim.model.session import StopReason
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.session import Kind, Why

TELL_AGAIN_S = 60.0
"""After so long an event that was not taken is told again."""

_FLAWS = {
    Flaw.CERTIFICATE: SecurityEvent.INVALID_SERVER_CERTIFICATE,
    Flaw.TLS_VERSION: SecurityEvent.INVALID_TLS_VERSION,
    Flaw.CIPHERS: SecurityEvent.INVALID_CIPHER_SUITE,
    Flaw.CREDENTIALS: SecurityEvent.NOT_AUTHENTICATED,
}


def _with_certificates(handler: Handler) -> Handler:
    """What needs `cryptography` is not offered where there is none."""

    async def handle(command: Any) -> Decided[Any]:
        try:
            security.require()
        except security.MissingPackage as error:
            raise Refusal(Fault.NOT_SUPPORTED, str(error)) from error
        from ocppsim.security.certificates import BadCertificate

        try:
            return await handler(command)
        except BadCertificate as error:  # one that the station came with
            raise Refusal(Fault.INTERNAL, f"a certificate of the station: {error}") from error

    return handle


class Security(Block):
    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.identity, self.events = self.context.identity, self.context.security_events
        self.roots = Roots(self.context)
        self.telling = False
        self.own = OwnCertificate(self)
        self.leaving = False  # the connection is about to be closed: events wait for the next one

    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {
            model.ChangePassword: self._change_password,
            model.RaiseProfile: self._raise,
            model.InstallRoot: _with_certificates(self.roots.install),
            model.DeleteRoot: _with_certificates(self.roots.delete),
            model.ListRoots: _with_certificates(self.roots.list),
            model.TakeCertificate: _with_certificates(self.own.take),
        }

    @property
    def triggers(self) -> Mapping[Trigger, Say]:
        return {Trigger.CERTIFICATE: lambda _: self.own.ask(Kind.TRIGGERED)}

    @property
    def muted(self) -> Collection[Trigger]:
        return () if self.own.can_ask and not self.own.asking else (Trigger.CERTIFICATE,)

    # -- lives and connections

    def began(self) -> None:
        """A life begins; the first one of a process is no reboot, and neither is the return of power."""
        self.events.news = self._tell
        context = self.context
        if context.station.life > 1 and context.last_end is not StopReason.POWER_LOSS:
            self.events.happened(SecurityEvent.RESET, _words(context.last_end))
        self.events.happened(SecurityEvent.STARTUP)

    def connected(self) -> None:
        self.telling = self.leaving = self.own.asking = False
        if self.identity.proved():
            profile = self.context.settings.security_profile
            self.events.happened(SecurityEvent.RECONFIGURED, f"security profile {profile} in use")

    def not_connected(self, failure: NotConnected) -> None:
        if failure.flaw is not None:
            self.events.happened(_FLAWS[failure.flaw], failure.reason)
        if (before := self.identity.before) is not None:
            self.identity.on_trial(None)
            self._set_profile(before)
            self.context.board.note(f"back to security profile {before}: {failure.reason}")
            self.events.happened(SecurityEvent.RECONFIGURED, f"back to security profile {before}")
        elif failure.flaw is Flaw.CERTIFICATE:
            self.identity.distrusted()
        elif failure.flaw is Flaw.CREDENTIALS:
            self.identity.refused()

    def came_up(self, afresh: bool) -> None:
        self._tell()
        self.own.watch()

    # -- profiles and password

    async def _change_password(self, command: model.ChangePassword) -> Decided[KeyVerdict]:
        if model.password_problem(command.password) is not None:
            return Decided(KeyVerdict.REJECTED)
        self.identity.set_password(command.password)
        uses_it = self.context.settings.security_profile < 3
        self.leaving |= uses_it
        self.events.happened(SecurityEvent.RECONFIGURED, "AuthorizationKey changed")
        return Decided(KeyVerdict.ACCEPTED, lambda: self._reconnect("new password") if uses_it else None)

    async def _raise(self, command: model.RaiseProfile) -> Decided[KeyVerdict]:
        present, wanted = self.context.settings.security_profile, command.profile
        if wanted is None:
            return Decided(KeyVerdict.REJECTED)
        verdict = model.raise_profile(present, wanted, self._means())
        if verdict is KeyVerdict.REJECTED:
            return Decided(verdict)
        self.identity.on_trial(present)
        self._set_profile(wanted)
        self.leaving = True
        self.events.happened(SecurityEvent.RECONFIGURED, f"security profile {wanted} set")
        return Decided(verdict, lambda: self._reconnect(f"security profile {wanted}"))

    def _means(self) -> Means:
        identity, now = self.identity, self.context.memory.now()
        try:
            security.require()
        except security.MissingPackage:
            holds: Callable[[str, float], bool] = lambda *_: True  # TLS itself will look  # noqa: E731
        else:
            from ocppsim.security.certificates import holds
        roots = [root for root in identity.of(RootUse.CENTRAL_SYSTEM) if holds(root.pem, now)]
        password = identity.password
        found = {
            Need.PASSWORD: password is not None and model.password_problem(password) is None,
            Need.ROOT: bool(roots),
            Need.CERTIFICATE: any(holds(own.chain, now) for own in identity.own),
        }
        has = frozenset(need for need, there in found.items() if there)
        return Means(has, plain=self.context.reaches(1), secure=self.context.reaches(2))

    def _set_profile(self, profile: int) -> None:
        changed = self.context.dialect.with_security_profile(self.context.memory.changed, profile)
        self.context.change_keys(changed)

    def _reconnect(self, why: str) -> None:
        self.context.link.tell(HangUp(why))

    # -- events

    def _tell(self) -> None:
        """One after the other, in order."""
        if self.telling or self.leaving or not self.life.registrar.speaking:
            return
        if (next_one := self.events.report()) is None:
            return
        logged, report = next_one
        self.telling = True

        def ended(outcome: Outcome) -> None:
            self.telling = False
            if outcome.why in (Why.OFFLINE, Why.LOST):
                return  # again when the station speaks again
            if outcome.why is Why.TIMED_OUT:
                self.life.nursery.start_soon(self._tell_again, name="security events")
                return
            if outcome.why is not None:
                self.context.tracer.note(f"a security event was not taken: {logged.event.name}")
            self.events.told(logged)
            self._tell()

        self.say(report, Kind.ORDINARY, ended)

    async def _tell_again(self) -> None:
        await trio.sleep(TELL_AGAIN_S)
        self._tell()


def _words(end: StopReason | None) -> str:
    return "crash" if end is None else end.name.lower().replace("_", " ")
