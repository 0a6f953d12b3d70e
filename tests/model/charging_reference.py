"""Smart charging worked out the slow way: for one instant, by looking at everything. And profiles at random.

Nothing here shares a line with `ocppsim.model.charging` but the classes of what is installed.
"""

from hypothesis import strategies as st

from ocppsim.model.charging.book import Book, Installed
from ocppsim.model.charging.profile import Kind, Period, Profile, Purpose, Recurrence, Schedule, Unit

NOW = 1_767_225_600
SESSION, STRANGER = "1-1", "1-9"
BEGAN = NOW - 30

LEVELS = range(4)
DAY, WEEK = 86_400, 604_800

# -- by looking


def period_of(profile: Profile, begins: float, at: float) -> Period | None:
    """The period of a profile that holds at an instant."""
    if profile.valid_from is not None and at < profile.valid_from:
        return None
    if profile.valid_to is not None and at >= profile.valid_to:
        return None
    elapsed = at - begins
    if elapsed < 0:
        return None
    if profile.kind is Kind.RECURRING:
        length = DAY if profile.recurrence is Recurrence.DAILY else WEEK
        while elapsed >= length:
            elapsed -= length
    if profile.schedule.duration_s is not None and elapsed >= profile.schedule.duration_s:
        return None
    found = None
    for period in profile.schedule.periods:
        if period.start_s <= elapsed:
            found = period
    return found


def begins(one: Installed, began: float | None) -> float:
    profile = one.profile
    if profile.schedule.start is not None and profile.kind is not Kind.RELATIVE:
        return profile.schedule.start
    if began is not None:
        return began
    return one.since if profile.valid_from is None else profile.valid_from


def holding(
    book: Book, purpose: Purpose, connector: int, at: float, began: float | None, session: str | None
) -> tuple[Installed, Period] | None:
    """The profile of this purpose that prevails, level by level from the top."""
    for level in reversed(LEVELS):
        for one in book:
            fits = one.profile.purpose is purpose and one.connector == connector
            mine = purpose is not Purpose.SESSION or one.session == session
            if fits and mine and one.profile.level == level:
                period = period_of(one.profile, begins(one, began), at)
                if period is not None:
                    return one, period
    return None


def of_session(book: Book, connector: int, at: float) -> tuple[Installed, Period] | None:
    """What holds for the session that began at BEGAN."""
    own = holding(book, Purpose.SESSION, connector, at, BEGAN, SESSION)
    if own is not None:
        return own
    has_own_default = any(
        one.connector == connector and one.profile.purpose is Purpose.DEFAULT for one in book
    )
    return holding(book, Purpose.DEFAULT, connector if has_own_default else 0, at, BEGAN, None)


def of_station(book: Book, at: float) -> tuple[Installed, Period] | None:
    return holding(book, Purpose.STATION, 0, at, None, None)


# -- at random: everything happens within some seconds around NOW

seconds = st.integers(-40, 140)
instants = seconds.map(lambda second: float(NOW + second)) | seconds.map(lambda second: NOW + second + 0.25)
limits = st.sampled_from([0.0, 5.9, 6.0, 8.1, 10.0, 16.0, 32.0])
powers = st.sampled_from([0.0, 1_000.0, 4_140.0, 5_000.5, 11_000.0])


@st.composite
def schedules(draw: st.DrawFn, recurrence: Recurrence | None) -> Schedule:
    unit = draw(st.sampled_from(Unit))
    starts = sorted(draw(st.sets(st.integers(1, 120), max_size=4)))
    values = limits if unit is Unit.AMPERES else powers
    periods = tuple(
        Period(start, draw(values), draw(st.sampled_from([None, None, 1, 3]))) for start in (0, *starts)
    )
    start = draw(st.none() | instants)
    if start is not None and recurrence is not None:
        start -= draw(st.integers(0, 3)) * recurrence.value
    return Schedule(unit, periods, draw(st.none() | st.integers(1, 100)), start)


@st.composite
def profiles(draw: st.DrawFn, number: int, purpose: Purpose, level: int) -> Profile:
    kinds = [Kind.ABSOLUTE, Kind.RECURRING]
    kind = draw(st.sampled_from(kinds if purpose is Purpose.STATION else [*kinds, Kind.RELATIVE]))
    recurrence = draw(st.sampled_from(Recurrence)) if kind is Kind.RECURRING else None
    valid_from = draw(st.none() | instants)
    ends = None if valid_from is None else draw(st.none() | st.integers(1, 90))
    return Profile(
        id=number,
        level=level,
        purpose=purpose,
        kind=kind,
        schedule=draw(schedules(recurrence)),
        recurrence=recurrence,
        valid_from=valid_from,
        valid_to=None if valid_from is None or ends is None else valid_from + ends,
    )


@st.composite
def books(draw: st.DrawFn, connectors: int = 2) -> Book:
    """Profiles as they can be installed: one for each place."""
    default_places = range(connectors + 1)
    places = [
        *((Purpose.STATION, 0, level) for level in LEVELS),
        *((Purpose.DEFAULT, number, level) for number in default_places for level in LEVELS),
        *((Purpose.SESSION, number, level) for number in range(1, connectors + 1) for level in LEVELS),
    ]
    chosen = draw(st.lists(st.sampled_from(places), unique=True, max_size=6))
    return tuple(
        Installed(
            draw(profiles(number, purpose, level)),
            connector,
            NOW - 10,
            draw(st.sampled_from([SESSION, SESSION, STRANGER])) if purpose is Purpose.SESSION else None,
        )
        for number, (purpose, connector, level) in enumerate(chosen, 1)
    )
