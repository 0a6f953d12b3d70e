"""Which profile prevails and when that changes: rules as examples, and laws against the slow reference."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.charging import limits
from ocppsim.model.charging.book import Book, Installed
from ocppsim.model.charging.limits import Charge
from ocppsim.model.charging.profile import Kind, Period, Profile, Purpose, Rate, Recurrence, Schedule, Unit
from ocppsim.model.charging.timeline import next_border, rate
from tests.effort import tries
from tests.model import charging_reference as slow
from tests.model.charging_reference import BEGAN, DAY, NOW, SESSION, WEEK, books

CHARGE = Charge(frozenset({SESSION}), BEGAN)
INF = float("inf")


def made(
    *periods: tuple[int, float], duration_s: int | None = None, start: float | None = None, **fields: Any
) -> Profile:
    schedule = Schedule(Unit.AMPERES, tuple(Period(*period) for period in periods), duration_s, start)
    defaults: dict[str, Any] = {"id": 1, "level": 0, "purpose": Purpose.DEFAULT, "kind": Kind.ABSOLUTE}
    return Profile(schedule=schedule, **defaults | fields)


def at(profile: Profile, *seconds: float, origin: float = NOW) -> list[float | None]:
    """The limits so many seconds after NOW, None for none."""
    found = [rate(profile, origin, NOW + second) for second in seconds]
    return [None if one is None else one.limit for one in found]


# -- one profile


def test_a_period_lasts_until_the_next_and_the_last_for_ever() -> None:
    profile = made((0, 16), (60, 8))
    assert at(profile, -0.001, 0, 59.999, 60, 1e8) == [None, 16, 16, 8, 8]
    assert next_border(profile, NOW, NOW - 1) == NOW
    assert next_border(profile, NOW, NOW) == NOW + 60
    assert next_border(profile, NOW, NOW + 60) == INF


def test_a_duration_ends_the_last_period_and_what_comes_after_it() -> None:
    profile = made((0, 16), (60, 8), (100, 6), duration_s=90)
    assert at(profile, 89.999, 90, 100) == [8, None, None]
    assert next_border(profile, NOW, NOW + 60) == NOW + 90


def test_validity_cuts_both_ends_and_its_end_is_excluded() -> None:
    profile = made((0, 16), valid_from=NOW + 10.0, valid_to=NOW + 20.5)
    assert at(profile, 9.999, 10, 20.499, 20.5) == [None, 16, 16, None]
    assert next_border(profile, NOW, NOW) == NOW + 10
    assert next_border(profile, NOW, NOW + 10) == NOW + 20.5
    assert next_border(profile, NOW, NOW + 21) == INF


@pytest.mark.parametrize(("recurrence", "every"), [(Recurrence.DAILY, DAY), (Recurrence.WEEKLY, WEEK)])
def test_a_recurrence_begins_anew_and_falls_back_between(recurrence: Recurrence, every: int) -> None:
    profile = made((0, 16), (60, 8), duration_s=90, kind=Kind.RECURRING, recurrence=recurrence)
    for days in (0, 1, 700):
        base = days * every
        assert at(profile, base, base + 60, base + 90, base + every - 0.001) == [16, 8, None, None]
        assert next_border(profile, NOW, NOW + base + 90) == NOW + base + every
    assert at(profile, -1) == [None]


def test_what_is_longer_than_a_recurrence_is_not_executed() -> None:
    profile = made(
        (0, 16), (DAY, 8), (DAY + 60, 6), duration_s=3 * DAY, kind=Kind.RECURRING, recurrence=Recurrence.DAILY
    )
    assert at(profile, DAY - 1, DAY, DAY + 60) == [16, 16, 16]


def test_instants_computed_in_two_ways_are_the_same() -> None:
    """A timer may fire a trifle early: instants are floats."""
    profile = made((0, 16), (60, 8))
    assert at(profile, 60 - 2e-7, origin=NOW) == [8]


# -- several


def installed(*profiles: Profile, connector: int = 1) -> Book:
    return tuple(
        Installed(one, connector, NOW, SESSION if one.purpose is Purpose.SESSION else None)
        for one in profiles
    )


def prevails(book: Book, seconds: float = 0, charge: Charge = CHARGE) -> Rate | None:
    return limits.prevailing(limits.of_session(book, 1, charge), NOW + seconds)


def test_the_highest_level_wins_and_its_gap_falls_to_the_next() -> None:
    low = made((0, 16), id=1, level=0, start=NOW)
    high = made((0, 8), id=2, level=3, start=NOW, duration_s=60)
    for book in (installed(low, high), installed(high, low)):
        assert [prevails(book, second).limit for second in (0, 59, 60)] == [8, 8, 16]  # type: ignore[union-attr] # none is missing


def test_a_session_profile_overrules_defaults_and_its_gap_falls_to_them() -> None:
    default = made((0, 6), id=1, level=9, start=NOW)
    own = made((0, 32), id=2, purpose=Purpose.SESSION, start=NOW + 10)
    found = [prevails(installed(default, own), second) for second in (0, 10)]
    assert [one.by for one in found if one] == ["default profile 1", "session profile 2"]


def test_a_default_of_the_connector_hides_those_of_all_even_in_its_gaps() -> None:
    everywhere = installed(made((0, 6), id=1, level=9, start=NOW), connector=0)
    here = installed(made((0, 16), id=2, start=NOW + 10))
    assert prevails(everywhere) == Rate(6, Unit.AMPERES, by="default profile 1")
    assert prevails(everywhere + here) is None
    assert prevails(everywhere + here, 10) == Rate(16, Unit.AMPERES, by="default profile 2")
    other = limits.of_session(everywhere + here, 2, CHARGE)
    assert limits.prevailing(other, NOW) == Rate(6, Unit.AMPERES, by="default profile 1")


def test_a_profile_of_another_session_says_nothing() -> None:
    (own,) = installed(made((0, 6), purpose=Purpose.SESSION, start=NOW))
    assert prevails((own,)) is not None
    assert prevails((evolve(own, session="1-2"),)) is None
    assert prevails((own,), charge=Charge(frozenset(), BEGAN)) is None


def test_relative_and_unanchored_schedules_begin_with_the_session() -> None:
    for kind in (Kind.RELATIVE, Kind.ABSOLUTE):
        profile = made((0, 16), (60, 8), kind=kind)
        assert [prevails(installed(profile), BEGAN - NOW + s).limit for s in (59, 60)] == [16, 8]  # type: ignore[union-attr] # none is missing
    startless = made((0, 16), (60, 8), kind=Kind.RELATIVE, start=NOW + 1_000.0)
    assert prevails(installed(startless), BEGAN - NOW).limit == 16  # type: ignore[union-attr] # none is missing


def test_an_unanchored_schedule_of_the_station_begins_with_validity_or_installation() -> None:
    plain = made((0, 16), (60, 8), purpose=Purpose.STATION)
    later = evolve(plain, valid_from=NOW + 100.0)
    for profile, begins in ((plain, 0), (later, 100)):
        placed = limits.of_station(installed(profile, connector=0))
        found = [limits.prevailing(placed, NOW + begins + second) for second in (0, 60)]
        assert [one.limit for one in found if one] == [16, 8]


# -- laws


@given(books(), st.sampled_from([1, 2]))
@tries(50)
def test_every_second_is_as_the_reference_has_it(book: Book, connector: int) -> None:
    placed, station = limits.of_session(book, connector, CHARGE), limits.of_station(book)
    for second in range(-40, 180):
        instant = float(NOW + second)
        assert seen(limits.prevailing(placed, instant)) == expected(slow.of_session(book, connector, instant))
        assert seen(limits.prevailing(station, instant)) == expected(slow.of_station(book, instant))


def seen(found: Rate | None) -> tuple[float, Unit, int | None, str] | None:
    return None if found is None else (found.limit, found.unit, found.phases, found.by.rpartition(" ")[2])


def expected(found: tuple[Installed, Period] | None) -> tuple[float, Unit, int | None, str] | None:
    if found is None:
        return None
    one, period = found
    return period.limit, one.profile.schedule.unit, period.phases, str(one.profile.id)


@tries(60)
@given(books(), st.floats(-40, 200), st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_next_change(book: Book, second: float, part: float) -> None:
    placed = limits.of_session(book, 1, CHARGE)
    at = round(NOW + second, 3)
    border = limits.next_change(placed, at)
    assert border > at
    between = round(at + part * (min(border, at + WEEK) - at), 3)
    if between < border:
        assert limits.prevailing(placed, between) == limits.prevailing(placed, at)
