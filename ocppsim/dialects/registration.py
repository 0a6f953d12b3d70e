"""What every version says to a boot, and how clocks and waits of a central system are taken."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from ocppsim.model.answers import BootAnswer
from ocppsim.model.registration import Standing

RegistrationStatus = Literal["Accepted", "Pending", "Rejected"]

STANDING: Mapping[RegistrationStatus, Standing] = {
    "Accepted": Standing.ACCEPTED,
    "Pending": Standing.PENDING,
    "Rejected": Standing.REJECTED,
}

LONGEST_S = 2**31
"""No wait is longer, whatever the central system says."""

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""A clock beyond leaves no room for the time stamps before or after it; it counts as unreadable."""


def instant(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


def clock_of(time: datetime | None) -> float | None:
    return instant(time) if time is not None and EARLIEST <= time <= LATEST else None


def boot_answer(status: RegistrationStatus, interval: int, time: datetime | None) -> BootAnswer:
    return BootAnswer(STANDING[status], float(min(max(interval, 0), LONGEST_S)), clock_of(time))
