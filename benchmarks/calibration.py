"""How fast this core is right now, so that CPU times of different moments can be compared.

Cores that share their hardware with busy neighbours take up to twice the CPU time for the same work. A fixed
loop of pure Python, run every few dozen milliseconds inside the measured window, shows by how much.
"""

from statistics import fmean, median
from time import thread_time

from attrs import define, field, frozen

QUIET_MS = 1.2
"""CPU time to which measurements are scaled: the loop on a quiet core of the reference machine."""

INTERVAL_S = 0.05
"""A good pause between two samples."""

_ROUNDS = 19_000


def calibrate() -> float:
    """Run the fixed loop; its CPU time in milliseconds."""
    started = thread_time()
    total = 0
    for number in range(_ROUNDS):
        total = (total + number * number) % 1_000_003
    return (thread_time() - started) * 1000


@frozen
class Summary:
    """What the samples of a window took."""

    samples: int
    mean_ms: float
    median_ms: float
    minimum_ms: float
    maximum_ms: float


@define
class Calibration:
    """Collects samples beside a measurement and takes them out of it."""

    _samples_ms: list[float] = field(factory=list)

    def sample(self) -> None:
        """Run the loop once; blocks for about a millisecond, whatever the event loop."""
        self._samples_ms.append(calibrate())

    @property
    def cpu_s(self) -> float:
        """The CPU time that the samples took, to be counted out of the measured one."""
        return sum(self._samples_ms) / 1000

    def summary(self) -> Summary:
        samples = self._samples_ms
        return Summary(len(samples), fmean(samples), median(samples), min(samples), max(samples))

    def normalised(self, cpu: float) -> float:
        """A CPU time of the window as it were on the quiet core.

        Scaled by the mean: a core is either quiet or busy, so the median jumps between the two, while the
        mean follows their shares, as the measured CPU time does.
        """
        return cpu * QUIET_MS / self.summary().mean_ms
