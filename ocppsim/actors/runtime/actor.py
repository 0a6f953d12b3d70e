"""Actors: an address, a mailbox that outlives every life, a body, and a policy for the next life.

Two rules keep actors from waiting in a circle: `tell` never waits, and `ask` waits only downhill, from a
lower tier to a higher one. All composition is by nurseries: supervised children side by side are one-for-one,
a nursery inside a supervised body is one-for-all.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from enum import Enum, IntEnum, auto
from functools import partial
from math import inf
from typing import Any, Generic, TypeVar

import trio
from attrs import frozen

from .lives import Crash, Exit, Policy, Restart, Stop, When
from .mailbox import Mailbox, MailboxFull
from .question import Ask, AskUphill, NoAnswer, Question, Resting, TooLate, Unanswered
from .system import LifeEnded, System
from .timers import Timer

M = TypeVar("M")
R = TypeVar("R")

ASK_WITHIN_S = 5.0
ONCE_MORE = Policy()


class Tier(IntEnum):
    """Who may ask whom: only the lower the higher."""

    UI = 0
    FLEET = 1
    STATION = 2
    GENERATOR = 3
    CONNECTOR = 4
    LINK = 5
    STORE = 6


class GaveUp(Exception):
    """Too many crashes; the parent decides what that means. The cause is the last crash."""


class State:
    """Base of the messages that tell a present value: only the newest of each topic waits in a mailbox."""

    __slots__ = ()

    @property
    def topic(self) -> object:
        return type(self)


class Condition(Enum):
    """What an actor is doing."""

    IDLE = auto()  # not started, or its parent's life is over
    ALIVE = auto()
    RESTING = auto()  # between two lives
    GONE = auto()  # gave up or finished, while its parent lives on


@frozen
class Statistics:
    """A frozen look at an actor."""

    name: str
    condition: Condition
    lives: int
    crashes: int
    last_exit: Exit | None
    waiting: int
    most_waiting: int


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
        "_owed",
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
        self._mailbox: Mailbox[M | Question[Any]] = system.mailbox(size)
        self._owed: set[Question[Any]] | None = None  # taken, perhaps not answered
        self._scope: trio.CancelScope | None = None
        self._until = inf
        self._verdict: Exit | None = None

    def __repr__(self) -> str:
        return f"<actor {self.name}>"

    # -- messages

    def tell(self, message: M) -> None:
        """Post without waiting. A full mailbox crashes the receiver, never the sender."""
        if self.condition in (Condition.IDLE, Condition.GONE):
            self.system.counters.dead_letters += 1
            return
        self._post(message, message.topic if isinstance(message, State) else None)

    async def ask(self, message: Ask[R], within: float = ASK_WITHIN_S) -> R:
        """The answer; raises NoAnswer when there is none `within` seconds, AskUphill when asking is wrong."""
        asker = _running.get()
        if asker is not None and asker.tier >= self.tier:
            raise AskUphill(f"{asker.name} asked {self.name}")
        if self.condition is not Condition.ALIVE:
            raise Resting(self.name, self._until)
        question = Question(message)
        late = partial(question.fail, TooLate(f"{self.name}: {type(message).__name__}"))
        timer = self.system.timers.at(trio.current_time() + within, late, self.name)
        try:
            if not self._post(question):
                raise Unanswered(f"{self.name}: mailbox full")
            return await question.wait()
        finally:
            timer.cancel()
            question.fail(Unanswered(self.name))  # a question that nobody awaits is never begun

    async def room(self) -> None:
        """Wait until the mailbox is at most half full: for producers at the edge."""
        await self._mailbox.room()

    def after(self, seconds: float, message: M) -> Timer:
        """Post a message to this life later; a next life never sees it."""
        life = self.life

        def fire() -> None:
            if self.life == life and self.condition is Condition.ALIVE:
                self.tell(message)

        return self.system.timers.at(trio.current_time() + seconds, fire, self.name)

    def _post(self, item: M | Question[Any], topic: object = None) -> bool:
        try:
            self._mailbox.put(item, self._sender(), topic)
        except MailboxFull as error:
            self.system.counters.overflows += 1
            if self.condition is Condition.ALIVE:  # a resting actor reads nothing: not its fault
                self._end(Crash(error))
            return False
        return True

    def _sender(self) -> tuple[str, str]:
        """Who posts, for delivery in rounds; nobody asks otherwise."""
        if self.system.rounds is None:
            return ("", "")
        sender = _running.get()
        return (sender.name if sender else "", trio.lowlevel.current_task().name)

    # -- reading

    def __aiter__(self) -> "Actor[M]":
        return self

    async def __anext__(self) -> M | Question[Any]:
        while True:
            item = await self._mailbox.get()
            if not isinstance(item, Question):
                return item
            if not item.settled:
                self._owe(item)
                return item

    def _owe(self, question: Question[Any]) -> None:
        owed = {other for other in self._owed or () if not other.settled}
        self._owed = owed | {question}

    # -- lives

    def start_in(self, nursery: trio.Nursery) -> None:
        """Run in a nursery; the actor accepts messages from now on."""
        self.condition = Condition.ALIVE
        nursery.start_soon(self.run, name=self.name)

    def end(self, verdict: Stop | Restart) -> None:
        """End this life, or the pause before the next, from outside and for a planned reason."""
        self._end(verdict)

    def _end(self, verdict: Exit) -> None:
        if self.condition in (Condition.IDLE, Condition.GONE):
            return
        self._verdict = verdict
        if self._scope is not None:
            self._scope.cancel(reason=verdict.reason)

    def _take_verdict(self) -> Exit | None:
        verdict, self._verdict = self._verdict, None
        return verdict

    async def run(self) -> None:
        """Live, and live again, until the policy says no; GaveUp when crashes were the reason."""
        before = _running.set(self)
        recent: deque[float] = deque()
        pause: float | None = 0.0
        end: Exit = Stop()
        gone = Condition.IDLE
        try:
            while pause is not None:
                end = self._last_exit = await self._live(pause)
                pause = self.policy.pause(end, recent, trio.current_time())
                self._settle_up(pause)
                self._crashes += isinstance(end, Crash)
                self.system.life_ended(LifeEnded(self.name, self.life, end, pause))
            gone = Condition.GONE
        finally:
            self.condition, self._until = gone, inf
            self._refuse_owed()
            self._drop_waiting(Unanswered(self.name))
            _running.reset(before)
        if isinstance(end, Crash) and self.policy.when is not When.NEVER:
            raise GaveUp(f"{self.name}: {end.reason}") from end.error

    async def _live(self, pause: float) -> Exit:
        self._scope = trio.CancelScope()
        if self._verdict is not None:  # ended before it began
            self._scope.cancel()
        try:
            with self._scope:
                if pause:
                    self._until = trio.current_time() + pause
                    self.condition = Condition.RESTING
                    await trio.sleep(pause)  # inside the scope, so that `end` reaches it too
                self.condition = Condition.ALIVE
                self.life += 1
                self.system.counters.lives += 1
                end = await self._body(self) or Stop()
                self._verdict = None
                return end
        except Exception as error:  # a bug of the body; Cancelled is none and goes on up
            self._verdict = None
            return Crash(error)
        finally:
            self._scope = None
        return self._take_verdict() or Stop()

    def _settle_up(self, pause: float | None) -> None:
        """Taken asks are refused; queued ones wait for a next life that comes at once."""
        self._refuse_owed()
        if not self._keeps:
            self._drop_waiting(Unanswered(self.name))
        elif pause:
            self._refuse_waiting(Resting(self.name, trio.current_time() + pause))

    def _refuse_owed(self) -> None:
        for question in self._owed or ():
            question.fail(Unanswered(self.name))
        self._owed = None

    def _refuse_waiting(self, error: NoAnswer) -> None:
        for item in self._mailbox.waiting():
            if isinstance(item, Question):
                item.fail(error)

    def _drop_waiting(self, error: NoAnswer) -> None:
        for item in self._mailbox.drain():
            if isinstance(item, Question):
                item.fail(error)
            else:
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
