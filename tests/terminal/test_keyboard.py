"""The keyboard on real pseudo-terminals: whatever happens, the terminal is as it was."""

import os
import pty
from io import StringIO

import pytest
import trio

from ocppsim.terminal.keyboard import Keyboard
from ocppsim.terminal.view import Key
from tests.terminal.terminals import open_terminal


async def test_keys_come_one_by_one() -> None:
    with open_terminal() as terminal, Keyboard(terminal.program) as keyboard:
        assert terminal.by_key()
        terminal.type(b"n")
        assert await keyboard.read() == [Key.NEXT]
        terminal.type(b"\x1b[5~q")
        assert await keyboard.read() == [Key.PREVIOUS, Key.QUIT]


async def test_interrupt_and_suspend_stay_signals() -> None:
    with open_terminal() as terminal, Keyboard(terminal.program):
        assert terminal.has_signals()


async def test_the_terminal_is_restored_after_an_error() -> None:
    with open_terminal() as terminal:
        before = terminal.attributes
        with pytest.raises(RuntimeError, match="bug"), Keyboard(terminal.program):
            raise RuntimeError("bug")
        assert terminal.attributes == before


async def test_the_terminal_is_restored_after_a_cancellation() -> None:
    with open_terminal() as terminal:
        before = terminal.attributes
        with trio.move_on_after(0.01) as scope, Keyboard(terminal.program) as keyboard:
            await keyboard.read()
        assert scope.cancelled_caught
        assert terminal.attributes == before


async def test_a_keyboard_can_be_entered_again() -> None:
    with open_terminal() as terminal:
        before = terminal.attributes
        keyboard = Keyboard(terminal.program)
        for _ in range(2):
            with keyboard:
                assert terminal.by_key()
            assert terminal.attributes == before


async def test_a_terminal_that_is_gone_has_no_more_keys() -> None:
    person, program = pty.openpty()
    with Keyboard(program) as keyboard:
        os.close(person)
        with pytest.raises(trio.EndOfChannel):
            await keyboard.read()
    os.close(program)


def test_what_is_no_terminal_has_no_keyboard() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as pipe, os.fdopen(writing, "w"):
        assert Keyboard.of(pipe) is None
    assert Keyboard.of(pipe) is None, "closed"
    assert Keyboard.of(StringIO()) is None


def test_the_terminal_of_somebody_else_has_no_keyboard_for_us() -> None:
    with open_terminal() as terminal, os.fdopen(os.dup(terminal.program)) as stream:
        assert Keyboard.of(stream) is None
