"""The keys of a terminal: each at once, without echo, read in Trio's own loop."""

import os
import re
import termios
import tty
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

import trio

from ocppsim.terminal.view import Key

_KEYS: Mapping[str, Key] = {
    "q": Key.QUIT,
    "n": Key.NEXT,
    " ": Key.NEXT,
    "\x1b[C": Key.NEXT,
    "\x1b[B": Key.NEXT,
    "\x1b[6~": Key.NEXT,
    "p": Key.PREVIOUS,
    "\x1b[D": Key.PREVIOUS,
    "\x1b[A": Key.PREVIOUS,
    "\x1b[5~": Key.PREVIOUS,
    "g": Key.FIRST,
    "\x1b[H": Key.FIRST,
    "\x1b[1~": Key.FIRST,
    "G": Key.LAST,
    "\x1b[F": Key.LAST,
    "\x1b[4~": Key.LAST,
    "s": Key.SORT,
}
"""Arrows: right and down, left and up; PgDn, PgUp; Home, End."""

_STROKE = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]|.", re.DOTALL)


def decode(data: bytes) -> list[Key]:
    """The keys that mean something to us; cursor keys may come in their application mode (`ESC O`)."""
    strokes = _STROKE.findall(data.decode(errors="replace"))
    strokes = [stroke.replace("\x1bO", "\x1b[") for stroke in strokes]
    return [_KEYS[stroke] for stroke in strokes if stroke in _KEYS]


class Keyboard:
    """Entered, the terminal hands over each key as it is pressed. Ctrl-C and Ctrl-Z do what they always do.

    `with keyboard:` may be entered again and again; the terminal is as before after each.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._before: list[int | list[bytes | int]] | None = None

    @classmethod
    def of(cls, stream: IO[str]) -> "Keyboard | None":
        """The keyboard at this stream; None when it is no terminal, or one that others use in front of us."""
        try:
            descriptor = stream.fileno()
            in_front = os.tcgetpgrp(descriptor) == os.getpgrp()
        except (OSError, ValueError):  # no file, closed, or no terminal of ours
            return None
        return cls(descriptor) if in_front else None

    @trio.lowlevel.enable_ki_protection
    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self.descriptor)
        tty.setcbreak(self.descriptor, termios.TCSANOW)
        return self

    @trio.lowlevel.enable_ki_protection
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before is not None:
            with suppress(termios.error):  # a terminal that is gone needs nothing restored
                termios.tcsetattr(self.descriptor, termios.TCSANOW, self._before)
            self._before = None

    async def read(self) -> list[Key]:
        """Wait for somebody to press something; EndOfChannel when the terminal is gone."""
        await trio.lowlevel.wait_readable(self.descriptor)
        try:
            data = os.read(self.descriptor, 256)
        except OSError:  # it was hung up
            data = b""
        if not data:
            raise trio.EndOfChannel
        return decode(data)
