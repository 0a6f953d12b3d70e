"""Options that several commands share, and what becomes of them."""

import argparse
import os
import ssl
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from secrets import randbits

from attrs import evolve, field

from ocppsim.actors.store import Store
from ocppsim.actors.transfer import MakeTransfers
from ocppsim.actors.transfer.real import real
from ocppsim.actors.wire import address, tls
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.actors.wire.transport import Address, Dial, TransportName
from ocppsim.cli import credentials
from ocppsim.cli.exits import usage
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.security import Credentials
from ocppsim.model.specification import Specification
from ocppsim.values import frozen

MOST_SPEED = 100_000

# -- values


def positive(text: str) -> float:
    value = _number(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def speed(text: str) -> float:
    """Beyond the bound no two machines can keep up with each other."""
    value = positive(text)
    if value > MOST_SPEED:
        raise argparse.ArgumentTypeError(f"must be at most {MOST_SPEED:,}")
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not a number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise argparse.ArgumentTypeError("not a finite number")
    return value


def count(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


port = count(0, 65535)


def id_tag(text: str) -> str:
    """1 to 20 characters (1.6 ed. 2, 7.28)."""
    if not 1 <= len(text) <= 20 or not text.isprintable():
        raise argparse.ArgumentTypeError("an idTag has 1 to 20 printable characters")
    return text


def identity(text: str) -> str:
    if not 1 <= len(text) <= 48 or not text.isprintable():
        raise argparse.ArgumentTypeError("a station's id has 1 to 48 printable characters")
    return text


def header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError("a header is written NAME: VALUE")
    return name.strip(), value.strip()


# -- groups of options


def add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=count(0, 2**63 - 1), metavar="N", help="makes the run repeatable")
    parser.add_argument(
        "--speed", type=speed, default=1.0, metavar="X", help="let station time pass X times as fast"
    )


def add_connection_options(parser: argparse.ArgumentParser) -> None:
    """For commands that connect to one central system."""
    add_profile_options(add_access_options(parser, "connection"))


def add_access_options(
    parser: argparse.ArgumentParser, title: str, description: str | None = None
) -> argparse._ArgumentGroup:
    """For all commands that connect."""
    group = parser.add_argument_group(title, description)
    group.add_argument("--user", metavar="NAME", help="HTTP Basic user; the default is the station's id")
    group.add_argument("--password-env", metavar="VAR", help="environment variable that holds the password")
    group.add_argument("--ca", type=Path, metavar="FILE", help="trust the certificates in this PEM file")
    group.add_argument("--cert", type=Path, metavar="FILE", help="the station's own certificate (PEM)")
    group.add_argument("--key", type=Path, metavar="FILE", help="the key of --cert (PEM)")
    group.add_argument("--insecure", action="store_true", help="accept any server certificate")
    group.add_argument(
        "--transport",
        choices=["auto", "trio-websocket", "websockets"],
        default="auto",
        help="websockets is faster and takes less memory; auto takes it where ocppsim[fast] is installed",
    )
    group.add_argument("--header", type=header, action="append", default=[], metavar="'NAME: VALUE'")
    group.add_argument(
        "--strict",
        choices=["observe", "refuse"],
        default="observe",
        help="invalid answers of the central system are noted and used as far as they go, or refused",
    )
    return group


def add_profile_options(group: argparse._ArgumentGroup) -> None:
    """For stations that no template speaks for."""
    group.add_argument(
        "--security-profile",
        type=count(0, 3),
        default=0,
        metavar="N",
        help="1: password, 2: TLS and password, 3: TLS and the station's certificate; default: 0, as URL and "
        "options say",
    )
    group.add_argument(
        "--secure-url",
        metavar="URL",
        help="wss:// address for profiles 2 and 3; the default is that of the URL with TLS",
    )


@frozen
class Connection:
    """How the stations of this command reach their central system."""

    url: str
    user: str | None
    password: str | None = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    tls: ssl.SSLContext | None
    refuse_invalid: bool
    transport: TransportName
    addresses: AddressBook
    secure_url: str | None = None
    profile: int = 0
    credentials: Credentials = field(factory=Credentials)

    def equipped(self, specification: Specification) -> Specification:
        """The station with the credentials that the options bring."""
        keys = {**specification.keys, "SecurityProfile": str(self.profile)}
        if self.credentials.certificate is not None:
            keys |= credentials.operator(self.credentials.certificate)
        return evolve(specification, keys=keys, credentials=self.credentials)

    def dial(self, station: str) -> Dial:
        """How this station dials; raises CommandEnded for a URL that is none."""
        try:
            where = address.parse(self.url, station)
            if self.password is not None and not self.profile:
                where = address.with_credentials(where, self.user or station, self.password)
            return websocket_dial(
                where,
                subprotocol=self.dialect().subprotocol,
                headers=self.headers,
                tls=self.tls,
                secure_address=self._secure(station),
                addresses=self.addresses,
                transport=self.transport,
            )
        except ValueError as error:
            raise usage(str(error)) from error

    def _secure(self, station: str) -> Address | None:
        if self.secure_url is None:
            return None
        where = address.parse(self.secure_url, station)
        if not where.secure:
            raise ValueError("--secure-url must begin with wss://")
        return where

    def dialect(self) -> Dialect16:
        return Dialect16(refuse_invalid=self.refuse_invalid)


def password(options: argparse.Namespace) -> str | None:
    """That of --password-env; raises CommandEnded."""
    if options.password_env is None:
        if options.user is not None:
            raise usage("--user needs --password-env")
        return None
    found = os.environ.get(options.password_env)
    if found is None:
        raise usage(f"--password-env: the environment has no {options.password_env}")
    return found


def tls_context(options: argparse.Namespace) -> ssl.SSLContext | None:
    """None where the options have nothing special; raises CommandEnded."""
    if (options.cert is None) != (options.key is None):
        raise usage("--cert and --key go together")
    if not (options.ca or options.cert or options.insecure):
        return None
    try:
        return tls.client_context(options.ca, options.cert, options.key, options.insecure)
    except ValueError as error:
        raise usage(str(error)) from error


def connection(url: str, options: argparse.Namespace) -> Connection:
    """Read the connection options; raises CommandEnded."""
    known = password(options)
    context = tls_context(options)
    brought = credentials.read(options, known)
    if options.security_profile:
        credentials.check_profile(options, url, brought)
    return Connection(
        url,
        options.user,
        known,
        tuple(options.header),
        context,
        options.strict == "refuse",
        options.transport,
        AddressBook(),
        options.secure_url,
        options.security_profile,
        brought,
    )


def real_transfers(options: argparse.Namespace) -> MakeTransfers:
    """For firmware and logs; servers of https are trusted as the central system is."""
    ca, insecure = options.ca, options.insecure
    if not ca and not insecure:
        return real()
    return real(cache(lambda: tls.client_context(ca, insecure=insecure)))


def warn_if_insecure(options: argparse.Namespace) -> None:
    if options.insecure:
        warn("--insecure: server certificates are not checked")


def warn(what: str) -> None:
    """In red where that can be seen; the command goes on."""
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    red, plain = ("\033[31m", "\033[0m") if coloured else ("", "")
    print(f"{red}{what}{plain}", file=sys.stderr)


def warn_of_losses(where: str, store: Store) -> None:
    """What the disk refused to the end."""
    if store.trouble:
        warn(f"{where}: the disk refused, nothing was kept from then on: {store.trouble}")
    if store.secrets_trouble:
        warn(f"{where}: passwords and keys that were changed are not kept: {store.secrets_trouble}")


def seed(options: argparse.Namespace) -> int:
    """The seed given, or one that can be."""
    return options.seed if options.seed is not None else randbits(32)
