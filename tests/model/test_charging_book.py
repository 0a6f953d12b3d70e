"""What is installed: what is taken, replaced, cleared and kept."""

import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.charging import book
from ocppsim.model.charging.book import Book, Installed, acceptable, cleared, install
from ocppsim.model.charging.profile import Kind, Period, Profile, Purpose, Recurrence, Schedule, Unit
from ocppsim.model.settings import Settings
from tests.effort import tries
from tests.model.charging_reference import LEVELS, NOW, books, profiles
from tests.tables import each

SETTINGS = Settings(profile_levels=3, profile_periods=2, profiles_installed=3)
GOOD = Profile(
    id=1,
    level=0,
    purpose=Purpose.DEFAULT,
    kind=Kind.ABSOLUTE,
    schedule=Schedule(Unit.AMPERES, (Period(0, 16.0), Period(60, 8.0))),
)
STATION = evolve(GOOD, purpose=Purpose.STATION)
SESSION = evolve(GOOD, purpose=Purpose.SESSION)


def scheduled(*periods: Period, **fields: Any) -> Profile:
    return evolve(GOOD, schedule=evolve(GOOD.schedule, periods=periods or GOOD.schedule.periods, **fields))


@each(
    ("profile", "connector"),
    [
        (GOOD, 0),
        (GOOD, 1),
        (STATION, 0),
        (SESSION, 1),
        (evolve(SESSION, transaction_id=7), 1),
        (evolve(GOOD, level=3), 1),
        (evolve(GOOD, kind=Kind.RELATIVE), 1),
        (evolve(GOOD, kind=Kind.RECURRING, recurrence=Recurrence.DAILY), 1),
        (scheduled(Period(0, 0.0, 1)), 1),
        (scheduled(duration_s=1, minimum=0.0), 1),
    ],
)
def test_what_is_taken(profile: Profile, connector: int) -> None:
    assert acceptable(profile, connector, SETTINGS)


@each(
    ("profile", "connector"),
    [
        (STATION, 1),
        (evolve(STATION, kind=Kind.RELATIVE), 0),
        (SESSION, 0),
        (evolve(GOOD, transaction_id=7), 1),
        (evolve(GOOD, level=4), 1),
        (evolve(GOOD, level=-1), 1),
        (evolve(GOOD, kind=Kind.RECURRING), 1),
        (evolve(GOOD, valid_from=5.0, valid_to=5.0), 1),
        (evolve(GOOD, schedule=Schedule(Unit.AMPERES, ())), 1),
        (scheduled(Period(1, 16.0)), 1),
        (scheduled(Period(0, 16.0), Period(0, 8.0)), 1),
        (scheduled(Period(0, 16.0), Period(9, 8.0), Period(5, 8.0)), 1),
        (scheduled(Period(0, 16.0), Period(5, 8.0), Period(9, 8.0)), 1),  # one too many
        (scheduled(Period(0, -1.0)), 1),
        (scheduled(Period(0, 16.0, 0)), 1),
        (scheduled(Period(0, 16.0, 4)), 1),
        (scheduled(duration_s=0), 1),
        (scheduled(minimum=-0.1), 1),
    ],
)
def test_what_is_not_taken(profile: Profile, connector: int) -> None:
    assert not acceptable(profile, connector, SETTINGS)


@pytest.mark.parametrize(("units", "unit"), [("Current", Unit.AMPERES), ("Power", Unit.WATTS)])
def test_the_allowed_unit_is_taken_and_the_other_is_not(units: str, unit: Unit) -> None:
    settings = evolve(SETTINGS, profile_units=(units,))
    taken = [one for one in Unit if acceptable(scheduled(unit=one), 1, settings)]
    assert taken == [unit]


def put(profile: Profile, connector: int = 1, into: Book = ()) -> Book:
    made = install(into, Installed(profile, connector, NOW), SETTINGS)
    assert made is not None
    return made


def ids(profiles: Book) -> list[int]:
    return [one.profile.id for one in profiles]


@pytest.mark.parametrize(
    ("second", "connector", "left"),
    [
        (evolve(GOOD, id=2), 1, [2]),  # same place
        (evolve(GOOD, id=2, level=1), 1, [1, 2]),
        (evolve(GOOD, id=2), 2, [1, 2]),
        (evolve(SESSION, id=2), 1, [1, 2]),
        (evolve(STATION, id=1, level=3), 0, [1]),  # same id
    ],
)
def test_the_same_id_or_the_same_place_is_replaced(second: Profile, connector: int, left: list[int]) -> None:
    both = put(second, connector, put(GOOD))
    assert ids(both) == left
    assert both[-1].profile == second


def test_one_too_many_is_not_installed_but_may_replace() -> None:
    full: Book = ()
    for number in (1, 2, 3):
        full = put(evolve(GOOD, id=number, level=number - 1), into=full)
    assert install(full, Installed(evolve(GOOD, id=4, level=3), 1, NOW), SETTINGS) is None
    assert ids(put(evolve(GOOD, id=3, level=3), into=full)) == [1, 2, 3]


CLEARABLE = (
    *put(STATION, 0),
    *put(evolve(GOOD, id=2), 0),
    *put(evolve(GOOD, id=3, level=1), 1),
    *put(evolve(GOOD, id=4), 2),
)


@each(
    ("criteria", "left"),
    [
        ({}, []),
        ({"number": 3}, [1, 2, 4]),
        ({"number": 3, "connector": 2, "level": 9}, [1, 2, 4]),  # with an id the others do not count
        ({"number": 9}, [1, 2, 3, 4]),
        ({"connector": 0}, [3, 4]),
        ({"purpose": Purpose.DEFAULT}, [1]),
        ({"level": 0}, [3]),
        ({"purpose": Purpose.DEFAULT, "level": 0}, [1, 3]),
        ({"purpose": Purpose.DEFAULT, "level": 0, "connector": 2}, [1, 2, 3]),
        ({"purpose": Purpose.SESSION}, [1, 2, 3, 4]),
    ],
)
def test_what_fits_all_that_is_given_is_cleared(criteria: dict[str, Any], left: list[int]) -> None:
    assert ids(cleared(CLEARABLE, **criteria)) == left


def test_profiles_of_sessions_that_are_over_go() -> None:
    mine, other = (Installed(evolve(SESSION, id=n), 1, NOW, f"1-{n}") for n in (1, 2))
    kept = book.without_strangers(
        (*CLEARABLE, mine, other), lambda number, name: (number, name) == (1, "1-2")
    )
    assert kept == (*CLEARABLE, other)


@tries(30)
@given(books())
def test_a_book_survives_the_store(profiles: Book) -> None:
    assert book.load(json.loads(json.dumps(book.dump(profiles)))) == profiles


def test_no_book_is_an_empty_one() -> None:
    assert book.load(None) == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(Purpose), st.integers(0, 2), st.sampled_from(LEVELS), st.integers(1, 5))
    ),
    st.data(),
)
def test_no_two_share_an_id_or_a_place_and_never_too_many(
    orders: list[tuple[Purpose, int, int, int]], data: st.DataObject
) -> None:
    limits, found = Settings(profiles_installed=4), ()
    for purpose, connector, level, number in orders:
        new = Installed(data.draw(profiles(number, purpose, level)), connector, NOW)
        made = install(found, new, limits)
        if made is None:
            assert len(found) == 4
        else:
            found = made
            assert found[-1] == new
        places = [(one.connector, one.profile.purpose, one.profile.level) for one in found]
        assert len(set(places)) == len(places) == len(set(ids(found))) <= 4
