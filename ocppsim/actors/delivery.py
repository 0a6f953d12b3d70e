"""Delivery of the outbox: in order, at least once, recognisable; what failed is tried again or given up.

Only a CALLERROR is a failure to process (OCPP-J 1.6 errata 3.3) and counts as an attempt. No answer, or one
that cannot be read, is tried again with the same pauses and never given up.
"""

from functools import partial

import trio

from ocppsim.actors.context import StationContext
from ocppsim.actors.messages import Delivered, TryAgain
from ocppsim.actors.runtime import Timer
from ocppsim.model.answers import CallAnswer, SessionAnswer, TagAnswer
from ocppsim.model.outbox import UNKNOWN_ID, Entry, Place
from ocppsim.model.settings import Settings
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.session import Failed, Kind, Outgoing, Session, Why

NONSENSE_S = 1.0
"""A transaction message whose answer was unreadable rests at least so long, whatever the configured pause."""


_HEARD = (SessionAnswer, TagAnswer)


class Delivery:
    """Of one life of the link: it feeds the session from the outbox, and holds it while that must wait."""

    def __init__(self, context: StationContext, session: Session) -> None:
        self.context, self.session, self.settings = context, session, context.settings
        self.released = False  # what comes before the outbox has been sent
        self._noticed: dict[int, int] = {}  # by connector, the last message that the session has
        self._retry: Timer | None = None
        self._setbacks = 0  # of the head: answers that were none, silences
        self._failed_at = self._least_pause_s = 0.0  # the last of them

    # -- what is new

    def notice_all(self) -> None:
        self._notice(self.context.memory.outbox.in_order())

    def notice(self, connector: int) -> None:
        """A connector wrote something."""
        self._notice(self.context.memory.outbox.since(connector, self._noticed.get(connector, 0)))

    def _notice(self, entries: list[Entry]) -> None:
        for entry in entries:
            encode = None if entry.place is Place.OPENS else partial(self._with_transaction, entry)
            call = Outgoing(
                Kind.TRANSACTION, entry.action, entry.payload, entry, entry.id, encode, attempt=entry.sends
            )
            self.session.submit(call)
            self._noticed[entry.connector] = entry.number

    def _with_transaction(self, entry: Entry) -> Payload:
        known = self.context.memory.outbox.transaction_id(entry.session)
        return self.context.dialect.with_transaction(entry.payload, UNKNOWN_ID if known is None else known)

    # -- when it may go

    def release(self, released: bool) -> None:
        """Whether all that comes before the outbox has been sent."""
        self.released = released
        self._hold()

    def try_again(self) -> None:
        """The pause is over."""
        self._retry = None
        self._hold()

    def configure(self, settings: Settings) -> None:
        self.settings = settings
        if self._retry is not None:
            self._rest()

    def _hold(self) -> None:
        self.session.held = not self.released or self._retry is not None

    # -- how it went

    def delivered(self, entry: Entry, answer: CallAnswer) -> None:
        opened = answer.transaction_id if isinstance(answer, SessionAnswer) else None
        self._setbacks = 0
        if self._retry is not None:  # the answer came late
            self._retry.cancel()
            self.try_again()
        self.context.memory.delivered(entry, opened)
        self.context.board.tally.sessions_delivered += entry.place is Place.CLOSES
        if isinstance(answer, _HEARD):  # others say nothing that anybody waits for
            self.context.station.tell(Delivered(entry, answer))

    def failed(self, entry: Entry, failed: Failed) -> None:
        entry.attempts += failed.why is Why.REFUSED
        if entry.attempts >= self.settings.transaction_attempts:
            self._give_up(entry, failed)
            return
        self._setbacks += 1
        self.session.again(failed.call)
        self._failed_at = trio.current_time()
        self._least_pause_s = NONSENSE_S if failed.why is Why.UNREADABLE else 0.0
        self._rest()

    def _rest(self) -> None:
        """The head waits, the longer the more often it has failed."""
        pause_s = max(self.settings.transaction_retry_s * self._setbacks, self._least_pause_s)
        if self._retry is not None:
            self._retry.cancel()
        left_s = self._failed_at + pause_s - trio.current_time()
        self._retry = self.context.link.after(max(left_s, 0.0), TryAgain())
        self._hold()

    def _give_up(self, entry: Entry, failed: Failed) -> None:
        self._setbacks = 0
        self.context.memory.give_up(entry)
        board = self.context.board
        board.tally.given_up += 1
        self.context.tracer.note(f"given up: {entry.action} {entry.id} after {entry.attempts} attempts")
        board.refused(f"{entry.action} given up: {failed}")
