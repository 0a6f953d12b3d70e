"""What a station logs about itself: when it said or heard what, and what it noted. Never a payload.

It is bounded, lasts as long as the process, and is what the central system gets when it asks for a log.
"""

from array import array
from sys import intern

from attrs import define, field

from ocppsim.clock import moment

MOST_LINES = 500
_LONGEST_ACTION = 60


@define(eq=False)
class StationLog:
    """The newest lines, in order. Made to cost little: a number and a shared text for each message."""

    _at: "array[float]" = field(factory=lambda: array("d"))
    _texts: list[str] = field(factory=list)

    def add(self, at: float, text: str) -> None:
        self._at.append(at)
        self._texts.append(text)
        if len(self._texts) >= 2 * MOST_LINES:
            del self._at[:-MOST_LINES], self._texts[:-MOST_LINES]

    def frame(self, at: float, way: str, text: str) -> None:
        """The action of a request; answers are known by their requests."""
        if text.startswith("[2,"):
            parts = text.split('"', 4)
            if len(parts) == 5 and len(parts[3]) <= _LONGEST_ACTION:
                self.add(at, intern(f"{way} {parts[3]}"))
        elif text.startswith("[4,"):
            self.add(at, intern(f"{way} CALLERROR"))

    def lines(self, since: float | None, until: float | None, offset_s: float = 0.0) -> list[str]:
        """Those between two instants of the central system's clock, which is ahead by `offset_s`."""
        return [
            f"{moment(at).isoformat(timespec='milliseconds').replace('+00:00', 'Z')} {text}"
            for at, text in self._written(offset_s)
            if (since is None or at >= since) and (until is None or at <= until)
        ]

    def _written(self, offset_s: float) -> list[tuple[float, str]]:
        newest = zip(self._at[-MOST_LINES:], self._texts[-MOST_LINES:], strict=True)
        return [(at + offset_s, text) for at, text in newest]
