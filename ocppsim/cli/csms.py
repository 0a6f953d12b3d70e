"""`ocppsim csms`: the embedded central system alone."""

import argparse
import os
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import trio

from ocppsim import clock, security
from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.cli import options as opt
from ocppsim.cli.exits import CommandEnded, Exit, usage
from ocppsim.cli.output import say, silence
from ocppsim.cli.runner import run
from ocppsim.csms.admission import Admission
from ocppsim.csms.behaviour import Behaviour, Rule, Silent, pending, rejected
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.events import Connected, Disconnected, Event, FrameSeen, HandshakeFailed
from ocppsim.csms.findings import Finding
from ocppsim.csms.server import serve_websockets
from ocppsim.csms.tags import Tags
from ocppsim.protocol.actions import Sender
from ocppsim.protocol.v16 import ACTIONS
from ocppsim.terminal.timeline import Timeline


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = "Listens for stations, answers them, judges them, and prints every message."
    parser.add_argument("--port", type=opt.port, default=9000, metavar="N", help="default: 9000; 0: any")
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    parser.add_argument(
        "--heartbeat", type=opt.count(1, 86400), default=300, metavar="S", help="default: 300"
    )
    _add_tags(parser)
    _add_behaviour(parser)
    _add_security(parser)
    parser.add_argument(
        "--quiet", action="store_true", help="print only connections and what stations do wrong"
    )
    parser.set_defaults(run=_run)


def _add_tags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--block", action="append", default=[], metavar="TAG", help="answer Blocked to this tag"
    )
    parser.add_argument(
        "--expire", action="append", default=[], metavar="TAG", help="answer Expired to this tag"
    )
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="TAG",
        help="accept this tag, and no other that is not named",
    )


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pending", type=opt.count(0, 86400), metavar="S", help="answer the first boot Pending"
    )
    parser.add_argument("--reject", type=opt.count(0, 86400), metavar="S", help="answer every boot Rejected")
    parser.add_argument(
        "--silent",
        action="append",
        choices=[action.name for action in ACTIONS.values() if action.sender is not Sender.CENTRAL_SYSTEM],
        default=[],
        metavar="ACTION",
        help="never answer this action",
    )


def _add_security(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cert", type=Path, metavar="FILE", help="listen with TLS: certificate chain (PEM)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of --cert (PEM)")
    parser.add_argument(
        "--client-ca",
        type=Path,
        metavar="FILE",
        help="demand a certificate that this authority has issued (PEM)",
    )
    parser.add_argument(
        "--password-env", metavar="VAR", help="demand the password that this environment variable holds"
    )
    parser.add_argument(
        "--sign-with",
        type=Path,
        nargs=2,
        metavar=("CERT", "KEY"),
        help="sign stations' requests for certificates with this authority (PEM)",
    )


def _run(options: argparse.Namespace) -> int:
    central_system = CentralSystem(
        heartbeat_interval_s=options.heartbeat,
        tags=Tags.of(
            accepted=options.accept,
            blocked=options.block,
            expired=options.expire,
            strict=bool(options.accept),
        ),
        behaviour=Behaviour(*_rules(options)),
        admission=Admission(password=_password(options.password_env)),
        signer=_signer(options.sign_with),
    )
    tls = _tls(options.cert, options.key, options.client_ca)

    async def command(interrupted: trio.Event) -> Exit:
        central_system.listeners.append(Printer(clock.now(), interrupted.set, quiet=options.quiet))
        async with trio.open_nursery() as nursery:
            with _port_problems(options.host, options.port):
                port = await nursery.start(_serve, central_system, options.port, options.host, tls)
            scheme = "ws" if tls is None else "wss"
            say(f"listening on {scheme}://{_authority(options.host)}:{port}/")
            await interrupted.wait()
            await central_system.close_all()
            nursery.cancel_scope.cancel()
        _conclude(central_system)
        return Exit.DONE

    return run(command)


async def _serve(
    central_system: CentralSystem,
    port: int,
    host: str,
    tls: ssl.SSLContext | None,
    task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
) -> None:
    await serve_websockets(central_system, port, host=host, tls=tls, task_status=task_status)


def _authority(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _rules(options: argparse.Namespace) -> Iterator[Rule]:
    if options.silent:
        yield Rule(Silent(), actions=options.silent)
    if options.pending is not None:
        yield pending(options.pending)
    if options.reject is not None:
        yield rejected(options.reject, times=None)


def _signer(files: Sequence[Path] | None) -> Callable[[str], str] | None:
    if files is None:
        return None
    try:
        security.require()
        from ocppsim.security.authority import Authority

        authority = Authority.load(*(file.read_text() for file in files))
    except security.MissingPackage as error:
        raise usage(str(error)) from error
    except (OSError, ValueError) as error:
        raise usage(f"--sign-with {' '.join(map(str, files))}: {error}") from error
    return authority.sign


def _password(variable: str | None) -> str | None:
    if variable is None:
        return None
    password = os.environ.get(variable)
    if password is None:
        raise usage(f"--password-env: the environment has no {variable}")
    return password


def _tls(cert: Path | None, key: Path | None, client_ca: Path | None) -> ssl.SSLContext | None:
    if cert is None and key is None:
        if client_ca is not None:
            raise usage("--client-ca needs --cert and --key")
        return None
    if cert is None or key is None:
        raise usage("--cert and --key go together")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        raise usage(f"--cert {cert}, --key {key}: {error.strerror or error}") from error
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        try:
            context.load_verify_locations(client_ca)
        except (OSError, ssl.SSLError) as error:
            raise usage(f"--client-ca {client_ca}: {error.strerror or error}") from error
    return context


@contextmanager
def _port_problems(host: str, port: int) -> Iterator[None]:
    """An address that cannot be had is a mistake of the user's."""
    try:
        yield
    except* OSError as group:
        error = group.exceptions[0]
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CommandEnded(Exit.USAGE, f"cannot listen on {host} port {port}: {reason}") from None


class Printer:
    """Events as lines; frames are shown as their station sees them. `gone` is for when nobody reads."""

    def __init__(self, start: float, gone: Callable[[], None], *, quiet: bool) -> None:
        self.start, self.gone, self.quiet = start, gone, quiet
        self._timelines: dict[str, Timeline] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case FrameSeen(time, identity, sender, text):
                if not self.quiet:
                    way = Way.OUT if sender is Sender.STATION else Way.IN
                    entry = TraceEntry(time, identity, 0, way, text if isinstance(text, str) else repr(text))
                    timeline = self._timelines.setdefault(identity, Timeline(self.start))
                    self._print(identity, timeline.line(entry))
            case Connected(time, identity):
                self._print(identity, f"{time - self.start:10.3f} s  connected")
            case Disconnected(time, identity, code, reason):
                self._timelines.pop(identity, None)
                self._print(identity, f"{time - self.start:10.3f} s  gone: {code} {reason}".rstrip())
            case HandshakeFailed(time, reason):
                self._print("-", f"{time - self.start:10.3f} s  no handshake: {reason}")
            case Finding(time, identity, rule, text):
                self._print(identity, f"{time - self.start:10.3f} s  !  {rule.value}: {text}")

    def _print(self, identity: str, line: str) -> None:
        try:
            say(f"{identity:12} {line}")
        except OSError:
            silence()
            self.gone()


def _conclude(central_system: CentralSystem) -> None:
    summary = central_system.summary()
    say(
        f"{summary.stations} stations, {summary.boots} boots, {summary.sessions_completed} sessions, "
        f"{summary.energy_wh / 1000:.2f} kWh, {summary.violations} violations by stations"
    )
