"""Printing a conversation as it happens, beside the actors: a slow or broken pipe is not their business."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from typing import TextIO

import trio
from attrs import frozen

from ocppsim import clock
from ocppsim.actors.trace import TraceEntry
from ocppsim.terminal.timeline import Timeline


@frozen
class Lines:
    """`show` is a listener for a fleet's frames."""

    _entries: trio.MemorySendChannel[TraceEntry]

    def show(self, entry: TraceEntry) -> None:
        self._entries.send_nowait(entry)


@asynccontextmanager
async def open_lines(trace: TextIO | None) -> AsyncIterator[Lines]:
    """Print each entry as a line of a timeline, and write it to `trace`; all are out when the block ends."""
    send, receive = trio.open_memory_channel[TraceEntry](inf)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_print, receive, trace)
        with send:
            yield Lines(send)


async def _print(entries: trio.MemoryReceiveChannel[TraceEntry], trace: TextIO | None) -> None:
    timeline = Timeline(clock.now())
    with trio.CancelScope(shield=True):  # what was seen is shown, also after an interruption
        async for entry in entries:
            print(timeline.line(entry), flush=True)
            if trace is not None:
                trace.write(f"{entry.line()}\n")
