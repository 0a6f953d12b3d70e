"""The units of OCPP 1.6 (ed. 2, 7.45) that a measurand can be told in, beside the usual one."""

from collections.abc import Mapping

from ocppsim.dialects.v16.measurands import MEASURED
from ocppsim.values import frozen


@frozen
class Unit:
    """`usual` times `factor`, and `more`; written with so many decimals."""

    usual: str
    factor: float = 1.0
    more: float = 0.0
    decimals: int = 1


UNITS: Mapping[str, Unit] = {
    "Wh": Unit("Wh", decimals=0),
    "kWh": Unit("Wh", 0.001, decimals=3),
    "varh": Unit("varh", decimals=0),
    "kvarh": Unit("varh", 0.001, decimals=3),
    "W": Unit("W"),
    "kW": Unit("W", 0.001, decimals=4),
    "var": Unit("var"),
    "kvar": Unit("var", 0.001, decimals=4),
    "A": Unit("A", decimals=2),
    "V": Unit("V"),
    "Percent": Unit("Percent"),
    "Celcius": Unit("Celcius"),
    "Celsius": Unit("Celcius"),
    "Fahrenheit": Unit("Celcius", 1.8, 32.0),
    "K": Unit("Celcius", more=273.15),
}
"""No measurand of this program has the apparent power (VA, kVA)."""

_USUAL: Mapping[str, str] = {
    "Energy.Active": "Wh",
    "Energy.Reactive": "varh",
    "Power.Active": "W",
    "Power.Offered": "W",
    "Power.Reactive": "var",
    "Current.Import": "A",
    "Current.Export": "A",
    "Current.Offered": "A",
    "Voltage": "V",
    "SoC": "Percent",
    "Temperature": "Celcius",
}
"""By the first two words of a measurand's name."""


def usual(measurand: str) -> str | None:
    return _USUAL.get(".".join(measurand.split(".")[:2]))


def factor(measurand: str, unit: str) -> float | None:
    """How many of the usual unit one of this is; None where the measurand is not told in it."""
    known = UNITS.get(unit)
    if known is None or measurand not in MEASURED or known.usual != usual(measurand):
        return None
    return 1 / known.factor
