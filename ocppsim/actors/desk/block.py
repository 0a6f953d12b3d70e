"""What the functional blocks of a station's desk have in common."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import trio

from ocppsim.actors.context import StationContext
from ocppsim.actors.messages import Do, NotConnected, Outcome, Send
from ocppsim.actors.power import Power
from ocppsim.actors.registrar import Registrar
from ocppsim.actors.runtime import NoAnswer
from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command, Trigger
from ocppsim.model.inputs import Input, Verdict
from ocppsim.protocol.session import Kind
from ocppsim.values import frozen

A = TypeVar("A")
Consequence: TypeAlias = Callable[[], None]


@frozen
class Decided(Generic[A]):
    """The station's word on a command, and what follows once it is given."""

    answer: A
    consequence: Consequence | None = None


Handler: TypeAlias = Callable[[Any], Awaitable[Decided[Any]]]
"""Takes one kind of command. It may wait for a connector's word, never for the central system."""

Say: TypeAlias = Callable[[int | None], None]
"""Says what a trigger asks for, of one connector or all."""


@frozen(eq=False)
class Said:
    """Goes with a message of a block, which hears how it ended."""

    ended: Callable[[Outcome], None]


class Life(Protocol):
    """What a block needs of the station life that it belongs to."""

    @property
    def context(self) -> StationContext: ...

    @property
    def registrar(self) -> Registrar: ...

    @property
    def power(self) -> Power: ...

    @property
    def nursery(self) -> trio.Nursery: ...

    @property
    def closing(self) -> bool:
        """The life is about to end."""

    def reset(self, *, hard: bool) -> None:
        """End this life and have a next one."""

    def reboot(self, why: str) -> None:
        """End this life in good order, with no session to stop, and have a next one."""

    def report_station(self, *, triggered: bool = False) -> None:
        """Tell the status of connector 0: when it is new, or in any case."""


class Block:
    """One functional block: which commands it takes, and which triggers."""

    def __init__(self, life: Life) -> None:
        self.life, self.context = life, life.context

    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {}

    @property
    def triggers(self) -> Mapping[Trigger, Say]:
        return {}

    @property
    def muted(self) -> Collection[Trigger]:
        """Of its triggers those that cannot be obeyed now."""
        return ()

    def began(self) -> None:
        """The life has begun; nothing can be said yet."""

    def connected(self) -> None:
        """There is a connection."""

    def not_connected(self, failure: NotConnected) -> None:
        """A dial failed."""

    def came_up(self, afresh: bool) -> None:
        """The station speaks (again): `afresh` after a boot, else after a reconnect."""

    def session_ended(self, connector: int) -> None:
        """A session is over."""

    def say(
        self,
        what: Announcement,
        kind: Kind = Kind.ORDINARY,
        ended: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        """Send a message that fails when it cannot be sent; `ended` hears of it.

        One that this version of OCPP does not have is over at once, as if it had been taken.
        """
        if (draft := self.context.dialect.announce(what)) is None:
            ended(Outcome(None, None))
            return
        self.context.link.tell(Send(draft, self.context.station, Said(ended), kind))

    async def do(self, number: int, what: Input, otherwise: Verdict) -> Verdict:
        """Let a connector act; `otherwise` is the word on one that is between two lives."""
        try:
            return await self.context.connectors[number].ask(Do(what))
        except NoAnswer:
            return otherwise
