"""The profiles that are installed: how they get there, replace each other, and go."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.model.charging.profile import (
    Kind,
    Period,
    Profile,
    Purpose,
    Recurrence,
    Schedule,
    Unit,
    sound,
)
from ocppsim.model.settings import Settings
from ocppsim.values import frozen


@frozen
class Installed:
    """A profile where it applies: connector 0 is the station, or every connector.

    `session` is the key of the session that a session profile belongs to, or the claim of one to come.
    """

    profile: Profile
    connector: int
    since: float
    session: str | None = None


Book = tuple[Installed, ...]
"""In order of installation."""


def acceptable(profile: Profile, connector: int, settings: Settings) -> bool:
    """Whether a station with these limits can take such a profile for a connector that it has."""
    allowed = "Current" if profile.schedule.unit is Unit.AMPERES else "Power"
    places = {Purpose.STATION: connector == 0, Purpose.DEFAULT: True, Purpose.SESSION: connector > 0}
    return (
        sound(profile)
        and places[profile.purpose]
        and profile.level <= settings.profile_levels
        and len(profile.schedule.periods) <= settings.profile_periods
        and allowed in settings.profile_units
    )


def install(book: Book, new: Installed, settings: Settings) -> Book | None:
    """The book with one more profile, in place of those that it replaces; None when that is too many."""
    kept = tuple(old for old in book if not _replaces(new, old))
    return (*kept, new) if len(kept) < settings.profiles_installed else None


def _replaces(new: Installed, old: Installed) -> bool:
    one, other = new.profile, old.profile
    place = (new.connector, one.purpose, one.level) == (old.connector, other.purpose, other.level)
    return one.id == other.id or place


def cleared(
    book: Book,
    number: int | None = None,
    connector: int | None = None,
    purpose: Purpose | None = None,
    level: int | None = None,
) -> Book:
    """The book without the profile of this number, or else without those that fit all that is given."""
    if number is not None:
        return tuple(one for one in book if one.profile.id != number)
    return tuple(
        one
        for one in book
        if connector not in (None, one.connector)
        or purpose not in (None, one.profile.purpose)
        or level not in (None, one.profile.level)
    )


def without_strangers(book: Book, known: Callable[[int, str], bool]) -> Book:
    """The book without the profiles of sessions that are over; `known` says of connector and key."""
    return tuple(one for one in book if one.session is None or known(one.connector, one.session))


# -- as JSON


def dump(book: Book) -> list[object]:
    return [
        {
            "connector": one.connector,
            "since": one.since,
            "session": one.session,
            "profile": _profile_record(one.profile),
        }
        for one in book
    ]


def load(records: Any) -> Book:
    """What `dump` gave."""
    return tuple(
        Installed(_profile(record["profile"]), record["connector"], record["since"], record["session"])
        for record in records or ()
    )


def _profile_record(profile: Profile) -> dict[str, object]:
    schedule = profile.schedule
    return {
        "id": profile.id,
        "level": profile.level,
        "purpose": profile.purpose.name,
        "kind": profile.kind.name,
        "transaction_id": profile.transaction_id,
        "recurrence": None if profile.recurrence is None else profile.recurrence.name,
        "valid_from": profile.valid_from,
        "valid_to": profile.valid_to,
        "schedule": {
            "unit": schedule.unit.name,
            "periods": [[period.start_s, period.limit, period.phases] for period in schedule.periods],
            "duration_s": schedule.duration_s,
            "start": schedule.start,
            "minimum": schedule.minimum,
        },
    }


def _profile(record: Mapping[str, Any]) -> Profile:
    schedule = dict(record["schedule"])
    schedule["unit"] = Unit[schedule["unit"]]
    schedule["periods"] = tuple(Period(*period) for period in schedule["periods"])
    words = {
        "purpose": Purpose[record["purpose"]],
        "kind": Kind[record["kind"]],
        "recurrence": None if record["recurrence"] is None else Recurrence[record["recurrence"]],
        "schedule": Schedule(**schedule),
    }
    return Profile(**{**record, **words})
