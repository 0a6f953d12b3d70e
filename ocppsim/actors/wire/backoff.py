"""How long to wait before the next dial."""

from collections.abc import Callable
from random import Random

from attrs import define

FIRST_S = 1.0
LONGEST_S = 30.0
SPREAD = 0.2
STABLE_S = 60.0
"""A connection that lasted this long makes the next pause the first again."""


@define(eq=False)
class Backoff:
    """Doubles from the first pause to thirty seconds, each spread by a fifth; seconds of wire time.

    `chance` makes the stream for the pause of that number: one kept would be 2.5 KiB of every station.
    """

    chance: Callable[[int], Random]
    first_s: Callable[[], float] = lambda: FIRST_S
    failures: int = 0
    pauses: int = 0

    def pause(self) -> float:
        seconds = min(self.first_s() * 2.0 ** min(self.failures, 10), LONGEST_S)
        self.failures += 1
        self.pauses += 1
        return seconds * self.chance(self.pauses).uniform(1 - SPREAD, 1 + SPREAD)

    def lasted(self, seconds: float) -> None:
        if seconds >= STABLE_S:
            self.failures = 0
