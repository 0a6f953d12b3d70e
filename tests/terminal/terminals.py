"""Real pseudo-terminals: one end for the program, the other for who sits before it."""

import os
import pty
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from fcntl import ioctl
from struct import pack

import trio
from attrs import define, field

LOCAL_FLAGS = 3  # where termios keeps them


@define
class Terminal:
    """`person` reads what is shown and writes keys; `program` is the terminal itself."""

    person: int
    program: int
    shown: bytes = b""
    _news: trio.Event = field(factory=trio.Event)

    def type(self, keys: bytes) -> None:
        os.write(self.person, keys)

    def resize(self, columns: int, rows: int) -> None:
        ioctl(self.program, termios.TIOCSWINSZ, pack("HHHH", rows, columns, 0, 0))

    @property
    def attributes(self) -> list[object]:
        return list(termios.tcgetattr(self.program))

    def by_key(self) -> bool:
        """Whether keys are handed over one by one and without echo."""
        return not termios.tcgetattr(self.program)[LOCAL_FLAGS] & (termios.ICANON | termios.ECHO)

    def has_signals(self) -> bool:
        """Whether Ctrl-C and Ctrl-Z are signals."""
        return bool(termios.tcgetattr(self.program)[LOCAL_FLAGS] & termios.ISIG)

    async def watch(self) -> None:
        """Read what is shown, for ever."""
        while True:
            await trio.lowlevel.wait_readable(self.person)
            self.shown += os.read(self.person, 65536)
            self._news.set()
            self._news = trio.Event()

    async def until(self, text: bytes, times: int = 1) -> None:
        """Wait until the text has been shown; for a watched terminal."""
        while self.shown.count(text) < times:
            await self._news.wait()


@contextmanager
def open_terminal(columns: int = 100, rows: int = 30) -> Iterator[Terminal]:
    terminal = Terminal(*pty.openpty())
    terminal.resize(columns, rows)
    try:
        yield terminal
    finally:
        os.close(terminal.person)
        os.close(terminal.program)


@asynccontextmanager
async def watched_terminal() -> AsyncIterator[Terminal]:
    """A terminal with somebody who reads all the time."""
    with open_terminal() as terminal:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(terminal.watch)
            yield terminal
            nursery.cancel_scope.cancel()
