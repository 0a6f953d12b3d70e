"""What an EV would take at a state of charge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.electricity import Supply
from ocppsim.model.vehicle import TRICKLE, ChargingCurve, Vehicle


@pytest.mark.parametrize(
    ("soc", "demand_w"), [(0.0, 100_000), (0.8, 100_000), (0.9, 52_500), (0.999999, 5_000), (1.0, 0)]
)
def test_the_default_ev_takes_full_power_up_to_80_percent_and_tapers_to_a_twentieth(
    soc: float, demand_w: float
) -> None:
    assert Vehicle().demand_w(soc, Supply.dc()) == pytest.approx(demand_w, rel=1e-4)


@pytest.mark.parametrize(
    ("ac_phases", "supply", "phases", "demand_w"),
    [
        (3, Supply.ac(3), 3, 11_040),
        (3, Supply.ac(1), 1, 3_680),
        (1, Supply.ac(3), 1, 3_680),
        (1, Supply.ac(1), 1, 3_680),
    ],
)
def test_over_ac_the_charger_on_board_bounds_what_the_ev_takes(
    ac_phases: int, supply: Supply, phases: int, demand_w: float
) -> None:
    vehicle = Vehicle(ac_phases=ac_phases)
    assert vehicle.phases_used(supply) == phases
    assert vehicle.demand_w(0.2, supply) == demand_w


def test_near_full_the_battery_bounds_it_over_ac_as_well() -> None:
    assert Vehicle().demand_w(0.9999, Supply.ac()) == pytest.approx(5_000, rel=0.02)


def test_over_dc_no_phase_is_used() -> None:
    assert Vehicle().phases_used(Supply.dc()) == 0


def test_a_curve_is_level_before_its_first_and_after_its_last_point() -> None:
    vehicle = Vehicle(max_power_w=1_000, curve=((0.2, 0.5), (0.6, 0.9)))
    assert [vehicle.demand_w(soc, Supply.dc()) for soc in (0.0, 0.2, 0.4, 0.6, 0.99)] == pytest.approx(
        [500, 500, 700, 900, 900]
    )


def test_a_curve_down_to_nothing_still_trickles_so_that_the_charge_ends() -> None:
    vehicle = Vehicle(max_power_w=1_000, curve=((0.0, 0.0), (0.5, 1.0), (1.0, 0.0)))
    assert vehicle.demand_w(0.0, Supply.dc()) == 1_000 * TRICKLE
    assert vehicle.demand_w(1 - 1e-15, Supply.dc()) == pytest.approx(1_000 * TRICKLE)


@given(soc=st.floats(0, 1), supply=st.sampled_from([Supply.ac(3), Supply.ac(1), Supply.dc()]))
def test_demand_is_nothing_exactly_when_full(soc: float, supply: Supply) -> None:
    assert (Vehicle().demand_w(soc, supply) == 0) == (soc >= 1)


@pytest.mark.parametrize(
    ("curve", "complaint"),
    [
        ((), "at least one point"),
        (((0.5, 1.0), (0.5, 0.5)), "must rise, but 0.5 follows 0.5"),
        (((0.5, 1.0), (0.4, 0.5)), "must rise, but 0.4 follows 0.5"),
        (((0.0, 1.0), (80.0, 0.5)), "state of charge must be between 0 and 1, not 80"),
        (((0.0, 1.5),), "fraction of the power must be between 0 and 1, not 1.5"),
        (((0.0, float("nan")),), "fraction of the power must be between 0 and 1, not nan"),
    ],
)
def test_an_impossible_curve_is_refused_with_the_reason(curve: ChargingCurve, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Vehicle(curve=curve)


def test_an_impossible_ev_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="capacity_wh must be above 0, not 0"):
        Vehicle(capacity_wh=0)
    with pytest.raises(ValueError, match="max_power_w must be above 0, not inf"):
        Vehicle(max_power_w=float("inf"))
    with pytest.raises(ValueError, match="ac_max_current_a must be above 0, not -1"):
        Vehicle(ac_max_current_a=-1)
    with pytest.raises(ValueError, match="ac_phases must be 1 or 3, not 2"):
        Vehicle(ac_phases=2)
