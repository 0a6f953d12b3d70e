"""Bounded mailboxes with one reader."""

from bisect import bisect
from collections import deque
from collections.abc import Hashable
from itertools import count
from typing import Generic, Protocol, TypeVar

import trio
from attrs import define

from .rounds import Rounds

T = TypeVar("T")

BUDGET = 32
"""So many messages are taken before the reader lets other tasks run."""


class MailboxFull(Exception):
    """The reader is too slow for its writers."""


class Mailbox(Protocol[T]):
    """What an actor needs of a mailbox."""

    size: int
    high: int

    def __len__(self) -> int: ...

    def put(self, item: T, sender: tuple[str, str] = ("", ""), topic: Hashable = None) -> None:
        """Post; MailboxFull when there is no room. A waiting item of the same topic is replaced."""

    async def get(self) -> T: ...

    async def room(self) -> None:
        """Wait until half of the mailbox is free: back-pressure for a producer at the edge."""

    def waiting(self) -> list[T]:
        """What waits, left where it is."""

    def drain(self) -> list[T]:
        """Take out all that waits."""


@define(eq=False)
class _Newest(Generic[T]):
    """The place in the queue of a topic of which only the newest item counts."""

    item: T
    topic: Hashable


class PlainMailbox(Generic[T]):
    """First in, first out."""

    __slots__ = ("_queue", "_reader", "_room", "_taken", "_topics", "high", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.high = 0
        self._queue: deque[T | _Newest[T]] = deque()
        self._topics: dict[Hashable, _Newest[T]] | None = None
        self._reader: trio.lowlevel.Task | None = None
        self._room: trio.Event | None = None
        self._taken = 0

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, item: T, sender: tuple[str, str] = ("", ""), topic: Hashable = None) -> None:
        entry: T | _Newest[T] = item
        if topic is not None:
            if (newest := self._replaced(item, topic)) is None:
                return
            entry = newest
        if len(self._queue) >= self.size:
            self._forget(entry)
            raise MailboxFull
        self._append(entry, sender)
        if len(self._queue) > self.high:
            self.high = len(self._queue)
        if (reader := self._reader) is not None:
            self._reader = None
            trio.lowlevel.reschedule(reader)

    async def get(self) -> T:
        self._taken += 1
        if self._taken >= BUDGET and self._queue:
            self._taken = 0
            await trio.lowlevel.checkpoint()
        while not self._queue:
            self._taken = 0
            self._reader = trio.lowlevel.current_task()
            await trio.lowlevel.wait_task_rescheduled(self._stop_waiting)
        return self._take()

    async def room(self) -> None:
        while len(self._queue) * 2 > self.size:
            if self._room is None:
                self._room = trio.Event()
            await self._room.wait()

    def waiting(self) -> list[T]:
        return [entry.item if isinstance(entry, _Newest) else entry for entry in self._queue]

    def drain(self) -> list[T]:
        items = []
        while self._queue:
            items.append(self._take())
        return items

    def _append(self, entry: T | _Newest[T], sender: tuple[str, str]) -> None:
        del sender  # order of arrival is the order
        self._queue.append(entry)

    def _pop(self) -> T | _Newest[T]:
        return self._queue.popleft()

    def _take(self) -> T:
        entry = self._pop()
        if self._room is not None and len(self._queue) * 2 <= self.size:
            self._room.set()
            self._room = None
        if isinstance(entry, _Newest):
            self._forget(entry)
            return entry.item
        return entry

    def _replaced(self, item: T, topic: Hashable) -> _Newest[T] | None:
        """The new entry for a topic; None when a waiting one took the item over."""
        if self._topics is None:
            self._topics = {}
        if (waiting := self._topics.get(topic)) is not None:
            waiting.item = item
            return None
        self._topics[topic] = entry = _Newest(item, topic)
        return entry

    def _forget(self, entry: T | _Newest[T]) -> None:
        if isinstance(entry, _Newest) and self._topics is not None:
            del self._topics[entry.topic]

    def _stop_waiting(self, _: object) -> trio.lowlevel.Abort:
        self._reader = None
        return trio.lowlevel.Abort.SUCCEEDED


class OrderedMailbox(PlainMailbox[T]):
    """Delivers in rounds, so that order does not depend on which task Trio woke first."""

    __slots__ = ("_keys", "_order", "_rounds")

    def __init__(self, size: int, rounds: Rounds) -> None:
        super().__init__(size)
        self._rounds = rounds
        self._order = count()
        self._keys: list[tuple[int, tuple[str, str], int]] = []

    async def get(self) -> T:
        while True:
            if not self._queue:
                self._reader = trio.lowlevel.current_task()
                await trio.lowlevel.wait_task_rescheduled(self._stop_waiting)
            elif self._keys[0][0] < self._rounds.now:
                return self._take()
            else:
                await trio.lowlevel.checkpoint()

    def _append(self, entry: T | _Newest[T], sender: tuple[str, str]) -> None:
        key = (self._rounds.now, sender, next(self._order))
        place = bisect(self._keys, key)
        self._keys.insert(place, key)
        self._queue.insert(place, entry)

    def _pop(self) -> T | _Newest[T]:
        del self._keys[0]
        return self._queue.popleft()
