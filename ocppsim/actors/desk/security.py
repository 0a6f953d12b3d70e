"""Security: profiles and password, certificates, security events (whitepaper ed. 3)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import trio

from ocppsim import chance, clock, security
from ocppsim.actors.desk.block import Block, Decided, Handler, Life, Say
from ocppsim.actors.desk.roots import Roots
from ocppsim.actors.messages import HangUp, NotConnected, Outcome
from ocppsim.actors.wire.transport import Flaw
from ocppsim.model import security as model
from ocppsim.model.answers import RequestAnswer
from ocppsim.model.commands import Command, KeyVerdict, Trigger
from ocppsim.model.inputs import Verdict
from ocppsim.model.security import Means, RootUse, SecurityEvent
from ocppsim.model.session import StopReason
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.session import Kind, Why

RENEW_BEFORE_S = 30 * 86_400.0
"""A certificate that ends within a month is renewed (A03.FR.02)."""

RENEW_EVERY_S = 86_400.0
"""No more often, should the new one end within a month too."""

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
        return await handler(command)

    return handle


class Security(Block):
    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.identity, self.events = self.context.identity, self.context.security_events
        self.roots = Roots(self.context)
        self.telling = False
        self.renewing = False  # somebody waits for the end of the certificate
        self.asking = False
        self.asked_for: str | None = None  # the certificate whose successor was asked for
        self.asked_at = 0.0
        self.leaving = False  # the connection is about to be closed: events wait for the next one

    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {
            model.ChangePassword: self._change_password,
            model.RaiseProfile: self._raise,
            model.InstallRoot: _with_certificates(self.roots.install),
            model.DeleteRoot: _with_certificates(self.roots.delete),
            model.ListRoots: _with_certificates(self.roots.list),
            model.TakeCertificate: _with_certificates(self._take),
        }

    @property
    def triggers(self) -> Mapping[Trigger, Say]:
        return {Trigger.CERTIFICATE: lambda _: self._ask(Kind.TRIGGERED)}

    @property
    def muted(self) -> Collection[Trigger]:
        return () if self.can_ask else (Trigger.CERTIFICATE,)

    # -- lives and connections

    def began(self) -> None:
        """A life begins; the first one of a process is no reboot, and neither is the return of power."""
        self.events.news = self._tell
        context = self.context
        if context.station.life > 1 and context.last_end is not StopReason.POWER_LOSS:
            self.events.happened(SecurityEvent.RESET, _words(context.last_end))
        self.events.happened(SecurityEvent.STARTUP)

    def connected(self) -> None:
        self.telling = self.asking = self.leaving = False
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
        self._watch_the_end()

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
        return Means(
            password=identity.password is not None and model.password_problem(identity.password) is None,
            root=bool(roots),
            certificate=any(holds(own.chain, now) for own in identity.own),
            plain=self.context.reaches(1),
            secure=self.context.reaches(2),
        )

    def _set_profile(self, profile: int) -> None:
        changed = self.context.dialect.with_security_profile(self.context.memory.changed, profile)
        self.context.change_keys(changed)

    def _reconnect(self, why: str) -> None:
        self.context.link.tell(HangUp(why))

    # -- the own certificate

    async def _take(self, command: model.TakeCertificate) -> Decided[Verdict]:
        from ocppsim.security import certificates

        problem = self._problem(command.chain)
        if problem is not None:
            self.events.happened(SecurityEvent.INVALID_OWN_CERTIFICATE, problem)
            self.context.board.note(f"certificate rejected: {problem}")
            return Decided(Verdict.REJECTED)
        self.identity.take(command.chain)
        self.events.happened(SecurityEvent.RECONFIGURED, "new certificate of the station")
        self._watch_the_end()
        starts_in_s = certificates.starts_at(command.chain) - self.context.memory.now()
        return Decided(Verdict.ACCEPTED, lambda: self._switch(starts_in_s))

    def _problem(self, chain: str) -> str | None:
        from ocppsim.security import certificates

        settings, identity = self.context.settings, self.identity
        if identity.pending is None:
            return "no certificate was asked for"
        if len(chain) > settings.longest_chain:
            return "the chain is too long"
        roots = [root.pem for root in identity.of(RootUse.CENTRAL_SYSTEM)]
        now = self.context.memory.now()
        try:
            return certificates.chain_problem(
                chain, roots, now, early=True
            ) or certificates.own_problem(chain, identity.pending, self._name(), settings.operator)
        except certificates.BadCertificate as error:
            return str(error)

    def _switch(self, starts_in_s: float) -> None:
        """To the new certificate, as soon as it is valid (A02.FR.08)."""
        if self.context.settings.security_profile == 3:
            self.life.nursery.start_soon(self._switch_in, max(starts_in_s, 0.0), name="new certificate")

    async def _switch_in(self, seconds: float) -> None:
        await trio.sleep(seconds)
        self._reconnect("new certificate")

    def _name(self) -> str:
        specification = self.context.specification
        return specification.serial_number or specification.id

    @property
    def can_ask(self) -> bool:
        """Whether a certificate can be asked for: it names whose the station is (A02, prerequisite)."""
        try:
            security.require()
        except security.MissingPackage:
            return False
        return bool(self.context.settings.operator)

    def _ask(self, kind: Kind) -> None:
        """With a new key each time (A02.FR.02); it is kept before it is spoken of."""
        if not self.can_ask or self.asking:
            return
        from ocppsim.security import signing

        virtual = clock.is_virtual()
        name, operator = self._name(), self.context.settings.operator
        key = signing.new_key(self.context.key_chance if virtual else None)
        self.identity.ask_with(key)
        self.asking = True
        request = signing.request(key, operator, name, repeatable=virtual)
        self.say(model.CertificateRequest(request), kind, self._asked)

    def _asked(self, outcome: Outcome) -> None:
        """Refused or not, it is not asked again by itself: the whitepaper leaves that to people (A02)."""
        self.asking = False
        if outcome.why in (Why.OFFLINE, Why.LOST):
            self.asked_for = None
        if isinstance(outcome.answer, RequestAnswer) and not outcome.answer.accepted:
            self.context.board.note("the central system does not sign certificates")

    def _watch_the_end(self) -> None:
        if self.identity.own and not self.renewing:
            self.renewing = True
            self.life.nursery.start_soon(self._renew, name="renewal")

    async def _renew(self) -> None:
        """A month before a certificate ends ask for a new one, once in a life (A03)."""
        own = self.identity.own[-1]
        if self.can_ask and own.chain != self.asked_for:
            from ocppsim.security import certificates

            due = max(certificates.ends_at(own.chain) - RENEW_BEFORE_S, self.asked_at + RENEW_EVERY_S)
            await trio.sleep(max(due - self.context.memory.now(), 0.0))
            if self.life.registrar.speaking and self.identity.own[-1] is own:
                self.asked_for, self.asked_at = own.chain, self.context.memory.now()
                self._ask(Kind.ORDINARY)
        self.renewing = False

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
