"""The fleet: stations side by side, each behind a bulkhead, and the people who drive up to them."""

from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import asynccontextmanager

import trio
from attrs import define, field

from ocppsim import chance, clock
from ocppsim.actors.board import Board
from ocppsim.actors.generator import Driver, Habits
from ocppsim.actors.latencies import Latencies
from ocppsim.actors.runtime import Actor, GaveUp, System, Tier, cause, open_system
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
    drivers: dict[str, list[Driver]] = field(factory=dict)
    failed: dict[str, str] = field(factory=dict)  # station -> cause
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
    ) -> Station:
        """Put a station together and switch it on; ValueError when the id is taken, or a value impossible.

        Statistics are kept of it where `statistics.measure` made some for it; `visits` are what became of
        the people who came in earlier processes.
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
        index = len(self.stations)
        self.drivers[station.id] = []
        for tell in self.newcomers:
            tell(station)
        self.nursery.start_soon(self._contain, station, name=f"{station.id}/bulkhead")
        if habits is not None:
            for number in specification.outlets:
                self._add_driver(index, station, number, habits, visits.get(number, Visits()))
        return station

    def _add_driver(self, index: int, station: Station, number: int, habits: Habits, visits: Visits) -> None:
        driver = Driver(
            index,
            number,
            station.world,
            station.board,
            habits,
            chance.stream(self.seed, station.id, number, "generator"),
            station.admits_offline,
            visits,
        )
        self.drivers[station.id].append(driver)
        name = f"{station.id}/{number}/generator"
        Actor(self.system, name, Tier.GENERATOR, driver.live).start_in(self.nursery)

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

    async def leave(
        self, stop: StopReason | None = StopReason.LOCAL, staying: Container[str] = frozenset()
    ) -> bool:
        """Switch everything off in good order; whether all stations ended in time.

        With `stop` the drivers go first, and what still runs then is stopped with that reason; without, and
        at the stations of `staying`, sessions stay open in the store.
        """
        with trio.move_on_after(clock.wire(LEAVE_WITHIN_S)) as patience:
            if stop is not None:
                await self._send_drivers_away(staying)
            for name, station in self.stations.items():
                station.power_down(None if name in staying else stop)
            for station in self.stations.values():
                await station.board.until(lambda board: board.ended)
        return not patience.cancelled_caught

    async def _send_drivers_away(self, staying: Container[str]) -> None:
        """Those of stations that stay as they are just stand there."""
        for name, drivers in self.drivers.items():
            for driver in drivers if name not in staying else ():
                driver.leave()
        with trio.move_on_after(clock.wire(DRIVERS_WITHIN_S)):
            for name, station in self.stations.items():
                if self.drivers[name] and name not in staying:
                    await station.board.until(_deserted)


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
