"""The people who come by themselves: when, for how long, with which tag and which EV."""

from collections.abc import Sequence
from enum import Enum

from attrs import Attribute, field

from ocppsim.model.vehicle import Vehicle
from ocppsim.values import frozen


class Distribution(Enum):
    """How tags are dealt out."""

    ROUND_ROBIN = "round-robin"
    RANDOM = "random"
    CONNECTOR_AFFINITY = "connector-affinity"


@frozen
class Visitor:
    """An EV that comes as often, among all, as `weight` says; with a state of charge between two bounds."""

    vehicle: Vehicle
    weight: float = 1.0
    least_soc: float = 0.1
    most_soc: float = 0.6


@frozen
class Habits:
    """Bounds in whole seconds. `stop_after_s` counts from the start of the generator."""

    least_delay_s: int = 15
    most_delay_s: int = field(default=30)
    least_stay_s: int = 60
    most_stay_s: int = field(default=120)
    probability: float = 1.0
    stop_after_s: float = 900.0
    tags: Sequence[str] = ()
    distribution: Distribution = Distribution.ROUND_ROBIN
    vehicle: Vehicle = field(factory=Vehicle)
    least_soc: float = 0.1
    most_soc: float = 0.6
    visitors: Sequence[Visitor] = ()  # in place of the one vehicle
    linger_s: float = 0.0  # how long the EV stays after its session
    ask_first: bool = True  # False: sessions begin without a word on the tag
    online_only: bool = False  # sessions end with the connection, and none begins without
    counts_on: bool = False  # `stop_after_s` counts from the first start, in whatever process that was

    @most_delay_s.validator
    def _delays(self, _: "Attribute[int]", value: int) -> None:
        if not 0 <= self.least_delay_s <= value:
            raise ValueError(f"delays must be 0 <= least <= most, not {self.least_delay_s} and {value}")

    @most_stay_s.validator
    def _stays(self, _: "Attribute[int]", value: int) -> None:
        if not 0 <= self.least_stay_s <= value:
            raise ValueError(f"stays must be 0 <= least <= most, not {self.least_stay_s} and {value}")
