"""The station's own certificate: asked for, taken, used and renewed (whitepaper ed. 3, A02 and A03)."""

import trio

from ocppsim import clock, security
from ocppsim.actors.desk.block import Block, Decided
from ocppsim.actors.messages import HangUp, Outcome
from ocppsim.model import security as model
from ocppsim.model.answers import RequestAnswer
from ocppsim.model.inputs import Verdict
from ocppsim.model.security import RootUse, SecurityEvent
from ocppsim.protocol.session import Kind, Why

RENEW_BEFORE_S = 30 * 86_400.0
"""A certificate that ends within a month is renewed (A03.FR.02)."""

RENEW_EVERY_S = 86_400.0
"""No more often, should the new one end within a month too."""


class OwnCertificate:
    """Part of the block of security, of one station life."""

    def __init__(self, block: Block) -> None:
        self.block, self.context, self.identity = block, block.context, block.context.identity
        self.asking = False
        self.renewing = False  # somebody waits for the end of the certificate
        self.asked_for: str | None = None  # the certificate whose successor was asked for
        self.asked_at = 0.0

    async def take(self, command: model.TakeCertificate) -> Decided[Verdict]:
        from ocppsim.security import certificates

        problem = self._problem(command.chain)
        if problem is not None:
            self.context.security_events.happened(SecurityEvent.INVALID_OWN_CERTIFICATE, problem)
            self.context.board.note(f"certificate rejected: {problem}")
            return Decided(Verdict.REJECTED)
        self.identity.take(command.chain)
        self.context.security_events.happened(SecurityEvent.RECONFIGURED, "new certificate of the station")
        self.watch()
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
            return certificates.chain_problem(chain, roots, now, early=True) or certificates.own_problem(
                chain, identity.pending, self._name(), settings.operator
            )
        except certificates.BadCertificate as error:
            return str(error)

    def _switch(self, starts_in_s: float) -> None:
        """To the new certificate, as soon as it is valid (A02.FR.08)."""
        if self.context.settings.security_profile == 3:
            self.block.life.nursery.start_soon(self._switch_in, max(starts_in_s, 0.0), name="new certificate")

    async def _switch_in(self, seconds: float) -> None:
        await trio.sleep(seconds)
        self.context.link.tell(HangUp("new certificate"))

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

    def ask(self, kind: Kind) -> None:
        """With a new key each time (A02.FR.02); it is kept before it is spoken of."""
        if not self.can_ask or self.asking:
            return
        from ocppsim.security import signing

        virtual = clock.is_virtual()
        name, operator = self._name(), self.context.settings.operator
        key = signing.new_key(self.context.key_chance() if virtual else None)
        self.identity.ask_with(key)
        self.asking = True
        request = signing.request(key, operator, name, repeatable=virtual)
        self.block.say(model.CertificateRequest(request), kind, self._asked)

    def _asked(self, outcome: Outcome) -> None:
        """Refused or not, it is not asked again by itself: the whitepaper leaves that to people (A02)."""
        self.asking = False
        if outcome.why in (Why.OFFLINE, Why.LOST):
            self.asked_for = None
        if isinstance(outcome.answer, RequestAnswer) and not outcome.answer.accepted:
            self.context.board.note("the central system does not sign certificates")

    def watch(self) -> None:
        if self.identity.own and not self.renewing:
            self.renewing = True
            self.block.life.nursery.start_soon(self._renew, name="renewal")

    async def _renew(self) -> None:
        """A month before a certificate ends ask for a new one, once in a life (A03)."""
        while self.can_ask and (own := self.identity.own[-1]).chain != self.asked_for:
            due = max(_end(own.chain) - RENEW_BEFORE_S, self.asked_at + RENEW_EVERY_S)
            await trio.sleep(max(due - self.context.memory.now(), 0.0))
            if self.identity.own[-1] is own:
                if self.block.life.registrar.speaking:
                    self.asked_for, self.asked_at = own.chain, self.context.memory.now()
                    self.ask(Kind.ORDINARY)
                break
        self.renewing = False


def _end(chain: str) -> float:
    """When a certificate ends; at once, where it cannot even be read."""
    from ocppsim.security import certificates

    try:
        return certificates.ends_at(chain)
    except certificates.BadCertificate:
        return 0.0
