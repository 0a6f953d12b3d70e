"""One heap of deadlines for all actors of a system, instead of a cancel scope for each."""

import heapq
from collections.abc import Callable
from itertools import count
from math import inf

import trio

from ocppsim.actors.runtime.mailbox import NOBODY, Sender

_SLACK = 256
"""So many cancelled timers may lie in the heap before they are swept out."""


class Timer:
    """A deadline that was set; `cancel` it when it is no longer wanted."""

    __slots__ = ("_timers", "deadline", "fire")

    def __init__(self, timers: "Timers", deadline: float, fire: Callable[[], object]) -> None:
        self._timers = timers
        self.deadline = deadline
        self.fire: Callable[[], object] | None = fire

    @property
    def settled(self) -> bool:
        """Whether it has fired or was cancelled."""
        return self.fire is None

    def cancel(self) -> None:
        if self.fire is not None:
            self.fire = None
            self._timers.note_cancelled()

    def abandon(self) -> None:
        """The life that set it is over."""
        self.cancel()


class Timers:
    """Fires in the order (deadline, owner, setter, order of setting), so that equal runs fire equally."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str, Sender, int, Timer]] = []
        self._order = count()
        self._cancelled = 0
        self._scope = trio.CancelScope()

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def at(
        self, deadline: float, fire: Callable[[], object], owner: str = "", setter: Sender = NOBODY
    ) -> Timer:
        """Call `fire` at `deadline` of Trio's clock; it must neither wait nor raise."""
        timer = Timer(self, deadline, fire)
        heapq.heappush(self._heap, (deadline, owner, setter, next(self._order), timer))
        if self._heap[0][4] is timer:
            self._scope.deadline = deadline
        return timer

    def note_cancelled(self) -> None:
        self._cancelled += 1
        if self._cancelled > _SLACK and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[4].fire is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0

    async def run(self) -> None:
        while True:
            self._fire_due(trio.current_time())
            self._scope = trio.CancelScope(deadline=self._heap[0][0] if self._heap else inf)
            with self._scope:
                await trio.sleep_forever()

    def _fire_due(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            timer = heapq.heappop(self._heap)[4]
            fire, timer.fire = timer.fire, None
            if fire is None:
                self._cancelled -= 1
            else:
                fire()
