"""One connection of a station, seen from the central system.

One task reads, and writes the answers in the order in which the CALLs came; a request of ours is written by
the task that makes it. All that has arrived is taken before anything is answered, so that a CALL sent before
the answer to the last one is seen for what it is.
"""

from collections import deque
from collections.abc import Callable

import trio
from attrs import define, field

from ocppsim import clock
from ocppsim.csms.behaviour import Close, Drop
from ocppsim.csms.calls import CallFailed, ConnectionLost, NotConnected, outcome
from ocppsim.csms.channel import Channel, ChannelClosed
from ocppsim.csms.events import FrameSeen, Listener
from ocppsim.csms.findings import Breach
from ocppsim.csms.record import StationRecord
from ocppsim.csms.responder import Reply, Responder
from ocppsim.protocol import frames
from ocppsim.protocol.actions import Sender
from ocppsim.protocol.frames import Call, CallError, CallResult, Malformed, MalformedAnswer, Payload


@define(eq=False)
class _Due:
    """A reply that waits: since when (POSIX seconds), until when (Trio's clock).

    `known`: the station has an answer with this id, to another copy of its CALL.
    """

    id: str | None
    since: float
    at: float
    reply: Reply
    known: bool = False


@define(eq=False)
class _Request:
    """The open CALL of ours."""

    id: str
    action: str
    payload: Payload
    done: trio.Event = field(factory=trio.Event)
    outcome: Payload | CallFailed | None = None

    def settle(self, outcome: Payload | CallFailed) -> None:
        self.outcome = outcome
        self.done.set()


class Peer:
    """A connected station."""

    def __init__(
        self, record: StationRecord, channel: Channel, responder: Responder, publish: Listener
    ) -> None:
        self.record, self.channel = record, channel
        self._responder, self._publish = responder, publish
        self._due: deque[_Due] = deque()
        self._request: _Request | None = None
        self._turn = trio.StrictFIFOLock()
        self._abandoned: set[str] = set()  # ids of requests that nobody waits for
        self.sign: Callable[[str], None] | None = None  # takes a request for a certificate, and sees to it

    @property
    def identity(self) -> str:
        return self.record.identity

    async def run(self) -> ChannelClosed:
        """Read and answer until the connection ends; how it ended."""
        try:
            while True:
                if self._due:
                    with trio.CancelScope(deadline=self._due[0].at):
                        self._take(await self.channel.receive())
                else:  # the common case is spared the scope
                    self._take(await self.channel.receive())
                while self.channel.unread():
                    self._take(await self.channel.receive())
                await self._write_what_is_due()
        except ChannelClosed as closed:
            await self._hear_out()
            return closed
        finally:
            if self._request is not None:
                self._request.settle(ConnectionLost(self.identity, self._request.action))

    async def _hear_out(self) -> None:
        """What came before the end counts, also where a write was the first to see the end."""
        try:
            while self.channel.unread():
                self._take(await self.channel.receive())
        except ChannelClosed:
            pass  # nothing but the end was there

    async def call(self, action: str, payload: Payload) -> Payload:
        """Send a request when the last one has ended, and wait for the answer; raises CallFailed."""
        async with self._turn:
            request = _Request(self.record.new_message_id(clock.now()), action, payload)
            self._request = request
            try:
                await self._write(frames.call(request.id, action, payload))
                await request.done.wait()
            except ChannelClosed:
                raise NotConnected(self.identity, action) from None
            finally:
                self._request = None
                if not request.done.is_set():
                    self._abandoned.add(request.id)
        if request.outcome is None or isinstance(request.outcome, CallFailed):
            raise request.outcome or ConnectionLost(self.identity, action)
        return request.outcome

    async def send_raw(self, text: str) -> None:
        """Write a text as it is; raises ChannelClosed. Nobody waits for an answer, which is none's fault."""
        match frames.parse(text):
            case Call(id=call_id) | Malformed(id=str(call_id)):
                self._abandoned.add(call_id)
        await self._write(text)

    # -- reading

    def _take(self, text: str | bytes) -> None:
        now = clock.now()
        self._publish(FrameSeen(now, self.identity, Sender.STATION, text))
        match frames.parse(text):
            case Call() as frame:
                self._owe(frame, text, now)
            case Malformed() as frame:
                self._owe(frame, text, now)
            case CallResult() | CallError() | MalformedAnswer() as answer:
                self._settle(answer, now)

    def _owe(self, frame: Call | Malformed, text: str | bytes, now: float) -> None:
        if isinstance(frame, Call) and self._due and not self._due[-1].known:
            self.record.judge.overlapped(now, (now - self._due[-1].since) / clock.speed())
        reply = self._responder.reply(self.record, frame, text, now)
        if reply.texts or reply.ending:
            self._due.append(_Due(frame.id, now, trio.current_time() + clock.wire(reply.delay_s), reply))

    def _settle(self, answer: CallResult | CallError | MalformedAnswer, now: float) -> None:
        judge, request = self.record.judge, self._request
        if request is not None and request.id == answer.id:
            self._request = None
            request.settle(outcome(judge, request.action, request.payload, answer, now))
        elif answer.id not in self._abandoned:
            judge.note(now, Breach.UNASKED_ANSWER, f"{answer.id:.60}")

    # -- writing

    async def _write_what_is_due(self) -> None:
        while self._due and self._due[0].at <= trio.current_time():
            done = self._due.popleft()
            reply = done.reply
            for text in reply.texts:
                await self._write(text)
            for copy in self._due:
                copy.known |= copy.id == done.id
            if reply.to_sign is not None and self.sign is not None:
                self.sign(reply.to_sign)
            match reply.ending:
                case Close(code, reason):
                    await self.channel.close(code, reason)
                case Drop():
                    self.channel.drop()

    async def _write(self, text: str) -> None:
        self._publish(FrameSeen(clock.now(), self.identity, Sender.CENTRAL_SYSTEM, text))
        await self.channel.send(text)
