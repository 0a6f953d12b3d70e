"""How a connector is found when its station is started for the first time: what people and time have left."""

from attrs import evolve, field

from ocppsim.model.facts import Facts, Fault
from ocppsim.model.reservation import Reservation
from ocppsim.model.vehicle import Vehicle
from ocppsim.values import frozen

RESERVED_S = 86_400.0
"""So long somebody may be waited for."""


@frozen
class Beginning:
    """Facts, and what a connector has of its own; a `tag` was accepted, and begins a session with the EV."""

    facts: Facts = field(factory=Facts)
    tag: str | None = None
    finishing: bool = False
    reserved_for: str | None = None  # a tag

    def reservation(self, now: float) -> Reservation | None:
        return None if self.reserved_for is None else Reservation(0, self.reserved_for, now + RESERVED_S)


NOTHING_THERE = Beginning()


def someone_plugged(vehicle: Vehicle) -> Beginning:
    """An EV whose driver has shown no tag."""
    return Beginning(Facts(cable=True, vehicle=vehicle))


def someone_charging(vehicle: Vehicle, tag: str) -> Beginning:
    return Beginning(Facts(cable=True, vehicle=vehicle), tag)


def pausing(beginning: Beginning) -> Beginning:
    """The EV takes no power for now."""
    return evolve(beginning, facts=evolve(beginning.facts, ev_ready=False))


def broken(beginning: Beginning, fault: Fault) -> Beginning:
    return evolve(beginning, facts=evolve(beginning.facts, fault=fault))
