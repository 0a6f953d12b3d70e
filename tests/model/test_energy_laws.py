"""Laws that hold for every EV, supply, limit and duration, however odd."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ocppsim.model.electricity import Supply
from ocppsim.model.energy import (
    RESOLUTION_S,
    Bounds,
    advance,
    ceiling,
    next_knee,
    resolve,
    time_until,
    time_until_full,
)
from ocppsim.model.vehicle import ChargingCurve, Vehicle
from tests.effort import tries

YEAR = 365 * 86_400.0
EPOCH = 1_767_225_600.0

supplies = st.sampled_from([Supply.ac(3), Supply.ac(1), Supply.dc()])
socs = st.sampled_from([0.0, 1e-12, 0.8, 1 - 1e-12, 1.0]) | st.floats(0, 1)
limits = st.sampled_from([0.0, 1e-3, 1_380.0, 4_140.0, 11_040.0, inf]) | st.floats(0, 1e6)
durations = st.sampled_from([0.0, 1e-9, 5.0, 3_600.0, YEAR, 10 * YEAR]) | st.floats(0, 1e5)


@st.composite
def curves(draw: st.DrawFn, soc: st.SearchStrategy[float]) -> ChargingCurve:
    """Charging curves of up to six points."""
    places = sorted(draw(st.lists(soc, min_size=1, max_size=6, unique=True)))
    return tuple((place, draw(st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1))) for place in places)


def vehicles_with(curve: st.SearchStrategy[ChargingCurve]) -> st.SearchStrategy[Vehicle]:
    """EVs from a wheelchair to a ferry."""
    return st.builds(
        Vehicle,
        capacity_wh=st.floats(100, 1e6),
        max_power_w=st.floats(100, 1e6),
        ac_phases=st.sampled_from([1, 3]),
        ac_max_current_a=st.floats(1, 80),
        curve=curve,
    )


vehicles = vehicles_with(curves(st.floats(0, 1)))
gentle_vehicles = vehicles_with(curves(st.integers(0, 10).map(lambda tenth: tenth / 10)))


def tolerance(vehicle: Vehicle) -> float:
    """How far states of charge may differ: by rounding, and by what flows in the instant before full."""
    return 1e-9 + vehicle.max_power_w * 2 * RESOLUTION_S / 3_600 / vehicle.capacity_wh


@given(vehicle=vehicles, supply=supplies, limit_w=limits, soc=socs, first=durations, second=durations)
def test_advancing_twice_comes_to_the_same_as_once(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, first: float, second: float
) -> None:
    halfway = advance(vehicle, supply, limit_w, soc, first)
    end = advance(vehicle, supply, limit_w, halfway.soc, second)
    at_once = advance(vehicle, supply, limit_w, soc, first + second)
    assert end.soc == pytest.approx(at_once.soc, abs=tolerance(vehicle))
    assert halfway.energy_wh + end.energy_wh == pytest.approx(
        at_once.energy_wh, rel=1e-9, abs=tolerance(vehicle) * vehicle.capacity_wh
    )


@given(vehicle=vehicles, supply=supplies, limit_w=limits, soc=socs, seconds=durations)
def test_energy_is_the_capacity_times_the_rise(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, seconds: float
) -> None:
    charged = advance(vehicle, supply, limit_w, soc, seconds)
    assert soc <= charged.soc <= 1
    assert charged.energy_wh >= 0
    rise = charged.soc - soc
    assert charged.energy_wh == pytest.approx(
        vehicle.capacity_wh * rise, rel=1e-9, abs=1e-12 * vehicle.capacity_wh
    )


@given(vehicle=vehicles, supply=supplies, limit_w=limits, soc=socs, seconds=durations, more=durations)
def test_more_time_never_brings_less(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, seconds: float, more: float
) -> None:
    less = advance(vehicle, supply, limit_w, soc, seconds)
    longer = advance(vehicle, supply, limit_w, soc, seconds + more)
    assert longer.soc >= less.soc - 1e-15
    assert longer.energy_wh >= less.energy_wh * (1 - 1e-12)


@given(vehicle=vehicles, supply=supplies, low_w=limits, high_w=limits, soc=socs, seconds=durations)
def test_a_higher_limit_never_brings_less(
    vehicle: Vehicle, supply: Supply, low_w: float, high_w: float, soc: float, seconds: float
) -> None:
    assume(low_w <= high_w)
    lower = advance(vehicle, supply, low_w, soc, seconds)
    higher = advance(vehicle, supply, high_w, soc, seconds)
    assert higher.soc >= lower.soc - tolerance(vehicle)


@given(vehicle=vehicles, supply=supplies, soc=socs)
def test_power_is_nothing_exactly_when_full(vehicle: Vehicle, supply: Supply, soc: float) -> None:
    assert (resolve(vehicle, supply, soc, Bounds()).power_w == 0) == (soc >= 1)


@tries(50)  # a thousand evaluations each
@given(vehicle=gentle_vehicles, supply=supplies, limit_w=limits, soc=socs, seconds=st.floats(0.0, 1e4))
def test_energy_is_what_stepping_in_small_steps_adds_up_to(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, seconds: float
) -> None:
    """The reference knows nothing of closed forms: it asks for the power 500 times and adds."""
    bound_w = ceiling(vehicle, supply, Bounds(station_w=limit_w)).power_w
    # A step moves the state of charge by at most a thousandth, so that it jumps over no piece of the curve.
    step_s = min(seconds / 500, 3.6 * vehicle.capacity_wh / vehicle.max_power_w)
    per_watt = step_s / 3_600 / vehicle.capacity_wh
    stepped = soc
    for _ in range(500):
        middle = stepped + min(vehicle.demand_w(stepped, supply), bound_w) * per_watt / 2
        stepped = min(1.0, stepped + min(vehicle.demand_w(middle, supply), bound_w) * per_watt)
    charged = advance(vehicle, supply, limit_w, soc, 500 * step_s)
    assert charged.soc == pytest.approx(stepped, abs=1e-3)
    assert charged.energy_wh == pytest.approx(
        vehicle.capacity_wh * (stepped - soc), abs=1e-3 * vehicle.capacity_wh
    )


@given(vehicle=gentle_vehicles, supply=supplies, limit_w=limits, soc=socs, share=st.floats(0.0, 1.0))
def test_the_rate_of_charge_is_the_resolved_power(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, share: float
) -> None:
    """Within a stretch power is monotone in time, so the mean power lies between those at both ends."""
    bounds = Bounds(station_w=limit_w)
    knee = next_knee(vehicle, supply, limit_w, soc)
    assume(RESOLUTION_S < knee < inf)
    start_w = resolve(vehicle, supply, soc, bounds).power_w
    charged = advance(vehicle, supply, limit_w, soc, knee * share)
    assume(charged.energy_wh > 1e-6 * vehicle.capacity_wh and charged.soc < 1)
    end_w = resolve(vehicle, supply, charged.soc, bounds).power_w
    mean_w = charged.energy_wh * 3_600 / (knee * share)
    assert min(start_w, end_w) * (1 - 1e-6) <= mean_w <= max(start_w, end_w) * (1 + 1e-6)


@given(vehicle=vehicles, supply=supplies, limit_w=limits, soc=socs, target=st.floats(0, 1))
def test_a_target_is_reached_when_it_was_said_to_be(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, target: float
) -> None:
    seconds = time_until(vehicle, supply, limit_w, soc, target)
    assume(seconds < inf)
    reached = advance(vehicle, supply, limit_w, soc, seconds).soc
    assert reached == pytest.approx(max(soc, target), abs=tolerance(vehicle))


@given(vehicle=vehicles, supply=supplies, limit_w=limits, soc=socs, began=st.floats(EPOCH, 2 * EPOCH))
def test_a_wake_at_the_instant_of_full_finds_exactly_full(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, began: float
) -> None:
    """Also when the duration went through an instant in POSIX seconds, which rounds it."""
    seconds = time_until_full(vehicle, supply, limit_w, soc)
    assume(0 < seconds < 100 * YEAR)
    assert advance(vehicle, supply, limit_w, soc, seconds).soc == 1.0
    assert advance(vehicle, supply, limit_w, soc, (began + seconds) - began).soc == 1.0


@given(vehicle=vehicles, supply=supplies, soc=socs)
def test_without_a_limit_every_charge_ends(vehicle: Vehicle, supply: Supply, soc: float) -> None:
    seconds = time_until_full(vehicle, supply, inf, soc)
    assert seconds < inf
    assert (seconds > 0) == (soc < 1)


@given(vehicle=vehicles, supply=supplies, limit_w=limits, soc=socs, began=st.floats(EPOCH, 2 * EPOCH))
def test_waking_for_each_knee_ends_full_after_few_wakes(
    vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, began: float
) -> None:
    """Each wake comes at a later instant than the one before, and there are not many more than points.

    Only so little power that full is more seconds away than a float holds is not waited for.
    """
    instants = [began]
    while (seconds := next_knee(vehicle, supply, limit_w, soc)) < inf:
        instants.append(instants[-1] + seconds)
        soc = advance(vehicle, supply, limit_w, soc, instants[-1] - instants[-2]).soc
        assert len(instants) <= 4 * len(vehicle.curve) + 6
    assert all(later > earlier for earlier, later in pairwise(instants))
    assert soc == 1.0 or resolve(vehicle, supply, soc, Bounds(station_w=limit_w)).power_w < 1e-290


@given(
    vehicle=vehicles,
    supply=supplies,
    soc=socs,
    periods=st.lists(st.tuples(limits, st.floats(0, 1e4)), max_size=20),
)
def test_a_register_never_goes_back_and_holds_what_the_battery_got(
    vehicle: Vehicle, supply: Supply, soc: float, periods: list[tuple[float, float]]
) -> None:
    start, register_wh = soc, 0.0
    for limit_w, seconds in periods:
        charged = advance(vehicle, supply, limit_w, soc, seconds)
        assert charged.energy_wh >= 0
        register_wh, soc = register_wh + charged.energy_wh, charged.soc
    assert register_wh == pytest.approx(vehicle.capacity_wh * (soc - start), abs=1e-9 * vehicle.capacity_wh)
