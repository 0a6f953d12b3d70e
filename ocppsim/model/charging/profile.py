"""What a charging profile is: limits over time, for a purpose. Instants are POSIX seconds."""

from enum import Enum, auto

from ocppsim.values import frozen


class Unit(Enum):
    """What a limit is in: of current in each phase, or of power in all."""

    AMPERES = auto()
    WATTS = auto()


class Purpose(Enum):
    """What a profile is for. What stands first here is looked at first."""

    SESSION = auto()  # one session
    DEFAULT = auto()  # sessions without a profile of their own
    STATION = auto()  # all that the station takes

    @property
    def words(self) -> str:
        return f"{self.name.lower()} profile"


class Kind(Enum):
    """Where a schedule begins."""

    ABSOLUTE = auto()
    RECURRING = auto()
    RELATIVE = auto()


class Recurrence(Enum):
    """Seconds from one beginning to the next."""

    DAILY = 86_400
    WEEKLY = 604_800


@frozen
class Period:
    """A limit from `start_s` of the schedule on. `phases` is how many may carry current, None for all."""

    start_s: int
    limit: float
    phases: int | None = None


@frozen
class Schedule:
    """`minimum` is the least rate at which it is worth charging."""

    unit: Unit
    periods: tuple[Period, ...]
    duration_s: int | None = None
    start: float | None = None
    minimum: float | None = None


@frozen(kw_only=True)
class Profile:
    """As the central system sends it. `transaction_id` is its name for a session."""

    id: int
    level: int
    purpose: Purpose
    kind: Kind
    schedule: Schedule
    transaction_id: int | None = None
    recurrence: Recurrence | None = None
    valid_from: float | None = None
    valid_to: float | None = None


@frozen
class Rate:
    """The limit of a profile at an instant. `by` says whose it is."""

    limit: float
    unit: Unit
    phases: int | None = None
    minimum: float | None = None
    by: str = "profile"


LARGEST = 2**31 - 1
"""No number of a schedule is larger: more seconds, watts or amperes than anybody will see."""


def sound(profile: Profile) -> bool:
    """Whether it makes sense by itself."""
    schedule = profile.schedule
    starts = [period.start_s for period in schedule.periods]
    return (
        profile.level >= 0
        and bool(starts)
        and starts[0] == 0
        and starts == sorted(set(starts))
        and starts[-1] <= LARGEST
        and all(0 <= period.limit <= LARGEST for period in schedule.periods)
        and all(period.phases in (None, 1, 2, 3) for period in schedule.periods)
        and (schedule.minimum is None or 0 <= schedule.minimum <= LARGEST)
        and (schedule.duration_s is None or 0 < schedule.duration_s <= LARGEST)
        and (profile.kind is not Kind.RECURRING or profile.recurrence is not None)
        and not (profile.kind is Kind.RELATIVE and profile.purpose is Purpose.STATION)
        and (profile.transaction_id is None or profile.purpose is Purpose.SESSION)
        and (profile.valid_from is None or profile.valid_to is None or profile.valid_from < profile.valid_to)
    )
