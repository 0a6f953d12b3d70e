"""Stations that come with the program, by name."""

from collections.abc import Mapping

from attrs import evolve

from ocppsim.model.electricity import Supply
from ocppsim.model.specification import Outlet, Specification

_SOCKET = Outlet(Supply.ac(phases=3), max_power_w=22_000.0, cable_a=32.0)
_WALLBOX = Outlet(Supply.ac(phases=1), max_power_w=7_360.0, cable_a=32.0, fixed_cable=True)
_CCS = Outlet(Supply.dc(voltage_v=400.0), max_power_w=150_000.0, cable_a=500.0, fixed_cable=True)

PRESETS: Mapping[str, Specification] = {
    "virtual-simple": Specification("", model="virtual-simple", outlets={1: _SOCKET}),
    "ac-twin": Specification("", model="ac-twin", outlets={1: _SOCKET, 2: _SOCKET}, power_w=22_000.0),
    "ac-wallbox": Specification("", model="ac-wallbox", outlets={1: _WALLBOX}),
    "dc-fast": Specification("", model="dc-fast", outlets={1: _CCS, 2: _CCS}, power_w=200_000.0),
}


def specification(name: str, station: str, connectors: int | None = None) -> Specification:
    """A station after a preset, with as many connectors as asked for; LookupError when there is none."""
    if name not in PRESETS:
        raise LookupError(f"no template {name!r}; there are {', '.join(PRESETS)}")
    preset = PRESETS[name]
    outlets = dict(preset.outlets)
    if connectors is not None:
        outlets = {number: outlets.get(number, preset.outlets[1]) for number in range(1, connectors + 1)}
    return evolve(preset, id=station, outlets=outlets)
