"""Asking: a message that wants an answer, and the ways in which there is none."""

from typing import Generic, TypeVar

import trio
from outcome import Error, Outcome, Value

R = TypeVar("R")


class Ask(Generic[R]):
    """Base of the messages that want an answer of type R."""

    __slots__ = ()


class AskUphill(Exception):
    """The asked actor may be waiting for the asker: a bug of the asker."""


class NoAnswer(Exception):
    """An ask without an answer; `str` says whom, its class says why."""


class Unanswered(NoAnswer):
    """The life that had taken the question ended; it may have had an effect."""


class TooLate(NoAnswer):
    """The deadline passed."""


class Resting(NoAnswer):
    """The actor is not alive now; `until` is when its next life begins (Trio's clock, inf if unknown)."""

    def __init__(self, actor: str, until: float) -> None:
        super().__init__(actor)
        self.until = until


class Question(Generic[R]):
    """An ask on its way; settled once, by whatever comes first: answer, deadline, or the end of a life."""

    __match_args__ = ("message",)
    __slots__ = ("_asker", "message", "result")

    def __init__(self, message: Ask[R]) -> None:
        self.message = message
        self.result: Outcome[R] | None = None
        self._asker: trio.lowlevel.Task | None = None

    @property
    def settled(self) -> bool:
        return self.result is not None

    def answer(self, value: R) -> None:
        """Answer; neither a second answer nor a lost asker is an error."""
        self._settle(Value(value))

    def fail(self, error: NoAnswer) -> None:
        self._settle(Error(error))

    async def wait(self) -> R:
        if self.result is None:
            self._asker = trio.lowlevel.current_task()
            await trio.lowlevel.wait_task_rescheduled(self._stop_waiting)
        assert self.result is not None, "rescheduled only once settled"
        return self.result.unwrap()

    def _settle(self, result: Outcome[R]) -> None:
        if self.result is not None:
            return
        self.result = result
        if self._asker is not None:
            trio.lowlevel.reschedule(self._asker)
            self._asker = None

    def _stop_waiting(self, _: object) -> trio.lowlevel.Abort:
        self._asker = None
        return trio.lowlevel.Abort.SUCCEEDED
