"""What a limit means in watts at a connector, and what power there means to the grid."""

from math import inf

from ocppsim.model.charging.profile import Rate, Unit
from ocppsim.model.electricity import CurrentType, Supply
from ocppsim.model.vehicle import Vehicle

GRID = Supply()
"""What feeds a station, unless its connectors are of another voltage: three phases of 230 V."""


def phases_used(supply: Supply, vehicle: Vehicle | None) -> int:
    """How many phases of the supply carry current; all of them where there is no EV to ask; 0 for DC."""
    return supply.phases if vehicle is None else vehicle.phases_used(supply)


def phases_under(rate: Rate | None, supply: Supply, vehicle: Vehicle | None, *, switches: bool) -> int:
    """The same under a limit; a station that `switches` leaves one phase where the limit is for one."""
    used = phases_used(supply, vehicle)
    return 1 if switches and used > 1 and rate is not None and rate.phases == 1 else used


def watts(rate: Rate, supply: Supply, phases: int) -> float:
    """The power that a limit allows a connector whose EV uses so many phases.

    More phases than are used do not make a limit another one (1.6 err 3.34); fewer bound the sum.
    """
    if rate.unit is Unit.WATTS:
        return rate.limit
    return supply.power_w(rate.limit, min(rate.phases or phases, phases))


def minimum_w(rate: Rate | None, supply: Supply, phases: int) -> float:
    """The least power at which it is worth charging."""
    least_w = supply.minimum_w(phases)
    if rate is None or rate.minimum is None:
        return least_w
    wished_w = rate.minimum if rate.unit is Unit.WATTS else supply.power_w(rate.minimum, phases)
    return max(least_w, min(wished_w, watts(rate, supply, phases)))


def grid_amperes(power_w: float, supply: Supply, phases: int) -> float:
    """The current that some power draws from each of the phases of the grid that it uses.

    Single phases count as the same one, since nothing is known of how they are wired. A rectifier takes all
    three.
    """
    if supply.current_type is CurrentType.DC:
        return GRID.current_a(power_w, GRID.phases)
    return supply.current_a(power_w, phases)


def grid_watts(current_a: float, supply: Supply, phases: int) -> float:
    """The reverse of `grid_amperes`."""
    if supply.current_type is CurrentType.DC:
        return GRID.power_w(current_a, GRID.phases)
    return supply.power_w(current_a, phases)


def station_watts(rate: Rate, supply: Supply, phases: int) -> float:
    """What a limit of the whole station allows a single connector at the most."""
    if rate.unit is Unit.WATTS:
        return rate.limit
    return min(grid_watts(rate.limit, supply, phases), few_phases_watts(rate))


def few_phases_watts(rate: Rate) -> float:
    """What a limit in fewer phases than the grid has lets the whole station take; infinity for others."""
    if rate.unit is Unit.WATTS or rate.phases is None or rate.phases >= GRID.phases:
        return inf
    return GRID.power_w(rate.limit, rate.phases)
