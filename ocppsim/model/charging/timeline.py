"""One profile over time: its limit at an instant, and when that may change next.

Reckoned in whole milliseconds, so that an instant that is computed in two ways is still one instant.
"""

from bisect import bisect_right
from math import inf

from ocppsim.model.charging.profile import Kind, Period, Profile, Rate


def rate(profile: Profile, origin: float, at: float) -> Rate | None:
    """What the profile says at an instant, if anything; its schedule begins at `origin`."""
    period = _look(profile, origin, at)[0]
    if period is None:
        return None
    schedule = profile.schedule
    by = f"{profile.purpose.words} {profile.id}"
    return Rate(period.limit, schedule.unit, period.phases, schedule.minimum, by)


def next_border(profile: Profile, origin: float, at: float) -> float:
    """The next instant after `at` at which the profile may say something else; infinity for never."""
    return _look(profile, origin, at)[1] / 1000


def _look(profile: Profile, origin: float, at: float) -> tuple[Period | None, float]:
    """The period that prevails, and the next border in ms."""
    now = _ms(at)
    if profile.valid_from is not None and now < (begins := _ms(profile.valid_from)):
        return None, begins
    ends = inf if profile.valid_to is None else _ms(profile.valid_to)
    if now >= ends:
        return None, inf
    period, border = _scheduled(profile, _ms(origin), now)
    return period, min(border, ends)


def _scheduled(profile: Profile, begins: int, now: int) -> tuple[Period | None, float]:
    """The same, by the schedule alone; what exceeds a recurrence is not executed."""
    schedule = profile.schedule
    if now < begins:
        return None, begins
    again = inf
    if profile.kind is Kind.RECURRING and profile.recurrence is not None:
        every = profile.recurrence.value * 1000
        begins += (now - begins) // every * every
        again = begins + every
    ends = inf if schedule.duration_s is None else begins + schedule.duration_s * 1000
    if now >= ends:
        return None, again
    number = bisect_right(schedule.periods, now - begins, key=lambda period: period.start_s * 1000)
    following = schedule.periods[number : number + 1]
    border = begins + following[0].start_s * 1000 if following else inf
    return schedule.periods[number - 1], min(border, ends, again)


def _ms(instant: float) -> int:
    return round(instant * 1000)
