"""Charges whose course can be told by hand: when a knee comes, when the EV is full, what flowed before."""

from math import inf, log

import pytest

from ocppsim.model.electricity import Supply
from ocppsim.model.energy import (
    RESOLUTION_S,
    advance,
    next_knee,
    time_until,
    time_until_full,
)
from ocppsim.model.vehicle import Vehicle

AC, DC = Supply.ac(), Supply.dc()
LEVEL = Vehicle(capacity_wh=10_000, max_power_w=10_000, curve=((0.0, 1.0),))
TAPERING = Vehicle(capacity_wh=10_000, max_power_w=10_000, curve=((0.0, 1.0), (0.5, 1.0), (1.0, 0.1)))
HOUR = 3_600.0


def test_constant_power_charges_evenly() -> None:
    charged = advance(LEVEL, DC, inf, soc=0.2, seconds=HOUR / 2)
    assert charged.energy_wh == pytest.approx(5_000)
    assert charged.soc == pytest.approx(0.7)


def test_a_limit_slows_the_charge_down() -> None:
    charged = advance(LEVEL, DC, 2_000, soc=0.2, seconds=HOUR)
    assert charged.energy_wh == pytest.approx(2_000)
    assert charged.soc == pytest.approx(0.4)


def test_power_that_falls_with_the_state_of_charge_falls_exponentially_in_time() -> None:
    """From 10 kW at 50 % to 1 kW at 100 %: it shrinks at 1.8 per hour, so full is ln(10) / 1.8 hours away."""
    assert time_until_full(TAPERING, DC, inf, soc=0.5) == pytest.approx(HOUR * log(10) / 1.8)
    halved = HOUR * log(2) / 1.8
    assert TAPERING.demand_w(advance(TAPERING, DC, inf, 0.5, halved).soc, DC) == pytest.approx(5_000)


def test_a_charge_goes_over_the_knee_of_the_curve() -> None:
    before, after = HOUR * 0.3, HOUR * log(2) / 1.8
    charged = advance(TAPERING, DC, inf, soc=0.2, seconds=before + after)
    assert charged.soc == pytest.approx(0.5 + 5_000 / 18_000)
    assert charged.energy_wh == pytest.approx(10_000 * (charged.soc - 0.2))


def test_a_charge_goes_over_the_point_where_the_curve_falls_below_the_limit() -> None:
    """5.5 kW are met at 75 %; from there 1.8 per hour takes the power down to 1 kW."""
    before, after = HOUR * 2_500 / 5_500, HOUR * log(5.5) / 1.8
    assert next_knee(TAPERING, DC, 5_500, soc=0.5) == pytest.approx(before)
    assert time_until_full(TAPERING, DC, 5_500, soc=0.5) == pytest.approx(before + after)
    assert next_knee(TAPERING, DC, 5_500, soc=0.8) == pytest.approx(time_until_full(TAPERING, DC, 5_500, 0.8))


def test_the_charger_on_board_cuts_the_curve_as_a_limit_does() -> None:
    assert advance(TAPERING, AC, inf, 0.0, 60) == advance(TAPERING, DC, AC.power_w(16, 3), 0.0, 60)
    single_phase = Vehicle(ac_phases=1, ac_max_current_a=10)
    assert advance(single_phase, AC, inf, 0.0, HOUR).energy_wh == pytest.approx(2_300)


def test_a_knee_that_the_limit_hides_is_none() -> None:
    assert next_knee(TAPERING, DC, 1_000, soc=0.1) == time_until_full(TAPERING, DC, 1_000, soc=0.1)


def test_full_stays_full() -> None:
    assert advance(LEVEL, DC, inf, 1.0, HOUR) == (0.0, 1.0)
    assert time_until_full(LEVEL, DC, inf, 1.0) == 0
    assert next_knee(LEVEL, DC, inf, 1.0) == inf


@pytest.mark.parametrize(("supply", "limit_w"), [(DC, 0.0), (AC, 0.0), (AC, 4_139.0)])
def test_without_power_nothing_changes_and_nothing_comes(supply: Supply, limit_w: float) -> None:
    assert advance(LEVEL, supply, limit_w, 0.3, 1e9) == (0.0, 0.3)
    assert time_until_full(LEVEL, supply, limit_w, 0.3) == inf
    assert next_knee(LEVEL, supply, limit_w, 0.3) == inf


@pytest.mark.parametrize("seconds", [0.0, -1e-7, -HOUR])
def test_no_time_brings_nothing(seconds: float) -> None:
    assert advance(LEVEL, DC, inf, 0.3, seconds) == (0.0, 0.3)


def test_a_state_of_charge_that_is_there_takes_no_time_and_one_above_full_never_comes() -> None:
    assert time_until(LEVEL, DC, inf, 0.5, target=0.5) == 0
    assert time_until(LEVEL, DC, inf, 0.5, target=0.4) == 0
    assert time_until(LEVEL, DC, inf, 0.5, target=1.1) == inf


def test_a_knee_that_is_as_good_as_reached_is_not_waited_for() -> None:
    """An instant cannot tell it from now, and a wake for it would find it still ahead, for ever."""
    assert next_knee(TAPERING, DC, inf, 0.5 - 1e-12) == pytest.approx(time_until_full(TAPERING, DC, inf, 0.5))


def test_a_wake_for_full_is_never_closer_than_an_instant_can_tell() -> None:
    assert next_knee(LEVEL, DC, inf, 1 - 1e-12) == RESOLUTION_S
    assert advance(LEVEL, DC, inf, 1 - 1e-12, RESOLUTION_S).soc == 1.0


def test_what_no_instant_can_tell_from_full_is_full() -> None:
    """An instant so near rounds to now, and a wake there finds that no time has passed."""
    assert advance(LEVEL, DC, inf, 1 - 1e-12, 0.0).soc == 1.0
