"""Values that are drawn each by itself: within what is possible, never back, the same for the same seed."""

from itertools import pairwise
from math import sqrt
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.chance import stream
from ocppsim.model import drawing
from ocppsim.model.charging.profile import Rate, Unit
from ocppsim.model.drawing import REGISTER
from ocppsim.model.electricity import Supply
from ocppsim.model.energy import Reading
from ocppsim.model.inputs import Arm, Ended, Grant, Sampled, SessionRefused, TakeSample
from ocppsim.model.meter import CURRENT, POWER, SOC, VOLTAGE, Draws, Meter, MeterEntry, Shown
from ocppsim.model.session import Context, StopReason
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle
from tests.model.connector_bench import Bench, bench

BIG = Vehicle(capacity_wh=500_000, max_power_w=300_000, ac_max_current_a=64)
SUPPLIES = (Supply.ac(3), Supply.ac(1), Supply.dc())


def meter(*entries: MeterEntry, seed: int = 1, clamps: bool = True, **more: bool) -> Meter:
    return Meter(entries, draws=Draws(seed, stream, clamps), **more)


def charging(
    made: Meter, supply: Supply = SUPPLIES[0], share_w: float = 11_000.0, **settings: float
) -> Bench:
    found = bench(outlet=Outlet(supply, max_power_w=50_000.0, meter=made), **({"sample_s": 60.0} | settings))
    found.plug(BIG, soc=0.1)
    found.do(Arm("TAG", authorize=False))
    found.do(Grant(share_w))
    return found


def samples(made: Bench, hours: float) -> list[Sampled]:
    return [what for what in made.later(hours * 3600) if isinstance(what, Sampled)]


def values(what: Sampled, measurand: str) -> dict[str | None, float]:
    return {one.phase: one.value for one in what.shown if one.measurand == measurand}


def whole(what: Sampled, measurand: str) -> float:
    return values(what, measurand)[None]


NUMBERS = st.floats(0, 1e5)
ENTRIES = st.lists(
    st.builds(
        MeterEntry,
        st.sampled_from((POWER, CURRENT, VOLTAGE, SOC, REGISTER)),
        st.sampled_from((None, "L1", "L2-N", "L3")),
        mean=st.none() | NUMBERS,
        spread=st.floats(0, 1),
        least=NUMBERS,
    ),
    max_size=6,
)


@given(ENTRIES, st.sampled_from(SUPPLIES), st.floats(0, 30_000), st.integers(0, 2**64))
def test_d18_d19_nothing_is_above_what_the_station_may_and_the_register_never_goes_back(
    entries: list[MeterEntry], supply: Supply, share_w: float, seed: int
) -> None:
    """However far an entry's mean, fluctuation and minimum lie: they are clamped last."""
    made = charging(meter(*entries, seed=seed), supply, share_w)
    taken = samples(made, 0.2)
    made.do(TakeSample(Context.TRIGGER))
    taken += [what for what in made.happened if isinstance(what, Sampled)]
    assert len(taken) == 13
    phases = max(supply.phases, 1)
    for what in taken:
        most_w = what.offered_w
        assert most_w <= share_w
        powers = values(what, POWER)
        assert all(0 <= value <= most_w * (1 + 1e-9) for value in powers.values())
        assert sum(value for phase, value in powers.items() if phase) <= most_w * (1 + 1e-9)
        most_a = most_w / (supply.voltage_v * phases) * (1 + 1e-9)
        assert all(0 <= value <= most_a for value in values(what, CURRENT).values())
        assert all(0 <= value <= 100 for value in values(what, SOC).values())
    for one, other in pairwise(taken):
        gained_wh, most_wh = other.register_wh - one.register_wh, share_w * (other.at - one.at) / 3600
        assert -1e-9 <= gained_wh <= most_wh * (1 + 1e-9) + 1e-6


@given(st.floats(1, 5_000), st.floats(0, 1), st.integers(0, 2**64))
def test_values_lie_around_their_mean(mean: float, spread: float, seed: int) -> None:
    entries = (
        MeterEntry(POWER, mean=mean, spread=spread),
        MeterEntry(VOLTAGE, mean=mean, spread=spread),
        MeterEntry(SOC, mean=mean / 60, spread=spread),
        MeterEntry(REGISTER, mean=mean / 60, spread=spread),
    )
    made = meter(*entries, seed=seed, main_voltage=True)
    taken = samples(charging(made), 0.5)
    low, high = mean * (1 - spread) - 1e-6, mean * (1 + spread) + 1e-6
    for what in taken:
        assert low <= whole(what, POWER) <= high
        assert low <= whole(what, VOLTAGE) <= high
        assert min(low / 60, 100) <= whole(what, SOC) <= high / 60
    for one, other in pairwise(taken):
        assert low / 60 - 1e-3 <= other.register_wh - one.register_wh <= high / 60 + 1e-3


def test_the_mean_of_many_is_the_mean() -> None:
    entries = (
        MeterEntry(POWER, mean=5_000, spread=0.2),
        MeterEntry(SOC, mean=40, spread=0.5),
        MeterEntry(REGISTER, mean=100, spread=0.3),
    )
    taken = samples(charging(meter(*entries)), 24)
    assert fmean(whole(what, POWER) for what in taken) == pytest.approx(5_000, rel=0.01)
    assert fmean(whole(what, SOC) for what in taken) == pytest.approx(40, rel=0.03)
    gains = [other.register_wh - one.register_wh for one, other in pairwise(taken)]
    assert fmean(gains) == pytest.approx(100, rel=0.02)
    assert max(gains) > 125 > 75 > min(gains)  # so they do fluctuate


def test_without_a_mean_anything_possible_is_drawn_from_the_minimum_on() -> None:
    entries = (
        MeterEntry(POWER, least=4_000),
        MeterEntry(SOC, least=70),
        MeterEntry(CURRENT, least=10),
        MeterEntry(REGISTER, least=60),
    )
    taken = samples(charging(meter(*entries)), 12)
    powers = [whole(what, POWER) for what in taken]
    assert 4_000 <= min(powers) < 5_200
    assert 9_800 < max(powers) <= 11_000
    assert {whole(what, SOC) for what in taken} == set(map(float, range(70, 101)))
    currents = [whole(what, CURRENT) for what in taken]
    assert 10 <= min(currents) < max(currents) <= 11_000 / 690
    gains = [other.register_wh - one.register_wh for one, other in pairwise(taken)]
    assert 60 - 1e-3 <= min(gains) < 70
    assert 175 < max(gains) <= 11_000 / 60 + 1e-6


def test_each_is_drawn_by_itself() -> None:
    """Power is not what voltage and current make of it, nor is the energy what the power brings."""
    taken = samples(charging(meter(main_voltage=True)), 2)
    products = [3 * whole(what, CURRENT) * whole(what, VOLTAGE) for what in taken]
    assert all(
        abs(whole(what, POWER) - product_w) > 1 for what, product_w in zip(taken, products, strict=True)
    )
    socs = [whole(what, SOC) for what in taken]
    assert any(other < one for one, other in pairwise(socs))


def test_equal_seeds_give_equal_values_and_others_others() -> None:
    def seen(seed: int) -> list[tuple[float, tuple[Shown, ...]]]:
        return [(what.register_wh, what.shown) for what in samples(charging(meter(seed=seed)), 1)]

    assert seen(1) == seen(1)
    assert seen(1) != seen(2)


def test_a_value_does_not_depend_on_which_others_are_shown() -> None:
    few = samples(charging(meter(MeterEntry(POWER))), 1)
    many = samples(charging(meter(MeterEntry(SOC), MeterEntry(VOLTAGE), MeterEntry(POWER))), 1)
    assert [whole(what, POWER) for what in few] == [whole(what, POWER) for what in many]


def test_no_two_readings_and_no_two_sessions_have_the_same_values() -> None:
    made = charging(meter())
    first = samples(made, 1)
    made.unplug()
    made.charge()
    second = samples(made, 1)
    powers = [whole(what, POWER) for what in first + second]
    assert len(set(powers)) == len(powers) == 120


def test_while_no_power_flows_there_is_none_and_the_voltage_stays() -> None:
    entries = (MeterEntry(POWER, mean=5_000), MeterEntry(CURRENT, mean=9), MeterEntry(REGISTER, mean=50))
    for clamps in (True, False):
        made = charging(meter(*entries, main_voltage=True, clamps=clamps), share_w=0.0)
        for what in samples(made, 0.1):
            assert (whole(what, POWER), whole(what, CURRENT), what.register_wh) == (0, 0, 0)
            assert 218 < whole(what, VOLTAGE) < 242


def test_without_limitation_the_values_of_the_template_are_as_they_are_drawn() -> None:
    """And those that have no mean stay possible."""
    entries = (MeterEntry(POWER, mean=50_000, spread=0.1), MeterEntry(REGISTER, mean=1_000, spread=0.0))
    for clamps in (True, False):
        taken = samples(charging(meter(*entries, clamps=clamps)), 1)
        assert all((whole(what, POWER) >= 45_000) is not clamps for what in taken)
        assert all(whole(what, CURRENT) <= 11_000 / 690 for what in taken)
        gains = {round(other.register_wh - one.register_wh, 3) for one, other in pairwise(taken)}
        assert gains == ({183.333} if clamps else {1_000.0})


def test_a_charging_profile_bounds_what_is_drawn() -> None:
    made = charging(meter(MeterEntry(POWER, mean=11_000), MeterEntry(REGISTER, mean=1_000)))
    samples(made, 0.5)
    made.do(Grant(11_000.0, rate=Rate(6_000.0, Unit.WATTS)))
    taken = samples(made, 0.5)
    assert {round(whole(what, POWER)) for what in taken} == {6_000}
    assert {round(other.register_wh - one.register_wh) for one, other in pairwise(taken)} == {100}


def test_the_end_tells_no_less_than_the_last_reading_and_counts_to_the_end() -> None:
    made = charging(meter(MeterEntry(REGISTER, mean=60, spread=0.0)))
    last = samples(made, 0.5)[-1]
    made.later(30)
    made.do(TakeSample(Context.TRIGGER))
    (asked,) = (what for what in made.happened if isinstance(what, Sampled))
    assert asked.register_wh == pytest.approx(last.register_wh + 30)
    made.unplug()
    end: Ended = made.ended()
    assert end.reason is StopReason.EV_DISCONNECTED
    assert end.register_wh == pytest.approx(asked.register_wh)


@pytest.mark.parametrize("entry", [MeterEntry(REGISTER, mean=20), MeterEntry(REGISTER)])
def test_what_may_still_flow_after_a_refusal_is_counted_by_the_same_meter(entry: MeterEntry) -> None:
    made = charging(meter(entry), max_energy_on_invalid_wh=100.0, stop_on_invalid_tag=False)
    made.later(600)
    before_wh = made.c.register_wh
    assert made.c.session is not None
    made.do(SessionRefused(made.c.session.key))
    made.later(3 * 3600)
    assert made.c.register_wh - before_wh == pytest.approx(100, abs=0.01)
    assert made.power().power_w == 0


def test_a_mean_of_the_energy_is_for_a_sample_interval_of_whatever_length() -> None:
    made = charging(meter(MeterEntry(REGISTER, mean=10, spread=0.0)), sample_s=30.0)
    registers = [what.register_wh for what in samples(made, 0.1)]
    assert {round(other - one, 6) for one, other in pairwise(registers)} == {10}


# -- phases


def reading(supply: Supply) -> Reading:
    return Reading(11_000.0, 15.9, supply.voltage_v, supply.phases, 50.0)


def test_phases_with_entries_of_their_own_have_their_values_and_the_others_a_third() -> None:
    made = meter(MeterEntry(POWER, mean=6_000, spread=0.0), MeterEntry(POWER, "L2-N", mean=500, spread=0.0))
    found = drawing.flow(made, 1, reading(SUPPLIES[0]), 11_000.0)
    assert found.power_w == pytest.approx((2_000, 500, 2_000))


def test_a_voltage_is_that_of_all_phases_unless_one_has_its_own() -> None:
    made = meter(
        MeterEntry(VOLTAGE, mean=225),
        MeterEntry(VOLTAGE, "L3", mean=100),
        MeterEntry(VOLTAGE, "L1-L2", mean=7),
    )
    found = drawing.flow(made, 3, reading(SUPPLIES[0]), 11_000.0)
    assert found.voltage_v[0] == found.voltage_v[1] == found.whole_v
    assert 95 <= found.voltage_v[2] <= 105
    assert 6 < found.line_v[0] < 8
    assert found.line_v[1] == pytest.approx(found.whole_v * sqrt(3))


def test_one_phase_may_be_named() -> None:
    made = meter(
        MeterEntry(POWER, "L1", mean=2_000, spread=0.0), MeterEntry(VOLTAGE, "L1", mean=200, spread=0)
    )
    found = drawing.flow(made, 1, reading(SUPPLIES[1]), 11_000.0)
    assert (found.power_w, found.voltage_v) == ((2_000,), (200,))
