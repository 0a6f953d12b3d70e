"""Asking: a message that wants an answer, and the ways in which there is none."""

from typing import Generic, TypeVar

import trio

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
    """The deadline passed; it may have had an effect."""


class Overloaded(NoAnswer):
    """There was no room in the mailbox; nothing was begun."""


class Resting(NoAnswer):
    """The actor is not alive now; nothing was begun.

    `until` is when its next life begins (Trio's clock, inf if unknown).
    """

    def __init__(self, actor: str, until: float) -> None:
        super().__init__(actor)
        self.until = until


class Question(Generic[R]):
    """An ask on its way; settled once, by whatever comes first: answer, deadline, or the end of a life."""

    __match_args__ = ("message",)
    __slots__ = ("_asker", "_error", "_value", "asked", "message", "settled")

    _value: R  # once answered

    def __init__(self, message: Ask[R], asked: str = "") -> None:
        self.message = message
        self.asked = asked  # for the errors
        self.settled = False
        self._error: NoAnswer | None = None
        self._asker: trio.lowlevel.Task | None = None

    def answer(self, value: R) -> None:
        """Answer; neither a second answer nor a lost asker is an error."""
        if not self.settled:
            self._value = value
            self._settle()

    def fail(self, error: NoAnswer) -> None:
        """There is no answer; each question needs an error of its own, since it is raised."""
        if not self.settled:
            self._error = error
            self._settle()

    def expire(self) -> None:
        """The deadline passed."""
        self.fail(TooLate(f"{self.asked}: {type(self.message).__name__}"))

    def abandon(self) -> None:
        """Nobody will answer any more, or nobody waits for it: what is still queued is never begun."""
        if not self.settled:
            self.fail(Unanswered(self.asked))

    async def wait(self) -> R:
        if not self.settled:
            self._asker = trio.lowlevel.current_task()
            await trio.lowlevel.wait_task_rescheduled(self._stop_waiting)
        error, self._error = self._error, None
        if error is None:
            return self._value
        try:
            raise error
        finally:
            del error  # otherwise its traceback would hold itself

    def _settle(self) -> None:
        self.settled = True
        if self._asker is not None:
            trio.lowlevel.reschedule(self._asker)
            self._asker = None

    def _stop_waiting(self, _: object) -> trio.lowlevel.Abort:
        self._asker = None
        return trio.lowlevel.Abort.SUCCEEDED
