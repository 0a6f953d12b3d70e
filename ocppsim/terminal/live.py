"""The live table: over the whole terminal while a fleet runs; the last one stays when it is gone."""

import os
import signal
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from time import perf_counter

import trio
from attrs import define, evolve, field
from rich.console import Console
from rich.live import Live

from ocppsim import clock
from ocppsim.actors.fleet import Fleet
from ocppsim.terminal.console import takes_output
from ocppsim.terminal.header import Header
from ocppsim.terminal.keyboard import Keyboard
from ocppsim.terminal.page import Frame, Page, lay_out
from ocppsim.terminal.totals import summarise
from ocppsim.terminal.view import Key, View

INTERVAL_S = 0.5
AT_LEAST_S = 0.1
"""Between two drawings, however fast somebody presses keys. Both are wire time: a person waits."""

SHARE = 20
"""Drawing takes at most one part in so many of the time: a big fleet is drawn less often."""

POWERS_KEPT = 40


@define(eq=False)
class LiveTable:
    """Made by `open_table`. `quit_wanted` is set when somebody presses q; who opened the table acts on it."""

    fleet: Fleet
    header: Header
    console: Console
    keys: Keyboard | None
    quit_wanted: trio.Event = field(factory=trio.Event)
    view: View = field(factory=View)
    _note: str = ""
    _pages: int = 1
    _cost_s: float = 0.0
    _powers: deque[float] = field(factory=lambda: deque(maxlen=POWERS_KEPT))
    _news: trio.Event = field(factory=trio.Event)
    _live: Live | None = None
    _stage: ExitStack = field(factory=ExitStack)

    def say(self, note: str) -> None:
        """Show a few words in the title from now on."""
        self._note = note
        self._news.set()

    def lead_to(self, url: str) -> None:
        """Stations have another central system."""
        self.header = evolve(self.header, url=url)

    # -- drawing

    def raise_curtain(self) -> None:
        """Take the terminal over."""
        if self.keys is not None:
            self._stage.enter_context(self.keys)
        self._live = self._stage.enter_context(
            Live(
                console=self.console,
                screen=True,
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
            )
        )

    def drop_curtain(self) -> None:
        """Give the terminal back as it was."""
        self._live = None
        self._stage.close()

    def page(self, *, hints: bool) -> Page:
        summary = summarise(self.fleet)
        self._powers.append(summary.power_w)
        frame = Frame(self.header, summary, tuple(self._powers), self._note, hints)
        size = self.console.size
        return lay_out(self.fleet, frame, self.view, size.width, size.height)

    def _draw(self) -> None:
        began = perf_counter()
        page = self.page(hints=self.keys is not None)
        self._pages, self.view = page.pages, evolve(self.view, page=page.number)
        if self._live is not None and takes_output(self.console):
            self._live.update(page.lines, refresh=True)
        self._cost_s = perf_counter() - began

    async def draw_for_ever(self) -> None:
        while True:
            self._draw()
            await trio.sleep(clock.wire(AT_LEAST_S))
            pause_s = max(INTERVAL_S, SHARE * self._cost_s) - AT_LEAST_S
            with trio.move_on_after(clock.wire(pause_s)):
                await self._news.wait()
            self._news = trio.Event()

    # -- what a person does

    async def heed_keys(self, keys: Keyboard) -> None:
        while True:
            try:
                pressed = await keys.read()
            except trio.EndOfChannel:
                return
            for key in pressed:
                self._press(key)

    def _press(self, key: Key) -> None:
        if key is Key.QUIT:
            self.quit_wanted.set()
        self.view = self.view.after(key, self._pages)
        self._news.set()

    async def heed_signals(self, signals: AsyncIterator[int]) -> None:
        """Draw anew when the terminal changes its size; give it back while Ctrl-Z stops the program."""
        async for number in signals:
            if number == signal.SIGTSTP:
                self.drop_curtain()
                os.kill(os.getpid(), signal.SIGSTOP)  # it goes on here when it is continued
                self.raise_curtain()
            self._news.set()


@contextmanager
def _signals() -> Iterator[AsyncIterator[int] | None]:
    """Those of the terminal; they reach the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield None
        return
    with trio.open_signal_receiver(signal.SIGWINCH, signal.SIGTSTP) as signals:
        yield signals


@asynccontextmanager
async def open_table(
    fleet: Fleet, header: Header, *, console: Console, keys: Keyboard | None = None
) -> AsyncIterator[LiveTable]:
    """A table until the block ends, however it ends; needs a console that `can_show` approves of."""
    table = LiveTable(fleet, header, console, keys)
    with _signals() as signals:
        try:
            table.raise_curtain()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(table.draw_for_ever, name="table")
                if signals is not None:
                    nursery.start_soon(table.heed_signals, signals, name="table/signals")
                if keys is not None:
                    nursery.start_soon(table.heed_keys, keys, name="table/keys")
                yield table
                nursery.cancel_scope.cancel()
        finally:
            table.drop_curtain()
            console.print(table.page(hints=False).lines)


async def show_live(fleet: Fleet, header: Header, *, console: Console, keys: Keyboard | None = None) -> None:
    """Show the table until somebody presses q."""
    async with open_table(fleet, header, console=console, keys=keys) as table:
        await table.quit_wanted.wait()
