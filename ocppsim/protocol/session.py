"""The OCPP-J session of one connection after another, sans I/O: texts in, events and texts out.

Three rules live here and nowhere else:

* One open CALL of ours at a time; what is queued waits by kind (see `Kind`).
* Every CALL of the peer gets exactly one answer, in order of arrival, unless the connection ends first.
* Answer before consequence: a CALL of ours waits until each CALL that the peer had sent when ours was queued
  has been answered. So whichever actor sends a consequence, it cannot overtake the answer.

All durations are seconds of the clock whose `now` the caller passes.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, IntEnum, auto

from attrs import define, field, frozen

from . import frames
from .errors import Fault, Refusal
from .frames import Payload

OPEN_CALLS = 64
"""So many CALLs of the peer may wait for their answers; beyond, they are refused."""

BACKLOG = 8
"""More transaction messages than this are a backlog: ordinary calls go first then."""


class Kind(IntEnum):
    """What a CALL of ours is allowed to do."""

    BOOT = 0  # the only kind before the central system accepted the station
    TRIGGERED = 1  # asked for by the central system: also while Pending
    ORDINARY = 2  # fails at once when it cannot be sent
    TRANSACTION = 3  # waits, in order, for better times


class Registration(Enum):
    """What the central system said to our boot, as far as it decides what may be sent."""

    NONE = auto()  # not answered yet, or Rejected
    PENDING = auto()
    ACCEPTED = auto()


_ALLOWED: Mapping[Registration, Kind] = {
    Registration.NONE: Kind.BOOT,
    Registration.PENDING: Kind.TRIGGERED,
    Registration.ACCEPTED: Kind.TRANSACTION,
}


class Why(Enum):
    """Why a CALL of ours has no answer."""

    REFUSED = "refused"  # a CALLERROR
    TIMED_OUT = "no answer in time"
    UNREADABLE = "unreadable answer"
    LOST = "connection lost"  # after it was sent
    OFFLINE = "offline"  # never sent


@define(eq=False)
class Outgoing:
    """A CALL of ours. `ref` is the caller's; `encode` gives a payload known only when the CALL is sent."""

    kind: Kind
    action: str
    payload: Payload
    ref: object = None
    id: str | None = None  # fixed beforehand, so that a resend carries it again
    encode: Callable[[], Payload] | None = None
    attempt: int = 0
    sent_at: float = 0.0
    queued: int = field(default=0, init=False)  # place in the order of our calls
    behind: int = field(default=0, init=False)  # how many CALLs of the peer had arrived by then


@frozen
class Received:
    """A CALL of the peer that wants `answer` or `refuse`."""

    id: str
    action: str
    payload: Payload


@frozen
class Answered:
    call: Outgoing
    payload: Payload


@frozen
class Failed:
    call: Outgoing
    why: Why
    code: str = ""
    description: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.why.value, self.code, self.description)))


@frozen
class Misbehaved:
    """The peer broke a rule that leaves us nothing to answer."""

    what: str


@frozen
class Overdue:
    """We owed an answer for too long; the CALL was refused with InternalError."""

    id: str


Event = Received | Answered | Failed | Misbehaved | Overdue


@define(eq=False)
class _Slot:
    """The place of one CALL of the peer in the order of answers."""

    id: str
    number: int
    deadline: float
    text: str | None = None


class Session:
    """See the module. After `receive`, `submit`, `answer` or `expire`, write what `next` gives until None."""

    __slots__ = (
        "_answered",
        "_arrived",
        "_backlog",
        "_codes",
        "_ids",
        "_slots",
        "_submitted",
        "_transactions",
        "_waiting",
        "answer_within",
        "call_timeout",
        "flying",
        "held",
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
        self.held = False  # transaction messages wait until the caller says otherwise
        self.call_timeout, self.answer_within = call_timeout, answer_within
        self.flying: Outgoing | None = None
        self._ids, self._codes = ids, codes
        self._waiting: deque[Outgoing] = deque()
        self._transactions: deque[Outgoing] = deque()
        self._backlog = False
        self._slots: deque[_Slot] = deque()
        self._answered: OrderedDict[str, str] = OrderedDict()
        self._arrived = self._submitted = 0

    # -- our calls

    def submit(self, call: Outgoing) -> Failed | None:
        """Queue a CALL; one that is no transaction message and may not be sent now fails at once."""
        if call.kind is not Kind.TRANSACTION and not (
            self.online and call.kind <= _ALLOWED[self.registration]
        ):
            return Failed(call, Why.OFFLINE)
        self._submitted += 1
        call.queued, call.behind = self._submitted, self._arrived
        if call.kind is Kind.TRANSACTION:
            self._transactions.append(call)
            self._backlog |= not self.online or len(self._transactions) > BACKLOG
        else:
            self._waiting.append(call)
        return None

    def again(self, call: Outgoing) -> None:
        """Put a transaction message back to the head of its queue."""
        call.behind = 0
        self._transactions.appendleft(call)

    @property
    def idle(self) -> bool:
        """Nothing is open, and nothing that could be sent now waits."""
        return self.flying is None and not self._waiting and not self._slots and self._head() is None

    @property
    def answers_owed(self) -> int:
        return len(self._slots)

    # -- the peer's calls

    def answer(self, call_id: str, payload: Payload) -> None:
        """Answer an open CALL; one that is gone with its connection is passed over."""
        self._settle(call_id, frames.call_result(call_id, payload))

    def refuse(self, call_id: str, refusal: Refusal) -> None:
        code = self._codes[refusal.fault]
        self._settle(call_id, frames.call_error(call_id, code, refusal.description, refusal.details))

    def drop(self, call_id: str) -> None:
        """Leave a CALL without an answer, where the specification forbids one (1.6 ed. 2, 4.2: Rejected)."""
        self._slots = deque(slot for slot in self._slots if slot.id != call_id)

    def _settle(self, call_id: str, text: str) -> None:
        for slot in self._slots:
            if slot.id == call_id and slot.text is None:
                slot.text = text
                self._answered[call_id] = text
                if len(self._answered) > OPEN_CALLS:
                    self._answered.popitem(last=False)

    # -- writing

    def next(self, now: float) -> str | None:
        """The text to write now, or None when there is nothing or everything has to wait."""
        if not self.online:
            return None
        if self._slots and self._slots[0].text is not None:
            return self._slots.popleft().text
        if self.flying is not None:
            return None
        call = self._head()
        if call is None or (self._slots and self._slots[0].number <= call.behind):
            return None
        if call.kind is Kind.TRANSACTION:
            self._transactions.popleft()
            self._backlog &= bool(self._transactions)
        else:
            self._waiting.popleft()
        if call.id is None:
            call.id = next(self._ids)
        call.attempt += 1
        call.sent_at = now
        self.flying = call
        payload = call.payload if call.encode is None else call.encode()
        return frames.call(call.id, call.action, payload)

    def _head(self) -> Outgoing | None:
        """The CALL whose turn it is: the oldest, but none waits behind a backlog of transaction messages."""
        ordinary = self._waiting[0] if self._waiting else None
        if not self._transactions or self.held or self.registration is not Registration.ACCEPTED:
            return ordinary
        transaction = self._transactions[0]
        if ordinary is not None and (self._backlog or ordinary.queued < transaction.queued):
            return ordinary
        return transaction

    # -- reading

    def receive(self, text: str | bytes, now: float) -> list[Event]:
        match frames.parse(text):
            case frames.CallResult(call_id, payload):
                return self._ended(call_id, lambda call: Answered(call, payload))
            case frames.CallError(call_id, code, description, _):
                return self._ended(call_id, lambda call: Failed(call, Why.REFUSED, code, description))
            case frames.MalformedAnswer(call_id, why):
                return [
                    Misbehaved(why),
                    *self._ended(call_id, lambda call: Failed(call, Why.UNREADABLE, "", why)),
                ]
            case frames.Call(call_id, action, payload):
                return self._arrive(call_id, now, Received(call_id, action, payload))
            case frames.Malformed(fault, why, str(call_id)) if fault in self._codes:
                events = self._arrive(call_id, now, Misbehaved(why))
                self.refuse(call_id, Refusal(fault, why))
                return events
            case frames.Malformed(_, why, _):
                return [Misbehaved(why)]

    def _ended(self, call_id: str, outcome: Callable[[Outgoing], Event]) -> list[Event]:
        if self.flying is None or self.flying.id != call_id:
            return [Misbehaved(f"an answer to no open call: {call_id!r:.60}")]
        call, self.flying = self.flying, None
        return [outcome(call)]

    def _arrive(self, call_id: str, now: float, event: Event) -> list[Event]:
        self._arrived += 1
        events: list[Event] = []
        if any(slot.text is None for slot in self._slots):
            events.append(Misbehaved("a CALL before the last one was answered"))
        repeated = self._answered.get(call_id)
        still_open = any(slot.id == call_id for slot in self._slots)
        self._slots.append(_Slot(call_id, self._arrived, now + self.answer_within, repeated))
        if repeated is not None or still_open:
            return [*events, Misbehaved(f"message id {call_id!r:.60} used twice")]
        if len(self._slots) > OPEN_CALLS:
            self.refuse(call_id, Refusal(Fault.INTERNAL, f"more than {OPEN_CALLS} open calls"))
            return [*events, Misbehaved(f"more than {OPEN_CALLS} open calls")]
        return [*events, event]

    # -- time

    @property
    def deadline(self) -> float | None:
        """When `expire` is next worth calling."""
        due = [slot.deadline for slot in self._slots if slot.text is None][:1]
        if self.flying is not None:
            due.append(self.flying.sent_at + self.call_timeout)
        return min(due, default=None)

    def expire(self, now: float) -> list[Event]:
        """Give up what is overdue: our open CALL, and the answers that we owe."""
        events: list[Event] = []
        if self.flying is not None and self.flying.sent_at + self.call_timeout <= now:
            call, self.flying = self.flying, None
            events.append(Failed(call, Why.TIMED_OUT))
        for slot in self._slots:
            if slot.text is None and slot.deadline <= now:
                self.refuse(slot.id, Refusal(Fault.INTERNAL, "no answer in time"))
                events.append(Overdue(slot.id))
        return events

    # -- connections

    def connected(self) -> None:
        self.online = True

    def lost(self) -> list[Failed]:
        """The connection is gone: transaction messages stay, in order; the other calls fail."""
        failed: list[Failed] = []
        if self.flying is not None:
            if self.flying.kind is Kind.TRANSACTION:
                self.again(self.flying)
            else:
                failed.append(Failed(self.flying, Why.LOST))
        failed += [Failed(call, Why.OFFLINE) for call in self._waiting]
        for call in self._transactions:
            call.behind = 0
        self._backlog = bool(self._transactions)
        self.online, self.flying, self._arrived = False, None, 0
        self._waiting.clear()
        self._slots.clear()
        self._answered.clear()
        return failed
