"""Charging an EV: power is resolved first; current, energy and state of charge (SoC) follow from it.

Between two events the bounds of a connector are constant. The lowest of them, the *ceiling*, cuts the EV's
own curve, and from there SoC and energy at any instant are one evaluation. Nothing is stepped: to advance
twice comes to the same as once, and energy is always the capacity times the rise of SoC.
"""

from collections.abc import Iterable
from functools import lru_cache
from math import inf
from typing import NamedTuple

from attrs import field

from ocppsim.model.electricity import Supply
from ocppsim.model.power_curve import PowerCurve, Stretch
from ocppsim.model.vehicle import Vehicle
from ocppsim.values import frozen

RESOLUTION_S = 1e-6
"""Full is reached this much early, and no wake is due sooner than this.

An instant is a POSIX time in a float, exact to a quarter of this. Whoever wakes at the instant of a knee has
waited that much too long or too short.
"""

RELATIVE_RESOLUTION = 1e-12
"""The same for durations so long that their own rounding is what counts."""

LAWS = 4096
"""So many EVs at so many limits are kept worked out: most stretches of a charge begin as the last did."""


@frozen
class Limit:
    """A bound of the power and what sets it, such as `Limit(11_000, "connector")`."""

    power_w: float = field()
    by: str

    @power_w.validator
    def _not_negative(self, _: object, value: float) -> None:
        if not value >= 0:
            raise ValueError(f"power_w of a limit by {self.by} must be 0 or more, not {value:g}")


@frozen
class Bounds:
    """What bounds the power of a connector, apart from the EV; of equal ones the first named is published.

    `connector_w` is the rating with all phases in use. `station_w` is the share that the station grants.
    """

    cable_a: float = inf
    connector_w: float = inf
    station_w: float = inf
    others: tuple[Limit, ...] = ()


class Charged(NamedTuple):
    """What a while of charging brought: the energy, and the SoC at its end."""

    energy_wh: float
    soc: float


@frozen
class Reading:
    """What a meter shows at an instant; `current_a` flows in each phase.

    `power_w` is exactly the product of voltage, current and phases, in this order; DC has no phases (0).
    """

    power_w: float
    current_a: float
    voltage_v: float
    phases: int
    soc_percent: float | None  # None: no EV


def current_limit(vehicle: Vehicle, supply: Supply, current_a: float, by: str) -> Limit:
    """The limit that a current per phase means for this EV."""
    return Limit(supply.power_w(current_a, vehicle.phases_used(supply)), by)


def ceiling(vehicle: Vehicle, supply: Supply, bounds: Bounds) -> Limit:
    """The lowest bound; one that leaves less than the minimum current of AC leaves nothing."""
    connector_w = bounds.connector_w
    if supply.phases > vehicle.ac_phases:
        connector_w = connector_w * vehicle.ac_phases / supply.phases
    limits = (
        current_limit(vehicle, supply, bounds.cable_a, "cable"),
        Limit(connector_w, "connector"),
        Limit(bounds.station_w, "station"),
        *bounds.others,
    )
    lowest = min(limits, key=lambda limit: limit.power_w)
    return Limit(_usable_w(vehicle, supply, lowest.power_w), lowest.by)


def resolve(vehicle: Vehicle, supply: Supply, soc: float, bounds: Bounds) -> Limit:
    """The power that flows at this SoC and what holds it there; "vehicle" unless a bound is lower."""
    demand = Limit(vehicle.demand_w(soc, supply), "vehicle")
    bound = ceiling(vehicle, supply, bounds)
    return bound if bound.power_w < demand.power_w else demand


def sample(vehicle: Vehicle, supply: Supply, soc: float, power_w: float) -> Reading:
    """A coherent reading while the EV takes `power_w`."""
    phases = vehicle.phases_used(supply)
    current_a = supply.current_a(power_w, phases)
    return Reading(supply.power_w(current_a, phases), current_a, supply.voltage_v, phases, soc * 100)


def advance(vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, seconds: float) -> Charged:
    """What charging below a constant ceiling brings in `seconds`; below 0 they count as none."""
    seconds = max(seconds, 0.0)
    slack = RESOLUTION_S + RELATIVE_RESOLUTION * seconds
    capacity_wh = vehicle.capacity_wh
    energy_wh = 0.0
    stretches = _law(vehicle, supply, limit_w).stretches(soc)
    for stretch in stretches:
        duration = stretch.seconds(capacity_wh)
        missing = duration - seconds
        if missing <= 0:
            energy_wh += capacity_wh * (stretch.end - soc)
            soc = stretch.end
            seconds = -missing
        elif missing > slack or missing + _seconds(stretches, capacity_wh) > slack:
            gain = stretch.gain(seconds / duration)
            return Charged(energy_wh + capacity_wh * gain, min(soc + gain, stretch.end))
        else:
            return Charged(energy_wh + capacity_wh * (1.0 - soc), 1.0)
    return Charged(energy_wh, soc)


def _seconds(stretches: Iterable[Stretch], capacity_wh: float) -> float:
    return sum(stretch.seconds(capacity_wh) for stretch in stretches)


def time_until(vehicle: Vehicle, supply: Supply, limit_w: float, soc: float, target: float) -> float:
    """Seconds until the SoC is `target`; 0 when it is there, infinity when it never will be."""
    if soc >= target:
        return 0.0
    seconds = 0.0
    for stretch in _law(vehicle, supply, limit_w).stretches(soc):
        seconds += stretch.until(target).seconds(vehicle.capacity_wh)
        if target <= stretch.end:
            return seconds
    return inf


def time_until_full(vehicle: Vehicle, supply: Supply, limit_w: float, soc: float) -> float:
    """Seconds until no power is taken any more; infinity when that never comes."""
    return time_until(vehicle, supply, limit_w, soc, 1.0)


def next_knee(vehicle: Vehicle, supply: Supply, limit_w: float, soc: float) -> float:
    """Seconds until power follows another law: at a point of the curve, where it meets the limit, when full.

    Infinity if that never comes. Never less than `RESOLUTION_S`, so that whoever wakes for it gets on; a knee
    nearer than that counts as passed.
    """
    seconds = 0.0
    for stretch in _law(vehicle, supply, limit_w).stretches(soc):
        seconds += stretch.seconds(vehicle.capacity_wh)
        if seconds > RESOLUTION_S:
            return seconds
    return RESOLUTION_S if seconds > 0 else inf


@lru_cache(LAWS)
def _law(vehicle: Vehicle, supply: Supply, limit_w: float) -> PowerCurve:
    """The power over SoC below a constant ceiling."""
    bound_w = min(vehicle.charger_w(supply), _usable_w(vehicle, supply, limit_w))
    return vehicle.power_curve.limited_to(bound_w)


def _usable_w(vehicle: Vehicle, supply: Supply, limit_w: float) -> float:
    """What a limit leaves: nothing below the minimum current, give or take what rounding did to the limit."""
    minimum_w = supply.minimum_w(vehicle.phases_used(supply))
    return limit_w if limit_w >= minimum_w * (1 - 1e-9) else 0.0
