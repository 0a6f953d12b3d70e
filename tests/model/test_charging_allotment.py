"""What each connector may take: the sum keeps all bounds, and what one may not take is left to the others."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.charging.allotment import Wish, allot, ample_w
from ocppsim.model.charging.profile import Rate, Unit
from ocppsim.model.electricity import Supply
from ocppsim.model.energy import Limit
from ocppsim.model.vehicle import Vehicle

THREE, ONE, DC = Supply.ac(3), Supply.ac(1), Supply.dc(400.0)
BIG = Vehicle(ac_max_current_a=32.0)
SINGLE = Vehicle(ac_phases=1, ac_max_current_a=32.0)


def amperes(limit: float, by: str = "station profile 1", **fields: float) -> Rate:
    return Rate(limit, Unit.AMPERES, by=by, **fields)  # type: ignore[arg-type] # the other fields are numbers too


def watts(limit: float) -> Rate:
    return Rate(limit, Unit.WATTS, by="station profile 1")


def wish(
    demand_w: float, supply: Supply = THREE, vehicle: Vehicle | None = BIG, rate: Rate | None = None
) -> Wish:
    return Wish(demand_w, supply, vehicle, rate)


def powers(found: dict[int, Limit]) -> dict[int, float]:
    return {number: round(limit.power_w, 6) for number, limit in found.items()}


def test_without_bounds_each_may_take_all() -> None:
    assert allot(inf, None, {1: wish(11_000), 2: wish(0)}) == {
        1: Limit(inf, "station"),
        2: Limit(inf, "station"),
    }


@given(
    st.floats(0, 100_000) | st.just(inf),
    st.dictionaries(st.integers(1, 4), st.tuples(st.floats(1, 22_000), st.floats(0, 1)), min_size=1),
    st.booleans(),
)
def test_what_is_ample_is_what_would_be_allotted_whatever_the_others_want(
    total_w: float, connectors: dict[int, tuple[float, float]], is_limited: bool
) -> None:
    found = ample_w(total_w, [most_w for most_w, _ in connectors.values()], is_limited=is_limited)
    if found is None:
        assert is_limited or sum(most_w for most_w, _ in connectors.values()) > total_w
        return
    wishes = {number: wish(most_w * part, ONE) for number, (most_w, part) in connectors.items()}
    assert allot(total_w, None, wishes) == dict.fromkeys(connectors, Limit(found, "station"))


def test_the_stations_profile_divides_what_there_is() -> None:
    found = allot(inf, watts(10_000), {1: wish(11_000), 2: wish(11_000)})
    assert found == {1: Limit(5_000, "station profile 1"), 2: Limit(5_000, "station profile 1")}


def test_the_lower_bound_is_the_one_that_is_named() -> None:
    assert allot(9_000, watts(10_000), {1: wish(11_000)}) == {1: Limit(9_000, "station")}
    assert allot(9_000, watts(8_000), {1: wish(11_000)}) == {1: Limit(8_000, "station profile 1")}
    assert allot(9_000, watts(9_000), {1: wish(11_000)}) == {1: Limit(9_000, "station")}


def test_what_a_session_profile_forbids_is_left_to_the_others() -> None:
    limited = wish(22_000, rate=amperes(8, "session profile 2"))
    found = powers(allot(22_000, None, {1: limited, 2: wish(22_000)}))
    assert found == {1: 8 * 690, 2: 22_000 - 8 * 690}


@pytest.mark.parametrize("limit", [0.0, 5.9])
def test_who_is_suspended_by_a_profile_takes_no_share(limit: float) -> None:
    paused = wish(22_000, rate=amperes(limit))
    assert powers(allot(22_000, None, {1: paused, 2: wish(22_000)}))[2] == 22_000


def test_amperes_hold_in_each_phase_and_single_phases_are_the_same_one() -> None:
    found = powers(allot(inf, amperes(20), {1: wish(22_000), 2: wish(7_360, THREE, SINGLE)}))
    assert found == {1: 10 * 690, 2: 10 * 230}


def test_direct_current_takes_three_phases_of_the_grid() -> None:
    assert powers(allot(inf, amperes(20), {1: wish(50_000, DC)})) == {1: 20 * 690}


def test_fewer_phases_than_the_grid_has_bound_the_sum() -> None:
    one_phase = Rate(30, Unit.AMPERES, phases=1, by="station profile 1")
    assert powers(allot(inf, one_phase, {1: wish(22_000)})) == {1: 30 * 230}
    assert powers(allot(inf, one_phase, {1: wish(7_360, THREE, SINGLE)})) == {1: 30 * 230}
    assert powers(allot(inf, one_phase, {1: wish(22_000), 2: wish(22_000)})) == {1: 30 * 230, 2: 0}
    three = Rate(30, Unit.AMPERES, phases=3, by="station profile 1")
    assert powers(allot(inf, three, {1: wish(22_000)})) == {1: 30 * 690}


def test_too_little_for_all_serves_the_lowest_numbers() -> None:
    wishes = {1: wish(11_000), 2: wish(11_000)}
    assert powers(allot(inf, amperes(11.9), wishes)) == {1: round(11.9 * 690, 6), 2: 0}
    assert powers(allot(inf, amperes(12), wishes)) == {1: 6 * 690, 2: 6 * 690}


def test_a_minimum_rate_decides_who_is_served() -> None:
    slow = amperes(16, "session profile 1")
    keen = amperes(16, "session profile 1", minimum=10)
    both = {1: wish(11_000, rate=keen), 2: wish(11_000, rate=keen)}
    assert powers(allot(inf, amperes(16), both)) == {1: 11_000, 2: 0}
    assert powers(allot(inf, amperes(16), {1: wish(11_000, rate=slow), 2: wish(11_000, rate=keen)})) == {
        1: 6 * 690,
        2: 10 * 690,
    }


def test_a_minimum_rate_above_the_limit_is_the_limit() -> None:
    rate = amperes(8, "session profile 1", minimum=10)
    assert powers(allot(inf, amperes(16), {1: wish(11_000, rate=rate), 2: wish(11_000)})) == {
        1: 8 * 690,
        2: 8 * 690,
    }


rates = st.none() | st.builds(
    Rate,
    st.sampled_from([0.0, 5.0, 6.0, 8.0, 16.0, 32.0]),
    st.just(Unit.AMPERES),
    phases=st.sampled_from([None, 1, 3]),
    minimum=st.sampled_from([None, 8.0]),
)
wishes = st.builds(
    Wish,
    st.sampled_from([0.0, 500.0, 3_680.0, 11_040.0, 22_080.0]),
    st.sampled_from([THREE, ONE, DC]),
    st.sampled_from([None, BIG, SINGLE]),
    rates,
    st.booleans(),
)
stations = (
    st.none()
    | st.builds(watts, st.floats(0, 50_000))
    | st.builds(
        lambda limit, phases: amperes(limit, phases=phases), st.floats(0, 80), st.sampled_from([1, 2, 3])
    )
)


@given(
    st.dictionaries(st.integers(1, 6), wishes, max_size=4),
    st.sampled_from([inf, 22_000.0, 5_000.0]),
    stations,
)
def test_what_flows_together_keeps_every_bound(
    wishes: dict[int, Wish], total_w: float, station: Rate | None
) -> None:
    found = allot(total_w, station, wishes)
    assert list(found) == list(wishes)
    flows = {number: min(limit.power_w, wishes[number].useful_w) for number, limit in found.items()}
    slack = 1 + 1e-9
    assert sum(flows.values()) <= total_w * slack
    if station is not None and station.unit is Unit.WATTS:
        assert sum(flows.values()) <= station.limit * slack + 1e-6
    if station is not None and station.unit is Unit.AMPERES:
        per_phase = sum(
            power_w / (690 if wishes[n].supply == DC else 230 * wishes[n].phases)
            for n, power_w in flows.items()
        )
        assert per_phase <= station.limit * slack + 1e-9
        assert sum(flows.values()) <= station.limit * 230 * (station.phases or 3) * slack + 1e-6
