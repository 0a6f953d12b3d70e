"""A conversation as lines: when, which way, which message, and what is in it."""

from collections.abc import Iterator

from attrs import define, field

from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.protocol import frames
from ocppsim.protocol.frames import Call, CallError, CallResult, Payload

_ACTION_WIDTH = 24


@define
class Timeline:
    """Turns the entries of one station into lines of at most `width` characters, counted from `start`."""

    start: float
    width: int = 110
    _sent: dict[tuple[Way, str], tuple[str, float]] = field(factory=dict)

    def line(self, entry: TraceEntry) -> str:
        time = f"{entry.at - self.start:10.3f} s"
        if entry.way is Way.NOTE:
            what = f"CSMS broke a rule: {entry.violation}" if entry.violation else entry.text
            return self._cut(f"{time}  !  {what}")
        return self._cut(f"{time}  {_ARROW[entry.way]}  {self._words(entry)}")

    def remark(self, at: float, text: str) -> str:
        """Something that was not said, but done."""
        return self._cut(f"{at - self.start:10.3f} s  ·  {text}")

    def _words(self, entry: TraceEntry) -> str:
        match frames.parse(entry.text):
            case Call(call_id, action, payload):
                self._sent[entry.way, call_id] = (action, entry.at)
                again = f" (attempt {entry.attempt})" if entry.attempt > 1 else ""
                return f"{action + again:{_ACTION_WIDTH}} {_summary(payload)}"
            case CallResult(call_id, payload):
                action = self._answered(entry, call_id)
                return f"{action:{_ACTION_WIDTH}} {_summary(payload) or 'ok'}"
            case CallError(call_id, code, description, _):
                action = self._answered(entry, call_id)
                return f"{action:{_ACTION_WIDTH}} CALLERROR {code} {description}"
            case _:
                return f"{'?':{_ACTION_WIDTH}} {entry.text}"

    def _answered(self, entry: TraceEntry, call_id: str) -> str:
        """The action that an answer belongs to."""
        asked = Way.IN if entry.way is Way.OUT else Way.OUT
        action, _ = self._sent.pop((asked, call_id), ("?", 0.0))
        return f"  {action}"

    def _cut(self, line: str) -> str:
        return line if len(line) <= self.width else line[: self.width - 1] + "…"


_ARROW = {Way.OUT: "→", Way.IN: "←"}


def _summary(payload: Payload) -> str:
    return " ".join(_parts(payload))


def _parts(payload: Payload, prefix: str = "") -> Iterator[str]:
    for name, value in payload.items():
        match name, value:
            case "sampledValue", list():
                yield from map(_sampled, value)
            case _, dict():
                yield from _parts(value, f"{prefix}{name}.")
            case "timestamp" | "currentTime", _:
                continue
            case _, list():
                for item in value:
                    yield from _parts(item, prefix) if isinstance(item, dict) else (f"{name}={item}",)
            case _:
                yield f"{prefix}{name}={value}"


def _sampled(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    name = str(value.get("measurand", "Energy.Active.Import.Register"))
    phase = f".{value['phase']}" if "phase" in value else ""
    return f"{_SHORT.get(name, name)}{phase}={value.get('value')}{value.get('unit', '')}"


_SHORT = {
    "Energy.Active.Import.Register": "E",
    "Power.Active.Import": "P",
    "Current.Import": "I",
    "Voltage": "U",
}
