"""The security log of a station, and what of it the central system must still hear of.

One object for each station, above all its lives; only the station's life writes it. Everything that happens
is logged, as long as the process lasts. Where the station has a security profile it is also told to the
central system: what is critical waits however long that takes, of the rest only so much.
"""

from collections.abc import Callable
from typing import Any

from attrs import define, field

from ocppsim.actors.memory import Memory
from ocppsim.actors.station_log import StationLog
from ocppsim.model.security import SecurityEvent, SecurityReport
from ocppsim.model.settings import Settings
from ocppsim.values import frozen

BLOCK = "security events"
UNCRITICAL = 20
"""So many events that are not critical may wait for the central system."""


@frozen
class Logged:
    at: float
    event: SecurityEvent
    info: str = ""


@define(eq=False)
class SecurityEvents:
    """`news` is called when there is something to tell; the present life sets it."""

    memory: Memory
    settings: Callable[[], Settings]
    log: StationLog
    unsent: tuple[Logged, ...] = ()
    news: Callable[[], None] = field(default=lambda: None)

    @classmethod
    def recall(cls, memory: Memory, settings: Callable[[], Settings], log: StationLog) -> "SecurityEvents":
        kept: Any = memory.blocks.get(BLOCK, ())
        return cls(memory, settings, log, tuple(map(_read, kept)))

    def happened(self, event: SecurityEvent, info: str = "") -> None:
        """Something happened now. `info` must hold no secret."""
        logged = Logged(self.memory.now(), event, info)
        self.log.add(f"{event.name.title().replace('_', '')} {info}".rstrip())
        if self.settings().security_profile and not self._said_last(logged):
            self.unsent = _bounded((*self.unsent, logged))
            self._keep()
            self.news()

    def told(self, first: Logged) -> None:
        """The central system has it, or never will."""
        self.unsent = tuple(one for one in self.unsent if one is not first)
        self._keep()

    def report(self) -> tuple[Logged, SecurityReport] | None:
        """What to tell next."""
        if not self.unsent:
            return None
        first = self.unsent[0]
        return first, SecurityReport(first.event, first.at, first.info)

    def _said_last(self, logged: Logged) -> bool:
        """Each dial may fail for the same reason; that needs saying once."""
        if logged.event.critical or not self.unsent:
            return False
        last = self.unsent[-1]
        return (last.event, last.info) == (logged.event, logged.info)

    def _keep(self) -> None:
        self.memory.keep(BLOCK, list(map(_write, self.unsent)))


def _bounded(unsent: tuple[Logged, ...]) -> tuple[Logged, ...]:
    uncritical = [one for one in unsent if not one.event.critical]
    dropped = set(map(id, uncritical[:-UNCRITICAL])) if len(uncritical) > UNCRITICAL else set()
    return tuple(one for one in unsent if id(one) not in dropped)


def _write(logged: Logged) -> list[object]:
    return [logged.at, logged.event.name, logged.info]


def _read(kept: list[Any]) -> Logged:
    at, name, info = kept
    return Logged(at, SecurityEvent[name], info)
