"""What a station logs about itself: when it said or heard what, and what it noted. Never a payload.

It is bounded, lasts as long as the process, and is what the central system gets when it asks for a log.
"""

from array import array
from sys import intern

import trio
from attrs import define, field

from ocppsim import clock

MOST_LINES = 500
_LONGEST_ACTION = 60
_LONGEST = 1000
SLACK_S = 1e-3
"""Time stamps are told in milliseconds."""


@define(eq=False)
class StationLog:
    """The newest lines, in order. Made to cost little: a number and a shared text for each message."""

    _at: "array[float]" = field(factory=lambda: array("d"))  # of Trio's clock
    _texts: list[str] = field(factory=list)

    def add(self, text: str) -> None:
        self._at.append(trio.current_time())
        self._texts.append(text[:_LONGEST])
        if len(self._texts) >= 2 * MOST_LINES:
            del self._at[:-MOST_LINES], self._texts[:-MOST_LINES]

    def frame(self, way: str, text: str | bytes) -> None:
        """The action of a request, or that it was refused."""
        kind = text[1:2]
        if kind == "2" and isinstance(text, str):
            parts = text.split('"', 4)
            if len(parts) == 5 and len(parts[3]) <= _LONGEST_ACTION:
                self.heading(way, parts[3])
        elif kind == "4":
            self.heading(way, "CALLERROR")

    def heading(self, way: str, action: str) -> None:
        self.add(intern(way + action))

    def lines(self, since: float | None, until: float | None, offset_s: float = 0.0) -> list[str]:
        """Those between two instants of the central system's clock, which is ahead by `offset_s`."""
        offset_s += clock.now() - trio.current_time()
        newest = zip(self._at[-MOST_LINES:], self._texts[-MOST_LINES:], strict=True)
        return [
            f"{_stamp(at)} {text}"
            for at, text in ((at + offset_s, text) for at, text in newest)
            if (since is None or at >= since - SLACK_S) and (until is None or at <= until + SLACK_S)
        ]


def _stamp(at: float) -> str:
    return clock.moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
