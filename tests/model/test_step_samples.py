"""Meter samples: when they are taken, and what they show."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.connector import due
from ocppsim.model.inputs import Grant, Present, Sampled, StopSession, TakeSample, Tick
from ocppsim.model.session import Context, StopReason
from tests.model.connector_bench import START, TAG, Bench, bench


def samples(happened: Sequence[object]) -> list[Sampled]:
    return [what for what in happened if isinstance(what, Sampled)]


def at(made: Bench, happened: Sequence[object]) -> list[float]:
    """When samples were taken, in seconds since the session began."""
    assert made.c.session is not None
    return [what.at - made.c.session.started_at for what in samples(happened)]


def test_samples_come_at_their_interval_from_the_start_of_the_session() -> None:
    made = bench(sample_s=60.0)
    made.later(17)
    made.charge()
    happened = made.later(300)
    assert at(made, happened) == pytest.approx([60, 120, 180, 240, 300], abs=1e-5)
    registers = [what.register_wh for what in samples(happened)]
    assert registers == pytest.approx([184, 368, 552, 736, 920], abs=0.01)
    assert {what.context for what in samples(happened)} == {Context.PERIODIC}


@given(began=st.floats(START, 2 * START), sample_s=st.floats(0.1, 10_000), number=st.integers(0, 1_000))
def test_one_tick_at_the_instant_that_is_due_takes_the_sample(
    began: float, sample_s: float, number: int
) -> None:
    """However the instant is rounded."""
    made = bench(sample_s=sample_s)
    made.now = began
    made.charge(power_w=0.0)
    made.now += number * sample_s
    made.do(Tick())
    made.now = due(made.c, made.outlet, made.settings)
    made.do(Tick())
    assert made.kinds == ["Sampled"]
    assert due(made.c, made.outlet, made.settings) == pytest.approx(made.now + sample_s, abs=1e-5)


def test_an_interval_of_zero_takes_none() -> None:
    made = bench(sample_s=0.0)
    made.charge()
    assert made.later(3_600) == []


def test_without_a_session_none_is_taken() -> None:
    made = bench(sample_s=60.0, connection_timeout_s=0.0)
    made.plug()
    assert made.later(3_600) == []


def test_a_suspended_session_is_sampled_all_the_same() -> None:
    made = bench(sample_s=60.0)
    made.charge(power_w=0.0)
    assert len(samples(made.later(180))) == 3


def test_of_several_that_are_overdue_one_is_taken() -> None:
    made = bench(sample_s=60.0)
    made.charge()
    made.now += 250
    made.do(Tick())
    assert at(made, made.happened) == pytest.approx([250])
    assert at(made, made.later(60)) == pytest.approx([300], abs=1e-5)


def test_what_happens_at_the_instant_of_a_sample_comes_after_it() -> None:
    made = bench(sample_s=60.0)
    made.charge()
    made.now += 60
    made.do(Grant(0.0))
    (sample,) = samples(made.happened)
    assert sample.reading.power_w > 0
    made.do(Tick())
    assert made.happened == []


def test_the_end_at_the_instant_of_a_sample_comes_after_it() -> None:
    made = bench(sample_s=60.0)
    made.charge()
    made.now += 60
    made.do(StopSession(StopReason.REMOTE))
    assert made.kinds == ["Sampled", "Ended", "DemandChanged"]


def test_another_interval_holds_from_now_on_and_takes_none_for_the_past() -> None:
    made = bench(sample_s=60.0)
    made.charge()
    made.later(100)
    made.settings = bench(sample_s=7.0).settings
    made.do(Tick())
    assert made.happened == []
    assert at(made, made.later(10)) == pytest.approx([105], abs=1e-5)


def test_a_sample_on_demand_moves_no_other() -> None:
    made = bench(sample_s=60.0)
    made.charge()
    made.later(30)
    made.do(TakeSample(Context.TRIGGER))
    (sample,) = samples(made.happened)
    assert (sample.context, sample.session) == (Context.TRIGGER, made.c.session)
    assert at(made, made.later(30)) == pytest.approx([60], abs=1e-5)


def test_a_sample_without_a_session_shows_the_register_and_no_power() -> None:
    made = bench()
    made.charge()
    made.later(3_600)
    made.do(Present(TAG))
    made.unplug()
    made.do(TakeSample(Context.TRIGGER))
    (sample,) = samples(made.happened)
    assert sample.session is None
    assert sample.register_wh == pytest.approx(11_040)
    assert (sample.reading.power_w, sample.reading.current_a, sample.reading.soc_percent) == (0, 0, None)
    assert sample.reading.voltage_v == 230


def test_an_interrupted_session_is_not_sampled() -> None:
    made = bench(sample_s=60.0)
    made.charge()
    made.cut()
    assert made.later(600) == []
    made.do(TakeSample(Context.TRIGGER))
    (sample,) = samples(made.happened)
    assert sample.session is None
