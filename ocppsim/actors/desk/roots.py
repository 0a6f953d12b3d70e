"""The root certificates that a station trusts: installed, deleted, listed (whitepaper ed. 3, M03 to M05)."""

from ocppsim.actors.context import StationContext
from ocppsim.actors.desk.block import Decided
from ocppsim.actors.identity import Root
from ocppsim.model.security import (
    CertificateId,
    DeleteRoot,
    DeleteVerdict,
    Digest,
    InstallRoot,
    InstallVerdict,
    ListRoots,
    RootUse,
    SecurityEvent,
)


class Roots:
    """Part of the block of security; `security.require` has been called before."""

    def __init__(self, context: StationContext) -> None:
        self.context, self.identity = context, context.identity

    async def install(self, command: InstallRoot) -> Decided[InstallVerdict]:
        from ocppsim.security import certificates

        identity, settings = self.identity, self.context.settings
        present = identity.of(command.use)
        if any(root.pem.strip() == command.certificate.strip() for root in present):
            return Decided(InstallVerdict.ACCEPTED)
        issuers = [root.pem for root in present]
        problem = certificates.root_problem(command.certificate, issuers, self.context.memory.now())
        if problem is None and len(identity.roots) >= settings.most_roots:
            problem = f"{settings.most_roots} certificates are installed already"
        issuer = None if problem else certificates.issuer_of(command.certificate, issuers)
        new = Root(command.use, command.certificate, issuer)
        replaces = settings.one_root and command.use is RootUse.CENTRAL_SYSTEM and bool(present)
        if problem is None and replaces and issuer not in [root.pem for root in present if not root.old]:
            problem = "not signed by the root that it would replace"
        if problem is not None:
            self.context.board.note(f"root certificate rejected: {problem}")
            return Decided(InstallVerdict.REJECTED)
        if self.context.memory.store.trouble:
            return Decided(InstallVerdict.FAILED)
        (identity.replace if replaces else identity.install)(new)
        self._changed("root certificate installed")
        return Decided(InstallVerdict.ACCEPTED)

    async def delete(self, command: DeleteRoot) -> Decided[DeleteVerdict]:
        for root in self.identity.roots:
            if _id(root, command.which.digest).names_the_same(command.which):
                if self._in_use(root):
                    return Decided(DeleteVerdict.FAILED)
                self.identity.remove(root)
                self._changed("root certificate deleted")
                return Decided(DeleteVerdict.ACCEPTED)
        return Decided(DeleteVerdict.NOT_FOUND)

    async def list(self, command: ListRoots) -> Decided[tuple[CertificateId, ...]]:
        return Decided(tuple(_id(root, Digest.SHA256) for root in self.identity.of(command.use)))

    def _in_use(self, root: Root) -> bool:
        """Whether the present connection rests on it (M04.FR.06).

        What lies between a root and the central system's certificate is not known here: where no root has
        signed that itself, any of them may be the one.
        """
        from ocppsim.security import certificates

        server = self.identity.server
        if root.use is not RootUse.CENTRAL_SYSTEM or server is None:
            return False
        trusted = self.identity.trusted()
        signers = [pem for pem in trusted if certificates.issued_by_der(server, pem)]
        return root.pem in (signers or trusted)

    def _changed(self, what: str) -> None:
        self.context.security_events.happened(SecurityEvent.RECONFIGURED, what)


def _id(root: Root, digest: Digest) -> CertificateId:
    from ocppsim.security import certificates

    return certificates.identify(root.pem, root.issuers, digest)
