"""A fleet and its central system in one program, joined by pipes: what most tests are made of.

In virtual time (Trio's MockClock) an hour takes moments, and equal seeds give equal traces.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from math import inf
from typing import cast

from attrs import define, field

from ocppsim.actors.fleet import NOBODY, Fleet, open_fleet
from ocppsim.actors.generator import Habits
from ocppsim.actors.runtime.rounds import OrderedMailbox, Rounds
from ocppsim.actors.station import Station
from ocppsim.actors.store import Store
from ocppsim.actors.trace import TraceEntry, merged
from ocppsim.csms.central_system import CentralSystem, open_central_system
from ocppsim.dialects.dialect import Dialect
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.specification import Outlet, Specification
from ocppsim.model.visits import Visits
from ocppsim.testing.pipe import InMemoryDial, Item, PlainQueue, Queue


class OrderedQueue:
    """One direction of a pipe in virtual time: what is written in one round is read in the next, in order."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._mailbox: OrderedMailbox[Item] = OrderedMailbox(cast("int", inf), rounds)

    def put(self, item: Item) -> None:
        self._mailbox.put(item, self._rounds.sender(""))

    async def get(self) -> Item:
        return await self._mailbox.get()

    def ready(self) -> Sequence[Item]:
        return self._mailbox.due()


@define(eq=False)
class Rig:
    """Made by `open_rig`."""

    fleet: Fleet
    csms: CentralSystem
    dials: dict[str, InMemoryDial] = field(factory=dict)
    entries: list[TraceEntry] = field(factory=list)

    def add(
        self,
        station: str | Specification = "CS-1",
        *,
        connectors: int = 1,
        habits: Habits | None = None,
        dialect: Dialect | None = None,
        measured: bool = False,
        visits: Mapping[int, Visits] = NOBODY,
    ) -> Station:
        """A station by its id or specification, switched on; `measured`: with statistics."""
        if isinstance(station, str):
            outlets = {number: Outlet() for number in range(1, connectors + 1)}
            station = Specification(station, outlets=outlets)
        dial = self.dials[station.id] = dial_in_memory_of(self.fleet, self.csms, station.id)
        statistics = self.fleet.statistics.measure(station.id) if measured else None
        return self.fleet.add(station, dialect or Dialect16(), dial, habits, statistics, visits)

    def drop(self, station: str) -> None:
        """Break the connection, without a Close frame."""
        client = self.dials[station].client
        if client is not None:
            client.drop()

    def freeze(self, station: str) -> None:
        """Make the connection half-open."""
        client = self.dials[station].client
        if client is not None:
            client.freeze()

    def trace(self) -> str:
        """Everything that went over the wires, as JSON lines."""
        return "".join(f"{entry.line()}\n" for entry in merged(self.entries))

    def texts(self, station: str, way: str = ">") -> list[str]:
        """The frames that a station sent, or with "<" received."""
        return [entry.text for entry in self.entries if entry.station == station and entry.way.value == way]


def dial_in_memory_of(fleet: Fleet, csms: CentralSystem, station: str) -> InMemoryDial:
    """How a station of this fleet reaches a central system in memory; in order, where time is virtual."""
    rounds = fleet.system.rounds

    def queue() -> Queue[Item]:
        return PlainQueue() if rounds is None else OrderedQueue(rounds)

    return InMemoryDial(csms, station, queue)


@asynccontextmanager
async def open_rig(
    seed: int = 1, *, store: Store | None = None, csms: CentralSystem | None = None
) -> AsyncIterator[Rig]:
    """An empty fleet beside a central system, whose frames are all recorded."""
    async with (
        open_central_system(csms or CentralSystem(seed=seed)) as central,
        open_fleet(seed, store) as fleet,
    ):
        rig = Rig(fleet, central)
        fleet.listeners.append(rig.entries.append)
        yield rig
