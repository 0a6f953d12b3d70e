"""A session, what both sides said to it, and what must therefore come out of it.

Every method is one act of the peer, of the station or of the wire; it checks what the session makes of it.
An act that is not possible now does nothing.
"""

import json
from collections import OrderedDict, deque
from itertools import count
from typing import Any

from attrs import define

from ocppsim.protocol import frames
from ocppsim.protocol.errors import V16_CODES, Fault, Refusal
from ocppsim.protocol.session import (
    OPEN_CALLS,
    Answered,
    Event,
    Failed,
    Kind,
    Misbehaved,
    Outgoing,
    Overdue,
    Received,
    Registration,
    Session,
    Why,
)

ALLOWED = {
    Registration.NONE: Kind.BOOT,
    Registration.REJECTED: Kind.BOOT,
    Registration.PENDING: Kind.TRIGGERED,
    Registration.ACCEPTED: Kind.TRANSACTION,
}
IDS = [f"id-{number}" for number in range(6)]
BROKEN = ['[2,"{}"]', '[2,"{}","Reset"]', '[2,"{}",5,{{}}]', '[2,"{}","Reset",[]]']
NOISE = ["", "[", "[]", '["2","id-1","Reset",{}]', '[9,"id-1",{}]', '[2,1,"Reset",{}]', '[3,"x",{}]', "[4]"]
FAILURES = ['[4,"{}","GenericError","",{{}}]', '[3,"{}",5]']

Answer = tuple[int, str]
"""Message type, and what tells this answer from others: our token, or the code of an error."""


@define(eq=False)
class Arrival:
    """A CALL of the peer that has no answer on the wire yet."""

    id: str
    answer: Answer | None = None


@define(eq=False)
class Queued:
    """A CALL of ours, and the arrivals that it must not overtake."""

    call: Outgoing
    behind: frozenset[Arrival]


class SessionModel:
    """Online and Accepted to begin with; all is written at once unless the wire is slow."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slow = False
        self.session = Session((f"1-{number}" for number in count(1)), V16_CODES)
        self.session.registration = Registration.ACCEPTED
        self.session.connected()
        self.tokens = count(1)
        self.arrivals: list[Arrival] = []
        self.answered: OrderedDict[str, Answer] = OrderedDict()
        self.ordinary: list[Queued] = []
        self.transactions: deque[Queued] = deque()
        self.flying: Queued | None = None
        self.sent: dict[str, tuple[Queued, str]] = {}

    @property
    def allowed(self) -> Kind:
        return ALLOWED[self.session.registration]

    # -- the peer calls

    def peer_calls(self, call_id: str) -> None:
        if self.session.online:
            self._arrives(call_id, frames.call(call_id, "Reset", {}), broken=False)
            self._write_unless_slow()

    def peer_calls_badly(self, call_id: str, text: str) -> None:
        if self.session.online:
            self._arrives(call_id, text.format(call_id), broken=True)
            self._write_unless_slow()

    def peer_floods(self) -> None:
        for _ in range(OPEN_CALLS + 2 if self.session.online else 0):
            call_id = f"flood-{next(self.tokens)}"
            self._arrives(call_id, frames.call(call_id, "Reset", {}), broken=False)

    def peer_makes_noise(self, text: str) -> None:
        if self.session.online:
            events = self.session.receive(text, self.now)
            assert events
            assert all(isinstance(event, Misbehaved) for event in events)

    def _arrives(self, call_id: str, text: str, *, broken: bool) -> None:
        events = self.session.receive(text, self.now)
        received = [event for event in events if isinstance(event, Received)]
        assert received or any(isinstance(event, Misbehaved) for event in events)
        if broken and self.session.registration is Registration.REJECTED:
            return
        is_open = any(arrival.id == call_id and arrival.answer is None for arrival in self.arrivals)
        arrival = Arrival(call_id)
        self.arrivals.append(arrival)
        if is_open:
            assert received == []
        elif call_id in self.answered:
            assert received == []
            arrival.answer = self.answered[call_id]
        elif broken:
            assert received == []
            self._settle(call_id, (4, "FormationViolation"))
        elif len(self.arrivals) > OPEN_CALLS:
            assert received == []
            arrival.answer = (4, "InternalError")
        else:
            assert received == [Received(call_id, "Reset", {})]

    # -- we answer: the CALL number `choice` of those that are open, or one that is not

    def answer(self, choice: int) -> None:
        call_id, token = self._some_open(choice), str(next(self.tokens))
        self.session.answer(call_id, {"token": token})
        self._settle(call_id, (3, token))
        self._write_unless_slow()

    def refuse(self, choice: int, fault: Fault) -> None:
        call_id = self._some_open(choice)
        self.session.refuse(call_id, Refusal(fault))
        self._settle(call_id, (4, V16_CODES[fault]))
        self._write_unless_slow()

    def drop(self, choice: int) -> None:
        call_id = self._some_open(choice)
        self.session.drop(call_id)
        self.arrivals = [a for a in self.arrivals if a.id != call_id or a.answer is not None]
        self._write_unless_slow()

    def _some_open(self, choice: int) -> str:
        ids = [
            *dict.fromkeys(arrival.id for arrival in self.arrivals if arrival.answer is None),
            "id-0",
            "gone",
        ]
        return ids[choice % len(ids)]

    def _settle(self, call_id: str, answer: Answer) -> None:
        for arrival in self.arrivals:
            if arrival.id == call_id and arrival.answer is None:
                arrival.answer = answer
                self.answered[call_id] = answer
        while len(self.answered) > OPEN_CALLS:
            self.answered.popitem(last=False)

    # -- we call

    def submit(self, kind: Kind) -> None:
        call = Outgoing(kind, f"Action{next(self.tokens)}", {})
        failed = self.session.submit(call)
        if kind is Kind.TRANSACTION:
            assert failed is None
            self.transactions.append(Queued(call, frozenset(self.arrivals)))
        elif self.session.online and kind <= self.allowed:
            assert failed is None
            self.ordinary.append(Queued(call, frozenset(self.arrivals)))
        else:
            assert failed == Failed(call, Why.OFFLINE)
        self._write_unless_slow()

    def peer_answers(self) -> None:
        if self.flying is not None:
            self._expect_answered(self.flying)
            self.flying = None
            self._write_unless_slow()

    def peer_answers_late(self) -> None:
        """It answers what it was sent before, and what waits to be sent again."""
        if self.session.online and self.transactions and self.transactions[0].call.attempt:
            self._expect_answered(self.transactions.popleft())
            self._write_unless_slow()

    def peer_refuses(self, text: str, *, give_up: bool) -> None:
        if self.flying is not None:
            *_, event = self.session.receive(text.format(self.flying.call.id), self.now)
            assert isinstance(event, Failed)
            self._fails(event, give_up=give_up)
            self._write_unless_slow()

    def _expect_answered(self, queued: Queued) -> None:
        assert queued.call.id is not None
        token: frames.Payload = {"token": next(self.tokens)}
        text = frames.call_result(queued.call.id, token)
        assert self.session.receive(text, self.now) == [Answered(queued.call, token)]

    def _fails(self, event: Failed, *, give_up: bool) -> None:
        """A transaction message goes again, unless it is given up."""
        assert self.flying is not None
        assert event.call is self.flying.call
        if event.call.kind is Kind.TRANSACTION and not give_up:
            self.session.again(event.call)
            self.transactions.appendleft(self.flying)
        self.flying = None

    # -- what else happens

    def register(self, registration: Registration) -> None:
        self.session.registration = registration
        self._write_unless_slow()

    def hold(self, *, held: bool) -> None:
        self.session.held = held
        self._write_unless_slow()

    def wait(self, seconds: float) -> None:
        """What is due on the way is done at its time."""
        until = self.now + seconds
        while (deadline := self.session.deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            events = self.session.expire(self.now)
            assert events, "expire made no progress at its deadline"
            self._expired(events)
        self.now = until
        assert self.session.expire(self.now) == []
        self._write_unless_slow()

    def _expired(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Failed):
                assert event.why is Why.TIMED_OUT
                self._fails(event, give_up=False)
            else:
                assert isinstance(event, Overdue)
                assert any(arrival.id == event.id and arrival.answer is None for arrival in self.arrivals)
                self._settle(event.id, (4, "InternalError"))

    def connect(self) -> None:
        if not self.session.online:
            self.session.connected()
            self._write_unless_slow()

    def lose(self) -> None:
        if not self.session.online:
            return
        failed = [event.call for event in self.session.lost()]
        expected = [queued.call for queued in self.ordinary]
        if self.flying is not None and self.flying.call.kind is Kind.TRANSACTION:
            self.transactions.appendleft(self.flying)
        elif self.flying is not None:
            expected.insert(0, self.flying.call)
        assert failed == expected
        self.flying = None
        self.ordinary.clear()
        self.arrivals.clear()
        self.answered.clear()

    # -- the wire

    def wire(self, *, slow: bool) -> None:
        """A slow wire takes nothing for a while."""
        self.slow = slow
        self._write_unless_slow()

    def write_one(self) -> bool:
        text = self.session.next(self.now)
        if text is None:
            return False
        assert self.session.online
        message = json.loads(text)
        if message[0] == 2:
            self._called(message, text)
        else:
            self._was_answered(message)
        return True

    def _write_unless_slow(self) -> None:
        while not self.slow and self.write_one():
            pass
        if not self.slow:
            self._nothing_waits_that_could_go()

    def _was_answered(self, message: list[Any]) -> None:
        """In order of arrival, with the answer that was given to this CALL."""
        kind, call_id, content, *_ = message
        arrival = self.arrivals.pop(0)
        assert arrival.id == call_id
        assert arrival.answer == (kind, content["token"] if kind == 3 else content)

    def _called(self, message: list[Any], text: str) -> None:
        _, call_id, action, _ = message
        assert self.flying is None, "two of ours are open"
        queued = self._leave_queue(action)
        assert not queued.behind.intersection(self.arrivals), "a consequence before its answer"
        assert queued.call.kind <= self.allowed
        assert call_id == queued.call.id
        first = self.sent.setdefault(call_id, (queued, text))
        assert first == (queued, text), "an id twice, or another payload"
        self.flying = queued

    def _leave_queue(self, action: str) -> Queued:
        if self.transactions and self.transactions[0].call.action == action:
            assert not self.session.held
            return self.transactions.popleft()
        queued = next(queued for queued in self.ordinary if queued.call.action == action)
        earlier = self.ordinary[: self.ordinary.index(queued)]
        assert all(other.call.kind > self.allowed for other in earlier)
        self.ordinary.remove(queued)
        return queued

    def _nothing_waits_that_could_go(self) -> None:
        if not self.session.online:
            return
        assert not self.arrivals or self.arrivals[0].answer is None
        if self.flying is None and not self.arrivals:
            assert all(queued.call.kind > self.allowed for queued in self.ordinary)
            assert not self.transactions or self.session.held or self.allowed < Kind.TRANSACTION
            assert self.session.idle is not bool(self.ordinary)

    # -- at any time, and in the end

    def check(self) -> None:
        """The session says what is open."""
        assert self.session.flying is (None if self.flying is None else self.flying.call)
        assert self.session.answers_owed == len(self.arrivals)
        owed = any(arrival.answer is None for arrival in self.arrivals)
        assert (self.session.deadline is not None) is (owed or self.flying is not None)

    def finish(self) -> None:
        """On a good connection all that waits goes out, the transaction messages in order."""
        self.lose()
        self.session.registration, self.session.held, self.slow = Registration.ACCEPTED, False, False
        waiting = list(self.transactions)
        self.connect()
        for queued in waiting:
            assert self.flying is queued
            self.peer_answers()
        assert self.session.idle
