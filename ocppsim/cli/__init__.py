"""The command line: one module per command."""

import os
import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Without arguments those of the process are taken."""
    if arguments is not None:
        return _run(arguments)
    _open_what_is_closed()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # from the first moment as good as Ctrl-C
    try:
        code = _run(None)
    except KeyboardInterrupt:
        os._exit(130)  # nothing has begun; an ordinary end might still die of the signal
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends anyway
    return code


def _open_what_is_closed() -> None:
    """Standard streams lead nowhere where we were started without: or else the next file would take their
    place, a journal that of standard output."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - as long as the process


def _run(arguments: Sequence[str] | None) -> int:
    from ocppsim.cli.parser import run  # takes a moment, in which somebody may change his mind

    return run(arguments)
