"""Printing a conversation as it happens. A broken pipe or a full disk is not the business of the actors."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import FileIO
from math import inf
from pathlib import Path

import trio
from attrs import define, field

from ocppsim import clock
from ocppsim.actors.trace import TraceEntry
from ocppsim.cli import output
from ocppsim.cli.exits import usage
from ocppsim.terminal.timeline import Timeline
from ocppsim.values import frozen


@define
class TraceFile:
    """Every frame as a JSON line, in the file as soon as it was seen.

    A disk that refuses is told at the end: the station goes on.
    """

    path: Path
    _file: FileIO
    _trouble: str = ""

    @classmethod
    def create(cls, path: Path) -> "TraceFile":
        """Raises CommandEnded."""
        try:
            return cls(path, FileIO(path, "w"))
        except OSError as error:
            raise usage(f"--trace {path}: {error.strerror}") from error

    def write(self, entry: TraceEntry) -> None:
        if self._trouble:
            return
        line = f"{entry.line()}\n".encode()
        try:
            if self._file.write(line) != len(line):
                self._trouble = "a line was written in part"
        except OSError as error:
            self._trouble = error.strerror or str(error)

    def close(self) -> None:
        """Raises CommandEnded when the trace is not complete."""
        self._file.close()
        if self._trouble:
            raise usage(f"--trace {self.path}: {self._trouble}")


@frozen
class Remark:
    """`at` is an instant of station time."""

    at: float
    text: str


@define
class Lines:
    """`show` is a listener for a fleet's frames."""

    _entries: trio.MemorySendChannel[TraceEntry | Remark]

    def show(self, entry: TraceEntry) -> None:
        self._entries.send_nowait(entry)

    def remark(self, text: str) -> None:
        """A line about something that no frame tells; no part of the trace."""
        self._entries.send_nowait(Remark(clock.now(), text))


@frozen
class _Printer:
    trace: TraceFile | None
    gone: Callable[[], None]
    timeline: Timeline = field(factory=lambda: Timeline(clock.now()))

    async def print_all(self, entries: trio.MemoryReceiveChannel[TraceEntry | Remark]) -> None:
        readable = True
        with trio.CancelScope(shield=True):  # what was seen is shown, also after an interruption
            async for entry in entries:
                if self.trace is not None and isinstance(entry, TraceEntry):
                    self.trace.write(entry)
                readable = readable and self._print(entry)

    def _print(self, entry: TraceEntry | Remark) -> bool:
        """Whether somebody reads."""
        if isinstance(entry, Remark):
            line = self.timeline.remark(entry.at, entry.text)
        else:
            line = self.timeline.line(entry)
        try:
            output.say(line)
        except OSError:
            output.silence()
            self.gone()
            return False
        return True


@asynccontextmanager
async def open_lines(trace: TraceFile | None, gone: Callable[[], None]) -> AsyncIterator[Lines]:
    """Print each entry as a line of a timeline, and write it to `trace`; all are out when the block ends.

    `gone` is called when nobody reads the lines any more.
    """
    send, receive = trio.open_memory_channel[TraceEntry | Remark](inf)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_Printer(trace, gone).print_all, receive)
        with send:
            yield Lines(send)
