"""What went over the wire, station by station."""

import json
import re
from collections.abc import Callable, Iterable
from enum import Enum

from attrs import define, field

from ocppsim import clock
from ocppsim.actors.station_log import StationLog
from ocppsim.values import frozen

_SECRET_KEY = re.compile("authorizationkey", re.IGNORECASE)
_VALUE = re.compile(r'''("value"\s*:\s*)"(?:[^"\\]|\\.)*"''')
"""A password that the central system sets is in no trace, and neither are those of its URLs."""


class Way(Enum):
    """Seen from the station."""

    OUT = ">"
    IN = "<"
    NOTE = "-"  # no frame: something worth knowing beside them


_OUT = Way.OUT  # looking it up takes longer than all else that is done for a frame


@frozen
class TraceEntry:
    """One frame or note. `count` orders the entries of one station; `attempt` above 1 is a resend."""

    at: float
    station: str
    count: int
    way: Way
    text: str
    attempt: int = 1
    violation: str = ""

    def line(self) -> str:
        """As one JSON line."""
        entry: dict[str, object] = {
            "time": round(self.at, 6),
            "station": self.station,
            "count": self.count,
            "way": self.way.value,
            "text": self.text,
        }
        if self.attempt > 1:
            entry["attempt"] = self.attempt
        if self.violation:
            entry["violation"] = self.violation
        return json.dumps(entry)


Listener = Callable[[TraceEntry], None]


@define(eq=False)
class Tracer:
    """One station's; costs next to nothing while nobody listens. It fills the logs that the station keeps."""

    station: str
    listeners: list[Listener] = field(factory=list)
    log: StationLog = field(factory=StationLog)
    security_log: StationLog = field(factory=StationLog)
    note_listeners: list[Listener] = field(factory=list)  # of notes and violations alone: frames cost nothing
    _count: int = 0

    def frame(self, way: Way, text: str | bytes, attempt: int = 1) -> None:
        if text[1:2] != "3":  # answers are known by their requests
            self.log.frame("> " if way is _OUT else "< ", text)
        if self.listeners:
            self._tell(way, text if isinstance(text, str) else repr(text), attempt)

    def called(self, text: str, action: str, attempt: int) -> None:
        """A CALL of ours went out: as `frame`, without a look into the text."""
        self.log.heading("> ", action)
        if self.listeners:
            self._tell(_OUT, text, attempt)

    def violation(self, what: str) -> None:
        """The central system broke a rule."""
        self.log.add(f"violation: {what}")
        if self.listeners or self.note_listeners:
            self._tell(Way.NOTE, "", 1, what)

    def note(self, what: str) -> None:
        self.log.add(what)
        if self.listeners or self.note_listeners:
            self._tell(Way.NOTE, what)

    def _tell(self, way: Way, text: str, attempt: int = 1, violation: str = "") -> None:
        self._count += 1
        if way is Way.IN and _SECRET_KEY.search(text):
            text = _VALUE.sub(r'\1"***"', text)
        if "@" in text:
            text = '"'.join(map(without_credentials, text.split('"')))
        entry = TraceEntry(clock.now(), self.station, self._count, way, text, attempt, violation)
        for listener in self.listeners:
            listener(entry)
        if way is Way.NOTE:
            for listener in self.note_listeners:
                listener(entry)


def without_credentials(text: str) -> str:
    """A text of one piece; what stands between its first `://` and its last `@` is masked.

    No regular expression, which may take for ever: a central system can send a million of the former.
    """
    start, end = text.find("://"), text.rfind("@")
    return text if not 0 <= start < end else f"{text[:start]}://***@{text[end + 1 :]}"


def merged(entries: Iterable[TraceEntry]) -> list[TraceEntry]:
    """The traces of many stations in one order that does not depend on chance."""
    return sorted(entries, key=lambda entry: (entry.at, entry.station, entry.count))
