"""What the options of the command line bring for all stations of `run`: it goes before what files say."""

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve, field

from ocppsim.actors.identity import BLOCK
from ocppsim.actors.memory import PASSWORD
from ocppsim.actors.store import Store
from ocppsim.actors.wire import address, tls
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.actors.wire.transport import TransportName
from ocppsim.cli import credentials
from ocppsim.cli import options as opt
from ocppsim.cli.exits import usage
from ocppsim.config.stations import Plan
from ocppsim.model.security import NEEDS, Credentials, Need, with_tls
from ocppsim.model.specification import Specification
from ocppsim.values import frozen


@frozen
class Equipment:
    """Empty, where nothing is said."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    credentials: Credentials = field(factory=Credentials)
    insecure: bool = False
    refuse_invalid: bool = False
    transport: TransportName = "auto"
    checking: tls.Context | None = None
    careless: tls.Context | None = None  # for templates that say so

    def equipped(self, plan: Plan) -> Plan:
        """The station with all of it; what the central system has changed since is no part of a plan."""
        named = {name.lower() for name, _ in self.headers}
        kept = tuple(one for one in plan.headers if one[0].lower() not in named)
        return evolve(
            plan,
            specification=self._specification(plan.specification),
            user=self.user or plan.user or (plan.specification.id if self.password else ""),
            password=self.password or plan.password,
            headers=(*kept, *self.headers),
            insecure=self.insecure or (plan.insecure and not self.credentials.roots),
        )

    def _specification(self, bare: Specification) -> Specification:
        brought, keys = self.credentials, bare.keys
        if brought.certificate is not None and credentials.OPERATOR not in keys:
            keys = {**keys, **credentials.operator(brought.certificate)}
        of_template = None if self.password else bare.credentials.password
        return evolve(bare, keys=keys, credentials=evolve(brought, password=brought.password or of_template))

    def context(self, plan: Plan) -> tls.Context | None:
        """For connections without a security profile; None is the usual one."""
        if plan.insecure:
            return self.careless or tls.careless_context()
        return self.checking


def read(options: argparse.Namespace) -> Equipment:
    """Raises CommandEnded."""
    password = opt.password(options)
    checking, careless = opt.tls_context(options), None
    if options.cert:
        careless = tls.client_context(options.ca, options.cert, options.key, insecure=True)
    _try_out(options, password)
    return Equipment(
        options.user,
        password,
        tuple(options.header),
        credentials.read(options, password),
        options.insecure,
        options.strict == "refuse",
        options.transport,
        checking,
        careless,
    )


def _try_out(options: argparse.Namespace, password: str | None) -> None:
    """What cannot be dialled with is said before anything starts."""
    where = address.parse("ws://localhost", "CS")
    try:
        if options.user is not None:
            where = address.with_credentials(where, options.user, password or "")
        websocket_dial(
            where,
            subprotocol="",
            headers=options.header,
            addresses=AddressBook(),
            transport=options.transport,
        )
    except ValueError as error:
        raise usage(str(error)) from error


def check(brought: Equipment, options: argparse.Namespace, plans: Iterable[Plan]) -> None:
    """Raises CommandEnded where a template and the options contradict each other."""
    for plan in plans:
        if not (profile := profile_of(plan)):
            continue
        words = f"{plan.template} has the security profile {profile}"
        if brought.user is not None:
            raise usage(f"--user: {words}, whose user is the station's id")
        wants_password = Need.PASSWORD in NEEDS[profile]
        if wants_password and brought.password and brought.credentials.password is None:
            raise usage(f"--password-env {options.password_env}: {words}: {credentials.LENGTHS}")
        if with_tls(profile) and brought.insecure:
            raise usage(f"--insecure: {words}, which checks certificates")


def lacking(plans: Iterable[Plan], store: Store) -> Iterator[str]:
    """What security profiles need, and nothing and nobody brings; a line for each template."""
    seen: set[str] = set()
    for plan in plans:
        if plan.template in seen or not (profile := profile_of(plan)):
            continue
        seen.add(plan.template)
        has, name = plan.specification.credentials, plan.specification.id
        secrets, known = store.secrets(name), store.known(name)
        kept: Any = {} if known is None else known.blocks.get(BLOCK, {})
        found = {
            Need.PASSWORD: secrets.get(PASSWORD, has.password),
            Need.ROOT: kept.get("roots", has.roots),
            Need.CERTIFICATE: secrets.get("own", has.certificate),
        }
        lacks = [need for need in Need if need in NEEDS[profile] and not found[need]]
        if missing := [f"{_WORDS[need]} ({credentials.OPTIONS[need]})" for need in lacks]:
            yield f"{plan.template}: security profile {profile} needs {' and '.join(missing)}"


_WORDS = {
    Need.PASSWORD: "a password",
    Need.ROOT: "an authority to trust",
    Need.CERTIFICATE: "a certificate of its own",
}


def profile_of(plan: Plan) -> int:
    """As the template has it; other versions of OCPP than 1.6 have none yet."""
    if plan.ocpp != "1.6":
        return 0
    text = plan.specification.keys.get("SecurityProfile", "0")
    return int(text) if text in ("1", "2", "3") else 0
