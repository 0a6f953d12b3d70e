"""When the clock prescribes a reading, and which readings are kept for the end of a session."""

from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.energy import Reading
from ocppsim.model.inputs import Sampled, Tick
from ocppsim.model.metering import DAY_S, aligned_after, aligned_before, collected
from ocppsim.model.session import ChargingSession, Context
from tests.model.connector_bench import START, bench

instants = st.floats(0, 4e9)
intervals = st.integers(1, 86_400).map(float)
SESSION = ChargingSession("1-1", "TAG", 0.0, START)


@given(told=instants, every_s=intervals)
def test_an_aligned_instant_is_a_multiple_from_midnight(told: float, every_s: float) -> None:
    before, after = aligned_before(told, every_s), aligned_after(told, every_s)
    assert before <= told + 1e-5 < after + 1e-5
    assert before % DAY_S % every_s < 1e-3
    assert after % DAY_S == 0 or (after - before) == every_s
    assert aligned_before(after, every_s) == after


@given(told=instants, every_s=intervals)
def test_midnight_is_always_one(told: float, every_s: float) -> None:
    midnight = told // DAY_S * DAY_S
    assert aligned_before(midnight, every_s) == midnight


@given(st.lists(st.tuples(st.floats(0.1, 5_000), st.floats(-5_000, 5_000)), max_size=20), intervals)
def test_no_time_stamp_comes_twice_whatever_the_clock_does(
    steps: list[tuple[float, float]], every_s: float
) -> None:
    made = bench(aligned_s=every_s, aligned_measurands=("SoC",))
    told: list[float] = []
    for seconds, offset_s in steps:
        made.do(Tick())
        made.settings = bench(
            aligned_s=every_s, aligned_measurands=("SoC",), clock_offset_s=round(offset_s)
        ).settings
        made.do(Tick())
        for what in made.happened + made.later(min(seconds, 200 * every_s)):
            assert isinstance(what, Sampled)
            told.append(round(what.at + made.settings.clock_offset_s, 3))
    assert told == sorted(set(told))


@given(count=st.integers(0, 200), most=st.integers(4, 20))
def test_of_a_long_series_the_ends_are_kept_and_no_more_than_allowed(count: int, most: int) -> None:
    reading = Reading(0.0, 0.0, 230.0, 3, None)
    taken = [Sampled(SESSION, START + n, float(n), reading, Context.PERIODIC) for n in range(count)]
    series = collected((), taken, most)
    assert len(series) == min(count, len(series)) <= most
    assert list(series) == sorted(series, key=lambda what: what.at)
    if taken:
        assert (series[0], series[-1]) == (taken[0], taken[-1])
    if count <= most:
        assert list(series) == taken


@given(count=st.integers(0, 100), most=st.integers(4, 20), at=st.integers(0, 100))
def test_to_collect_one_by_one_comes_to_the_same(count: int, most: int, at: int) -> None:
    """As the journal does it, and whoever reads that."""
    reading = Reading(0.0, 0.0, 230.0, 3, None)
    taken = [Sampled(SESSION, START + n, float(n), reading, Context.PERIODIC) for n in range(count)]
    assert collected(collected((), taken[:at], most), taken[at:], most) == collected((), taken, most)
