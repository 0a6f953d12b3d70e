"""One heap of deadlines for all actors of a system, instead of a cancel scope for each."""

import heapq
from collections.abc import Callable
from itertools import count
from math import inf

import trio

from ocppsim.actors.runtime.mailbox import NOBODY, Sender
from ocppsim.actors.runtime.rounds import Rounds

_Entry = tuple[float, str, Sender, int, "Timer"]

_FEW = 256


class Timer:
    """A deadline that was set; `cancel` it when it is no longer wanted."""

    __slots__ = ("cancelled", "deadline", "fire", "set_in")

    def __init__(self, deadline: float, fire: Callable[[], object], set_in: int) -> None:
        self.deadline = deadline
        self.fire: Callable[[], object] | None = fire
        self.set_in = set_in  # the round
        self.cancelled = False

    @property
    def settled(self) -> bool:
        """Whether it has fired or was cancelled."""
        return self.fire is None

    def cancel(self) -> None:
        self.cancelled = True
        self.fire = None

    def abandon(self) -> None:
        """The life that set it is over."""
        self.cancel()


class Timers:
    """Fires in the order (deadline, owner, setter, order of setting), so that equal runs fire equally.

    Cancelled timers stay in the heap until it has doubled, so cancelling costs nothing and they never
    outnumber the others by much.
    """

    def __init__(self, rounds: Rounds | None = None) -> None:
        self._heap: list[_Entry] = []
        self._limit = _FEW
        self._order = count()
        self._rounds = rounds
        self._scope = trio.CancelScope()

    def __len__(self) -> int:
        return sum(not entry[4].settled for entry in self._heap)

    def at(
        self, deadline: float, fire: Callable[[], object], owner: str = "", setter: Sender = NOBODY
    ) -> Timer:
        """Call `fire` at `deadline` of Trio's clock; it must neither wait nor raise."""
        if len(self._heap) >= self._limit:
            self._sweep()
        timer = Timer(deadline, fire, self._rounds.now if self._rounds is not None else 0)
        heapq.heappush(self._heap, (deadline, owner, setter, next(self._order), timer))
        if self._heap[0][4] is timer:
            self._scope.deadline = deadline
        return timer

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
            if self._rounds is not None and timer.set_in == self._rounds.now:
                too_early.append(entry)  # whether it was set before this task ran must not matter
            elif timer.fire is not None:
                fire, timer.fire = timer.fire, None
                fire()
        for entry in too_early:
            heapq.heappush(self._heap, entry)

    def _sweep(self) -> None:
        self._heap = [entry for entry in self._heap if not entry[4].settled]
        heapq.heapify(self._heap)
        self._limit = max(_FEW, 2 * len(self._heap))
