"""What a MeterValues message says."""

from typing import Any

from ocppsim.dialects.dialect import Draft


def sampled_values(draft: Draft) -> list[dict[str, Any]]:
    """The values of its only reading."""
    readings: Any = draft.payload["meterValue"]
    (reading,) = readings
    values: list[dict[str, Any]] = reading["sampledValue"]
    return values
