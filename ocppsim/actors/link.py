"""The link: one task with one inbox. It owns the open CALL and drives the outbox; it outlives its wires."""

from collections.abc import Callable, Iterator
from typing import assert_never

import trio

from ocppsim import clock
from ocppsim.actors.context import StationContext
from ocppsim.actors.delivery import Delivery
from ocppsim.actors.latencies import Latencies
from ocppsim.actors.messages import (
    BootWanted,
    Close,
    Configure,
    ConnectorMessage,
    DeadlinePassed,
    Down,
    Drain,
    HangUp,
    Heard,
    Ignore,
    LinkMessage,
    News,
    Offline,
    Online,
    Outcome,
    Outcomes,
    Refuse,
    Register,
    Release,
    Reply,
    Request,
    Send,
    StationMessage,
    TryAgain,
    Up,
    Violated,
)
from ocppsim.actors.reporter import Reporter
from ocppsim.actors.runtime import Actor, Exit, Question, Stop, Timer
from ocppsim.actors.trace import Way
from ocppsim.actors.wire.transport import Transport, TransportClosed
from ocppsim.model.answers import CallAnswer
from ocppsim.model.outbox import Entry
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.session import (
    Answered,
    Event,
    Failed,
    Kind,
    Misbehaved,
    Outgoing,
    Overdue,
    Received,
    Session,
    Why,
)

SILENCE = 3
"""So many CALLs in a row without an answer close the connection."""

ANSWER_WITHIN_S = 5.0

_IN = Way.IN


class Link:
    """One life of the link."""

    def __init__(self, me: Actor[LinkMessage], context: StationContext, latencies: Latencies) -> None:
        self.me, self.context, self.latencies = me, context, latencies
        self.dialect, self.memory = context.dialect, context.memory
        self.board, self.tracer = context.board, context.tracer
        self.statistics = context.statistics
        self.unsaid = context.specification.unsaid
        ids: Iterator[str] = iter(self.memory.message_id, "")
        self.speed = clock.speed()
        self.in_rounds = me.system.rounds is not None  # where nobody looks at what another may just change
        call_timeout = clock.wire(context.settings.message_timeout_s)
        self.session = Session(ids, self.dialect.codes, call_timeout, clock.wire(ANSWER_WITHIN_S))
        self.transport: Transport | None = None
        self.connection = -1
        self.repace: Callable[[], None] = lambda: None  # lets the wire look at new settings
        self.settings = context.settings
        self.delivery = Delivery(context, self.session)
        self.silences = 0
        self.deadline: Timer | None = None
        self.drains: list[Question[None]] = []
        self.closes: list[Question[None]] = []

    async def live(self) -> Exit | None:
        self.delivery.release(False)
        self.delivery.notice_all()
        try:
            async with trio.open_nursery() as nursery:
                self.nursery = nursery
                self.context.wire.start_in(nursery)
                async for message in self.me:
                    now = trio.current_time()
                    self._take(message, now)
                    await self._write(now)
                    if self.drains or self.closes:
                        await self._settle_asks()
        finally:
            self._lost()
        return None

    # -- messages

    def _take(self, message: LinkMessage | Question[None], now: float) -> None:
        """What is said, and what is to be said."""
        match message:
            case Heard():  # no patterns inside: each would take longer than all that comes before it
                if message.connection == self.connection:
                    self.tracer.frame(_IN, message.text)
                    self._handle(self.session.receive(message.text, now), now)
            case Send(draft, _, _, kind):
                call = Outgoing(kind, draft.action, draft.payload, message)
                if self.unsaid and draft.action in self.unsaid:
                    self._failed(Failed(call, Why.OFFLINE))  # as if nobody were there to hear it
                else:
                    self._submit(call)
            case News():
                self.delivery.notice(message.connector)
            case Reply(to) | Refuse(to) | Ignore(to):
                if to.connection == self.connection:
                    self._answer(message)
            case _:
                self._took_notice(message, now)

    def _took_notice(self, message: LinkMessage | Question[None], now: float) -> None:
        """Of the connection, of the station, of time, and of whoever wants to see the end of it."""
        match message:
            case Up():
                self._connected(message)
            case Down(_, connection):
                if connection == self.connection:
                    self._lost()
            case Register(registration):
                if registration is not self.session.registration:
                    self.session.registration = registration
                    self.delivery.release(False)
            case Release():
                self.delivery.release(True)
            case Configure(settings):
                self.settings = settings
                self.session.call_timeout = clock.wire(settings.message_timeout_s)
                self._disarm()  # what is due may be so sooner
                self.repace()
                self.delivery.configure(settings)
            case HangUp(why):
                if self.transport is not None:
                    self.nursery.start_soon(self.transport.close, 1000, why, name="close")
            case DeadlinePassed():
                self.deadline = None
                self._handle(self.session.expire(now), now)
                self._rearm()
            case TryAgain():
                self.delivery.try_again()
            case Question(Drain()):
                self.drains.append(message)
            case Question(Close()):
                self.closes.append(message)
            case _:
                raise TypeError(f"no message of a link: {message!r}")

    def _answer(self, message: Reply | Refuse | Ignore) -> None:
        match message:
            case Reply(to, payload):
                self.session.answer(to.id, payload)
                if self.statistics is not None:
                    self.statistics.replied(to.action)
            case Refuse(to, refusal):
                self.session.refuse(to.id, refusal)
                if self.statistics is not None:
                    self.statistics.failed(to.action)
            case Ignore(to):
                self.session.drop(to.id)

    def _connected(self, up: Up) -> None:
        self.transport, self.connection, self.repace = up.transport, up.connection, up.repace
        self.silences = 0
        self.delivery.release(False)
        self.session.connected()
        self.context.station.tell(Online(up.connection))

    def _lost(self) -> None:
        if self.transport is None:
            return
        self.transport = None
        self.connection = -1
        ended: dict[Actor[StationMessage] | Actor[ConnectorMessage], list[Outcome]] = {}
        for failed in self.session.lost():
            if isinstance(send := failed.call.ref, Send):
                ended.setdefault(send.sender, []).append(Outcome(send.ref, None, failed.why))
        for sender, outcomes in ended.items():
            sender.tell(Outcomes(tuple(outcomes)))
        self.context.station.tell(Offline())

    def _submit(self, call: Outgoing) -> None:
        if (failed := self.session.submit(call)) is not None:
            self._failed(failed)

    # -- events of the session

    def _handle(self, events: list[Event], now: float) -> None:
        for event in events:
            match event:
                case Received(call_id, action, payload):
                    self.board.tally.requests += 1
                    if self.statistics is not None:
                        self.statistics.requested(action)
                    self.context.station.tell(Request(call_id, action, payload, self.connection))
                case Answered():
                    self._answered(event.call, event.payload, now)
                case Failed():
                    self._failed(event)
                case Misbehaved(what):
                    self._violation(what)
                case Overdue(call_id):
                    self.board.tally.internal += 1
                    self.board.note("a request was refused: no answer of our own in time")
                    self.tracer.note(f"{call_id} was refused: no answer of our own in time")
                case _:
                    assert_never(event)

    def _answered(self, call: Outgoing, payload: Payload, now: float) -> None:
        self.silences = 0
        round_trip_s = (now - call.sent_at) / self.speed
        self.latencies.add(round_trip_s)
        self.board.tally.last_round_trip_s = round_trip_s
        self.board.last_exchange_at = call.sent_at
        reading = self.dialect.read(call.action, payload)
        for violation in reading.violations:
            self._violation(f"{call.action}: {violation}")
        if reading.answer is None:
            self._failed(Failed(call, Why.UNREADABLE))
            return
        self.board.tally.calls += 1
        if self.statistics is not None:
            self.statistics.answered(call.action, round_trip_s)
        if isinstance(call.ref, Entry):
            self.delivery.delivered(call.ref, reading.answer)
        elif isinstance(call.ref, Send):
            self._tell_outcome(call.ref, reading.answer, round_trip_s)
        self.board.changed()

    def _tell_outcome(self, send: Send, answer: CallAnswer, round_trip_s: float) -> None:
        if isinstance(send.ref, Reporter) and not self.in_rounds and send.ref.taken():
            return  # a status that is still the present one: nobody waits for that
        send.sender.tell(Outcome(send.ref, answer, None, round_trip_s))

    def _failed(self, failed: Failed) -> None:
        call = failed.call
        if failed.why not in (Why.OFFLINE, Why.LOST):
            self.board.tally.failures += 1
            if self.statistics is not None:
                self.statistics.failed(call.action)
            self.tracer.note(f"{call.action} {call.id}: {failed}")
        if failed.why is Why.TIMED_OUT:
            self._silence()
        elif failed.why in (Why.REFUSED, Why.UNREADABLE):
            self.silences = 0
        if failed.code == "SecurityError" and call.kind is not Kind.BOOT:
            self.context.station.tell(BootWanted())
        if isinstance(call.ref, Entry):
            self.delivery.failed(call.ref, failed)
        elif isinstance(call.ref, Send):
            call.ref.sender.tell(Outcome(call.ref.ref, None, failed.why))

    def _silence(self) -> None:
        self.silences += 1
        if self.silences == SILENCE and self.transport is not None:
            self.tracer.note(f"{SILENCE} calls in a row without an answer: closing")
            self.nursery.start_soon(self.transport.close, 1000, "no answers", name="close")

    def _violation(self, what: str) -> None:
        self.board.tally.violations += 1
        self.tracer.violation(what)
        if self.settings.security_profile:
            self.context.station.tell(Violated(what))

    # -- writing

    async def _write(self, now: float) -> None:
        while self.transport is not None:
            before = self.session.flying
            text = self.session.next(now)
            if text is None:
                break
            call = self.session.flying
            if call is before:
                self.tracer.frame(Way.OUT, text)
            elif call is not None:
                self.tracer.called(text, call.action, self._count_send(call))
            self.memory.settle()
            try:
                await self.transport.send(text)
            except TransportClosed:
                self._lost()
            if call is not before:
                break  # answers go first, so nothing may follow it
        self._rearm()

    def _count_send(self, call: Outgoing) -> int:
        if isinstance(call.ref, Entry):
            call.ref.sends = call.attempt
        self.board.tally.resent += call.attempt > 1
        if self.statistics is not None:
            self.statistics.requested(call.action)
        return call.attempt

    def _rearm(self) -> None:
        """One timer for all deadlines: it may fire early, and is then set anew."""
        if self.deadline is not None and not self.session.answers_owed:
            return  # set for an earlier CALL of ours, or for an answer that was due sooner
        due = self.session.deadline
        if due is None or (self.deadline is not None and self.deadline.deadline <= due):
            return
        self._disarm()
        self.deadline = self.me.after(due - trio.current_time(), DeadlinePassed())

    def _disarm(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    async def _settle_asks(self) -> None:
        if self.drains and (self.transport is None or self.session.idle):
            _answer_all(self.drains)
        if self.closes and not (self.transport is not None and self.session.answers_owed):
            if self.transport is not None:
                await self.transport.close()
            self.context.wire.end(Stop("closed"))
            _answer_all(self.closes)


def _answer_all(questions: list[Question[None]]) -> None:
    for question in questions:
        question.answer(None)
    questions.clear()
