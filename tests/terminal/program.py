"""A program with a live table, run by tests as a process of its own: it ends when somebody presses q."""

import os
import sys

import trio
from rich.console import Console

from ocppsim.terminal.console import can_show
from ocppsim.terminal.header import Header
from ocppsim.terminal.keyboard import Keyboard
from ocppsim.terminal.live import show_live
from tests.terminal.fake_fleet import fake_fleet


async def main(device: str) -> None:
    terminal = os.open(device, os.O_RDWR)  # the first one a session opens is its own
    with os.fdopen(terminal, "r", closefd=False) as keys, os.fdopen(terminal, "w", closefd=False) as screen:
        console = Console(file=screen, force_terminal=True)
        assert can_show(console)
        async with trio.open_nursery() as nursery:
            keyboard = Keyboard.of(keys)
            assert keyboard is not None
            await show_live(fake_fleet(nursery), Header("ws://x", 7), console=console, keys=keyboard)


if __name__ == "__main__":
    interrupted = False
    try:
        trio.run(main, sys.argv[1])
    except* KeyboardInterrupt:
        interrupted = True  # leaving in here would be wrapped into a group
    sys.exit(130 if interrupted else 0)
