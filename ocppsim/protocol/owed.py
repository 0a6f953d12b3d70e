"""The answers that we owe: each CALL of the peer is answered once, in order of arrival.

The answer to a CALL may be known before those of earlier ones; it then waits for its turn.
"""

from collections.abc import Mapping

from attrs import define

from ocppsim.protocol import frames
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.events import Event, Misbehaved, Overdue
from ocppsim.protocol.frames import Payload

OPEN_CALLS = 64
"""So many CALLs of the peer may wait for their answers; beyond, they are refused."""


@define(eq=False)
class _Slot:
    """The place of one CALL in the order of answers."""

    id: str
    number: int
    deadline: float
    text: str | None = None


class Owed:
    """The CALLs of one connection, and their answers as they become known."""

    __slots__ = ("_answered", "_arrived", "_codes", "_open", "_slots")

    def __init__(self, codes: Mapping[Fault, str]) -> None:
        self._codes = codes
        self._arrived = 0
        self._slots: list[_Slot] = []  # not yet written, in order of arrival
        self._open: dict[str, list[_Slot]] = {}  # not yet answered, by id; more than one when it is repeated
        self._answered: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def arrived(self) -> int:
        """How many CALLs there have been, on all connections."""
        return self._arrived

    @property
    def oldest(self) -> int | None:
        """Which CALL, counted as in `arrived`, is the next to be answered."""
        return self._slots[0].number if self._slots else None

    def arrive(
        self, call_id: str, deadline: float, event: Event, broken: Refusal | None = None
    ) -> list[Event]:
        """A CALL that is `event` to the caller, or that is refused at once because it is broken."""
        self._arrived += 1
        events: list[Event] = [Misbehaved("a CALL before the last one was answered")] if self._open else []
        slot = _Slot(call_id, self._arrived, deadline)
        self._slots.append(slot)
        if self._repeats(slot):
            return [*events, Misbehaved(f"message id {call_id!r:.60} used twice")]
        if broken is None and len(self._slots) > OPEN_CALLS:
            # Not remembered by its id: when the peer tries again later, the CALL gets a real answer.
            slot.text = self._error(call_id, Refusal(Fault.INTERNAL, f"more than {OPEN_CALLS} open calls"))
            return [*events, Misbehaved(f"more than {OPEN_CALLS} open calls")]
        self._open[call_id] = [slot]
        if broken is not None:
            self.refuse(call_id, broken)
        return [*events, event]

    def answer(self, call_id: str, payload: Payload) -> None:
        self._settle(call_id, frames.call_result(call_id, payload))

    def refuse(self, call_id: str, refusal: Refusal) -> None:
        self._settle(call_id, self._error(call_id, refusal))

    def drop(self, call_id: str) -> None:
        """Leave an open CALL without an answer."""
        for slot in self._open.pop(call_id, ()):
            self._slots.remove(slot)

    def take(self) -> str | None:
        """The answer whose turn it is, to be written now."""
        if not self._slots or self._slots[0].text is None:
            return None
        return self._slots.pop(0).text

    @property
    def deadline(self) -> float | None:
        """When the oldest open CALL is overdue."""
        for slots in self._open.values():
            return slots[0].deadline
        return None

    def expire(self, now: float) -> list[Overdue]:
        """Refuse what has been open for too long."""
        overdue: list[Overdue] = []
        while (deadline := self.deadline) is not None and deadline <= now:
            call_id = next(iter(self._open))
            self.refuse(call_id, Refusal(Fault.INTERNAL, "no answer in time"))
            overdue.append(Overdue(call_id))
        return overdue

    def forget(self) -> None:
        """The connection is gone, and with it whoever waits for these answers."""
        self._slots.clear()
        self._open.clear()
        self._answered.clear()

    def _repeats(self, slot: _Slot) -> bool:
        """Whether the id was used before; the CALL then shares the first one's answer, or waits for it."""
        if (first := self._open.get(slot.id)) is not None:
            first.append(slot)
            return True
        slot.text = self._answered.get(slot.id)
        return slot.text is not None

    def _error(self, call_id: str, refusal: Refusal) -> str:
        return frames.call_error(call_id, self._codes[refusal.fault], refusal.description, refusal.details)

    def _settle(self, call_id: str, text: str) -> None:
        slots = self._open.pop(call_id, None)
        if slots is None:
            return  # answered before, or gone with its connection
        for slot in slots:
            slot.text = text
        self._answered[call_id] = text
        if len(self._answered) > OPEN_CALLS:
            del self._answered[next(iter(self._answered))]
