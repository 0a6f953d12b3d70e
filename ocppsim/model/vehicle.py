"""The EV: its battery, the charger on board and the power it would take."""

from functools import cached_property
from itertools import pairwise
from math import inf, isfinite

from attrs import Attribute, field

from ocppsim.model.electricity import CurrentType, Supply
from ocppsim.model.power_curve import PowerCurve
from ocppsim.values import frozen

TRICKLE = 0.01
"""The least fraction of its maximum power that a battery takes before it is full: so every charge ends."""

ChargingCurve = tuple[tuple[float, float], ...]
"""Points (SoC, fraction of maximum power): linear in between, level before the first and after the last."""

TAPERED: ChargingCurve = ((0.0, 1.0), (0.8, 1.0), (1.0, 0.05))
"""Full power up to 80 %, then falling to a twentieth."""


def _positive(_: "Vehicle", attribute: "Attribute[float]", value: float) -> None:
    if not (value > 0 and isfinite(value)):
        raise ValueError(f"{attribute.name} must be above 0, not {value:g}")


@frozen(cache_hash=True)
class Vehicle:
    """An EV. `max_power_w` is what the battery takes at most; AC passes the charger on board, DC does not."""

    capacity_wh: float = field(default=60_000.0, validator=_positive)
    max_power_w: float = field(default=100_000.0, validator=_positive)
    ac_phases: int = field(default=3)
    ac_max_current_a: float = field(default=16.0, validator=_positive)
    curve: ChargingCurve = field(default=TAPERED)

    @ac_phases.validator
    def _known(self, _: object, value: int) -> None:
        if value not in (1, 3):
            raise ValueError(f"ac_phases must be 1 or 3, not {value}")

    @curve.validator
    def _drawable(self, _: object, value: ChargingCurve) -> None:
        if not value:
            raise ValueError("curve must have at least one point")
        for soc, fraction in value:
            if not 0 <= soc <= 1:
                raise ValueError(f"curve: state of charge must be between 0 and 1, not {soc:g}")
            if not 0 <= fraction <= 1:
                raise ValueError(f"curve: fraction of the power must be between 0 and 1, not {fraction:g}")
        for (soc, _fraction), (following, _next_fraction) in pairwise(value):
            if following <= soc:
                raise ValueError(f"curve: state of charge must rise, but {following:g} follows {soc:g}")

    @cached_property
    def power_curve(self) -> PowerCurve:
        """What the battery takes at each SoC."""
        points = [(soc, self.max_power_w * max(fraction, TRICKLE)) for soc, fraction in self.curve]
        first_w, last_w = points[0][1], points[-1][1]
        before = [(0.0, first_w)] if points[0][0] > 0 else []
        after = [(1.0, last_w)] if points[-1][0] < 1 else []
        return PowerCurve((*before, *points, *after))

    def phases_used(self, supply: Supply) -> int:
        """How many phases of the supply carry current; 0 for DC."""
        return min(self.ac_phases, supply.phases)

    def charger_w(self, supply: Supply) -> float:
        """What the EV's own charger lets through; for DC there is none in the way."""
        if supply.current_type is CurrentType.DC:
            return inf
        return supply.power_w(self.ac_max_current_a, self.phases_used(supply))

    def demand_w(self, soc: float, supply: Supply) -> float:
        """What the EV would take at this SoC if nothing limited it."""
        return min(self.power_curve.power_w(soc), self.charger_w(supply))
