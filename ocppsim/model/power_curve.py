"""Power as a function of the state of charge (SoC), piecewise linear, and what follows from it in time.

With power p(s) at SoC s and a battery of capacity C, charging is ds/dt = p(s) / C. Over a stretch where p is
linear this has a closed solution: s grows evenly where p is constant and exponentially elsewhere.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from math import expm1, inf, log1p
from typing import NamedTuple

from ocppsim.values import frozen

SECONDS_PER_HOUR = 3600.0


class Stretch(NamedTuple):
    """A stretch of SoC, from `start` to `end`, over which power is linear and above 0."""

    start: float
    end: float
    start_w: float
    end_w: float

    def seconds(self, capacity_wh: float) -> float:
        """How long a battery of this capacity takes for the stretch."""
        evenly = SECONDS_PER_HOUR * capacity_wh * (self.end - self.start) / self.start_w
        growth = self._growth
        return evenly * log1p(growth) / growth if growth else evenly

    def gain(self, elapsed: float) -> float:
        """The rise of SoC when a fraction `elapsed` of the stretch's time has passed."""
        growth = self._growth
        part = expm1(log1p(growth) * elapsed) / growth if growth else elapsed
        return (self.end - self.start) * part

    def until(self, soc: float) -> "Stretch":
        """The part of the stretch below `soc`."""
        return self if soc >= self.end else Stretch(self.start, soc, self.start_w, self.power_w(soc))

    def since(self, soc: float) -> "Stretch":
        """The part of the stretch above `soc`."""
        return self if soc <= self.start else Stretch(soc, self.end, self.power_w(soc), self.end_w)

    @property
    def _growth(self) -> float:
        return (self.end_w - self.start_w) / self.start_w

    def power_w(self, soc: float) -> float:
        """The power at a SoC on the stretch."""
        return self.start_w + (self.end_w - self.start_w) * ((soc - self.start) / (self.end - self.start))


@frozen
class PowerCurve:
    """The power that flows at each SoC below 1, as points (SoC, W) from SoC 0 to SoC 1; none flows at 1.

    Either all points are above 0 W, so that every charge ends, or all are 0 W.
    """

    points: tuple[tuple[float, float], ...]

    def power_w(self, soc: float) -> float:
        """The power at this SoC."""
        points = self.points
        ahead = bisect_right(points, (soc, inf))
        if ahead == len(points):
            return 0.0
        return self._stretch(ahead).power_w(soc)

    def stretches(self, soc: float) -> Iterator[Stretch]:
        """What lies ahead of a battery with this SoC until it is full; nothing when no power flows."""
        points = self.points
        if points[0][1] <= 0:
            return
        ahead = bisect_right(points, (soc, inf))
        for index in range(ahead, len(points)):
            yield self._stretch(index).since(soc)

    def _stretch(self, index: int) -> Stretch:
        """The one that ends at the point of this index."""
        (start, start_w), (end, end_w) = self.points[index - 1], self.points[index]
        return Stretch(start, end, start_w, end_w)

    def limited_to(self, limit_w: float) -> "PowerCurve":
        """The curve with everything above `limit_w` cut off; it has a point wherever the law changes."""
        cut = [(self.points[0][0], min(self.points[0][1], limit_w))]
        for (start, start_w), (end, end_w) in pairwise(self.points):
            if min(start_w, end_w) < limit_w < max(start_w, end_w):
                crossing = start + (limit_w - start_w) / (end_w - start_w) * (end - start)
                _append(cut, (crossing, limit_w))
            _append(cut, (end, min(end_w, limit_w)))
        return PowerCurve(tuple(cut))


def _append(points: list[tuple[float, float]], point: tuple[float, float]) -> None:
    """Add a point; one in the middle of a level line says nothing and goes."""
    if len(points) > 1 and points[-2][1] == points[-1][1] == point[1]:
        points.pop()
    points.append(point)
