"""The composite schedule: exact at every second of its duration, and told in the fewest periods."""

from itertools import pairwise
from math import floor, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.charging import composite, limits
from ocppsim.model.charging.book import Book, Installed
from ocppsim.model.charging.composite import MOST_PERIODS, Composite, Socket
from ocppsim.model.charging.limits import Charge
from ocppsim.model.charging.profile import Kind, Period, Profile, Purpose, Recurrence, Schedule, Unit
from ocppsim.model.electricity import Supply
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle
from tests.effort import tries
from tests.model import charging_reference as slow
from tests.model.charging_reference import BEGAN, NOW, SESSION, books

CHARGE = Charge(frozenset({SESSION}), BEGAN)
THREE, ONE, DC = Supply.ac(3), Supply.ac(1), Supply.dc(400.0)
DURATION_S = 130

supplies = st.sampled_from([THREE, ONE, DC])
vehicles = st.sampled_from([None, Vehicle(), Vehicle(ac_phases=1, ac_max_current_a=32.0)])
starts = st.integers(-40, 60).map(lambda second: float(NOW + second))


def socket(
    book: Book, number: int, supply: Supply, vehicle: Vehicle | None, *, switches: bool = False
) -> Socket:
    outlet = Outlet(supply, max_power_w=22_080.0)
    return Socket(outlet, vehicle, inf, limits.of_session(book, number, CHARGE), switches)


def unfolded(found: Composite) -> list[tuple[float, int | None]]:
    """Limit and phases at each second."""
    assert found.periods[0].start_s == 0
    values: list[tuple[float, int | None]] = []
    for one, following in pairwise((*found.periods, Period(found.duration_s, -1.0))):
        assert one.start_s < following.start_s
        assert (one.limit, one.phases) != (following.limit, following.phases)
        values += [(one.limit, one.phases)] * (following.start_s - one.start_s)
    return values


# -- the same, slowly


def phases(supply: Supply, vehicle: Vehicle | None) -> int:
    if supply == DC:
        return 0
    of_supply = 3 if supply == THREE else 1
    return of_supply if vehicle is None else min(of_supply, vehicle.ac_phases)


def allowed_w(book: Book, number: int, at: float, supply: Supply, used: int) -> float:
    lowest_w = 22_080.0 if supply != THREE else 7_360.0 * used
    own = slow.of_session(book, number, at)
    if own is not None:
        lowest_w = min(lowest_w, in_watts(own, supply, used, grid=False))
    station = slow.of_station(book, at)
    if station is not None:
        lowest_w = min(lowest_w, in_watts(station, supply, used, grid=True), in_all_w(station))
    return lowest_w


def in_watts(found: tuple[Installed, Period], supply: Supply, used: int, *, grid: bool) -> float:
    one, period = found
    if one.profile.schedule.unit is Unit.WATTS:
        return period.limit
    if supply == DC:
        return period.limit * 690 if grid else period.limit * 400
    carrying = used if grid or period.phases is None else min(used, period.phases)
    return period.limit * 230 * carrying


def in_all_w(found: tuple[Installed, Period]) -> float:
    """What a limit of the station in fewer phases than the grid has lets flow in all."""
    one, period = found
    few = one.profile.schedule.unit is Unit.AMPERES and period.phases in (1, 2)
    return period.limit * 230 * period.phases if few and period.phases else inf


def tenths(value: float) -> float:
    return floor(value * 10 + 1e-6) / 10


def switched(book: Book, number: int, at: float, used: int) -> int:
    """How many phases are left on by a station that can switch."""
    own = slow.of_session(book, number, at)
    return 1 if used == 3 and own is not None and own[1].phases == 1 else used


@given(books(), starts, supplies, vehicles, st.sampled_from(Unit), st.booleans())
@tries(60)
def test_a_connectors_schedule_is_exact_at_every_second(
    book: Book, start: float, supply: Supply, vehicle: Vehicle | None, unit: Unit, switches: bool
) -> None:
    number = 1
    made = socket(book, number, supply, vehicle, switches=switches)
    found = composite.of_connector(number, made, limits.of_station(book), start, DURATION_S, unit)
    assert found is not None
    used = phases(supply, vehicle)
    for second, (value, told) in enumerate(unfolded(found)):
        left_on = switched(book, number, start + second, used) if switches else used
        volts = 400 if supply == DC else 230 * left_on
        expected_w = allowed_w(book, number, start + second, supply, left_on)
        expected = expected_w if unit is Unit.WATTS else expected_w / volts
        assert told == (None if left_on in (0, 3) else left_on)
        assert value == pytest.approx(tenths(expected), abs=1e-9)
        assert value <= expected + 1e-6


@given(books(), starts, vehicles, vehicles, st.sampled_from(Unit), st.sampled_from([inf, 15_000.0]))
def test_the_stations_schedule_is_exact_at_every_second(
    book: Book, start: float, first: Vehicle | None, second: Vehicle | None, unit: Unit, total_w: float
) -> None:
    made = {1: socket(book, 1, THREE, first), 2: socket(book, 2, DC, second)}
    found = composite.of_station(made, limits.of_station(book), total_w, start, DURATION_S, unit)
    assert found is not None
    for elapsed, (value, _) in enumerate(unfolded(found)):
        at = start + elapsed
        powers = (expected_w(book, 1, at, THREE, first), expected_w(book, 2, at, DC, second))
        bound = total_w if unit is Unit.WATTS else total_w / 690
        station = slow.of_station(book, at)
        if station is not None:
            most_w = in_watts(station, THREE, 3, grid=True)
            bound = min(bound, most_w if unit is Unit.WATTS else most_w / 690)
        volts = (230 * phases(THREE, first), 690)
        together = sum(powers) if unit is Unit.WATTS else powers[0] / volts[0] + powers[1] / volts[1]
        if station is not None and sum(powers) > in_all_w(station):
            together *= in_all_w(station) / sum(powers)
        assert value == pytest.approx(tenths(min(bound, together)), abs=1e-9)


def expected_w(book: Book, number: int, at: float, supply: Supply, vehicle: Vehicle | None) -> float:
    power_w = allowed_w(book, number, at, supply, phases(supply, vehicle))
    if supply != DC and power_w / (230 * phases(supply, vehicle)) < 6 - 1e-9:
        return 0.0
    if vehicle is None:
        return power_w
    charger_w = inf if supply == DC else 230 * phases(supply, vehicle) * vehicle.ac_max_current_a
    return min(power_w, vehicle.max_power_w, charger_w)


# -- examples


def daily(*starts: int) -> list[limits.Placed]:
    periods = tuple(Period(start, 16.0 if number % 2 else 8.0) for number, start in enumerate(starts))
    schedule = Schedule(Unit.AMPERES, periods, start=float(NOW))
    profile = Profile(
        id=1,
        level=0,
        purpose=Purpose.DEFAULT,
        kind=Kind.RECURRING,
        recurrence=Recurrence.DAILY,
        schedule=schedule,
    )
    return [(profile, float(NOW))]


def of_one(
    placed: list[limits.Placed], duration_s: int, unit: Unit | None = None, supply: Supply = THREE
) -> Composite | None:
    socket = Socket(Outlet(supply, 22_080.0), None, inf, placed)
    return composite.of_connector(1, socket, [], float(NOW), duration_s, unit)


def test_a_schedule_covers_its_whole_duration_over_days() -> None:
    found = of_one(daily(0, 3_600), 2 * 86_400)
    assert found is not None
    assert [(p.start_s, p.limit) for p in found.periods] == [(0, 8), (3_600, 16), (86_400, 8), (90_000, 16)]


def test_without_a_wish_alternating_current_is_in_amperes_and_direct_current_in_watts() -> None:
    found = [of_one([], 60, None, supply) for supply in (THREE, ONE, DC)]
    assert [one.unit for one in found if one] == [Unit.AMPERES, Unit.AMPERES, Unit.WATTS]
    assert [one.periods for one in found if one] == [
        (Period(0, 32.0),),
        (Period(0, 96.0, 1),),
        (Period(0, 22_080.0),),
    ]


def test_neighbours_that_say_the_same_are_one_period() -> None:
    schedule = Schedule(Unit.AMPERES, (Period(0, 40.0), Period(10, 50.0), Period(20, 8.0), Period(30, 8.0)))
    profile = Profile(id=1, level=0, purpose=Purpose.DEFAULT, kind=Kind.ABSOLUTE, schedule=schedule)
    found = of_one([(profile, float(NOW))], 60)
    assert found is not None
    assert found.periods == (Period(0, 32.0), Period(20, 8.0))


@pytest.mark.parametrize("duration_s", [0, -1])
def test_no_duration_is_no_schedule(duration_s: int) -> None:
    assert of_one([], duration_s) is None


def test_more_periods_than_a_message_should_carry_are_not_told() -> None:
    days = MOST_PERIODS // 2
    assert of_one(daily(0, 3_600), days * 86_400) is not None
    assert of_one(daily(0, 3_600), (days + 1) * 86_400) is None


def test_an_endless_duration_of_what_never_changes_is_one_period() -> None:
    found = of_one([], 2**31 - 1)
    assert found is not None
    assert found.periods == (Period(0, 32.0),)


def test_changes_that_change_nothing_do_not_take_for_ever() -> None:
    placed = daily(*range(0, 86_400, 3_600))
    socket = Socket(Outlet(THREE, 690 * 6.0), None, inf, placed)
    assert composite.of_connector(1, socket, [], float(NOW), 2**31 - 1, None) is None
