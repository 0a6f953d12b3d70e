"""The two kinds of time.

*Station time* is what a station does by itself: Trio's clock, which runs `speed` times as fast as the
wall clock, or in virtual time. *Wire time* is what waits for another machine: real seconds whatever the
speed; `wire()` turns them into seconds of Trio's clock. In virtual time both are the same.

Instants are POSIX seconds of station time everywhere above this module, so that what was written by one
process can be read by the next.
"""

import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter, time

import trio
from attrs import define, field

VIRTUAL_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""What a virtual clock shows when it starts."""

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_offset: trio.lowlevel.RunVar[float] = trio.lowlevel.RunVar("POSIX time at zero of Trio's clock")


@define
class ScaledClock(trio.abc.Clock):
    """A Trio clock `speed` times as fast as the wall clock: `trio.run(..., clock=ScaledClock(60))`."""

    speed: float = field()
    _started: float = 0.0

    @speed.validator
    def _positive(self, _: object, value: float) -> None:
        if not value > 0:
            raise ValueError(f"speed must be above 0, not {value:g}")

    def start_clock(self) -> None:
        self._started = perf_counter()

    def current_time(self) -> float:
        return (perf_counter() - self._started) * self.speed

    def deadline_to_sleep_time(self, deadline: float) -> float:
        return (deadline - self.current_time()) / self.speed


def is_virtual() -> bool:
    """Whether time jumps from one event to the next (Trio's MockClock) instead of passing."""
    testing = sys.modules.get("trio.testing")  # slow to load, and loaded where such a clock was made
    return testing is not None and isinstance(trio.lowlevel.current_clock(), testing.MockClock)


def speed() -> float:
    """Seconds of station time in a second of wall time."""
    clock = trio.lowlevel.current_clock()
    return clock.speed if isinstance(clock, ScaledClock) else 1.0


def wire(seconds: float) -> float:
    """Seconds of Trio's clock that last `seconds` for the other machine."""
    return seconds * speed()


def now() -> float:
    """The instant of station time, in POSIX seconds."""
    try:
        return trio.current_time() + _offset.get()
    except LookupError:
        set_epoch(VIRTUAL_EPOCH.timestamp() if is_virtual() else time())
        return trio.current_time() + _offset.get()


def set_epoch(posix: float) -> None:
    """Let the clock show `posix` now; otherwise it starts at the real now, a virtual one at VIRTUAL_EPOCH."""
    _offset.set(posix - trio.current_time())


def moment(posix: float) -> datetime:
    """The UTC datetime of an instant, in whole milliseconds."""
    return _ZERO + timedelta(milliseconds=round(posix * 1000))
