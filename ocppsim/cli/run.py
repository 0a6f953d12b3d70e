"""`ocppsim run`: the simulator from a configuration file."""

import argparse
import gc
from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from pathlib import Path

import trio

from ocppsim.actors.fleet import LEAVE_WITHIN_S, Fleet, open_fleet
from ocppsim.actors.transfer import MakeTransfers
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.cli import equipment
from ocppsim.cli import options as opt
from ocppsim.cli.configuration import chosen, loaded, say_note, say_notices
from ocppsim.cli.equipment import Equipment
from ocppsim.cli.exits import CommandEnded, Exit, usage
from ocppsim.cli.output import OutputConsole
from ocppsim.cli.recording import open_log, recording
from ocppsim.cli.run_stage import RunStage, Teller, where
from ocppsim.cli.runner import run
from ocppsim.cli.state import State, open_state
from ocppsim.cli.watching import first_of, open_screen
from ocppsim.config.loading import Loaded
from ocppsim.config.stations import Plan
from ocppsim.launching import Launcher
from ocppsim.logs.opening import Logbook
from ocppsim.model.registration import Standing
from ocppsim.model.session import StopReason
from ocppsim.reloading.reloader import Reloader
from ocppsim.reloading.watching import watch
from ocppsim.terminal.console import can_show
from ocppsim.terminal.header import Header
from ocppsim.terminal.summary import closing
from ocppsim.terminal.totals import Summary, summarise
from ocppsim.terminal.words import plural
from ocppsim.values import frozen


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = "Starts the stations that a configuration file asks for, and keeps them running."
    parser.epilog = (
        "Ends by q or Ctrl-C, or after --duration; a second Ctrl-C ends at once. What it keeps for the next "
        "run is in the folder configurations beside the file."
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML or JSON; default: config.toml or config.json"
    )
    parser.add_argument("--duration", type=opt.positive, metavar="S", help="seconds of station time")
    parser.add_argument("--plain", action="store_true", help="lines instead of a table")
    parser.add_argument(
        "--no-reload", action="store_true", help="do not follow files that change while it runs"
    )
    opt.add_run_options(parser)
    opt.add_access_options(
        parser, "connection", "Of all stations; what is said here goes before configuration and templates."
    )
    parser.set_defaults(run=_run)


def _say_worker(found: Loaded) -> None:
    """Whoever says how the work is spread should know that it is not."""
    section = found.given.get("worker")
    said = [name for name in section if name not in _PACE] if isinstance(section, Mapping) else []
    if said:
        say_note(f"{found.path}: worker: everything runs in one process for now; kept: {', '.join(said)}")


_PACE = frozenset({"startDelay", "elementAddDelay", "elementsPerWorker"})
"""Keys of the section that have their effect in one process too."""


@frozen
class Run:
    """What is to run, and how."""

    plans: tuple[Plan, ...]
    seed: int
    speed: float
    duration_s: float
    live: bool
    reload: bool
    found: Loaded
    book: Logbook
    state: State
    equipment: Equipment
    transfers: MakeTransfers


def _run(options: argparse.Namespace) -> int:
    brought = equipment.read(options)
    found = loaded(chosen(options.config))
    say_notices(found)
    _say_worker(found)
    seed = options.seed if options.seed is not None else found.configuration.seed
    seed = opt.seed(options) if seed is None else seed
    console = OutputConsole(stderr=False)
    live = can_show(console) and not options.plain
    with open_log(found, live=live) as book, open_state(found.path, say_note) as state:
        plans = list(map(brought.equipped, found.plans(seed, make=state.files.plan)))
        equipment.check(brought, options, plans)
        opt.warn_if_insecure(options)
        what = Run(
            tuple(one for one in plans if one.auto_start),
            seed,
            options.speed,
            options.duration or inf,
            live,
            not options.no_reload,
            found,
            book,
            state,
            brought,
            opt.real_transfers(options),
        )
        if waiting := len(plans) - len(what.plans):
            console.print(f"not started (autoStart): {plural(waiting, 'station')}")
        if not what.plans:
            raise usage(f"{found.path}: no station starts: autoStart is false in all templates")
        for words in equipment.lacking(what.plans, state.store):
            say_note(words)
        return run(partial(_simulate, what, console), options.speed, LEAVE_WITHIN_S + 2)


async def _simulate(what: Run, console: OutputConsole, interrupted: trio.Event) -> Exit:
    console.gone = interrupted.set
    async with open_fleet(what.seed, what.state.store, what.transfers) as fleet:
        header = Header(where(what.plans), what.seed, what.speed)
        async with open_screen(fleet, header, console, len(what.plans), live=what.live) as screen:
            tell = screen.say if what.live else partial(console.print, soft_wrap=True, markup=False)
            async with (
                recording(fleet, what.found, what.book, tell) as recorder,
                what.state.keep(fleet, tell) as kept,
            ):
                stage = RunStage(
                    _launcher(what, fleet, kept), what.state.files, recorder, screen, what.equipment.equipped
                )
                reloader = stage.reloader(what.found, Teller(tell, header, what.found.path.parent, what.live))
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_live, reloader, what)
                    await first_of(interrupted, screen.quit_wanted, what.duration_s)
                    nursery.cancel_scope.cancel()
                screen.say("ending: waiting for the last answers")
                staying = {name for name, one in reloader.plans.items() if not one.stop_when_stopped}
                said_all = await fleet.leave(StopReason.LOCAL, staying)
        summary = summarise(fleet)
        console.print(closing(summary), soft_wrap=True)
    wanted = interrupted.is_set() or screen.quit_wanted.is_set()
    return conclude(summary, _why_none_booted(fleet), said_all=said_all, wanted=wanted)


def conclude(summary: Summary, unbooted: CommandEnded, *, said_all: bool, wanted: bool) -> Exit:
    """Raises CommandEnded: `unbooted`, where no station has booted and nobody `wanted` the end."""
    if summary.internal_errors:
        raise CommandEnded(Exit.OURS, f"{summary.internal_errors} errors of our own, see above")
    if not summary.booted and not wanted:
        raise unbooted
    if summary.unsent or not said_all:
        raise CommandEnded(Exit.FAILED, "the central system did not answer everything in time")
    return Exit.DONE


def _why_none_booted(fleet: Fleet) -> CommandEnded:
    """As the first station has it that has a reason: refused, or nobody acted."""
    boards = [station.board for station in fleet.stations.values()]
    why = "no station got as far as an accepted boot"
    if any(board.registration.standing is Standing.REJECTED for board in boards):
        return CommandEnded(Exit.FAILED, f"{why}: the central system rejects it")
    for link in (board.link for board in boards):
        if link.trouble and not link.connections:
            code = Exit.FAILED if link.permanent else Exit.BLOCKED
            return CommandEnded(code, f"{why}: {link.trouble}")
    return CommandEnded(Exit.BLOCKED, f"{why}: the central system accepted none")


def _launcher(what: Run, fleet: Fleet, kept: Callable[[Plan], None]) -> Launcher:
    brought = what.equipment
    return Launcher(
        fleet,
        AddressBook(),
        kept,
        context=brought.context,
        transport=brought.transport,
        refuse_invalid=brought.refuse_invalid,
    )


async def _live(reloader: Reloader, what: Run) -> None:
    await reloader.begin(what.plans)
    gc.freeze()
    if what.reload:
        await watch(reloader)
