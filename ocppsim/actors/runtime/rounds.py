"""Order by construction: in virtual time, messages are delivered in rounds.

Trio wakes the tasks of one instant in random order. A mailbox therefore hands a message out only in a later
scheduler pass (a round) than it was posted in, in the order (round, sender, sender's own order). Which tasks
post in a round does not depend on the order in which they ran, so neither does anything that follows. What is
looked at instead of told (a board, the connectors of a station) is seen as the last round left it: `at_end`.

It takes some care: names of actors are unique; the nursery of a life in which others still work is cancelled
by `System.cancel`; nobody bases a decision on what another task may change in the same round (the room in a
mailbox, whether an actor has started). What a crash cancels, and which message overflows, is not ordered.
"""

from bisect import insort
from collections.abc import Callable, Hashable
from itertools import count
from typing import Generic, TypeVar

import trio
from attrs import define, field

from ocppsim.actors.runtime.mailbox import NOBODY, Mailbox, MailboxFull, Sender

T = TypeVar("T")


@define(eq=False)
class Rounds(trio.abc.Instrument):
    """Counts the scheduler's passes, and the tasks so that those of one name can be told apart."""

    now: int = 0
    _ends: dict[Callable[[], None], None] = field(factory=dict)
    _spawned: int = 0
    _numbers: dict[trio.lowlevel.Task, int] = field(factory=dict)

    def before_io_wait(self, timeout: float) -> None:
        del timeout
        self.now += 1
        ends, self._ends = self._ends, {}
        for call in ends:
            call()

    def at_end(self, call: Callable[[], None]) -> None:
        """Call this, once, when the round is over and nobody acts; it must neither wake anybody nor raise."""
        self._ends[call] = None

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        self._spawned += 1
        self._numbers[task] = self._spawned

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        self._numbers.pop(task, None)  # it may be older than this count

    def sender(self, actor: str) -> Sender:
        """The task that runs now, on behalf of an actor."""
        task = trio.lowlevel.current_task()
        return (actor, task.name, self._numbers.get(task, 0))


@define(eq=False)
class _Letter(Generic[T]):
    key: tuple[int, Sender, int]
    item: T
    topic: Hashable


class OrderedMailbox(Mailbox[T]):
    """Delivers in rounds.

    Of a topic it may hold more than one letter: which of those posted in this round is the newest is known
    only in the next.
    """

    __slots__ = ("_order", "_queue", "_rounds")

    def __init__(self, size: int, rounds: Rounds) -> None:
        super().__init__(size)
        self._rounds = rounds
        self._order = count()
        self._queue: list[_Letter[T]] = []

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, item: T, sender: Sender = NOBODY, topic: Hashable = None) -> None:
        same = self._merged(topic) if topic is not None else []
        if not same and len(self._queue) >= self.size:
            raise MailboxFull(f"{self.size} messages wait")
        letter = _Letter((self._rounds.now, sender, next(self._order)), item, topic)
        for other in same:
            if other.key[:2] == letter.key[:2]:  # the sender's own order is known at once
                other.item = item
                return
        insort(self._queue, letter, key=_key)
        self._arrived(len(self._queue))

    async def get(self) -> T:
        while True:
            if not self._queue:
                self._reader = self._only_reader()
                await trio.lowlevel.wait_task_rescheduled(self._stop_waiting)
            elif self._is_due(self._queue[0]):
                await trio.lowlevel.checkpoint_if_cancelled()
                return self._take()
            else:
                await trio.lowlevel.checkpoint()

    def due(self) -> list[T]:
        """What `get` would give without waiting, in order."""
        return [letter.item for letter in self._queue if self._is_due(letter)]

    def sift(self, keep: Callable[[T], bool]) -> list[T]:
        removed = [letter.item for letter in self._queue if not keep(letter.item)]
        self._queue = [letter for letter in self._queue if keep(letter.item)]
        self._left()
        return removed

    def _is_due(self, letter: _Letter[T]) -> bool:
        return letter.key[0] < self._rounds.now

    def _take(self) -> T:
        letter = self._queue[0] if self._queue[0].topic is None else self._merged(self._queue[0].topic)[0]
        self._queue.remove(letter)
        self._left()
        return letter.item

    def _merged(self, topic: Hashable) -> list[_Letter[T]]:
        """The letters of a topic, those of earlier rounds being one: the newest at the place of the first."""
        letters = [letter for letter in self._queue if letter.topic == topic]
        due = [letter for letter in letters if self._is_due(letter)]
        for letter in due[1:]:
            due[0].item = letter.item
            self._queue.remove(letter)
        return due[:1] + letters[len(due) :]


def _key(letter: _Letter[T]) -> tuple[int, Sender, int]:
    return letter.key
