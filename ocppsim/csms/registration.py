"""What a station may send, by what this central system answered to its boots (OCPP 1.6 ed. 2, 4.2)."""

from math import inf

from attrs import define, field

from ocppsim.protocol.frames import Payload

BOOT = "BootNotification"

_LONGEST_S = 1e9
"""A told interval may be any number; no station waits longer than this."""


@define
class Registration:
    """`status` is the last answer that counts; None before it, and while an accepted station boots anew."""

    status: object = None
    _not_before: float = -inf
    _triggered: set[str] = field(factory=set)

    def allows(self, action: str) -> bool:
        if action == BOOT or self.status == "Accepted":
            return True
        return self.status == "Pending" and action in self._triggered

    def earliest_boot(self) -> float:
        """When the station may boot, by the interval of the last answer and what it was asked for."""
        return -inf if BOOT in self._triggered else self._not_before

    def connected(self) -> None:
        """A new connection may be a new life, which knows of no interval."""
        self._not_before = -inf

    def booting(self) -> None:
        """A boot arrived. Unless it was asked for, the station restarted and is not accepted any more."""
        if self.status == "Accepted" and BOOT not in self._triggered:
            self.status = None

    def booted(self, at: float, answer: Payload) -> None:
        self.status = answer.get("status")
        self._triggered.clear()
        interval = answer.get("interval")
        if self.status == "Accepted" or not isinstance(interval, int | float) or interval <= 0:
            self._not_before = -inf
        else:
            self._not_before = at + min(interval, _LONGEST_S)

    def triggered(self, action: str) -> None:
        """The station agreed to send a message that it was asked for."""
        self._triggered.add(action)
