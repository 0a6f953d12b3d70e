"""Running a command: its clock, its signals, the garbage collector, its exit code."""

import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable

import trio

from ocppsim.actors.runtime import cause
from ocppsim.cli.exits import CommandEnded, Exit
from ocppsim.clock import ScaledClock

END_WITHIN_S = 1.5
"""So long a command may take to end after the first signal; a second one ends it at once."""

GC_THRESHOLDS = (100_000, 50, 1000)
"""A fleet makes few cycles: collecting as often as by default would cost more than all the rest (see
docs/performance.md). Set by the command line only, never where the program is embedded."""


def run(command: Callable[[trio.Event], Awaitable[Exit]], speed: float = 1.0) -> int:
    """Run a command to its exit code. It should end when the event is set, which a signal does."""
    gc.set_threshold(*GC_THRESHOLDS)
    _raise_file_limit()
    clock = ScaledClock(speed) if speed != 1.0 else None
    try:
        return trio.run(_with_signals, command, speed, clock=clock)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BaseExceptionGroup as group:
        return _report(group)
    except Exception as error:
        return _report(error)


async def _with_signals(command: Callable[[trio.Event], Awaitable[Exit]], speed: float) -> int:
    interrupted = trio.Event()
    code: int = Exit.INTERRUPTED
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_listen_for_signals, interrupted, nursery.cancel_scope, speed)
        code = await command(interrupted)
        nursery.cancel_scope.cancel()
    return Exit.INTERRUPTED if interrupted.is_set() else code


async def _listen_for_signals(interrupted: trio.Event, scope: trio.CancelScope, speed: float) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            if interrupted.is_set():
                scope.cancel()
            interrupted.set()
            scope.deadline = min(scope.deadline, trio.current_time() + END_WITHIN_S * speed)


def _report(error: BaseException) -> int:
    """Say how the command ended; a traceback only for our own errors."""
    ended = _ended(error)
    if ended is not None:
        print(f"ocppsim: {ended.message}", file=sys.stderr)
        return ended.code
    traceback.print_exception(error)
    print(f"ocppsim: an error of our own: {cause(error)}", file=sys.stderr)
    return Exit.OURS


def _ended(error: BaseException) -> CommandEnded | None:
    if isinstance(error, CommandEnded):
        return error
    if isinstance(error, BrokenPipeError | SystemExit):  # nobody reads any more; SystemExit is rich's word
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CommandEnded(Exit.INTERRUPTED, "nobody reads the output any more")
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_ended, error.exceptions)), None)
    return None


def _raise_file_limit() -> None:
    """Each station takes a socket: use all that the system grants."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
