"""The two kinds of time."""

from datetime import UTC, datetime
from time import perf_counter

import pytest
import trio

from ocppsim import chance, clock


async def test_a_virtual_clock_starts_at_its_epoch(autojump_clock: trio.testing.MockClock) -> None:
    assert clock.is_virtual()
    assert clock.moment(clock.now()) == clock.VIRTUAL_EPOCH
    await trio.sleep(3600)
    assert clock.now() == clock.VIRTUAL_EPOCH.timestamp() + 3600
    assert clock.wire(30) == 30


async def test_a_real_clock_starts_at_the_real_now() -> None:
    assert not clock.is_virtual()
    assert abs(clock.now() - datetime.now(UTC).timestamp()) < 1


def test_station_time_is_scaled_and_wire_time_is_not() -> None:
    async def program() -> tuple[float, float]:
        before = clock.now()
        began = perf_counter()
        await trio.sleep(10)  # station time
        await trio.sleep(clock.wire(0.1))
        return clock.now() - before, perf_counter() - began

    station_s, real_s = trio.run(program, clock=clock.ScaledClock(100))
    assert station_s == pytest.approx(20, abs=15)
    assert station_s >= 20
    assert 0.2 <= real_s < 0.5


def test_a_speed_is_above_zero() -> None:
    for speed in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="above 0"):
            clock.ScaledClock(speed)


def test_moments_are_whole_milliseconds() -> None:
    assert clock.moment(1767225600.0016).microsecond == 2000


def test_streams_depend_on_all_of_their_path_and_on_nothing_else() -> None:
    first = chance.stream(7, "CS-1", "backoff").random()
    assert chance.stream(7, "CS-1", "backoff").random() == first
    others = [
        chance.stream(8, "CS-1", "backoff"),
        chance.stream(7, "CS-2", "backoff"),
        chance.stream(7, "CS-1"),
    ]
    assert all(other.random() != first for other in others)
