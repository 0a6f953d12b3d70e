"""What kind of terminal there is, if any."""

import os
import select

from rich.console import Console


def can_show(console: Console) -> bool:
    """Whether there is a terminal to draw on, with a person before it; else plain lines are in place."""
    if not console.is_terminal or console.is_dumb_terminal:
        return False
    try:
        return os.tcgetpgrp(console.file.fileno()) == os.getpgrp()
    except (OSError, ValueError):  # no file, or no terminal of ours
        return False


def takes_output(console: Console) -> bool:
    """Whether writing would not wait: a stalled terminal (Ctrl-S, a slow line) must not stall the fleet."""
    try:
        descriptor = console.file.fileno()
    except (OSError, ValueError):  # no file: nothing to wait for
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(0))
