"""Who a station is to its central system: password, certificates, trusted roots, and which of them it uses.

One object for each station, above all its lives. The station's life writes it, the wire asks for `access` at
each dial. Password and keys are secrets of the store and in no journal; the roots are a block of the memory.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import define, evolve, field

from ocppsim.actors.memory import PASSWORD, Memory
from ocppsim.actors.wire.access import Access
from ocppsim.model.security import Credentials, RootUse, password_bytes
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.values import frozen

BLOCK = "security"
_OURS = frozenset({"own", PASSWORD, "pending"})
"""The secrets of a station that are kept here; others may be kept with them."""


@frozen
class Root:
    """`issuer` is the one that has signed it, where that is another; `old` one is left as a fallback."""

    use: RootUse
    pem: str
    issuer: str | None = None
    old: bool = False

    @property
    def issuers(self) -> tuple[str, ...]:
        return () if self.issuer is None else (self.issuer,)


@frozen
class Own:
    """A certificate of the station with what lies between it and a root, and its key."""

    chain: str
    key: str = field(repr=False)


@define(eq=False)
class Identity:
    """Made from what the factory gave, and what the memory kept of later changes."""

    memory: Memory
    settings: Callable[[], Settings]
    password: str | None = field(repr=False)
    own: tuple[Own, ...] = field(repr=False)  # the newest last
    pending: str | None = field(repr=False)  # the key of a certificate that was asked for
    roots: tuple[Root, ...] = ()
    before: int | None = None  # the profile to go back to, when the present one does not work
    trusts_old: bool = False  # the new root did not work: try the old one
    shows_old: bool = False  # the same with the own certificate
    server: bytes | None = None  # the certificate of the present connection

    @classmethod
    def recall(cls, memory: Memory, settings: Callable[[], Settings]) -> "Identity":
        given, secrets = memory.specification.credentials, memory.vault
        kept: Any = memory.blocks.get(BLOCK, {})
        own = tuple(Own(**one) for one in secrets["own"]) if "own" in secrets else _given(given)
        roots = (
            tuple(map(_read_root, kept["roots"])) if "roots" in kept else tuple(_roots(memory.specification))
        )
        password = secrets.get(PASSWORD, given.password)
        return cls(memory, settings, password, own, secrets.get("pending"), roots, before=kept.get("before"))

    # -- what is used

    def access(self) -> Access:
        """For the next dial."""
        self.server = None
        profile = self.settings().security_profile
        password = None if self.password is None or profile == 3 else password_bytes(self.password)
        own = self.chosen() if profile == 3 else None
        return Access(
            profile,
            password,
            self.trusted() if profile > 1 else (),
            None if own is None else own.chain,
            None if own is None else own.key,
            on_trial=self.before is not None,
            met=self._met,
        )

    def _met(self, certificate: bytes) -> None:
        self.server = certificate

    def of(self, use: RootUse) -> tuple[Root, ...]:
        return tuple(root for root in self.roots if root.use is use)

    def trusted(self) -> tuple[str, ...]:
        """What the central system's certificate is held against; a replaced root if the new one fails."""
        roots = self.of(RootUse.CENTRAL_SYSTEM)
        wanted = [root for root in roots if root.old] if self.trusts_old else []
        return tuple(root.pem for root in wanted or (root for root in roots if not root.old))

    def chosen(self) -> Own | None:
        """The own certificate for the next connection: of those that are valid the one that began last."""
        valid = self.valid()
        if len(valid) > 1 and self.shows_old:
            return valid[-2]
        return valid[-1] if valid else (self.own[-1] if self.own else None)

    def valid(self) -> list[Own]:
        if len(self.own) < 2:
            return list(self.own)
        from ocppsim.security import certificates

        now = self.memory.now()
        valid = [own for own in self.own if certificates.holds(own.chain, now)]  # and can be read
        return sorted(valid, key=lambda own: certificates.starts_at(own.chain))

    # -- what changes

    def set_password(self, password: str) -> None:
        self.password = password
        self._keep_secrets()

    def ask_with(self, key: str) -> None:
        """A certificate is asked for; the key that belongs to it waits."""
        self.pending = key
        self._keep_secrets()

    def take(self, chain: str) -> None:
        """The certificate for the key that waits."""
        assert self.pending is not None
        self.own = (*self.own, Own(chain, self.pending))
        self.pending, self.shows_old = None, False
        self._keep_secrets()

    def install(self, root: Root) -> None:
        self._keep_roots((*self.roots, root))

    def replace(self, root: Root) -> None:
        """A new root of the central system; the one it replaces stays for once."""
        others = [one for one in self.roots if one.use is not root.use]
        replaced = [evolve(one, old=True) for one in self.of(root.use) if not one.old]
        self.trusts_old = False
        self._keep_roots((*others, *replaced, root))

    def remove(self, root: Root) -> None:
        self._keep_roots(tuple(one for one in self.roots if one != root))

    def on_trial(self, before: int | None) -> None:
        """The profile changes; if it does not work, it goes back to `before`."""
        self.before = before
        self._keep_block()

    def proved(self) -> bool:
        """A connection came about: what only waited for that can go. Whether it was a new profile's."""
        was_on_trial = self.before is not None
        if was_on_trial:
            self.on_trial(None)
        if self.settings().security_profile == 3 and len(self.own) > 1 and not self.shows_old:
            used = self.chosen()
            position = self.own.index(used) if used is not None else 0
            if position:
                self.own = self.own[position:]
                self._keep_secrets()
        if self.server is not None and not self.trusts_old and any(root.old for root in self.roots):
            self._keep_roots(tuple(root for root in self.roots if not root.old))
        return was_on_trial

    def distrusted(self) -> None:
        """The central system's certificate did not hold: with two roots, try the other one."""
        self.trusts_old = any(root.old for root in self.roots) and not self.trusts_old

    def refused(self) -> None:
        """Our own certificate was not taken: with two of them, try the other one."""
        self.shows_old = self.settings().security_profile == 3 and not self.shows_old

    # -- kept

    def _keep_roots(self, roots: tuple[Root, ...]) -> None:
        self.roots = roots
        self._keep_block()

    def _keep_block(self) -> None:
        self.memory.keep(BLOCK, {"roots": list(map(_write_root, self.roots)), "before": self.before})

    def _keep_secrets(self) -> None:
        secrets: dict[str, object] = {
            name: value for name, value in self.memory.vault.items() if name not in _OURS
        }
        secrets["own"] = [{"chain": one.chain, "key": one.key} for one in self.own]
        if self.password is not None:
            secrets[PASSWORD] = self.password
        if self.pending is not None:
            secrets["pending"] = self.pending
        self.memory.lock_away(secrets)


def _roots(given: Specification) -> Iterable[Root]:
    for pem in given.credentials.roots:
        yield Root(RootUse.CENTRAL_SYSTEM, pem)
    for pem in given.manufacturer_roots:
        yield Root(RootUse.MANUFACTURER, pem)


def _given(given: Credentials) -> tuple[Own, ...]:
    if given.certificate is None or given.key is None:
        return ()
    return (Own(given.certificate, given.key),)


def _write_root(root: Root) -> Mapping[str, object]:
    return {"use": root.use.name, "pem": root.pem, "issuer": root.issuer, "old": root.old}


def _read_root(kept: Mapping[str, Any]) -> Root:
    return Root(RootUse[kept["use"]], kept["pem"], kept["issuer"], kept["old"])
