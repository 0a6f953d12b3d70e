"""Plain lines for pipes and logs: one for each thing worth telling, or the totals where a fleet is big."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from attrs import define, field
from rich.console import Console
from rich.text import Text

from ocppsim import clock
from ocppsim.actors.fleet import Fleet
from ocppsim.terminal import words
from ocppsim.terminal.appearance import TROUBLE
from ocppsim.terminal.happenings import Happening, Level
from ocppsim.terminal.header import Header
from ocppsim.terminal.hearing import Ear
from ocppsim.terminal.spelling import spelled
from ocppsim.terminal.totals import Summary, summarise

INTERVAL_S = 0.5
TOTALS_EACH_S = 5.0
"""In wire time, both: somebody reads."""

LINES_AT_ONCE = 100

_STYLES = {Level.PLAIN: "", Level.GOOD: "green", Level.WARNING: "yellow", Level.BAD: "bold red"}


def happening_line(happening: Happening, started_at: float, id_width: int) -> Text:
    time = words.elapsed(happening.at - started_at, decimals=3)
    return Text.assemble(
        f"{time}  {words.printable(happening.station):{id_width}}  ",
        (happening.text, _STYLES[happening.level]),
    )


def totals_line(summary: Summary, elapsed_s: float) -> Text:
    parts = (
        words.plural(summary.stations, "station"),
        f"{summary.connected:,} connected",
        f"{summary.registered:,} registered",
        f"{summary.failed:,} gave up",
        f"{summary.sessions_completed:,} sessions",
        f"{summary.sessions_running:,} running",
        words.energy(summary.energy_wh),
        words.plural(summary.calls, "call"),
        f"p50 {words.duration(summary.round_trip_p50_ms / 1000)}",
        f"p99 {words.duration(summary.round_trip_p99_ms / 1000)}",
        words.plural(summary.violations, "violation"),
    )
    return Text(f"{words.elapsed(elapsed_s, decimals=3)}  {', '.join(parts)}")


@define(eq=False)
class _Printer:
    fleet: Fleet
    header: Header
    console: Console
    ear: Ear
    _totals_at: float = field(factory=trio.current_time)
    _store_troubles: tuple[str, str] = ("", "")

    def begin(self) -> None:
        speed = f", speed {words.number(self.header.speed)}" if self.header.speed != 1 else ""
        self._print(Text(f"{self.header.url}, seed {self.header.seed}{speed}"))

    async def print_for_ever(self) -> None:
        while True:
            self.ear.attend()
            self.print_news()
            self._print_totals()
            await trio.sleep(clock.wire(INTERVAL_S))

    def print_news(self) -> None:
        heard = self.ear.take()
        id_width = max(map(len, self.fleet.stations), default=0)
        for happening in heard[:LINES_AT_ONCE]:
            self._print(happening_line(happening, self.header.started_at, id_width))
        if len(heard) > LINES_AT_ONCE:
            self._print(Text(f"... and {len(heard) - LINES_AT_ONCE:,} lines more, left out"))
        self._print_troubles()

    def _print_troubles(self) -> None:
        store = self.fleet.store
        now = store.trouble, store.secrets_trouble
        for before, why, trouble, good in zip(self._store_troubles, now, _TROUBLES, _GOOD, strict=True):
            if why and why != before:
                self._print(Text(f"{trouble}: {words.printable(why)}", TROUBLE))
            elif before and not why:
                self._print(Text(good))
        self._store_troubles = now

    def _print_totals(self) -> None:
        if self.ear.crowded and trio.current_time() >= self._totals_at:
            self._totals_at = trio.current_time() + clock.wire(TOTALS_EACH_S)
            self._print(totals_line(summarise(self.fleet), clock.now() - self.header.started_at))

    def _print(self, line: Text) -> None:
        line.plain = spelled(line.plain, self.console.encoding)
        self.console.print(line, soft_wrap=True)


@asynccontextmanager
async def open_plain(
    fleet: Fleet, header: Header, *, console: Console, expected: int = 0
) -> AsyncIterator[None]:
    """Print lines until the block ends, and then what was heard last.

    A fleet that is still growing is told of as is fitting for the `expected` number of stations.
    """
    ear = Ear(fleet, expected)
    printer = _Printer(fleet, header, console, ear)
    printer.begin()
    ear.open()
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(printer.print_for_ever, name="plain lines")
            yield
            nursery.cancel_scope.cancel()
    finally:
        ear.close()
        printer.print_news()


_TROUBLES = ("nothing is kept", "passwords and keys are not kept")
_GOOD = ("all is kept again", "passwords and keys are kept again")
