"""Which of the installed profiles prevails at an instant, for a session and for the station."""

from collections.abc import Sequence
from typing import TypeAlias

from ocppsim.model.charging.book import Book, Installed
from ocppsim.model.charging.profile import Kind, Profile, Purpose, Rate
from ocppsim.model.charging.timeline import next_border, rate
from ocppsim.values import frozen

Placed: TypeAlias = tuple[Profile, float]
"""A profile and the instant at which its schedule begins."""


@frozen
class Charge:
    """A session as profiles see it: its names, and when it began."""

    names: frozenset[str]
    began: float


def of_session(book: Book, connector: int, charge: Charge) -> list[Placed]:
    """The profiles for a session at a connector, the first in force prevails.

    Those of the session before the defaults; a default of the connector hides those of connector 0.
    """
    own = [one for one in book if one.connector == connector and one.session in charge.names]
    defaults = [one for one in book if one.profile.purpose is Purpose.DEFAULT]
    place = connector if any(one.connector == connector for one in defaults) else 0
    defaults = [one for one in defaults if one.connector == place]
    return [(one.profile, _origin(one, charge.began)) for one in (*_stacked(own), *_stacked(defaults))]


def of_station(book: Book) -> list[Placed]:
    """The profiles that bound the sum of all connectors, the first in force prevails."""
    found = [one for one in book if one.profile.purpose is Purpose.STATION]
    return [(one.profile, _origin(one, None)) for one in _stacked(found)]


def prevailing(placed: Sequence[Placed], at: float) -> Rate | None:
    """The limit at an instant; None where no profile has one."""
    for profile, origin in placed:
        if (found := rate(profile, origin, at)) is not None:
            return found
    return None


def next_change(placed: Sequence[Placed], at: float) -> float:
    """When the limit may be another one; infinity for never."""
    return min((next_border(profile, origin, at) for profile, origin in placed), default=float("inf"))


def _stacked(found: Sequence[Installed]) -> list[Installed]:
    return sorted(found, key=lambda one: -one.profile.level)


def _origin(one: Installed, began: float | None) -> float:
    """A schedule without a start begins with the session, a station's when it is valid or installed."""
    profile = one.profile
    if profile.kind is not Kind.RELATIVE and profile.schedule.start is not None:
        return profile.schedule.start
    if began is not None:
        return began
    return profile.valid_from if profile.valid_from is not None else one.since
