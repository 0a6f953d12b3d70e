"""The live table on real pseudo-terminals: it takes the whole screen, and gives it back as it was."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import StringIO

import pytest
import trio
from rich.console import Console
from trio.testing import MockClock

from ocppsim.terminal.console import can_show, takes_output
from ocppsim.terminal.header import Header
from ocppsim.terminal.keyboard import Keyboard
from ocppsim.terminal.live import open_table, show_live
from tests.terminal.fake_fleet import fake_fleet
from tests.terminal.terminals import Terminal, open_terminal, watched_terminal

ENTER_SCREEN, LEAVE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"
INTERRUPTED = 130


@asynccontextmanager
async def watched() -> AsyncIterator[tuple[Terminal, Console, Keyboard]]:
    """A terminal and what we have of it; afterwards it must be as it was."""
    async with watched_terminal() as terminal:
        with os.fdopen(os.dup(terminal.program), "w") as file:
            console = Console(file=file, force_terminal=True, width=100, height=30)
            before = terminal.attributes
            yield terminal, console, Keyboard(terminal.program)
            assert terminal.attributes == before
            await terminal.until(SHOW_CURSOR)


def header() -> Header:
    return Header("ws://localhost:9000", 7)


async def test_q_quits_and_the_last_table_stays(nursery: trio.Nursery) -> None:
    async with watched() as (terminal, console, keys):
        nursery.start_soon(_press_once_shown, terminal, b"q")
        await show_live(fake_fleet(nursery, 3), header(), console=console, keys=keys)
        await terminal.until(b"trip p50")
    screen, _, after = terminal.shown.partition(LEAVE_SCREEN)
    assert ENTER_SCREEN in screen
    assert HIDE_CURSOR in screen
    assert after.count(b"CS-3") == 1, "the last table, once"
    assert b"q quit" not in after, "when nobody heeds keys any more"


async def test_keys_turn_the_pages(nursery: trio.Nursery) -> None:
    async with (
        watched() as (terminal, console, keys),
        open_table(fake_fleet(nursery, 50), header(), console=console, keys=keys),
    ):
        await terminal.until(b"CS-1 ")
        assert b"CS-50" not in terminal.shown
        terminal.type(b"G")
        await terminal.until(b"CS-50")
        terminal.shown = b""
        terminal.type(b"g")
        await terminal.until(b"CS-1 ")
        terminal.type(b"s")
        await terminal.until(b"s as they came")


async def test_words_in_the_title(nursery: trio.Nursery) -> None:
    async with (
        watched() as (terminal, console, keys),
        open_table(fake_fleet(nursery), header(), console=console, keys=keys) as table,
    ):
        table.say("ending")
        await terminal.until(b"ending")


async def test_the_terminal_is_given_back_after_an_error(nursery: trio.Nursery) -> None:
    async with watched() as (terminal, console, keys):
        with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="bug")):
            async with open_table(fake_fleet(nursery), header(), console=console, keys=keys):
                await terminal.until(b"CS-1")
                raise RuntimeError("bug")
        await terminal.until(LEAVE_SCREEN)


async def test_the_terminal_is_given_back_after_a_cancellation(nursery: trio.Nursery) -> None:
    async with watched() as (terminal, console, keys):
        with trio.CancelScope() as scope:
            nursery.start_soon(_cancel_once_shown, terminal, scope)
            await show_live(fake_fleet(nursery), header(), console=console, keys=keys)
        assert scope.cancelled_caught
        await terminal.until(LEAVE_SCREEN)


async def test_it_draws_at_most_twice_a_second(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=100, height=30)
    async with open_table(fake_fleet(nursery, 3), header(), console=console):
        await trio.sleep(10.2)
    assert 5 <= file.getvalue().partition(LEAVE_SCREEN.decode())[0].count("CS-1 ") <= 21


def test_a_terminal_that_takes_nothing_is_not_written_to() -> None:
    """Nobody reads, so its buffer fills up."""
    with open_terminal() as terminal, os.fdopen(os.dup(terminal.program), "w") as file:
        console = Console(file=file, force_terminal=True)
        assert takes_output(console)
        os.set_blocking(terminal.program, False)
        with suppress(BlockingIOError):
            while True:
                os.write(terminal.program, b"x" * 64)
        assert not takes_output(console)


def test_tables_are_for_terminals_with_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not can_show(Console(file=StringIO()))
    assert not can_show(Console(file=StringIO(), force_terminal=True))
    monkeypatch.setenv("TERM", "dumb")
    assert not can_show(Console(file=StringIO(), force_terminal=True))


# -- a process of its own, whose terminal it is


@asynccontextmanager
async def program() -> AsyncIterator[tuple[Terminal, trio.Process]]:
    async with watched_terminal() as terminal:
        command = [sys.executable, "-m", "tests.terminal.program", os.ttyname(terminal.program)]
        process = await trio.lowlevel.open_process(command, start_new_session=True)
        try:
            await terminal.until(b"CS-3")
            yield terminal, process
        finally:
            process.kill()


async def test_ctrl_z_gives_the_terminal_back_until_the_program_goes_on() -> None:
    async with program() as (terminal, process):
        assert terminal.by_key()
        terminal.type(b"\x1a")
        await trio.to_thread.run_sync(os.waitid, os.P_PID, process.pid, os.WSTOPPED, abandon_on_cancel=True)
        assert not terminal.by_key()
        await terminal.until(LEAVE_SCREEN)
        process.send_signal(signal.SIGCONT)
        await terminal.until(ENTER_SCREEN, times=2)
        assert terminal.by_key()
        terminal.type(b"q")
        assert await process.wait() == 0
        assert not terminal.by_key()


async def test_ctrl_c_is_an_interrupt_and_leaves_a_good_terminal() -> None:
    async with program() as (terminal, process):
        terminal.type(b"\x03")
        assert await process.wait() == INTERRUPTED
        assert not terminal.by_key()
        await terminal.until(LEAVE_SCREEN)
        await terminal.until(SHOW_CURSOR)


# -- people


async def _press_once_shown(terminal: Terminal, key: bytes) -> None:
    await terminal.until(b"CS-1")
    terminal.type(key)


async def _cancel_once_shown(terminal: Terminal, scope: trio.CancelScope) -> None:
    await terminal.until(b"CS-1")
    scope.cancel()


async def test_the_title_follows_another_central_system(nursery: trio.Nursery) -> None:
    async with (
        watched() as (terminal, console, keys),
        open_table(fake_fleet(nursery), header(), console=console, keys=keys) as table,
    ):
        table.lead_to("ws://me:secret@other.example:9000?key=x")
        table.say("")
        await terminal.until(b"ws://other.example:9000")
