"""Watching a fleet until somebody has seen enough: the live table, or lines."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import trio
from attrs import field

from ocppsim.actors.fleet import Fleet
from ocppsim.cli.output import OutputConsole
from ocppsim.terminal.header import Header
from ocppsim.terminal.keyboard import Keyboard
from ocppsim.terminal.live import open_table
from ocppsim.terminal.plain import open_plain
from ocppsim.values import frozen


class Screen(Protocol):
    """What is told to a person, and what he answers."""

    @property
    def quit_wanted(self) -> trio.Event: ...

    def say(self, note: str) -> None: ...

    def lead_to(self, url: str) -> None: ...


@frozen
class Lines:
    """Plain lines, to which nobody answers."""

    quit_wanted: trio.Event = field(factory=trio.Event)

    def say(self, note: str) -> None:
        """Lines say what happens, not what is waited for."""

    def lead_to(self, url: str) -> None:
        """They have begun with where stations connect to, and do not say it again."""


@asynccontextmanager
async def open_screen(
    fleet: Fleet, header: Header, console: OutputConsole, stations: int, *, live: bool
) -> AsyncIterator[Screen]:
    """The table, or the lines; `stations` is how many there will be."""
    if live:
        keys = Keyboard.of(sys.stdin)
        async with open_table(fleet, header, console=console, keys=keys) as table:
            yield table
    else:
        async with open_plain(fleet, header, console=console, expected=stations):
            yield Lines()


async def first_of(interrupted: trio.Event, quit_wanted: trio.Event, seconds: float) -> None:
    """Wait until one of them happens, or the time is over."""
    with trio.move_on_after(seconds):
        async with trio.open_nursery() as nursery:
            for event in (interrupted, quit_wanted):
                nursery.start_soon(_wait_and_cancel, event, nursery.cancel_scope)


async def _wait_and_cancel(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()
