"""What all actors of one simulation share: timers, counters, and those who watch."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import inf
from typing import TypeVar

import trio
from attrs import define, field

from ocppsim.actors.runtime.lives import Crash, Exit
from ocppsim.actors.runtime.mailbox import Mailbox, PlainMailbox
from ocppsim.actors.runtime.rounds import OrderedMailbox, Rounds
from ocppsim.actors.runtime.timers import Timers
from ocppsim.values import frozen

T = TypeVar("T")

ERRORS_KEPT = 100


@frozen
class LifeEnded:
    """What watchers get when a life, or the pause before the next, has ended; `pause` is None at the last.

    A life that ends because its parent's does has no end of its own and is not reported.
    """

    actor: str
    life: int
    exit: Exit
    pause: float | None


@define
class Counters:
    """Since the start of the system."""

    lives: int = 0
    crashes: int = 0
    overflows: int = 0
    dead_letters: int = 0  # told to an actor that was not running, or left by one


@define(eq=False)
class System:
    """Made by `open_system`; in virtual time its mailboxes deliver in rounds. Watchers must not raise."""

    rounds: Rounds | None = None
    timers: Timers = field(init=False)
    counters: Counters = field(factory=Counters)
    errors: deque[tuple[str, Exception]] = field(factory=lambda: deque(maxlen=ERRORS_KEPT))
    watchers: list[Callable[[LifeEnded], None]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.timers = Timers(self.rounds)

    def mailbox(self, size: int) -> Mailbox[T]:
        return PlainMailbox(size) if self.rounds is None else OrderedMailbox(size, self.rounds)

    def cancel(self, scope: trio.CancelScope, reason: str) -> None:
        """Cancel what other actors may still be working in: with rounds only when this one is over."""
        if self.rounds is None:
            scope.cancel(reason=reason)
        else:
            scope.deadline = -inf  # Trio looks at deadlines between two rounds

    def note_crash(self, actor: str, error: Exception) -> None:
        self.counters.crashes += 1
        self.errors.append((actor, error))

    def life_ended(self, event: LifeEnded) -> None:
        if isinstance(event.exit, Crash):
            self.note_crash(event.actor, event.exit.error)
        for watch in self.watchers:
            watch(event)


@asynccontextmanager
async def open_system(*, ordered: bool = False) -> AsyncIterator[System]:
    """A system whose timers run until the block ends; `ordered` for virtual time: see `rounds`."""
    rounds = Rounds() if ordered else None
    if rounds is not None:
        trio.lowlevel.add_instrument(rounds)
    system = System(rounds)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(system.timers.run, name="timers")
            yield system
            nursery.cancel_scope.cancel()
    finally:
        if rounds is not None:
            trio.lowlevel.remove_instrument(rounds)
