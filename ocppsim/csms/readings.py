"""Register readings in meter values (OCPP 1.6 ed. 2, 4.7 and 7.43)."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from ocppsim.protocol.v16.core import MeterValue, SampledValue
from ocppsim.values import frozen

REGISTER = "Energy.Active.Import.Register"
_WH: dict[str | None, float] = {None: 1.0, "Wh": 1.0, "kWh": 1000.0}
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.([0-9]{1,30}))?")


@frozen
class Reading:
    """What the energy register showed. `resolution_wh` is the unit of the last digit that was sent."""

    time: datetime
    register_wh: float
    resolution_wh: float
    triggered: bool

    def slack_wh(self, other: "Reading") -> float:
        """By how much rounding alone may turn the order of two readings."""
        if self.resolution_wh == other.resolution_wh:
            return 0.0
        return max(self.resolution_wh, other.resolution_wh)

    @property
    def rounding_wh(self) -> float:
        """By how much rounding may turn the order of this reading and a register in whole Wh."""
        return max(1.0, self.resolution_wh)


def readings(values: Iterable[MeterValue]) -> Iterator[Reading]:
    """The readings of the whole connector's outlet, in their order."""
    for value in values:
        for sample in value.sampled_value:
            if _is_register(sample) and (match := _NUMBER.fullmatch(sample.value)):
                factor = _WH[sample.unit]
                resolution_wh = factor / 10 ** len(match[1] or "")
                triggered = sample.context == "Trigger"
                yield Reading(value.timestamp, float(sample.value) * factor, resolution_wh, triggered)


def no_numbers(values: Iterable[MeterValue]) -> Iterator[str]:
    """The values that ought to be numbers and are none."""
    for value in values:
        for sample in value.sampled_value:
            if sample.format != "SignedData" and not _NUMBER.fullmatch(sample.value):
                yield sample.value


def _is_register(sample: SampledValue) -> bool:
    return (
        sample.format != "SignedData"
        and sample.measurand in (None, REGISTER)
        and sample.phase is None
        and sample.location in (None, "Outlet")
        and sample.unit in _WH
    )
