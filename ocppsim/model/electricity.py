"""What feeds a connector: its kind of current, voltage and phases, and how power and current relate there."""

from enum import Enum
from math import isfinite

from attrs import field

from ocppsim.values import frozen

MINIMUM_CURRENT_A = 6.0
"""The lowest current per phase that a station can signal to an EV over AC (IEC 61851-1); less is no power."""


class CurrentType(Enum):
    """Alternating or direct current."""

    AC = "AC"
    DC = "DC"


@frozen(cache_hash=True)
class Supply:
    """What a connector is fed with: `voltage_v` between phase and neutral, or of the direct current.

    The power factor is 1.
    """

    current_type: CurrentType = CurrentType.AC
    voltage_v: float = field(default=230.0)
    phases: int = field(default=3)

    @voltage_v.validator
    def _positive(self, _: object, value: float) -> None:
        if not (value > 0 and isfinite(value)):
            raise ValueError(f"voltage_v must be above 0, not {value:g}")

    @phases.validator
    def _known(self, _: object, value: int) -> None:
        possible = (1, 3) if self.current_type is CurrentType.AC else (0,)
        if value not in possible:
            expected = " or ".join(map(str, possible))
            raise ValueError(f"phases of {self.current_type.value} must be {expected}, not {value}")

    @classmethod
    def ac(cls, phases: int = 3, voltage_v: float = 230.0) -> "Supply":
        """Alternating current."""
        return cls(CurrentType.AC, voltage_v, phases)

    @classmethod
    def dc(cls, voltage_v: float = 400.0) -> "Supply":
        """Direct current."""
        return cls(CurrentType.DC, voltage_v, 0)

    def power_w(self, current_a: float, phases: int) -> float:
        """The power of `current_a` in each of so many phases (which mean nothing for DC)."""
        if self.current_type is CurrentType.DC:
            return self.voltage_v * current_a
        return self.voltage_v * current_a * phases

    def current_a(self, power_w: float, phases: int) -> float:
        """The current in each of so many phases (which mean nothing for DC) that carries `power_w`."""
        if self.current_type is CurrentType.DC:
            return power_w / self.voltage_v
        return power_w / (self.voltage_v * phases)

    def minimum_w(self, phases: int) -> float:
        """The lowest power that can be granted to an EV that uses so many phases."""
        return 0.0 if self.current_type is CurrentType.DC else self.power_w(MINIMUM_CURRENT_A, phases)
