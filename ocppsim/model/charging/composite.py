"""The composite schedule: what may flow, second by second, as the fewest periods that say so."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor, inf

from ocppsim.model.charging.electric import (
    GRID,
    few_phases_watts,
    grid_amperes,
    phases_under,
    station_watts,
    watts,
)
from ocppsim.model.charging.limits import Placed, next_change, prevailing
from ocppsim.model.charging.profile import Period, Rate, Unit
from ocppsim.model.electricity import CurrentType, Supply
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle
from ocppsim.values import frozen

MOST_PERIODS = 1024
"""A schedule of more is none that a message should carry."""

MOST_CHANGES = 8_192
"""So many borders of profiles are looked at: others wait meanwhile."""

ALL_PHASES = 3
"""What a schedule means that does not say how many."""


@frozen
class Composite:
    """A schedule from a whole second on."""

    connector: int
    start: float
    duration_s: int
    unit: Unit
    periods: tuple[Period, ...]


@frozen
class Allowed:
    """Power in so many phases."""

    power_w: float
    phases: int


@frozen
class Socket:
    """A connector, its profiles, and its station's power; one that `switches` leaves one phase of three."""

    outlet: Outlet
    vehicle: Vehicle | None
    station_w: float
    placed: Sequence[Placed]
    switches: bool = False

    @property
    def supply(self) -> Supply:
        return self.outlet.supply

    def rated_w(self, phases: int) -> float:
        """What cable, connector and station carry in so many phases."""
        part = phases / self.supply.phases if phases else 1.0
        cable_w = self.supply.power_w(self.outlet.cable_a, phases)
        return min(cable_w, self.outlet.max_power_w * part, self.station_w)

    def allowed(self, at: float, station: Rate | None) -> Allowed:
        """What it may take at an instant, apart from what the others leave."""
        own = prevailing(self.placed, at)
        phases = phases_under(own, self.supply, self.vehicle, switches=self.switches)
        limits = [self.rated_w(phases)]
        if own is not None:
            limits.append(watts(own, self.supply, phases))
        if station is not None:
            limits.append(station_watts(station, self.supply, phases))
        return Allowed(min(limits), phases)

    def expected(self, at: float, station: Rate | None) -> Allowed:
        """The same, as far as its EV can take it; less than the minimum is nothing."""
        allowed = self.allowed(at, station)
        if allowed.power_w < self.supply.minimum_w(allowed.phases) * (1 - 1e-9):
            return Allowed(0.0, allowed.phases)
        if self.vehicle is None:
            return allowed
        most_w = self.vehicle.max_power_w
        if self.supply.current_type is CurrentType.AC:
            most_w = min(most_w, self.supply.power_w(self.vehicle.ac_max_current_a, allowed.phases))
        return Allowed(min(allowed.power_w, most_w), allowed.phases)


def of_connector(
    number: int, socket: Socket, station: Sequence[Placed], start: float, duration_s: int, unit: Unit | None
) -> Composite | None:
    """What a connector may take; without a wish for a unit, in that of its kind of current."""
    direct = socket.supply.current_type is CurrentType.DC
    unit = unit or (Unit.WATTS if direct else Unit.AMPERES)

    def limit(at: float) -> tuple[float, int | None]:
        allowed = socket.allowed(at, prevailing(station, at))
        value = (
            allowed.power_w
            if unit is Unit.WATTS
            else socket.supply.current_a(allowed.power_w, allowed.phases)
        )
        return value, None if direct or allowed.phases == ALL_PHASES else allowed.phases

    return _composite(number, limit, (socket.placed, station), start, duration_s, unit)


def of_station(
    sockets: Mapping[int, Socket],
    station: Sequence[Placed],
    total_w: float,
    start: float,
    duration_s: int,
    unit: Unit | None,
) -> Composite | None:
    """What these connectors together are expected to take; of amperes, in the phase that carries most."""
    unit = unit or Unit.WATTS

    def limit(at: float) -> tuple[float, None]:
        rate = prevailing(station, at)
        expected = [(socket.supply, socket.expected(at, rate)) for socket in sockets.values()]
        together_w = sum(one.power_w for _, one in expected)
        if unit is Unit.WATTS:
            most_w = inf if rate is None else station_watts(rate, GRID, GRID.phases)
            return min(total_w, most_w, together_w), None
        together_a = sum(grid_amperes(one.power_w, supply, one.phases) for supply, one in expected)
        return min(GRID.current_a(total_w, GRID.phases), _most_a(rate, together_a, together_w)), None

    lines = (station, *(socket.placed for socket in sockets.values()))
    return _composite(0, limit, lines, start, duration_s, unit)


def _most_a(rate: Rate | None, together_a: float, together_w: float) -> float:
    """What a limit of the station leaves of a current that flows in one of its phases."""
    if rate is None:
        return together_a
    if rate.unit is Unit.WATTS:
        return min(together_a, GRID.current_a(rate.limit, GRID.phases))
    if (few_w := few_phases_watts(rate)) < together_w:
        together_a *= few_w / together_w
    return min(together_a, rate.limit)


def _composite(
    number: int,
    limit: Callable[[float], tuple[float, int | None]],
    lines: Sequence[Sequence[Placed]],
    start: float,
    duration_s: int,
    unit: Unit,
) -> Composite | None:
    """One evaluation wherever something may change; None for what cannot be told."""
    if duration_s <= 0:
        return None
    periods: list[Period] = []
    elapsed_s = changes = 0
    while elapsed_s < duration_s:
        at = start + elapsed_s
        exact, phases = limit(at)
        value = _tenths(exact)
        if not periods or (periods[-1].limit, periods[-1].phases) != (value, phases):
            periods.append(Period(elapsed_s, value, phases))
        changes += 1
        if len(periods) > MOST_PERIODS or changes > MOST_CHANGES:
            return None
        border = min((next_change(placed, at) for placed in lines), default=inf)
        elapsed_s = duration_s if border == inf else max(elapsed_s + 1, ceil(round(border - start, 3)))
    return Composite(number, start, duration_s, unit, tuple(periods))


def _tenths(value: float) -> float:
    """A limit has one decimal; more than is allowed is never told."""
    return floor(value * 10 + 1e-6) / 10
