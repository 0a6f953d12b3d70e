"""The OCPP-J session of one connection after another, sans I/O: texts in, events and texts out.

Three rules live here and in `owed`, nowhere else:

* One open CALL of ours at a time; what is queued waits by kind (see `Kind`).
* Every CALL of the peer gets exactly one answer, in order of arrival, unless the connection ends first.
* Answer before consequence: a CALL of ours waits until each CALL that the peer had sent when ours was queued
  has been answered. So whichever actor sends a consequence, it cannot overtake the answer.

All durations are seconds of the clock whose `now` the caller passes.
"""

from collections.abc import Iterator, Mapping

from ocppsim.protocol import frames
from ocppsim.protocol.errors import UNREADABLE_ID, Fault, Refusal
from ocppsim.protocol.events import (
    Answered,
    Event,
    Failed,
    Kind,
    Misbehaved,
    Outgoing,
    Overdue,
    Received,
    Registration,
    Why,
)
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.owed import OPEN_CALLS, Owed

__all__ = [
    "BACKLOG",
    "OPEN_CALLS",
    "Answered",
    "Event",
    "Failed",
    "Kind",
    "Misbehaved",
    "Outgoing",
    "Overdue",
    "Received",
    "Registration",
    "Session",
    "Why",
]

_TRANSACTION, _ACCEPTED = Kind.TRANSACTION, Registration.ACCEPTED  # looking them up takes time for each CALL

BACKLOG = 8
"""More transaction messages than this are a backlog: ordinary calls go first then."""

_ALLOWED: Mapping[Registration, Kind] = {
    Registration.NONE: Kind.BOOT,
    Registration.REJECTED: Kind.BOOT,
    Registration.PENDING: Kind.TRIGGERED,
    Registration.ACCEPTED: Kind.TRANSACTION,
}


class Session:
    """See the module. After `receive`, `submit`, `answer` or `expire`, write what `next` gives until None.

    A transaction message that failed has left the session; to send it again, call `again` before `next`.
    """

    __slots__ = (
        "_backlog",
        "_codes",
        "_held",
        "_ids",
        "_owed",
        "_submitted",
        "_transactions",
        "_waiting",
        "answer_within",
        "call_timeout",
        "flying",
        "online",
        "registration",
    )

    def __init__(
        self,
        ids: Iterator[str],
        codes: Mapping[Fault, str],
        call_timeout: float = 30.0,
        answer_within: float = 5.0,
    ) -> None:
        self.online = False
        self.registration = Registration.NONE
        self.call_timeout, self.answer_within = call_timeout, answer_within
        self.flying: Outgoing | None = None
        self._ids, self._codes = ids, codes
        self._owed = Owed(codes)
        self._waiting: list[Outgoing] = []  # both mostly empty, and an empty deque takes 700 bytes
        self._transactions: list[Outgoing] = []
        self._backlog = False
        self._held = False
        self._submitted = 0

    # -- our calls

    def submit(self, call: Outgoing) -> Failed | None:
        """Queue a CALL; one that is no transaction message and may not be sent now fails at once."""
        if call.kind is not _TRANSACTION and not (self.online and call.kind <= _ALLOWED[self.registration]):
            return Failed(call, Why.OFFLINE)
        self._submitted += 1
        call.queued, call.behind = self._submitted, self._owed.arrived
        if call.kind is _TRANSACTION:
            self._transactions.append(call)
            self._backlog |= self._held or not self.online or len(self._transactions) > BACKLOG
        else:
            self._waiting.append(call)
        return None

    def again(self, call: Outgoing) -> None:
        """Put a transaction message back to the head of its queue."""
        self._transactions.insert(0, call)

    @property
    def held(self) -> bool:
        """Transaction messages wait until the caller says otherwise; what waits has become a backlog."""
        return self._held

    @held.setter
    def held(self, held: bool) -> None:
        self._held = held
        self._backlog |= held and bool(self._transactions)

    @property
    def idle(self) -> bool:
        """Nothing is open, and nothing that could be sent now waits."""
        if self.flying is not None or self._waiting or self._owed:
            return False
        return not self.online or self._head() is None

    @property
    def answers_owed(self) -> int:
        return len(self._owed)

    # -- the peer's calls

    def answer(self, call_id: str, payload: Payload) -> None:
        """Answer an open CALL; one that is gone with its connection is passed over."""
        self._owed.answer(call_id, payload)

    def refuse(self, call_id: str, refusal: Refusal) -> None:
        self._owed.refuse(call_id, refusal)

    def drop(self, call_id: str) -> None:
        """Leave a CALL without an answer, where the specification forbids one (1.6 ed. 2, 4.2: Rejected)."""
        self._owed.drop(call_id)

    # -- writing

    def next(self, now: float) -> str | None:
        """The text to write now, or None when there is nothing or everything has to wait."""
        if not self.online:
            return None
        if (answer := self._owed.take()) is not None:
            return answer
        if self.flying is not None or (call := self._head()) is None:
            return None
        oldest = self._owed.oldest
        if oldest is not None and oldest <= call.behind:
            return None
        return self._send(call, now)

    def _send(self, call: Outgoing, now: float) -> str:
        if call.id is None:
            call.id = next(self._ids)
        payload = call.payload if call.encode is None else call.encode()
        text = frames.call(call.id, call.action, payload)  # where this raises, the CALL stays queued
        self._leave_queue(call)
        call.attempt += 1
        call.sent_at = now
        self.flying = call
        return text

    def _leave_queue(self, call: Outgoing) -> None:
        if call.kind is _TRANSACTION:
            del self._transactions[0]
            self._backlog &= bool(self._transactions)
        else:
            self._waiting.remove(call)

    def _head(self) -> Outgoing | None:
        """The CALL whose turn it is: the oldest, but none waits behind a backlog of transaction messages."""
        if self.registration is not _ACCEPTED:
            allowed = _ALLOWED[self.registration]  # may be less than when the CALL was queued
            return next((call for call in self._waiting if call.kind <= allowed), None)
        ordinary = self._waiting[0] if self._waiting else None
        if not self._transactions or self._held:
            return ordinary
        transaction = self._transactions[0]
        if ordinary is not None and (self._backlog or ordinary.queued < transaction.queued):
            return ordinary
        return transaction

    # -- reading

    def receive(self, text: str | bytes, now: float) -> list[Event]:
        match frames.parse(text):
            case frames.CallResult() as result:
                call = self._ended(result.id) or self._late(result.id)
                return [_unasked(result.id) if call is None else Answered(call, result.payload)]
            case frames.CallError(call_id, code, description, _):
                call = self._ended(call_id)
                return [_unasked(call_id) if call is None else _refused(call, code, description)]
            case frames.MalformedAnswer(call_id, why):
                call = self._ended(call_id)
                ending = _unasked(call_id) if call is None else Failed(call, Why.UNREADABLE, "", why)
                return [Misbehaved(why), ending]
            case frames.Call(call_id, action, payload):
                return self._arrive(call_id, now, Received(call_id, action, payload))
            case frames.Malformed(fault, why, call_id):
                if fault not in self._codes or self.registration is Registration.REJECTED:
                    return [Misbehaved(why)]
                if call_id is None and fault is not Fault.UNREADABLE:
                    return [Misbehaved(why)]
                return self._arrive(
                    UNREADABLE_ID if call_id is None else call_id, now, Misbehaved(why), Refusal(fault, why)
                )

    def _arrive(self, call_id: str, now: float, event: Event, broken: Refusal | None = None) -> list[Event]:
        return self._owed.arrive(call_id, now + self.answer_within, event, broken)

    def _ended(self, call_id: str) -> Outgoing | None:
        """Our open CALL, which is no longer open, when this is its id."""
        if self.flying is None or self.flying.id != call_id:
            return None
        call, self.flying = self.flying, None
        return call

    def _late(self, call_id: str) -> Outgoing | None:
        """The transaction message that timed out and was to go again, which it must not when answered."""
        if not self._transactions:
            return None
        call = self._transactions[0]
        if call.id != call_id or not call.attempt:
            return None
        self._leave_queue(call)
        return call

    # -- time

    @property
    def deadline(self) -> float | None:
        """When `expire` is next worth calling."""
        owed = self._owed.deadline
        if self.flying is None:
            return owed
        ours = self.flying.sent_at + self.call_timeout
        return ours if owed is None else min(ours, owed)

    def expire(self, now: float) -> list[Event]:
        """Give up what is overdue: our open CALL, and the answers that we owe."""
        events: list[Event] = []
        if self.flying is not None and self.flying.sent_at + self.call_timeout <= now:
            call, self.flying = self.flying, None
            events.append(Failed(call, Why.TIMED_OUT))
        return [*events, *self._owed.expire(now)]

    # -- connections

    def connected(self) -> None:
        self.online = True

    def lost(self) -> list[Failed]:
        """The connection is gone: transaction messages stay, in order; the other calls fail."""
        failed: list[Failed] = []
        if self.flying is not None:
            if self.flying.kind is _TRANSACTION:
                self.again(self.flying)
            else:
                failed.append(Failed(self.flying, Why.LOST))
        failed += [Failed(call, Why.OFFLINE) for call in self._waiting]
        self._backlog = bool(self._transactions)
        self.online, self.flying = False, None
        self._waiting.clear()
        self._owed.forget()
        return failed


def _refused(call: Outgoing, code: str, description: str) -> Failed:
    """No longer than the fields may be: it goes into logs, and before people."""
    return Failed(call, Why.REFUSED, code[: frames.CODE_LENGTH], description[: frames.DESCRIPTION_LENGTH])


def _unasked(call_id: str) -> Misbehaved:
    return Misbehaved(f"an answer to no open call: {call_id!r:.60}")
