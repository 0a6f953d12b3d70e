"""Durations in bounded memory: against the standard library where it can be exact, within 2 % where not."""

import statistics
from math import isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.actors.measure import KEPT, Measure, Times
from tests.effort import tries

durations = st.floats(1e-5, 100.0)


def measured(values: list[float]) -> Times:
    measure = Measure()
    for number, value in enumerate(values):
        measure.add(value, float(number))
    return measure.times()


def quantile(values: list[float], fraction: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(fraction * 100) - 1]


def test_without_durations_all_is_zero() -> None:
    assert Measure().times() == Times()


def test_one_duration_is_all_there_is() -> None:
    times = measured([0.25])
    assert times == Times(1, *[0.25] * 9, 0.0, ((0.0, 0.25),))


@given(st.lists(durations, min_size=2, max_size=KEPT))
def test_while_all_are_remembered_everything_is_exact(values: list[float]) -> None:
    times = measured(values)
    assert times.count == len(values)
    assert times.last_s == values[-1]
    assert (times.least_s, times.most_s) == (min(values), max(values))
    expected = {
        times.total_s: sum(values),
        times.mean_s: statistics.fmean(values),
        times.median_s: statistics.median(values),
        times.p90_s: quantile(values, 0.9),
        times.p95_s: quantile(values, 0.95),
        times.p99_s: quantile(values, 0.99),
    }
    assert all(isclose(mine, theirs, rel_tol=1e-9) for mine, theirs in expected.items()), expected
    assert isclose(times.deviation_s, statistics.stdev(values), rel_tol=1e-6, abs_tol=1e-9)
    assert times.series == tuple((float(number), value) for number, value in enumerate(values))


@given(st.integers(0, 2**32), st.integers(KEPT + 1, 4 * KEPT))
@tries(30)
def test_beyond_that_quantiles_hold_to_two_per_cent_over_all(seed: int, count: int) -> None:
    random = Random(seed)
    values = [random.lognormvariate(-5, 1) for _ in range(count)]
    times = measured(values)
    ordered = sorted(values)
    for mine, fraction in (
        (times.median_s, 0.5),
        (times.p90_s, 0.9),
        (times.p95_s, 0.95),
        (times.p99_s, 0.99),
    ):
        rank = max(0, -int(-fraction * count // 1) - 1)
        assert ordered[max(0, rank - 1)] * 0.98 <= mine <= ordered[min(count - 1, rank + 1)] * 1.02
    assert isclose(times.deviation_s, statistics.stdev(values), rel_tol=1e-6)
    assert isclose(times.mean_s, statistics.fmean(values), rel_tol=1e-9)
    assert (times.least_s, times.most_s) == (ordered[0], ordered[-1])
    assert times.series == tuple((float(n), values[n]) for n in range(count - KEPT, count))


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 1e6])
def test_no_duration_is_too_short_or_too_long(seconds: float) -> None:
    times = measured([seconds] * (KEPT + 5))
    assert times.median_s == seconds
