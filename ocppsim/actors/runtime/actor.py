"""Actors: an address, a mailbox that outlives every life, a body, and a policy for the next life.

Two rules keep actors from waiting in a circle: `tell` never waits, and `ask` waits only downhill, from a
lower tier to a higher one. All composition is by nurseries: supervised children side by side are one-for-one,
a nursery inside a supervised body is one-for-all.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from enum import IntEnum
from functools import partial
from math import inf
from typing import Any, Generic, TypeVar

import trio
from attrs import define

from ocppsim.actors.runtime.condition import Condition, Statistics
from ocppsim.actors.runtime.lives import Crash, Exit, GaveUp, Policy, Restart, Stop, When
from ocppsim.actors.runtime.mailbox import NOBODY, Mailbox, MailboxFull, Sender, State
from ocppsim.actors.runtime.obligations import Obligations
from ocppsim.actors.runtime.question import Ask, AskUphill, Overloaded, Question, Resting
from ocppsim.actors.runtime.system import LifeEnded, System
from ocppsim.actors.runtime.timers import Timer

M = TypeVar("M")
R = TypeVar("R")

ASK_WITHIN_S = 5.0
ONCE_MORE = Policy()

_IDLE, _GONE = Condition.IDLE, Condition.GONE  # to look up a member of an Enum takes longer than a tell


class Tier(IntEnum):
    """Who may ask whom: only the lower the higher."""

    UI = 0
    FLEET = 1
    STATION = 2
    GENERATOR = 3
    CONNECTOR = 4
    LINK = 5
    STORE = 6


@define(eq=False)
class _Due(Generic[M]):
    """A message of a timer, for the life that had set it, unless it is cancelled before it is read."""

    message: M
    life: int
    timer: Timer | None = None


_running: ContextVar["Actor[Any] | None"] = ContextVar("running actor", default=None)


class Actor(Generic[M]):
    """The address of an actor; good for ever, whether the actor lives or not.

    `body` is called once for each life with the actor itself, reads messages by `async for`, and returns how
    the life ended. With `keeps=False` what waits in the mailbox is dropped at the end of each life: for an
    actor all of whose messages come from parts that end with it.
    """

    __slots__ = (
        "__weakref__",
        "_body",
        "_crashes",
        "_keeps",
        "_last_exit",
        "_mailbox",
        "_obligations",
        "_scope",
        "_until",
        "_verdict",
        "condition",
        "life",
        "name",
        "policy",
        "system",
        "tier",
    )

    def __init__(
        self,
        system: System,
        name: str,
        tier: Tier,
        body: Callable[["Actor[M]"], Awaitable[Exit | None]],
        policy: Policy = ONCE_MORE,
        *,
        size: int = 64,
        keeps: bool = True,
    ) -> None:
        self.system, self.name, self.tier, self.policy = system, name, tier, policy
        self.life = 0
        self.condition = Condition.IDLE
        self._body, self._keeps = body, keeps
        self._crashes = 0
        self._last_exit: Exit | None = None
        self._mailbox: Mailbox[M | Question[Any] | _Due[M]] = system.mailbox(size)
        self._obligations = Obligations()
        self._scope: trio.CancelScope | None = None
        self._until = inf  # when the next life begins
        self._verdict: Exit | None = None  # given from outside, not yet carried out

    def __repr__(self) -> str:
        return f"<actor {self.name}>"

    # -- messages

    def tell(self, message: M) -> None:
        """Post without waiting. A full mailbox crashes the receiver, never the sender."""
        if self.condition is _IDLE or self.condition is _GONE:
            self.system.counters.dead_letters += 1
            return
        self._deliver(message, message.topic if isinstance(message, State) else None)

    async def ask(self, message: Ask[R], within: float = ASK_WITHIN_S) -> R:
        """The answer; raises NoAnswer when there is none `within` seconds, AskUphill when asking is wrong."""
        asker = _running.get()
        if asker is not None and asker.tier >= self.tier:
            raise AskUphill(f"{asker.name} asked {self.name}")
        now = trio.current_time()
        if self.condition is not Condition.ALIVE and now < self._until:
            resting = Resting(self.name, self._until)
            await trio.lowlevel.checkpoint()
            raise resting
        question = Question(message, self.name)
        try:
            self._mailbox.put(question, self._sender())
        except MailboxFull:
            self.system.counters.overflows += 1
            await trio.lowlevel.checkpoint()
            raise Overloaded(self.name) from None
        timer = self.system.timers.at(now + within, question.expire, self.name)
        try:
            return await question.wait()
        finally:
            timer.cancel()
            question.abandon()

    async def room(self) -> None:
        """Wait until the mailbox is at most half full: for producers at the edge."""
        await self._mailbox.room()

    def after(self, seconds: float, message: M) -> Timer:
        """Post a message to this life later; a next life never sees it, nor this one after `cancel`."""
        due = _Due(message, self.life)
        fire = partial(self._come_due, due)
        timer = self.system.timers.at(trio.current_time() + seconds, fire, self.name, self._sender())
        due.timer = timer
        self._obligations.add(timer)
        return timer

    def _come_due(self, due: _Due[M]) -> None:
        if due.life == self.life and self.condition is Condition.ALIVE:
            self._deliver(due)

    def _deliver(self, item: M | _Due[M], topic: object = None) -> None:
        try:
            self._mailbox.put(item, NOBODY if self.system.rounds is None else self._sender(), topic)
        except MailboxFull as error:
            self.system.counters.overflows += 1
            if self.condition is Condition.ALIVE:  # a resting actor reads nothing: not its fault
                self._end(Crash(error))

    def _sender(self) -> Sender:
        """Who posts, for delivery in rounds; nobody asks otherwise."""
        if self.system.rounds is None:
            return NOBODY
        actor = _running.get()
        return self.system.rounds.sender(actor.name if actor is not None else "")

    # -- reading

    def __aiter__(self) -> "Actor[M]":
        return self

    async def __anext__(self) -> M | Question[Any]:
        while True:
            item = await self._mailbox.get()
            match item:
                case Question():
                    if not item.settled:
                        self._obligations.add(item)
                        return item
                case _Due():
                    if item.timer is None or not item.timer.cancelled:
                        return item.message
                case _:
                    return item

    # -- lives

    def start_in(self, nursery: trio.Nursery) -> None:
        """Run in a nursery; the actor accepts messages from now on."""
        nursery.start_soon(self.run, name=self.name)
        self.condition = Condition.ALIVE

    def end(self, verdict: Stop | Restart) -> None:
        """End this life, or the pause before the next, from outside and for a planned reason.

        It is carried out in any case: when the life happens to end by itself, right after that. Of several,
        the one with the longest pause counts. A body that wants its own life to end returns instead.
        """
        self._end(verdict)

    def _end(self, verdict: Exit) -> None:
        if self.condition is Condition.IDLE or self.condition is Condition.GONE:
            return
        if self._verdict is not None and _weight(verdict) <= _weight(self._verdict):
            return
        self._verdict = verdict
        if self._scope is not None:
            self.system.cancel(self._scope, verdict.reason)

    def _take_verdict(self) -> Exit | None:
        verdict, self._verdict = self._verdict, None
        return verdict

    async def run(self) -> None:
        """Live, and live again, until the policy says no; GaveUp when crashes were the reason."""
        if self._scope is not None:
            raise RuntimeError(f"{self.name} runs already")
        before = _running.set(self)
        recent: list[float] = []
        pause: float | None = 0.0
        end: Exit = Stop()
        self.condition = Condition.ALIVE
        try:
            while pause is not None:
                end = await self._live(pause)
                pause = self.policy.pause(end, recent, trio.current_time())
                self._conclude(end, pause)
        finally:
            if self.condition is not Condition.GONE:  # ended by the parent
                self.condition = Condition.IDLE
                self._leave(inf)
            self._verdict = None
            _running.reset(before)
        if isinstance(end, Crash) and self.policy.when is not When.NEVER:
            raise GaveUp(f"{self.name}: {end.reason}") from end.error

    async def _live(self, pause: float) -> Exit:
        if (verdict := self._take_verdict()) is not None:  # ended before it began
            return verdict
        self._scope = trio.CancelScope()
        try:
            with self._scope:
                await trio.sleep(pause)  # inside the scope, so that `end` reaches it too
                self.condition = Condition.ALIVE
                self.life += 1
                self.system.counters.lives += 1
                return await self._body(self) or self._take_verdict() or Stop()
        except Exception as error:  # a bug of the body; Cancelled is none and goes on up
            return Crash(error)
        except BaseExceptionGroup as group:  # cancelled from outside, and a bug on the way out
            bugs, cancelled = group.split(Exception)
            if bugs is None or cancelled is None:
                raise
            self.system.note_crash(self.name, bugs)  # not the business of those who cancelled
            raise cancelled from None
        finally:
            self._scope = None
        return self._take_verdict() or Stop()

    def _conclude(self, end: Exit, pause: float | None) -> None:
        """Settle what the life that is over has left, and let it be known."""
        self._last_exit = end
        if isinstance(end, Crash):
            self._crashes += 1
        if isinstance(self._verdict, Crash):  # the life ended by itself meanwhile
            self._verdict = None
        if pause is None:
            self.condition, until = Condition.GONE, inf
        else:
            self.condition = Condition.RESTING if pause else Condition.ALIVE
            until = trio.current_time() + pause
        self._leave(until)
        self.system.life_ended(LifeEnded(self.name, self.life, end, pause))

    def _leave(self, until: float) -> None:
        """Refuse what was begun. Keep what waits for a next life, asks only if that comes at once."""
        self._until = until
        self._obligations.abandon()
        keeps = self._keeps and self.condition in (Condition.ALIVE, Condition.RESTING)
        keeps_asks = keeps and self.condition is Condition.ALIVE
        for item in self._mailbox.sift(partial(_is_kept, keeps, keeps_asks)):
            if isinstance(item, Question):
                item.fail(Resting(self.name, until))
            elif not isinstance(item, _Due):
                self.system.counters.dead_letters += 1

    def statistics(self) -> Statistics:
        return Statistics(
            self.name,
            self.condition,
            self.life,
            self._crashes,
            self._last_exit,
            len(self._mailbox),
            self._mailbox.high,
        )


def _weight(verdict: Exit) -> tuple[float, str]:
    match verdict:
        case Stop(reason):
            return (inf, reason)
        case Restart(reason, after):
            return (after, reason)
        case Crash():
            return (-1.0, verdict.reason)


def _is_kept(keeps: bool, keeps_asks: bool, item: object) -> bool:
    if isinstance(item, _Due):
        return False
    return keeps_asks if isinstance(item, Question) else keeps
