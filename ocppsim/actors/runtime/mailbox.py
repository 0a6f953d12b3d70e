"""Bounded mailboxes with one reader."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import trio
from attrs import define

T = TypeVar("T")

Sender = tuple[str, str, int]
"""Who posts: actor, task, and the task's number; see `rounds`."""

NOBODY: Sender = ("", "", 0)

BUDGET = 32
"""So many messages are taken before the reader lets other tasks run."""


class MailboxFull(Exception):
    """The reader is too slow for its writers."""


class State:
    """Base of the messages that tell a present value: only the newest of each topic waits in a mailbox."""

    __slots__ = ()

    @property
    def topic(self) -> object:
        """What it is the value of; not None."""
        return type(self)


class Mailbox(ABC, Generic[T]):
    """What an actor needs of a mailbox: one task reads, anybody posts."""

    __slots__ = ("_reader", "_room", "high", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.high = 0
        self._reader: trio.lowlevel.Task | None = None
        self._room: trio.Event | None = None

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def put(self, item: T, sender: Sender = NOBODY, topic: Hashable = None) -> None:
        """Post; MailboxFull when there is no room. A waiting item of the same topic is replaced."""

    @abstractmethod
    async def get(self) -> T:
        """Take out the next item; a reader that was cancelled while it waited leaves it to the next one."""

    @abstractmethod
    def sift(self, keep: Callable[[T], bool]) -> list[T]:
        """Take out all that is not to be kept."""

    async def room(self) -> None:
        """Wait until half of the mailbox is free: back-pressure for a producer at the edge."""
        while len(self) * 2 > self.size:
            if self._room is None:
                self._room = trio.Event()
            await self._room.wait()

    def _arrived(self, waiting: int) -> None:
        if waiting > self.high:
            self.high = waiting
        if (reader := self._reader) is not None:
            self._reader = None
            trio.lowlevel.reschedule(reader)

    def _left(self) -> None:
        if self._room is not None and len(self) * 2 <= self.size:
            self._room.set()
            self._room = None

    def _only_reader(self) -> trio.lowlevel.Task:
        if self._reader is not None:
            raise trio.BusyResourceError("another task is reading this mailbox")
        return trio.lowlevel.current_task()

    def _stop_waiting(self, _: object) -> trio.lowlevel.Abort:
        self._reader = None
        return trio.lowlevel.Abort.SUCCEEDED


@define(eq=False)
class _Newest(Generic[T]):
    """The place in the queue of a topic of which only the newest item counts."""

    item: T
    topic: Hashable


class PlainMailbox(Mailbox[T]):
    """First in, first out."""

    __slots__ = ("_queue", "_taken", "_topics")

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._queue: list[T | _Newest[T]] = []  # short, and when empty a tenth of the memory of a deque
        self._topics: dict[Hashable, _Newest[T]] | None = None
        self._taken = 0

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, item: T, sender: Sender = NOBODY, topic: Hashable = None) -> None:
        del sender  # the order of arrival is the order
        if topic is not None and self._replace(item, topic):
            return
        if len(self._queue) >= self.size:
            raise MailboxFull(f"{self.size} messages wait")
        self._queue.append(item if topic is None else self._place(item, topic))
        self._arrived(len(self._queue))

    async def get(self) -> T:
        self._taken += 1
        if self._taken >= BUDGET and self._queue:
            self._taken = 0
            await trio.lowlevel.checkpoint()
        while not self._queue:
            self._taken = 0
            self._reader = self._only_reader()
            await trio.lowlevel.wait_task_rescheduled(self._stop_waiting)
            await trio.lowlevel.checkpoint_if_cancelled()  # it may have been, after it was woken
        entry = self._queue.pop(0)
        if self._room is not None:
            self._left()
        return self._open(entry) if isinstance(entry, _Newest) else entry

    def sift(self, keep: Callable[[T], bool]) -> list[T]:
        kept: list[T | _Newest[T]] = []
        removed: list[T] = []
        for entry in self._queue:
            item = entry.item if isinstance(entry, _Newest) else entry
            if keep(item):
                kept.append(entry)
                continue
            removed.append(item)
            if isinstance(entry, _Newest):
                self._open(entry)
        self._queue = kept
        self._left()
        return removed

    def _replace(self, item: T, topic: Hashable) -> bool:
        waiting = self._topics.get(topic) if self._topics is not None else None
        if waiting is None:
            return False
        waiting.item = item
        return True

    def _place(self, item: T, topic: Hashable) -> _Newest[T]:
        if self._topics is None:
            self._topics = {}
        self._topics[topic] = place = _Newest(item, topic)
        return place

    def _open(self, entry: _Newest[T]) -> T:
        if self._topics is not None:
            del self._topics[entry.topic]
        return entry.item
