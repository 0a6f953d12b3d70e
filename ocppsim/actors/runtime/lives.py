"""How a life ends, and what a policy makes of it.

Planned ends are values, `Stop` and `Restart`; an exception is a bug and becomes `Crash`. Only crashes count
towards giving up.
"""

from collections.abc import Callable
from enum import Enum, auto

from attrs import field
from attrs.validators import ge, gt

from ocppsim.values import frozen


@frozen
class Stop:
    """The actor is done."""

    reason: str = "finished"


@frozen
class Restart:
    """The actor lives again after a pause, in seconds."""

    reason: str
    after: float = 0.0


@frozen
class Crash:
    """The life ended with a bug."""

    error: Exception

    @property
    def reason(self) -> str:
        return cause(self.error)


Exit = Stop | Restart | Crash


class When(Enum):
    """After which ends that are no `Restart` there is a next life."""

    ALWAYS = auto()
    ON_CRASH = auto()
    NEVER = auto()


def at_once(_: int) -> float:
    """The back-off that does not wait."""
    return 0.0


@frozen
class Policy:
    """At most `crashes` crashes `within` seconds, each followed by `backoff(crashes so far)` seconds."""

    when: When = When.ON_CRASH
    crashes: int = field(default=3, validator=ge(0))
    within: float = field(default=60.0, validator=gt(0))
    backoff: Callable[[int], float] = at_once

    def pause(self, end: Exit, recent: list[float], now: float) -> float | None:
        """Seconds until the next life, None when there is none; notes a crash in `recent`."""
        match end:
            case Restart(_, after):
                return after
            case Stop():
                return 0.0 if self.when is When.ALWAYS else None
            case Crash():
                return None if self.when is When.NEVER else self._after_crash(recent, now)

    def _after_crash(self, recent: list[float], now: float) -> float | None:
        recent[:] = [moment for moment in recent if moment > now - self.within] + [now]
        return self.backoff(len(recent)) if len(recent) <= self.crashes else None


class GaveUp(Exception):
    """Too many crashes; the parent decides what that means. The cause is the last crash."""


def cause(error: BaseException) -> str:
    """One line for an error; of a group, its first root and how many more there are."""
    roots = _roots(error)
    first = roots[0]
    text = f"{type(first).__name__}: {first}" if str(first) else type(first).__name__
    return text.splitlines()[0] + (f" (and {len(roots) - 1} more)" if len(roots) > 1 else "")


def _roots(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [root for inner in error.exceptions for root in _roots(inner)]
    return [error]
