"""Durations in bounded memory: what they come to, and the last of them one by one."""

from array import array
from collections.abc import Sequence
from math import ceil, floor, log2, sqrt

from attrs import define, field

from ocppsim.values import frozen

KEPT = 386
"""So many durations are remembered one by one; while there are no more, quantiles are exact."""

_PER_OCTAVE = 32
_LEAST_S = 1e-6


@frozen
class Times:
    """What the durations of one kind come to, in seconds; all 0 while there are none."""

    count: int = 0
    last_s: float = 0.0
    least_s: float = 0.0
    most_s: float = 0.0
    total_s: float = 0.0
    mean_s: float = 0.0
    median_s: float = 0.0
    p90_s: float = 0.0
    p95_s: float = 0.0
    p99_s: float = 0.0
    deviation_s: float = 0.0  # standard deviation of a sample
    series: Sequence[tuple[float, float]] = ()  # the last ones: instant, seconds


@define(eq=False)
class Histogram:
    """Counts over powers of a small part of an octave: quantiles to about 1 %, whatever the number."""

    count: int = 0
    _buckets: dict[int, int] = field(factory=dict)

    def add(self, seconds: float) -> None:
        bucket = ceil(_PER_OCTAVE * log2(max(seconds, _LEAST_S) / _LEAST_S))
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self.count += 1

    def quantiles(self, fractions: Sequence[float]) -> list[float]:
        """The middle of the bucket of each; the fractions ascend."""
        found: list[float] = []
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            while len(found) < len(fractions) and seen >= fractions[len(found)] * self.count:
                found.append(_LEAST_S * 2 ** ((bucket - 0.5) / _PER_OCTAVE))
        return found


@define(eq=False)
class Measure:
    """Takes one duration after another."""

    count: int = 0
    last_s: float = 0.0
    least_s: float = 0.0
    most_s: float = 0.0
    total_s: float = 0.0
    _mean: float = 0.0
    _squares: float = 0.0  # sum of squared distances from the mean (Welford)
    _values: "array[float]" = field(factory=lambda: array("d"))
    _instants: "array[float]" = field(factory=lambda: array("d"))
    _histogram: Histogram | None = None  # needed once not all are remembered

    def add(self, seconds: float, at: float) -> None:
        self.count += 1
        self.last_s = seconds
        self.least_s = min(self.least_s, seconds) if self.count > 1 else seconds
        self.most_s = max(self.most_s, seconds)
        self.total_s += seconds
        distance = seconds - self._mean
        self._mean += distance / self.count
        self._squares += distance * (seconds - self._mean)
        if self.count <= KEPT:
            self._values.append(seconds)
            self._instants.append(at)
            return
        if self._histogram is None:
            self._histogram = Histogram()
            for value in self._values:
                self._histogram.add(value)
        self._histogram.add(seconds)
        place = (self.count - 1) % KEPT
        self._values[place], self._instants[place] = seconds, at

    def times(self) -> Times:
        """As they are now."""
        if not self.count:
            return Times()
        median, p90, p95, p99 = self._quantiles((0.5, 0.9, 0.95, 0.99))
        deviation = sqrt(self._squares / (self.count - 1)) if self.count > 1 else 0.0
        return Times(
            self.count,
            self.last_s,
            self.least_s,
            self.most_s,
            self.total_s,
            self._mean,
            median,
            p90,
            p95,
            p99,
            deviation,
            self._series(),
        )

    def _quantiles(self, fractions: Sequence[float]) -> list[float]:
        if self._histogram is None:
            ordered = sorted(self._values)
            return [_interpolated(ordered, fraction) for fraction in fractions]
        rough = self._histogram.quantiles(fractions)
        return [min(max(value, self.least_s), self.most_s) for value in rough]

    def _series(self) -> tuple[tuple[float, float], ...]:
        """Oldest first."""
        oldest = self.count % KEPT if self.count > KEPT else 0
        pairs = tuple(zip(self._instants, self._values, strict=True))
        return pairs[oldest:] + pairs[:oldest]


def _interpolated(ordered: Sequence[float], fraction: float) -> float:
    """Linear between the two nearest ranks."""
    rank = fraction * (len(ordered) - 1)
    below = floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)
