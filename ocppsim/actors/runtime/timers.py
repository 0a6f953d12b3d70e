"""One heap of deadlines for all actors of a system, instead of a cancel scope for each."""

import heapq
from collections.abc import Callable
from itertools import count
from math import inf

import trio

from ocppsim.actors.runtime.mailbox import NOBODY, Sender
from ocppsim.actors.runtime.rounds import Rounds

_Entry = tuple[float, str, Sender, int, "Timer"]

_SLACK = 256
"""So many cancelled timers may lie in the heap before they are swept out."""


class Timer:
    """A deadline that was set; `cancel` it when it is no longer wanted."""

    __slots__ = ("_timers", "cancelled", "deadline", "fire", "round")

    def __init__(self, timers: "Timers", deadline: float, fire: Callable[[], object], round: int) -> None:
        self._timers = timers
        self.deadline = deadline
        self.fire: Callable[[], object] | None = fire
        self.round = round  # in which it was set
        self.cancelled = False

    @property
    def settled(self) -> bool:
        """Whether it has fired or was cancelled."""
        return self.fire is None

    def cancel(self) -> None:
        self.cancelled = True
        if self.fire is not None:
            self.fire = None
            self._timers.note_cancelled()

    def abandon(self) -> None:
        """The life that set it is over."""
        self.cancel()


class Timers:
    """Fires in the order (deadline, owner, setter, order of setting), so that equal runs fire equally."""

    def __init__(self, rounds: Rounds | None = None) -> None:
        self._heap: list[_Entry] = []
        self._order = count()
        self._cancelled = 0
        self._rounds = rounds
        self._scope = trio.CancelScope()

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def at(
        self, deadline: float, fire: Callable[[], object], owner: str = "", setter: Sender = NOBODY
    ) -> Timer:
        """Call `fire` at `deadline` of Trio's clock; it must neither wait nor raise."""
        timer = Timer(self, deadline, fire, self._round())
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
        too_early: list[_Entry] = []
        while self._heap and self._heap[0][0] <= now:
            entry = heapq.heappop(self._heap)
            timer = entry[4]
            fire = timer.fire
            if fire is None:
                self._cancelled -= 1
            elif timer.round == self._round() and self._rounds is not None:
                too_early.append(entry)  # whether it was set before this task ran must not matter
            else:
                timer.fire = None
                fire()
        for entry in too_early:
            heapq.heappush(self._heap, entry)

    def _round(self) -> int:
        return self._rounds.now if self._rounds is not None else 0
