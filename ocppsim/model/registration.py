"""Boot: what the central system said to it, and when the next boot goes (1.6 ed. 2, 4.2)."""

from enum import Enum, auto

from attrs import evolve

from ocppsim.model.session import StopReason
from ocppsim.values import frozen

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 600.0


class Standing(Enum):
    """The station in the eyes of the central system."""

    UNKNOWN = auto()
    PENDING = auto()
    REJECTED = auto()
    ACCEPTED = auto()


class BootReason(Enum):
    """Why a station boots."""

    POWER_UP = auto()
    RESET_REMOTELY = auto()
    RESET_BY_ITSELF = auto()
    WATCHDOG = auto()
    TRIGGERED = auto()


_AFTER = {
    None: BootReason.WATCHDOG,
    StopReason.HARD_RESET: BootReason.RESET_REMOTELY,
    StopReason.SOFT_RESET: BootReason.RESET_REMOTELY,
    StopReason.REBOOT: BootReason.RESET_BY_ITSELF,
}


def boot_reason(ended_by: StopReason | None) -> BootReason:
    """Why the next life boots, from how this one ended; None stands for a crash."""
    return _AFTER.get(ended_by, BootReason.POWER_UP)


@frozen
class Registration:
    """`boots` are those sent since the last success. `pause_s` is how long to wait before the next one."""

    standing: Standing = Standing.UNKNOWN
    boots: int = 0
    pause_s: float | None = None  # None: no boot is wanted
    own_pause_s: float = FIRST_PAUSE_S  # where the central system named no interval

    @property
    def accepted(self) -> bool:
        return self.standing is Standing.ACCEPTED

    def sent(self) -> "Registration":
        return evolve(self, boots=self.boots + 1, pause_s=None)

    def answered(self, standing: Standing, interval_s: float) -> "Registration":
        """The next boot goes after exactly the interval; 0 leaves the choice to us."""
        if standing is Standing.ACCEPTED:
            return Registration(standing)
        return evolve(self, standing=standing)._again(interval_s)

    def failed(self) -> "Registration":
        """No usable answer."""
        return self._again(0)

    def spent(self, retries: int) -> bool:
        """Whether all boots that `retries` allows have been sent; -1 allows any number."""
        return retries >= 0 and self.boots > retries

    def _again(self, interval_s: float) -> "Registration":
        if interval_s > 0:
            return evolve(self, pause_s=interval_s)
        longer = min(2 * self.own_pause_s, LONGEST_PAUSE_S)
        return evolve(self, pause_s=self.own_pause_s, own_pause_s=longer)
