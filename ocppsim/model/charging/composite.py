"""The composite schedule: what may flow, second by second, as the fewest periods that say so."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor, inf

from attrs import frozen

from ocppsim.model.charging.electric import (
    GRID,
    grid_amperes,
    phases_used,
    station_watts,
    watts,
)
from ocppsim.model.charging.limits import Placed, next_change, prevailing
from ocppsim.model.charging.profile import Period, Rate, Unit
from ocppsim.model.electricity import CurrentType, Supply
from ocppsim.model.vehicle import Vehicle

MOST_PERIODS = 1024
"""A schedule of more is none that a message should carry."""

MOST_CHANGES = 20_000

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
class Socket:
    """A connector, and what bounds it: `rated_w` is what cable, connector and station carry."""

    supply: Supply
    vehicle: Vehicle | None
    rated_w: float
    placed: Sequence[Placed]

    @property
    def phases(self) -> int:
        return phases_used(self.supply, self.vehicle)

    def allowed_w(self, at: float, station: Rate | None) -> float:
        """What it may take at an instant, apart from what the others leave."""
        limits = [self.rated_w]
        if (own := prevailing(self.placed, at)) is not None:
            limits.append(watts(own, self.supply, self.phases))
        if station is not None:
            limits.append(station_watts(station, self.supply, self.phases))
        return min(limits)

    def expected_w(self, at: float, station: Rate | None) -> float:
        """The same, as far as its EV can take it; less than the minimum is nothing."""
        allowed_w = self.allowed_w(at, station)
        if allowed_w < self.supply.minimum_w(self.phases) * (1 - 1e-9):
            return 0.0
        if self.vehicle is None:
            return allowed_w
        return min(allowed_w, self.vehicle.max_power_w, self.vehicle.charger_w(self.supply))


def of_connector(
    number: int, socket: Socket, station: Sequence[Placed], start: float, duration_s: int, unit: Unit | None
) -> Composite | None:
    """What a connector may take; without a wish for a unit, in that of its kind of current."""
    direct = socket.supply.current_type is CurrentType.DC
    unit = unit or (Unit.WATTS if direct else Unit.AMPERES)

    def limit(at: float) -> float:
        allowed_w = socket.allowed_w(at, prevailing(station, at))
        return allowed_w if unit is Unit.WATTS else socket.supply.current_a(allowed_w, socket.phases)

    phases = None if direct or socket.phases == ALL_PHASES else socket.phases
    return _composite(number, limit, (socket.placed, station), start, duration_s, unit, phases)


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

    def limit(at: float) -> float:
        rate = prevailing(station, at)
        expected = [(socket, socket.expected_w(at, rate)) for socket in sockets.values()]
        if unit is Unit.WATTS:
            most_w = min(total_w, inf if rate is None else station_watts(rate, GRID, GRID.phases))
            return min(most_w, sum(power_w for _, power_w in expected))
        most_a = GRID.current_a(total_w, GRID.phases)
        if rate is not None:
            in_amperes = rate.unit is Unit.AMPERES
            most_a = min(most_a, rate.limit if in_amperes else GRID.current_a(rate.limit, GRID.phases))
        return min(most_a, sum(grid_amperes(w, socket.supply, socket.phases) for socket, w in expected))

    lines = (station, *(socket.placed for socket in sockets.values()))
    return _composite(0, limit, lines, start, duration_s, unit, None)


def _composite(
    number: int,
    limit: Callable[[float], float],
    lines: Sequence[Sequence[Placed]],
    start: float,
    duration_s: int,
    unit: Unit,
    phases: int | None,
) -> Composite | None:
    """One evaluation wherever something may change; None for what cannot be told."""
    if duration_s <= 0:
        return None
    periods: list[Period] = []
    elapsed_s = changes = 0
    while elapsed_s < duration_s:
        at = start + elapsed_s
        value = _tenths(limit(at))
        if not periods or periods[-1].limit != value:
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
