"""Which bound holds the power of a connector, and what its meter shows then."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.electricity import Supply
from ocppsim.model.energy import Bounds, Limit, ceiling, current_limit, resolve, sample
from ocppsim.model.vehicle import Vehicle

AC, SINGLE_PHASE, DC = Supply.ac(3), Supply.ac(1), Supply.dc()
HALF = 0.5

supplies = st.sampled_from([AC, SINGLE_PHASE, DC])
vehicles = st.builds(Vehicle, max_power_w=st.floats(100, 1e6), ac_phases=st.sampled_from([1, 3]))
amounts = st.sampled_from([0.0, inf]) | st.floats(0, 1e5)
bounds = st.builds(
    Bounds,
    cable_a=amounts,
    connector_w=amounts,
    station_w=amounts,
    others=st.lists(st.builds(Limit, amounts, st.just("profile")), max_size=2).map(tuple),
)


@pytest.mark.parametrize(
    ("given_bounds", "power_w", "by"),
    [
        (Bounds(), 11_040, "vehicle"),
        (Bounds(cable_a=13), 8_970, "cable"),
        (Bounds(connector_w=7_400), 7_400, "connector"),
        (Bounds(station_w=5_500), 5_500, "station"),
        (Bounds(station_w=5_500, others=(Limit(5_000, "profile"),)), 5_000, "profile"),
        (
            Bounds(cable_a=32, connector_w=22_000, station_w=9_000, others=(Limit(8_000, "amperage"),)),
            8_000,
            "amperage",
        ),
    ],
)
def test_the_lowest_bound_holds_and_gives_its_name(given_bounds: Bounds, power_w: float, by: str) -> None:
    assert resolve(Vehicle(), AC, HALF, given_bounds) == Limit(power_w, by)


def test_of_equal_bounds_the_first_in_order_is_named() -> None:
    power_w = AC.power_w(10, 3)
    others = (Limit(power_w, "profile"), Limit(power_w, "amperage"))
    ten_amperes = Vehicle(ac_max_current_a=10)
    sixteen_amperes = Vehicle()
    assert resolve(ten_amperes, AC, HALF, Bounds(10, power_w, power_w, others)).by == "vehicle"
    assert resolve(sixteen_amperes, AC, HALF, Bounds(10, power_w, power_w, others)).by == "cable"
    assert resolve(sixteen_amperes, AC, HALF, Bounds(32, power_w, power_w, others)).by == "connector"
    assert resolve(sixteen_amperes, AC, HALF, Bounds(32, 22_000, power_w, others)).by == "station"
    assert resolve(sixteen_amperes, AC, HALF, Bounds(32, 22_000, inf, others)).by == "profile"


def test_a_full_ev_is_held_by_itself() -> None:
    assert resolve(Vehicle(), AC, 1.0, Bounds(station_w=0.0)) == Limit(0.0, "vehicle")


@pytest.mark.parametrize(("station_w", "power_w"), [(4_140, 4_140), (4_139, 0), (1_380, 0), (0, 0)])
def test_a_limit_below_six_amperes_per_phase_is_no_power(station_w: float, power_w: float) -> None:
    assert resolve(Vehicle(), AC, HALF, Bounds(station_w=station_w)) == Limit(power_w, "station")


def test_the_minimum_counts_the_phases_that_the_ev_uses() -> None:
    assert resolve(Vehicle(ac_phases=1), AC, HALF, Bounds(station_w=1_380)) == Limit(1_380, "station")
    assert resolve(Vehicle(), SINGLE_PHASE, HALF, Bounds(station_w=1_379)) == Limit(0, "station")


def test_rounding_does_not_push_a_limit_of_six_amperes_below_the_minimum() -> None:
    limit_w = AC.power_w(6, 3) * (1 - 1e-15)
    assert resolve(Vehicle(), AC, HALF, Bounds(station_w=limit_w)).power_w == limit_w


def test_the_ev_itself_may_take_less_than_six_amperes() -> None:
    assert resolve(Vehicle(max_power_w=2_000), AC, HALF, Bounds()) == Limit(2_000, "vehicle")


def test_dc_knows_no_minimum() -> None:
    assert resolve(Vehicle(), DC, HALF, Bounds(station_w=10)) == Limit(10, "station")


def test_a_cable_over_dc_carries_its_current_once() -> None:
    assert resolve(Vehicle(), DC, HALF, Bounds(cable_a=125)) == Limit(50_000, "cable")


def test_one_phase_of_a_connector_carries_a_third_of_its_rating() -> None:
    thirsty = Vehicle(ac_phases=1, ac_max_current_a=32)
    assert resolve(thirsty, AC, HALF, Bounds(connector_w=11_040)) == Limit(3_680, "connector")
    assert resolve(thirsty, SINGLE_PHASE, HALF, Bounds(connector_w=3_680)) == Limit(3_680, "connector")


def test_a_limit_in_amperes_depends_on_the_phases_in_use() -> None:
    assert current_limit(Vehicle(), AC, 10, "amperage") == Limit(6_900, "amperage")
    assert current_limit(Vehicle(ac_phases=1), AC, 10, "amperage") == Limit(2_300, "amperage")


@given(vehicle=vehicles, supply=supplies, soc=st.floats(0, 1), given_bounds=bounds)
def test_power_is_the_lower_of_demand_and_ceiling(
    vehicle: Vehicle, supply: Supply, soc: float, given_bounds: Bounds
) -> None:
    power = resolve(vehicle, supply, soc, given_bounds)
    demand_w, bound = vehicle.demand_w(soc, supply), ceiling(vehicle, supply, given_bounds)
    assert power.power_w == min(demand_w, bound.power_w)
    assert power.by == (bound.by if bound.power_w < demand_w else "vehicle")


@given(vehicle=vehicles, supply=supplies, given_bounds=bounds)
def test_a_ceiling_is_nothing_or_enough_for_the_minimum(
    vehicle: Vehicle, supply: Supply, given_bounds: Bounds
) -> None:
    power_w = ceiling(vehicle, supply, given_bounds).power_w
    assert power_w == 0 or power_w >= supply.minimum_w(vehicle.phases_used(supply)) * (1 - 1e-9)


@pytest.mark.parametrize("power_w", [-1.0, float("nan")])
def test_a_limit_below_nothing_is_refused(power_w: float) -> None:
    with pytest.raises(ValueError, match="power_w of a limit by profile must be 0 or more"):
        Limit(power_w, "profile")


@given(vehicle=vehicles, supply=supplies, soc=st.floats(0, 1), power_w=st.just(0.0) | st.floats(0.1, 1e5))
def test_a_reading_is_coherent_to_the_last_bit(
    vehicle: Vehicle, supply: Supply, soc: float, power_w: float
) -> None:
    reading = sample(vehicle, supply, soc, power_w)
    factor = reading.phases if supply is not DC else 1
    assert reading.power_w == reading.voltage_v * reading.current_a * factor
    assert reading.power_w == pytest.approx(power_w, rel=1e-12)
    assert reading.phases == vehicle.phases_used(supply)
    assert reading.soc_percent == soc * 100
