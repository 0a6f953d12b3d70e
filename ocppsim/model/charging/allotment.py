"""What each connector may take: its station's power, and the station's own profile, divided by demand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from ocppsim.model.charging.electric import (
    few_phases_watts,
    grid_amperes,
    grid_watts,
    minimum_w,
    phases_under,
    phases_used,
    watts,
)
from ocppsim.model.charging.profile import Rate, Unit
from ocppsim.model.electricity import Supply
from ocppsim.model.energy import Limit
from ocppsim.model.sharing import grants
from ocppsim.model.vehicle import Vehicle
from ocppsim.values import frozen


@frozen
class Wish:
    """A connector that wants power; `rate` is what the profiles of its session allow.

    `switches`: it can leave one phase of three.
    """

    demand_w: float
    supply: Supply
    vehicle: Vehicle | None
    rate: Rate | None = None
    switches: bool = False

    @property
    def phases(self) -> int:
        return phases_under(self.rate, self.supply, self.vehicle, switches=self.switches)

    @property
    def single(self) -> bool:
        """Whether the rate leaves it one phase where there could be more."""
        return self.phases < phases_used(self.supply, self.vehicle)

    @property
    def minimum_w(self) -> float:
        return minimum_w(self.rate, self.supply, self.phases)

    @property
    def useful_w(self) -> float:
        """What it would really take: what is not allowed is left to the others."""
        if self.rate is None or self.demand_w <= 0:
            return self.demand_w
        allowed_w = watts(self.rate, self.supply, self.phases)
        least_w = self.supply.minimum_w(self.phases)
        if allowed_w < least_w * (1 - 1e-9) or allowed_w <= 0:
            return 0.0
        if self.single and self.vehicle is not None:
            allowed_w = min(allowed_w, self.supply.power_w(self.vehicle.ac_max_current_a, self.phases))
        return min(self.demand_w, allowed_w)


def ample_w(total_w: float, most_w: Iterable[float], *, is_limited: bool) -> float | None:
    """What each connector may take whatever the others do; None where it depends on them.

    `most_w` is what each can take at the most; `is_limited` says that a profile or a key has a word too.
    """
    return None if is_limited or sum(most_w) > total_w else total_w


def allot(total_w: float, station: Rate | None, wishes: Mapping[int, Wish]) -> dict[int, Limit]:
    """The most that each connector may take, and who says so. `station` bounds the sum of all."""
    allotted = {number: Limit(power_w, "station") for number, power_w in _by_power(total_w, wishes).items()}
    if station is None:
        return allotted
    for shares_w in _bounded(station, wishes):
        for number, power_w in shares_w.items():
            if power_w < allotted[number].power_w:
                allotted[number] = Limit(power_w, station.by)
    return allotted


def _bounded(station: Rate, wishes: Mapping[int, Wish]) -> Iterator[dict[int, float]]:
    """The shares by each of the sums that a limit of the station bounds."""
    if station.unit is Unit.WATTS:
        yield _by_power(station.limit, wishes)
        return
    yield _by_current(station.limit, wishes)
    if (together_w := few_phases_watts(station)) < inf:
        yield _by_power(together_w, wishes)


def _by_power(total_w: float, wishes: Mapping[int, Wish]) -> dict[int, float]:
    demands = {number: wish.useful_w for number, wish in wishes.items()}
    minimums = {number: wish.minimum_w for number, wish in wishes.items()}
    return _for_all(total_w, grants(total_w, demands, minimums), wishes)


def _by_current(total_a: float, wishes: Mapping[int, Wish]) -> dict[int, float]:
    """The same in amperes of each phase of the grid."""
    demands = {n: grid_amperes(wish.useful_w, wish.supply, wish.phases) for n, wish in wishes.items()}
    minimums = {n: grid_amperes(wish.minimum_w, wish.supply, wish.phases) for n, wish in wishes.items()}
    shares = _for_all(total_a, grants(total_a, demands, minimums), wishes)
    return {n: grid_watts(share_a, wishes[n].supply, wishes[n].phases) for n, share_a in shares.items()}


def _for_all(
    total: float, shares: Mapping[int, float], numbers: Sequence[int] | Mapping[int, Wish]
) -> dict[int, float]:
    """Who wants nothing may take what there is: its wish comes before its power."""
    return {number: shares.get(number, total) for number in numbers}
