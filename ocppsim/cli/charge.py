"""`ocppsim charge`: one station, one whole session against anybody's central system."""

import argparse
import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import trio
from attrs import evolve

from ocppsim import templates
from ocppsim.actors.fleet import open_fleet
from ocppsim.actors.store import Folder, Forgetful, Store, StoreInUse
from ocppsim.cli import options as opt
from ocppsim.cli.charge_session import ChargeSession, Plan
from ocppsim.cli.configuration import Unusable
from ocppsim.cli.exits import Exit, usage
from ocppsim.cli.lines import TraceFile, open_lines
from ocppsim.cli.output import say
from ocppsim.cli.runner import run
from ocppsim.config.places import packaged_templates
from ocppsim.config.problems import ConfigurationError
from ocppsim.model.specification import Specification
from ocppsim.terminal.limits import LimitWatch

PATIENCE_S = 15.0
REMOTE_PATIENCE_S = 300.0
CLOSE_PATIENCE_S = 60.0
KEYS = {
    "MeterValueSampleInterval": "5",
    "TransactionMessageRetryInterval": "5",  # somebody waits for the end
}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = "Connects one station, charges once, and prints every message on the way."
    parser.epilog = (
        "Exit codes: 0 the session closed cleanly, 1 the central system refused, 2 bad usage, "
        "3 it never answered, 4 our own error, 130 interrupted."
    )
    parser.add_argument("url", metavar="URL", help="ws:// or wss:// address; the station's id is appended")
    parser.add_argument("--id", type=opt.identity, default="CS-1", metavar="ID", help="default: CS-1")
    parser.add_argument("--ocpp", choices=["1.6", "2.0.1"], default="1.6", help="default: 1.6")
    parser.add_argument("--id-tag", type=opt.id_tag, default="TAG-1", metavar="TAG", help="default: TAG-1")
    parser.add_argument("--remote", action="store_true", help="wait for a RemoteStartTransaction")
    parser.add_argument(
        "--template", default="virtual-simple", metavar="NAME", help=", ".join(packaged_templates())
    )
    parser.add_argument("--connectors", type=opt.count(1, 100), metavar="N")
    parser.add_argument(
        "--duration",
        type=opt.positive,
        default=60.0,
        metavar="S",
        help="seconds of station time to charge (60), unless the EV is full or the session is stopped before",
    )
    parser.add_argument(
        "--patience",
        type=opt.positive,
        metavar="S",
        help=f"how long to wait for the central system: to connect and accept the boot ({PATIENCE_S:g}), "
        f"to start a session with --remote ({REMOTE_PATIENCE_S:g}), to answer the last messages "
        f"({CLOSE_PATIENCE_S:g})",
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep what must not be lost in this folder")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write every frame as a JSON line")
    opt.add_run_options(parser)
    opt.add_connection_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.ocpp != "1.6":
        raise usage(f"--ocpp {options.ocpp}: no sessions yet in this version, so nothing can be charged")
    connection = opt.connection(options.url, options)
    connection.dial(options.id)  # a bad URL is said before anything starts
    specification = connection.equipped(_specification(options))
    with _trace(options.trace) as trace, _store(options.state) as store:
        seed = opt.seed(options)
        say(f"seed {seed}")
        opt.warn_if_insecure(options)
        plan = Plan(
            tag=options.id_tag,
            remote=options.remote,
            duration_s=options.duration,
            connect_within_s=options.patience or PATIENCE_S,
            begin_within_s=options.patience or (REMOTE_PATIENCE_S if options.remote else PATIENCE_S),
            close_within_s=options.patience or CLOSE_PATIENCE_S,
        )

        async def command(interrupted: trio.Event) -> Exit:
            transfers = opt.real_transfers(options)
            async with (
                open_lines(trace, interrupted.set) as lines,
                open_fleet(seed, store, transfers) as fleet,
            ):
                fleet.listeners.append(lines.show)
                try:
                    station = fleet.add(specification, connection.dialect(), connection.dial(options.id))
                except ValueError as error:
                    raise usage(str(error)) from error
                station.board.watchers.append(LimitWatch(lines.remark))
                gc.freeze()
                return await ChargeSession(station, plan, fleet.failed).run(interrupted)

        return run(command, options.speed)


def _specification(options: argparse.Namespace) -> Specification:
    try:
        preset = templates.specification(options.template, options.id, options.connectors)
    except ConfigurationError as error:
        raise Unusable(error) from error
    except LookupError as error:
        raise usage(f"--template: {error.args[0]}") from error
    return evolve(preset, keys={**preset.keys, **KEYS})


@contextmanager
def _store(folder: Path | None) -> Iterator[Store]:
    if folder is None:
        yield Forgetful()
        return
    try:
        store = Folder.open(folder)
    except StoreInUse as error:
        raise usage(f"--state: {error}") from error
    except OSError as error:
        raise usage(f"--state {folder}: {error.strerror}") from error
    try:
        yield store
    finally:
        store.close()
        opt.warn_of_losses("--state", store)


@contextmanager
def _trace(path: Path | None) -> Iterator[TraceFile | None]:
    if path is None:
        yield None
        return
    with closing(TraceFile.create(path)) as trace:
        yield trace
