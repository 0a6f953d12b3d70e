"""The fleet: stations side by side, each behind a bulkhead, and the people who drive up to them."""

from collections.abc import AsyncIterator, Callable, Collection, Container, Mapping
from contextlib import asynccontextmanager

import trio
from attrs import define, field

from ocppsim import clock
from ocppsim.actors.board import Board
from ocppsim.actors.crowd import Crowd
from ocppsim.actors.generator import Driver, Habits
from ocppsim.actors.latencies import Latencies
from ocppsim.actors.remaking import Design, redirect, remake
from ocppsim.actors.runtime import GaveUp, Stop, System, cause, open_system
from ocppsim.actors.station import Station, assemble
from ocppsim.actors.statistics import StationStatistics, Statistics
from ocppsim.actors.store import Forgetful, Store
from ocppsim.actors.trace import Listener
from ocppsim.actors.transfer import MakeTransfers, pretended
from ocppsim.actors.wire.transport import Dial
from ocppsim.dialects.dialect import Dialect
from ocppsim.model.session import StopReason
from ocppsim.model.specification import Specification
from ocppsim.model.visits import Visits

NOBODY: Mapping[int, Visits] = {}

LEAVE_WITHIN_S = 16.0
"""How long a graceful end may take in all, in seconds of wire time."""

DRIVERS_WITHIN_S = 2.0
"""How much of that the drivers have to end their sessions and go."""


@define(eq=False)
class Fleet:
    """Made by `open_fleet`. A station that gave up is a red row; the others never notice."""

    system: System
    seed: int
    store: Store
    nursery: trio.Nursery
    transfers: MakeTransfers = pretended
    stations: dict[str, Station] = field(factory=dict)
    crowds: dict[str, Crowd] = field(factory=dict)
    failed: dict[str, str] = field(factory=dict)  # station, or driver -> cause
    latencies: Latencies = field(factory=Latencies)
    statistics: Statistics = field(factory=Statistics)
    listeners: list[Listener] = field(factory=list)
    newcomers: list[Callable[[Station], None]] = field(factory=list)  # told of each station that is added

    def add(
        self,
        specification: Specification,
        dialect: Dialect,
        dial: Dial,
        habits: Habits | None = None,
        measured: StationStatistics | None = None,
        visits: Mapping[int, Visits] = NOBODY,
        *,
        on: bool = True,
    ) -> Station:
        """Put a station together and switch it on; ValueError when the id is taken, or a value impossible.

        Statistics are kept of it where `statistics.measure` made some for it; `visits` are what became of
        the people who came in earlier processes. One that is not `on` is as one that was retired.
        """
        if specification.id in self.stations:
            raise ValueError(f"there is a station {specification.id} already")
        station = assemble(
            self.system,
            specification,
            dialect,
            dial,
            self.store,
            self.seed,
            self.latencies,
            self.listeners,
            self.transfers,
            measured,
        )
        self.stations[station.id] = station
        crowd = Crowd(self.system, self.nursery, station, len(self.stations), self.seed, self.failed)
        self.crowds[station.id] = crowd
        for tell in self.newcomers:
            tell(station)
        station.board.ended = True
        if on:
            self.switch_on(station.id, habits, visits)
        return station

    def switch_on(
        self, name: str, habits: Habits | None = None, visits: Mapping[int, Visits] = NOBODY
    ) -> None:
        """A station that is off; with what it remembers it is what it was."""
        station = self.stations[name]
        if station.board.ended:
            self._switch_on(station)
            self.crowds[name].come(habits, visits)

    def drivers(self, name: str) -> list[Driver]:
        """The people at the connectors of a station."""
        crowd = self.crowds.get(name)
        return [] if crowd is None else crowd.drivers

    def _switch_on(self, station: Station) -> None:
        self.failed.pop(station.id, None)
        station.board.ended = False
        self.nursery.start_soon(self._contain, station, name=f"{station.id}/bulkhead")

    def remake(
        self,
        name: str,
        design: Design,
        habits: Habits | None = None,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """Make another station of this one: it restarts as after a soft reset, or is switched on again.

        Sessions are stopped first; what it remembers stays, as do the draws and counts of the people.
        `tell` is called once it is the other one. ValueError where a value is impossible; then it stays as
        it is.
        """
        station, crowd = self.stations[name], self.crowds[name]

        async def between() -> None:
            await crowd.send_home()

        def ready() -> None:
            crowd.come(habits, NOBODY)
            tell()

        remake(self.system, station, design, self.seed, self.transfers, between, ready)
        if station.board.ended:
            self._switch_on(station)

    def adjust(
        self,
        name: str,
        design: Design,
        habits: Habits | None,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """What no life of the station notices: where it connects to next, and who comes next.

        Of a station that is to be remade, it is a part of that.
        """
        station = self.stations[name]
        if station.context.remake is not None:
            self.remake(name, design, habits, tell)
            return
        redirect(station, design)
        if habits is not None:
            self.crowds[name].change(habits)
        tell()

    async def _contain(self, station: Station) -> None:
        """Run a station to its end; whatever ends it stays here."""
        try:
            await station.context.station.run()
        except GaveUp as error:
            self.failed[station.id] = cause(error.__cause__ or error)
            station.board.note(f"gave up: {self.failed[station.id]}")
        finally:
            station.board.ended = True
            station.board.changed()

    async def retire(self, names: Collection[str], staying: Container[str] = frozenset()) -> None:
        """Switch these stations off in good order, as the end of the fleet would; they can be remade."""
        with trio.move_on_after(clock.wire(LEAVE_WITHIN_S)):
            await self._retire(names, StopReason.LOCAL, staying)
        for name in names:
            self.stations[name].context.station.end(Stop("stopped"))
        for name in names:
            await self.stations[name].board.until(_ended)
            await self.crowds[name].send_home()

    async def leave(
        self, stop: StopReason | None = StopReason.LOCAL, staying: Container[str] = frozenset()
    ) -> bool:
        """Switch everything off in good order; whether all stations ended in time.

        With `stop` the drivers go first, and what still runs then is stopped with that reason; without, and
        at the stations of `staying`, sessions stay open in the store.
        """
        with trio.move_on_after(clock.wire(LEAVE_WITHIN_S)) as patience:
            await self._retire(self.stations, stop, staying)
        return not patience.cancelled_caught

    async def _retire(self, names: Collection[str], stop: StopReason | None, staying: Container[str]) -> None:
        if stop is not None:
            await self._send_drivers_away([name for name in names if name not in staying])
        for name in names:
            self.stations[name].power_down(None if name in staying else stop)
        for name in names:
            await self.stations[name].board.until(_ended)

    async def _send_drivers_away(self, names: Collection[str]) -> None:
        """Those of other stations just stand there."""
        for name in names:
            for driver in self.drivers(name):
                driver.leave()
        with trio.move_on_after(clock.wire(DRIVERS_WITHIN_S)):
            for name in names:
                if self.drivers(name):
                    await self.stations[name].board.until(_deserted)


def _ended(board: Board) -> bool:
    return board.ended


def _deserted(board: Board) -> bool:
    return board.ended or all(view.session is None for view in board.connectors.values())


@asynccontextmanager
async def open_fleet(
    seed: int, store: Store | None = None, transfers: MakeTransfers = pretended
) -> AsyncIterator[Fleet]:
    """A fleet without stations; leaving the block ends them all at once, as a loss of power would.

    In virtual time transfers must be pretended: no other machine follows that clock.
    """
    async with open_system(ordered=clock.is_virtual()) as system, trio.open_nursery() as nursery:
        fleet = Fleet(system, seed, store or Forgetful(), nursery, transfers)
        nursery.start_soon(fleet.store.live, name="store")
        yield fleet
        nursery.cancel_scope.cancel()
