"""The life of one connection, from dialling to its end; the supervisor's pause is the reconnect back-off."""

from collections.abc import Callable

import trio
from attrs import evolve

from ocppsim import clock
from ocppsim.actors.board import Board
from ocppsim.actors.messages import Down, Heard, LinkMessage, Up
from ocppsim.actors.runtime import Actor, Exit, Restart, Stop, Timer, Timers
from ocppsim.actors.wire.access import Access
from ocppsim.actors.wire.backoff import Backoff
from ocppsim.actors.wire.transport import Dial, DialFailed, Transport, TransportClosed

PONG_WITHIN_S = 10.0


class Keepalive:
    """Pings from a timer: between two of them there is no task. A missing pong ends the nursery."""

    def __init__(
        self, nursery: trio.Nursery, transport: Transport, timers: Timers, interval_s: Callable[[], float]
    ) -> None:
        self.nursery, self.transport, self.timers, self.interval_s = nursery, transport, timers, interval_s
        self.silent = False
        self._timer: Timer | None = None
        self._over = False

    def arm(self) -> None:
        """Set the next ping, anew when the interval has changed; none when it is 0."""
        self._cancel()
        interval_s = self.interval_s()
        if interval_s > 0 and not self._over:
            self._timer = self.timers.at(trio.current_time() + clock.wire(interval_s), self._start)

    def end(self) -> None:
        self._over = True
        self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _start(self) -> None:
        self.nursery.start_soon(self._ping, name="ping")

    async def _ping(self) -> None:
        with trio.move_on_after(clock.wire(PONG_WITHIN_S)) as patience:
            try:
                await self.transport.ping()
            except TransportClosed:
                return  # the reader sees it too, and says why
        if patience.cancelled_caught:
            self.silent = True
            self.nursery.cancel_scope.cancel()
        else:
            self.arm()


class Wire:
    """One life: it tells its link `Up`, `Heard` for each frame, and `Down`; `failed` hears of a dial in vain.

    Nobody tells it anything: it is ended from outside, or by the connection.
    """

    def __init__(
        self,
        me: Actor[None],
        link: Actor[LinkMessage],
        dial: Dial,
        board: Board,
        backoff: Backoff,
        ping_s: Callable[[], float],
        access: Callable[[], Access],
        failed: Callable[[DialFailed], None],
        redials: int = -1,
    ) -> None:
        self.me, self.link, self.dial, self.board, self.backoff = me, link, dial, board, backoff
        self.ping_s, self.access, self.failed = ping_s, access, failed
        self.redials = redials
        self.connection = me.life

    async def live(self) -> Exit | None:
        self.board.tally.dials += 1
        access = self.access()
        try:
            async with self.dial(access) as transport:
                why = await self._converse(transport)
        except DialFailed as failed:
            why = failed.reason
            permanent = failed.permanent and not access.on_trial
            view = evolve(self.board.link, tries=self.board.link.tries + 1, permanent=permanent)
            self.board.show_link(evolve(view, trouble=why))
            self.failed(failed)
        if self._redials_spent():
            self.board.note("gave up dialling")
            return Stop("gave up dialling")
        return Restart(why, after=clock.wire(self.backoff.pause()))

    def _redials_spent(self) -> bool:
        link = self.board.link
        return 0 <= self.redials <= link.tries - (0 if link.connections else 1)

    async def _converse(self, transport: Transport) -> str:
        since = trio.current_time()
        connections = self.board.link.connections + 1
        self.board.show_link(
            evolve(
                self.board.link, online=True, connections=connections, tries=0, trouble="", permanent=False
            )
        )
        why = "power cut"
        try:
            async with trio.open_nursery() as nursery:
                keepalive = Keepalive(nursery, transport, self.me.system.timers, self.ping_s)
                keepalive.arm()
                self.link.tell(Up(transport, self.connection, keepalive.arm))
                try:
                    why = await self._listen(transport)
                finally:
                    keepalive.end()  # before the nursery closes, which takes no more pings
                nursery.cancel_scope.cancel()
            if keepalive.silent:
                why = f"no pong within {PONG_WITHIN_S:g} s"
        finally:
            self.backoff.lasted((trio.current_time() - since) / clock.speed())
            self.board.show_link(evolve(self.board.link, online=False, trouble=why))
            self.link.tell(Down(why, self.connection))
        return why

    async def _listen(self, transport: Transport) -> str:
        try:
            await transport.listen(self._heard)
        except TransportClosed as closed:
            return str(closed)

    async def _heard(self, frame: str | bytes) -> None:
        self.link.tell(Heard(frame, self.connection))
        await self.link.room()
