"""How a station's power is divided."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.sharing import grants, share

demands_by_number = st.dictionaries(
    st.integers(1, 12),
    st.sampled_from([0.0, 1e-9, 1_380.0, 4_140.0, 11_000.0]) | st.floats(0, 2e5),
    max_size=8,
)
totals = st.sampled_from([0.0, 4_140.0, 12_420.0]) | st.floats(0, 1e6)
minimums = st.sampled_from([0.0, 1_380.0, 4_140.0])


def test_what_one_leaves_is_spread_equally_over_the_others() -> None:
    assert share(22_000, {1: 3_000, 2: 11_000, 3: 11_000}) == {1: 3_000, 2: 9_500, 3: 9_500}


def test_enough_for_all_leaves_each_what_it_wants() -> None:
    assert share(44_000, {1: 3_000, 2: 11_000}) == {1: 3_000, 2: 11_000}
    assert share(inf, {1: 3_000, 2: 11_000}) == {1: 3_000, 2: 11_000}


def test_nobody_wants_anything() -> None:
    assert share(22_000, {}) == {}
    assert share(22_000, {1: 0, 2: 0}, minimum_w=4_140) == {1: 0, 2: 0}


@pytest.mark.parametrize("total_w", [0.0, -5_000.0])
@pytest.mark.parametrize("minimum_w", [0.0, 4_140.0])
def test_no_power_is_no_share(total_w: float, minimum_w: float) -> None:
    assert share(total_w, {1: 11_000, 2: 5_000, 3: 0}, minimum_w) == {1: 0, 2: 0, 3: 0}


def test_too_little_for_all_is_shared_by_the_lowest_numbers() -> None:
    wanting = {3: 11_000, 1: 11_000, 2: 11_000}
    assert share(12_420, wanting, minimum_w=4_140) == {1: 4_140, 2: 4_140, 3: 4_140}
    assert share(12_400, wanting, minimum_w=4_140) == {1: 6_200, 2: 6_200, 3: 0}
    assert share(5_000, wanting, minimum_w=4_140) == {1: 5_000, 2: 0, 3: 0}
    assert share(12_000, {1: 4_140, 2: 11_000, 3: 11_000}, minimum_w=4_140) == {1: 4_140, 2: 7_860, 3: 0}


def test_rounding_of_the_total_costs_nobody_the_minimum() -> None:
    wanting = {1: 11_000, 2: 11_000, 3: 11_000}
    assert share(8_280 * (1 - 1e-15), wanting, minimum_w=4_140) == {1: 4_140, 2: 4_140, 3: 0}


def test_a_connector_that_wants_nothing_does_not_take_a_place() -> None:
    assert share(8_280, {1: 0, 2: 11_000, 3: 11_000}, minimum_w=4_140) == {1: 0, 2: 4_140, 3: 4_140}


def test_a_connector_that_wants_less_than_the_minimum_is_granted_the_minimum() -> None:
    """A smaller grant could not be signalled: it would stop an EV that is about to finish."""
    assert share(22_000, {1: 550, 2: 50_000}, minimum_w=4_140) == {1: 4_140, 2: 17_860}


@given(total_w=totals, demands=demands_by_number)
def test_all_that_can_be_used_is_given_and_no_more(total_w: float, demands: dict[int, float]) -> None:
    shares = share(total_w, demands)
    assert shares.keys() == demands.keys()
    assert sum(shares.values()) == pytest.approx(min(total_w, sum(demands.values())), rel=1e-9, abs=1e-9)
    assert all(0 <= shares[number] <= demands[number] for number in demands)


@given(total_w=totals, demands=demands_by_number)
def test_who_gets_less_than_it_wants_gets_as_much_as_anyone(
    total_w: float, demands: dict[int, float]
) -> None:
    shares = share(total_w, demands)
    short = [shares[number] for number in demands if shares[number] < demands[number] * (1 - 1e-9)]
    assert all(amount >= max(shares.values()) * (1 - 1e-9) - 1e-12 for amount in short)


@given(total_w=totals, demands=demands_by_number, minimum_w=minimums, data=st.data())
def test_the_order_of_the_connectors_does_not_matter(
    total_w: float, demands: dict[int, float], minimum_w: float, data: st.DataObject
) -> None:
    shuffled = dict(data.draw(st.permutations(list(demands.items()))))
    assert share(total_w, shuffled, minimum_w) == share(total_w, demands, minimum_w)


@given(total_w=totals, demands=demands_by_number, minimum_w=minimums, data=st.data())
def test_a_lower_demand_of_one_never_lowers_the_share_of_another(
    total_w: float, demands: dict[int, float], minimum_w: float, data: st.DataObject
) -> None:
    if not demands:
        return
    modest = data.draw(st.sampled_from(sorted(demands)))
    lower = demands | {modest: data.draw(st.just(0.0) | st.floats(0, demands[modest]))}
    before, after = share(total_w, demands, minimum_w), share(total_w, lower, minimum_w)
    newly_served = [number for number in demands if after[number] > 0 == before[number]]
    if not newly_served:  # whom there was nothing for: to them it goes first
        assert all(after[number] >= before[number] * (1 - 1e-9) for number in demands if number != modest)


@given(total_w=totals, demands=demands_by_number, minimum_w=minimums)
def test_every_share_is_nothing_or_useful_and_the_total_is_kept(
    total_w: float, demands: dict[int, float], minimum_w: float
) -> None:
    shares = share(total_w, demands, minimum_w)
    assert sum(shares.values()) <= total_w * (1 + 1e-9)
    for number, amount in shares.items():
        assert amount == 0 or amount >= minimum_w * (1 - 1e-9)
        assert amount <= max(demands[number], minimum_w)


@given(total_w=totals, demands=demands_by_number, minimum_w=st.sampled_from([1_380.0, 4_140.0]))
def test_nobody_goes_without_while_a_minimum_is_left(
    total_w: float, demands: dict[int, float], minimum_w: float
) -> None:
    shares = share(total_w, demands, minimum_w)
    wanting = sorted(number for number in demands if demands[number] > 0)
    served = [number for number in wanting if shares[number] > 0]
    assert served == wanting[: len(served)]
    if len(served) < len(wanting):
        least_w = minimum_w * len(served)
        assert total_w - least_w < minimum_w
        wanted_w = sum(max(demands[number], minimum_w) for number in served)
        assert sum(shares.values()) == pytest.approx(min(total_w, wanted_w) if served else 0)


def test_while_power_suffices_each_may_take_all_there_is() -> None:
    assert grants(22_000, {1: 11_000, 2: 11_000, 3: 0.0}) == {1: 22_000, 2: 22_000}
    assert grants(22_000, {1: 22_000, 2: 11_000}) == {1: 11_000, 2: 11_000}
