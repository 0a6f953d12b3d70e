"""`ocppsim demo`: a fleet that charges, against the embedded central system or anybody's."""

import argparse
import gc
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle, islice
from math import inf

import trio
from attrs import evolve
from rich.markup import escape

from ocppsim import clock, templates
from ocppsim.actors.fleet import Fleet, open_fleet
from ocppsim.actors.generator import Habits
from ocppsim.actors.transfer import pretended
from ocppsim.cli import options as opt
from ocppsim.cli.exits import CommandEnded, Exit
from ocppsim.cli.output import OutputConsole, say
from ocppsim.cli.runner import run
from ocppsim.cli.watching import first_of, open_screen
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.server import serve_websockets
from ocppsim.model.session import StopReason
from ocppsim.terminal.console import can_show
from ocppsim.terminal.header import Header
from ocppsim.terminal.summary import closing
from ocppsim.terminal.totals import Summary, summarise
from ocppsim.values import frozen

PLAIN_DURATION_S = 60.0
"""How long a demo lasts that nobody watches."""

SAMPLE_S = 5
HABITS = Habits(
    least_delay_s=1,
    most_delay_s=4,
    least_stay_s=8,
    most_stay_s=15,
    stop_after_s=inf,
    tags=tuple(f"TAG-{number}" for number in range(1, 10)),
)
MIX = ("virtual-simple", "ac-twin", "dc-fast", "ac-wallbox")
START_EACH_S = 0.02


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Stations boot, authorise, charge, meter and stop, again and again, against the embedded "
        "central system or the one at --url."
    )
    parser.epilog = (
        "Ends by q or Ctrl-C, or after --duration. Exit code 1 when there was less than one completed "
        "session for each station."
    )
    parser.add_argument("--stations", type=opt.count(1, 100_000), default=5, metavar="N", help="default: 5")
    parser.add_argument("--url", metavar="URL", help="a central system other than the embedded one")
    parser.add_argument(
        "--duration",
        type=opt.positive,
        metavar="S",
        help=f"seconds of station time; without a terminal the default is {PLAIN_DURATION_S:g}",
    )
    parser.add_argument("--plain", action="store_true", help="lines instead of a table")
    parser.add_argument(
        "--json", action="store_true", help="the summary as JSON, and nothing else, on stdout"
    )
    opt.add_run_options(parser)
    opt.add_connection_options(parser)
    parser.set_defaults(run=_run)


@frozen
class Show:
    """What the command line asks for."""

    stations: int
    seed: int
    speed: float
    duration_s: float
    live: bool
    as_json: bool


def _run(options: argparse.Namespace) -> int:
    console = OutputConsole(stderr=options.json)
    live = can_show(console) and not options.plain and not options.json
    duration_s = options.duration or (inf if live else PLAIN_DURATION_S)
    show = Show(options.stations, opt.seed(options), options.speed, duration_s, live, options.json)
    opt.connection(options.url or "ws://localhost/", options).dial("CS-1")  # bad values are said at once
    if options.url is not None:
        opt.warn_if_insecure(options)
    return run(partial(_demo, options, show, console), options.speed)


async def _demo(
    options: argparse.Namespace, show: Show, console: OutputConsole, interrupted: trio.Event
) -> Exit:
    console.gone = interrupted.set
    transfers = pretended if options.url is None else opt.real_transfers(options)
    async with (
        _central_system(options.url, show.seed) as (url, csms),
        open_fleet(show.seed, transfers=transfers) as fleet,
    ):
        header = Header(url if options.url else f"{url} (embedded)", show.seed, show.speed)
        async with open_screen(fleet, header, console, show.stations, live=show.live) as screen:
            started = trio.current_time()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_populate, fleet, opt.connection(url, options), show.stations)
                await first_of(interrupted, screen.quit_wanted, show.duration_s)
                nursery.cancel_scope.cancel()
            screen.say("ending: waiting for the last answers")
            said_all = await fleet.leave(StopReason.LOCAL)
            elapsed_s = trio.current_time() - started
        return _conclude(summarise(fleet), csms, console, show, elapsed_s, said_all=said_all)


@asynccontextmanager
async def _central_system(url: str | None, seed: int) -> AsyncIterator[tuple[str, CentralSystem | None]]:
    """The URL to dial: the one given, or that of an embedded central system on a port of its own."""
    if url is not None:
        yield url, None
        return
    csms = CentralSystem(seed=seed)
    async with trio.open_nursery() as nursery:
        port = await nursery.start(serve_websockets, csms, 0)
        yield f"ws://127.0.0.1:{port}/", csms
        await csms.close_all()
        nursery.cancel_scope.cancel()


async def _populate(fleet: Fleet, connection: opt.Connection, stations: int) -> None:
    for number, name in enumerate(islice(cycle(MIX), stations), 1):
        station = f"CS-{number:05}"
        specification = templates.specification(name, station)
        keys = {**specification.keys, "MeterValueSampleInterval": str(SAMPLE_S)}
        equipped = connection.equipped(evolve(specification, keys=keys))
        fleet.add(equipped, connection.dialect(), connection.dial(station), HABITS)
        await trio.sleep(clock.wire(START_EACH_S / max(1, stations / 100)))
    gc.freeze()


def _conclude(
    summary: Summary,
    csms: CentralSystem | None,
    console: OutputConsole,
    show: Show,
    elapsed_s: float,
    *,
    said_all: bool,
) -> Exit:
    by_stations = csms.summary().violations if csms is not None else 0
    if show.as_json:
        result = summary.as_json() | {"seed": show.seed, "elapsed_s": round(elapsed_s, 3)}
        if csms is not None:
            result["violations_by_stations"] = by_stations
        say(json.dumps(result))
    else:
        console.print(closing(summary), soft_wrap=True)
        for finding in csms.findings[:10] if csms is not None else ():
            console.print(f"[red]station broke a rule[/]: {escape(str(finding))}", soft_wrap=True)
    if summary.internal_errors or by_stations:
        raise CommandEnded(Exit.OURS, f"{summary.internal_errors + by_stations} errors of our own, see above")
    if summary.unsent or not said_all:
        raise CommandEnded(Exit.FAILED, "the central system did not answer everything in time")
    if summary.sessions_completed < show.stations:
        raise CommandEnded(
            Exit.FAILED, f"only {summary.sessions_completed} sessions completed by {show.stations} stations"
        )
    return Exit.DONE
