"""What went over the wire between one station and its central system, frame by frame."""

import json
from typing import Any

from attrs import define, field, frozen

from ocppsim import clock
from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.protocol.convert import dump
from ocppsim.protocol.v16.core import HeartbeatResponse

EPOCH = clock.VIRTUAL_EPOCH.timestamp()


def stamp(seconds: float) -> str:
    """The time stamp of this second of a journey."""
    return dump(HeartbeatResponse(clock.moment(EPOCH + seconds)))["currentTime"]  # type: ignore[return-value]


@frozen
class Frame:
    """One frame or note of the trace. `at` counts from the start of the journey."""

    at: float
    way: Way
    kind: int  # message type, 0 for what is none
    id: str
    action: str  # of an error, its code
    payload: Any  # of an error, its details
    text: str
    attempt: int
    violation: str


def frame_of(entry: TraceEntry) -> Frame:
    at = round(entry.at - EPOCH, 3)
    match _decoded(entry.text):
        case [2, str(call_id), str(action), payload]:
            parts: tuple[int, str, str, Any] = (2, call_id, action, payload)
        case [3, str(call_id), payload]:
            parts = (3, call_id, "", payload)
        case [4, str(call_id), str(code), _, details]:
            parts = (4, call_id, code, details)
        case _:
            parts = (0, "", "", None)
    return Frame(at, entry.way, *parts, entry.text, entry.attempt, entry.violation)


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@define(eq=False)
class Transcript:
    """The frames and notes of a station so far."""

    frames: list[Frame] = field(factory=list)

    def mark(self) -> int:
        """This moment: `said` and the others can leave out what came before."""
        return len(self.frames)

    def written(self, since: int = 0) -> list[Frame]:
        """All that the station wrote."""
        return [frame for frame in self.frames[since:] if frame.way is Way.OUT]

    def said(self, action: str | None = None, since: int = 0) -> list[Frame]:
        """The CALLs of the station."""
        return [frame for frame in self.written(since) if frame.kind == 2 and action in (None, frame.action)]

    def times(self, action: str, since: int = 0) -> list[int]:
        """When an action was sent, to the second."""
        return [round(call.at) for call in self.said(action, since)]

    def stop_reasons(self) -> list[str]:
        return [stop.payload["reason"] for stop in self.said("StopTransaction")]

    def actions(self, since: int = 0) -> list[str]:
        return [frame.action for frame in self.said(since=since)]

    def answered(self, since: int = 0) -> list[Frame]:
        """The CALLRESULTs and CALLERRORs of the station."""
        return [frame for frame in self.written(since) if frame.kind in (3, 4)]

    def answer_to(self, call_id: str) -> Frame:
        [answer] = [frame for frame in self.answered() if frame.id == call_id]
        return answer

    def notes(self, words: str = "", since: int = 0) -> list[str]:
        return [f.text for f in self.frames[since:] if f.way is Way.NOTE and words in f.text]

    def violations(self, since: int = 0) -> list[str]:
        return [frame.violation for frame in self.frames[since:] if frame.violation]

    def statuses(self, number: int, since: int = 0) -> list[str]:
        """What was reported of a connector."""
        reports = self.said("StatusNotification", since)
        return [report.payload["status"] for report in reports if report.payload["connectorId"] == number]
