"""Standard output: lines that fit its encoding and cannot move the cursor, and what to do when it breaks."""

import errno
import os
import sys
from collections.abc import Callable

from rich.console import Console

from ocppsim.cli.exits import usage
from ocppsim.terminal.appearance import spelled
from ocppsim.terminal.words import printable

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})


def say(line: str) -> None:
    """Print a line at once; raises BrokenPipeError when nobody reads any more."""
    try:
        print(spelled(printable(line), sys.stdout.encoding or "ascii"), flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise usage(f"standard output: {error.strerror}") from error


def is_unwritable(error: BaseException) -> bool:
    """Whether an error means that a file or terminal takes nothing more."""
    return isinstance(error, OSError) and error.errno in _UNWRITABLE


def silence() -> None:
    """Let all further output go nowhere, as well as what Python still holds back."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


class OutputConsole(Console):
    """A console that ends the command in good order when its reader has gone, as `head` goes."""

    def __init__(self, *, stderr: bool) -> None:
        super().__init__(highlight=False, stderr=stderr)
        self.gone: Callable[[], None] = lambda: None

    def on_broken_pipe(self) -> None:
        """Called by rich."""
        self.quiet = True
        silence()
        self.gone()
