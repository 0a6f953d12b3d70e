"""The people who drive up to one station."""

from collections.abc import Mapping

import trio
from attrs import define, field

from ocppsim import chance
from ocppsim.actors.generator import Driver
from ocppsim.actors.runtime import Actor, Condition, GaveUp, Stop, System, Tier, cause
from ocppsim.actors.station import Station
from ocppsim.model.habits import Habits
from ocppsim.model.visits import Visits


@define(eq=False)
class Crowd:
    """One driver for each connector, as long as anybody comes at all."""

    system: System
    nursery: trio.Nursery
    station: Station
    index: int  # of the station, in the fleet
    seed: int
    failed: dict[str, str]  # with the cause of a driver that crashed too often: nobody comes in its place
    drivers: list[Driver] = field(factory=list)
    _actors: list[Actor[None]] = field(factory=list)
    _gone: list[trio.Event] = field(factory=list)

    def come(self, habits: Habits | None, visits: Mapping[int, Visits]) -> None:
        """They begin, or go on, at all connectors that the station has; nobody comes without habits.

        Draws and counts of those who were here before go on; `visits` are of the others.
        """
        before = {driver.number: driver for driver in self.drivers}
        self.drivers.clear()
        if habits is None:
            return
        for number in self.station.context.specification.outlets:
            driver = before.get(number) or self._driver(number, habits, visits.get(number, Visits()))
            driver.habits, driver.leaving = habits, False
            self.drivers.append(driver)
            self._begin(driver)

    def change(self, habits: Habits) -> None:
        """From their next draw on they have these."""
        for driver in self.drivers:
            driver.habits = habits

    async def send_home(self) -> None:
        """At once, with their EVs; they are gone when this returns."""
        for actor in self._actors:
            actor.end(Stop("sent home"))
        for gone in self._gone:
            await gone.wait()
        self._actors.clear()
        self._gone.clear()
        await trio.lowlevel.checkpoint()

    def _driver(self, number: int, habits: Habits, visits: Visits) -> Driver:
        station = self.station
        return Driver(
            self.index,
            number,
            station.world,
            station.board,
            habits,
            chance.stream(self.seed, station.id, number, "generator"),
            station.admits_offline,
            visits,
        )

    def _begin(self, driver: Driver) -> None:
        name = f"{self.station.id}/{driver.number}/generator"
        actor = Actor(self.system, name, Tier.GENERATOR, driver.live)
        gone = trio.Event()
        self.nursery.start_soon(self._contain, actor, gone, name=name)
        actor.condition = Condition.ALIVE  # or an end that comes at once would not reach it
        self._actors.append(actor)
        self._gone.append(gone)

    async def _contain(self, actor: Actor[None], gone: trio.Event) -> None:
        """Run a driver to its end; whatever ends it stays here."""
        try:
            await actor.run()
        except GaveUp as error:
            self.failed[actor.name] = cause(error.__cause__ or error)
            self.station.board.note(f"{actor.name} gave up: {self.failed[actor.name]}")
            self.station.board.changed()
        finally:
            gone.set()
