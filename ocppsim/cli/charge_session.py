"""The plot of `ocppsim charge`: connect, boot, plug in, show a tag, charge, stop, leave."""

from collections.abc import Callable, Mapping

import trio

from ocppsim import clock
from ocppsim.actors.board import Board
from ocppsim.actors.station import Station
from ocppsim.cli.exits import CommandEnded, Exit
from ocppsim.cli.output import say
from ocppsim.model.inputs import Verdict
from ocppsim.model.registration import Standing
from ocppsim.model.session import ChargingSession, StopReason
from ocppsim.values import frozen

LOST_WITHIN_S = 300.0
"""So long a connection that was lost in mid-session may stay away."""

LEAVE_WITHIN_S = 15.0
CONNECTOR = 1


@frozen
class Plan:
    """`duration_s` is station time; the waits for the central system are wire time."""

    tag: str
    remote: bool
    duration_s: float
    connect_within_s: float
    begin_within_s: float
    close_within_s: float


@frozen
class ChargeSession:
    """Ends by itself; raises CommandEnded when it cannot go on."""

    station: Station
    plan: Plan
    failed: Mapping[str, str]  # stations that gave up, with the cause

    @property
    def board(self) -> Board:
        return self.station.board

    @property
    def _session(self) -> ChargingSession | None:
        return self.board.connectors[CONNECTOR].session

    async def run(self, interrupted: trio.Event) -> Exit:
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._interrupt, interrupted, nursery.cancel_scope)
                await self._registered()
                nursery.start_soon(self._watch_outages)
                await self._begun()
                await self._charged()
                await self._closed()
                nursery.cancel_scope.cancel()
        except* CommandEnded:
            if self._session is not None or self.board.refusal:  # what was refused may have ended just now
                await self._leave()
            raise
        await self._leave()
        if not interrupted.is_set():
            self._conclude()
        return Exit.DONE

    async def _interrupt(self, interrupted: trio.Event, scope: trio.CancelScope) -> None:
        await interrupted.wait()
        scope.cancel()

    # -- the plot

    async def _registered(self) -> None:
        await self._until(
            lambda board: board.registration.standing is not Standing.UNKNOWN,
            self.plan.connect_within_s,
            self._why_not_connected,
        )
        pause_s = self.board.registration.pause_s or 0.0
        await self._until(
            lambda board: board.registration.accepted,
            self.plan.connect_within_s + 2 * pause_s,
            lambda: "the central system keeps the station Pending",
        )

    def _why_not_connected(self) -> str:
        link = self.board.link
        if link.online:
            return f"connected, but no answer to BootNotification within {self.plan.connect_within_s:g} s"
        dials = self.board.tally.dials
        tries = f"{dials} {'try' if dials == 1 else 'tries'}, last: {link.trouble or 'no answer'}"
        return f"no connection within {self.plan.connect_within_s:g} s: {tries}"

    async def _begun(self) -> None:
        self.station.world.plug(CONNECTOR)
        if self.plan.remote:
            say("waiting for RemoteStartTransaction")
        else:
            await self._present(self.plan.tag)
        await self._until(
            lambda board: board.connectors[CONNECTOR].session is not None,
            self.plan.begin_within_s,
            lambda: "no RemoteStartTransaction came" if self.plan.remote else "no answer to Authorize",
        )

    async def _charged(self) -> None:
        """Until the time is over, the EV is full, or somebody else ends the session."""
        with trio.move_on_after(self.plan.duration_s):
            await self.board.until(lambda board: self._over(board) or self._failure(board) is not None)
        self._check()
        if (session := self._session) is not None:
            await self._present(session.tag)

    def _over(self, board: Board) -> bool:
        view = board.connectors[CONNECTOR]
        return view.session is None or view.soc == 1.0

    async def _closed(self) -> None:
        await self._until(
            lambda board: board.connectors[CONNECTOR].session is None and board.unsent == 0,
            self.plan.close_within_s,
            lambda: f"{self.board.unsent} transaction messages were never answered",
        )

    async def _leave(self) -> None:
        """Drive off unless a session still runs; let the station say its last words, and switch it off."""
        if self._session is None:
            await self.station.world.fetch_cable(CONNECTOR)
            self.station.world.unplug(CONNECTOR)
        with trio.move_on_after(clock.wire(LEAVE_WITHIN_S)):
            self.station.power_down(StopReason.LOCAL)
            await self.board.until(lambda board: board.ended)

    async def _present(self, tag: str) -> None:
        if await self.station.world.present(CONNECTOR, tag) is not Verdict.ACCEPTED:
            raise CommandEnded(Exit.FAILED, f"connector {CONNECTOR} does not take tag {tag} now")

    def _conclude(self) -> None:
        view, tally = self.board.connectors[CONNECTOR], self.board.tally
        reason = view.last_reason.name.lower().replace("_", " ") if view.last_reason else "?"
        say(
            f"session closed ({reason}): {view.energy_delivered_wh:.0f} Wh, {tally.calls} calls, "
            f"{tally.violations} violations by the central system"
        )

    # -- waiting

    async def _until(self, wish: Callable[[Board], bool], seconds: float, why: Callable[[], str]) -> None:
        """Wait for the central system, at most so many seconds of wire time."""
        with trio.move_on_after(clock.wire(seconds)) as patience:
            await self.board.until(lambda board: wish(board) or self._failure(board) is not None)
        self._check()
        if patience.cancelled_caught:
            raise CommandEnded(Exit.BLOCKED, why())

    async def _watch_outages(self) -> None:
        while True:
            await self.board.until(lambda board: not board.online)
            await self._until(
                lambda board: board.online,
                LOST_WITHIN_S,
                lambda: f"connection lost and not back within {LOST_WITHIN_S:g} s: {self.board.link.trouble}",
            )

    def _check(self) -> None:
        if (failure := self._failure(self.board)) is not None:
            raise failure

    def _failure(self, board: Board) -> CommandEnded | None:
        if board.station in self.failed:
            return CommandEnded(Exit.OURS, f"the station gave up: {self.failed[board.station]}")
        if board.tally.internal:
            return CommandEnded(Exit.OURS, board.last_event)
        if board.link.permanent:
            return CommandEnded(
                Exit.FAILED, f"the central system refused the connection: {board.link.trouble}"
            )
        if board.registration.standing is Standing.REJECTED:
            return CommandEnded(Exit.FAILED, "the central system rejected the BootNotification")
        if board.refusal:
            return CommandEnded(Exit.FAILED, f"the central system refused: {board.refusal}")
        return None
