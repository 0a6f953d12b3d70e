"""Standard output: lines that fit its encoding and cannot move the cursor, and what to do when it breaks."""

import errno
import os
import sys
from collections.abc import Callable

from rich.console import Console

from ocppsim.cli.exits import CommandEnded, Exit, usage
from ocppsim.terminal.spelling import spelled
from ocppsim.terminal.words import printable

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})


def say(line: str) -> None:
    """Print a line at once; raises OSError when it cannot be, above all BrokenPipeError."""
    print(spelled(printable(line), sys.stdout.encoding or "ascii"), flush=True)


def silence() -> None:
    """Let all further output go nowhere, and with it what Python still holds back."""
    if sys.stdout is None:  # closed before we began
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def output_ended(error: OSError) -> CommandEnded | None:
    """What to make of an error from writing to standard output; None when it comes from elsewhere."""
    if isinstance(error, BrokenPipeError):
        silence()
        return CommandEnded(Exit.INTERRUPTED, "")
    if error.errno in _UNWRITABLE:
        silence()
        return usage(f"standard output: {error.strerror}")
    return None


class OutputConsole(Console):
    """A console that lets its command end in good order when the reader has gone, as `head` goes."""

    def __init__(self, *, stderr: bool) -> None:
        super().__init__(highlight=False, stderr=stderr)
        self.gone: Callable[[], None] = lambda: None

    def on_broken_pipe(self) -> None:
        """Called by rich, whose own would exit."""
        self.quiet = True
        silence()
        self.gone()
