"""How fast the cores are right now, so that CPU times of different moments can be compared.

Cores that share their hardware with busy neighbours take up to twice the CPU time for the same work. A fixed
loop of pure Python, run every few dozen milliseconds beside the measured process, shows by how much. It has a
process of its own: inside one with several threads it would pay for their turns as well.

    python -m benchmarks.calibration

prints a line for each sample, until it is stopped: the instant (monotonic clock), and its CPU milliseconds.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import fmean

from attrs import define, field

QUIET_MS = 1.2
"""CPU time to which measurements are scaled: the loop on a quiet core of the reference machine."""

INTERVAL_S = 0.05

_ROUNDS = 19_000


def main() -> None:
    while True:
        print(time.monotonic(), _sample(), flush=True)
        time.sleep(INTERVAL_S)


def _sample() -> float:
    started = time.thread_time()
    total = 0
    for number in range(_ROUNDS):
        total = (total + number * number) % 1_000_003
    return (time.thread_time() - started) * 1000


@define
class Calibration:
    """What the loop took while it ran beside a measurement."""

    _samples: list[tuple[float, float]] = field(factory=list)

    def normalised(self, cpu: float, began: float, ended: float) -> float:
        """A CPU time between two instants of the monotonic clock, as it were on the quiet core.

        Scaled by the mean: a core is either quiet or busy, so the median jumps between the two, while the
        mean follows their shares, as the measured CPU time does.
        """
        return cpu * QUIET_MS / fmean(ms for at, ms in self._samples if began <= at <= ended)


@contextmanager
def running() -> Iterator[Calibration]:
    """The loop runs during the block; what it took is known after it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.calibration"], stdout=subprocess.PIPE, text=True
    )
    calibration = Calibration()
    try:
        yield calibration
    finally:
        process.terminate()
        output, _ = process.communicate()
        lines = (line.split() for line in output.splitlines())
        calibration._samples += [(float(line[0]), float(line[1])) for line in lines if len(line) == 2]


if __name__ == "__main__":
    main()
