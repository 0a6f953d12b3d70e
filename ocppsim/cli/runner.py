"""Running a command: its clock, its signals, the garbage collector, its exit code."""

import gc
import resource
import signal
import traceback
from collections.abc import Awaitable, Callable

import trio

from ocppsim.actors.runtime import cause
from ocppsim.cli.exits import CommandEnded, Exit
from ocppsim.cli.output import output_ended
from ocppsim.clock import ScaledClock, wire

END_WITHIN_S = 1.5
"""So long a command may take to end after the first signal; a second one ends it at once."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The last comes when the terminal is closed."""

GC_THRESHOLDS = (100_000, 50, 1000)
"""A fleet makes few cycles: collecting as often as by default would cost more than all the rest (see
docs/performance.md). Set by the command line only, never where the program is embedded."""


def run(
    command: Callable[[trio.Event], Awaitable[Exit]], speed: float = 1.0, end_within_s: float = END_WITHIN_S
) -> int:
    """Run a command to its exit code. It should end when the event is set, which a signal does."""
    gc.set_threshold(*GC_THRESHOLDS)
    _raise_file_limit()
    clock = ScaledClock(speed) if speed != 1.0 else None
    interrupted = trio.Event()
    try:
        code = trio.run(_with_signals, command, interrupted, end_within_s, clock=clock)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BaseExceptionGroup as group:
        code = _report(group)
    except Exception as error:
        code = _report(error)
    return Exit.INTERRUPTED if interrupted.is_set() and code != Exit.OURS else code


async def _with_signals(
    command: Callable[[trio.Event], Awaitable[Exit]], interrupted: trio.Event, end_within_s: float
) -> int:
    code = Exit.INTERRUPTED
    async with trio.open_nursery() as nursery:
        await nursery.start(_listen_for_signals, interrupted, nursery.cancel_scope)
        nursery.start_soon(_end_in_time, interrupted, nursery.cancel_scope, end_within_s)
        code = await command(interrupted)
        nursery.cancel_scope.cancel()
    return code


async def _listen_for_signals(
    interrupted: trio.Event,
    scope: trio.CancelScope,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    with trio.open_signal_receiver(*SIGNALS) as signals:
        task_status.started()
        async for _ in signals:
            if interrupted.is_set():
                scope.cancel()
            interrupted.set()


async def _end_in_time(interrupted: trio.Event, scope: trio.CancelScope, within_s: float) -> None:
    await interrupted.wait()
    scope.deadline = trio.current_time() + wire(within_s)


def _report(error: BaseException) -> int:
    """Say how the command ended; a traceback only for our own errors."""
    ended = _ended(error)
    if ended is None:
        traceback.print_exception(error)
        ended = CommandEnded(Exit.OURS, f"an error of our own: {cause(error)}")
    ended.say()
    return ended.code


def _ended(error: BaseException) -> CommandEnded | None:
    if isinstance(error, CommandEnded):
        return error
    if isinstance(error, OSError):
        return output_ended(error)
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_ended, error.exceptions)), None)
    return None


def _raise_file_limit() -> None:
    """Each station takes a socket: use all that the system grants."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
