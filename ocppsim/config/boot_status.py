"""`bootStatus`: a status is never set, so it stands for the inputs that lead to it."""

from collections.abc import Sequence

from ocppsim.model.beginning import (
    NOTHING_THERE,
    Beginning,
    broken,
    pausing,
    someone_charging,
    someone_plugged,
)
from ocppsim.model.facts import Fault
from ocppsim.model.habits import Visitor
from ocppsim.model.vehicle import Vehicle

NO_TAG = "00000000"


def beginning(boot_status: str | None, tags: Sequence[str], visitors: Sequence[Visitor]) -> Beginning:
    """Somebody with the first tag of the list, if there is one, and the first EV."""
    vehicle = visitors[0].vehicle if visitors else Vehicle()
    tag = tags[0] if tags else NO_TAG
    match boot_status:
        case "Preparing" | "Occupied":
            return someone_plugged(vehicle)
        case "Charging":
            return someone_charging(vehicle, tag)
        case "SuspendedEV":
            return pausing(someone_charging(vehicle, tag))
        case "SuspendedEVSE":
            return broken(someone_charging(vehicle, tag), Fault.EV_COMMUNICATION)
        case "Finishing":
            return Beginning(someone_plugged(vehicle).facts, finishing=True)
        case "Reserved":
            return Beginning(reserved_for=tag)
        case "Faulted":
            return broken(NOTHING_THERE, Fault.OTHER)
        case _:  # Available, and Unavailable, which is no input but the station's own
            return NOTHING_THERE
