"""The world around a station: cables, EVs, faults, and the people with their tags.

Facts are state, not events: the world holds the present value, and each life of a connector reads it first.
"""

from collections.abc import Callable, Mapping

from attrs import define, field

from ocppsim.actors.messages import ConnectorMessage, Do, Look, Take
from ocppsim.actors.runtime import Actor, NoAnswer
from ocppsim.model.evolving import evolve
from ocppsim.model.facts import Facts, Fault, Lock
from ocppsim.model.inputs import Arm, Present, TakeSample, Verdict
from ocppsim.model.session import Context
from ocppsim.model.vehicle import Vehicle

_STANDARD = Vehicle()


@define(eq=False)
class World:
    """One station's surroundings; its connectors are told of each change."""

    station: str
    connectors: Mapping[int, Actor[ConnectorMessage]] = field(factory=dict)
    facts: dict[int, Facts] = field(factory=dict)
    locked: Callable[[int], bool] = lambda _: False  # whether the station holds its end of the cable
    awaited: Callable[[int], str | None] = lambda _: None  # the tag that frees it after a session

    def at(self, number: int) -> Facts:
        return self.facts.get(number, _NOTHING)

    def plug(self, number: int, vehicle: Vehicle = _STANDARD, soc: float = 0.2) -> None:
        """An EV with this state of charge (0 to 1) is connected, at both ends of the cable."""
        self._change(number, evolve(self.at(number), cable=True, vehicle=vehicle, arrival_soc=soc))

    def unplug(self, number: int) -> None:
        """The EV drives off; a cable that is locked stays behind."""
        facts = self.at(number)
        stays = facts.cable and self.locked(number)
        self._change(number, evolve(facts, cable=stays, vehicle=None, ev_ready=True))

    async def fetch_cable(self, number: int) -> None:
        """Whoever charged shows the tag once more, where the station keeps the cable until then."""
        if (tag := self.awaited(number)) is not None:
            await self.present(number, tag)

    def unplug_at_vehicle(self, number: int) -> None:
        """The cable stays in the station."""
        self._change(number, evolve(self.at(number), vehicle=None))

    def set_ready(self, number: int, ready: bool) -> None:
        """The EV wants power, or pauses."""
        self._change(number, evolve(self.at(number), ev_ready=ready))

    def set_lock(self, number: int, lock: Lock) -> None:
        self._change(number, evolve(self.at(number), lock=lock))

    def set_fault(self, number: int, fault: Fault | None) -> None:
        self._change(number, evolve(self.at(number), fault=fault))

    def press_emergency_stop(self, number: int, pressed: bool = True) -> None:
        self._change(number, evolve(self.at(number), emergency_stop=pressed))

    async def present(self, number: int, tag: str) -> Verdict:
        """Hold a tag to the reader of a connector; Rejected also where nobody is there to read it."""
        try:
            return await self.connectors[number].ask(Do(Present(tag)))
        except NoAnswer:
            return Verdict.REJECTED

    async def start(self, number: int, tag: str) -> Verdict:
        """Begin a session with this tag, of which nobody is asked."""
        try:
            return await self.connectors[number].ask(Do(Arm(tag, authorize=False)))
        except NoAnswer:
            return Verdict.REJECTED

    def read_meter(self, number: int) -> None:
        """Somebody has the station tell what the meter shows."""
        self.connectors[number].tell(Take(TakeSample(Context.OTHER)))

    def _change(self, number: int, facts: Facts) -> None:
        if number not in self.connectors:
            raise ValueError(f"{self.station} has no connector {number}")
        self.facts[number] = facts
        self.connectors[number].tell(Look(facts))


_NOTHING = Facts()
