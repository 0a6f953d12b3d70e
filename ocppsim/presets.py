"""Stations that come with the program, by name; they are in assets/stations.toml."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from math import inf
from typing import Literal

import cattrs
from attrs import evolve, field, frozen

from ocppsim.model.electricity import Supply
from ocppsim.model.specification import Outlet, Specification


@frozen
class _Connector:
    """A connector as the file has it."""

    current: Literal["AC", "DC"]
    power_w: float
    cable_a: float
    phases: int = 3
    voltage_v: float | None = None
    fixed_cable: bool = False

    def outlet(self) -> Outlet:
        if self.current == "DC":
            supply = Supply.dc(self.voltage_v or 400.0)
        else:
            supply = Supply.ac(self.phases, self.voltage_v or 230.0)
        return Outlet(supply, self.power_w, self.cable_a, self.fixed_cable)


@frozen
class _Preset:
    connectors: tuple[_Connector, ...]
    station_power_w: float = field(default=inf)


def _read() -> Mapping[str, Specification]:
    text = (files("ocppsim") / "assets" / "stations.toml").read_text()
    converter = cattrs.Converter(forbid_extra_keys=True)
    return {
        name: _specification(name, converter.structure(table, _Preset))
        for name, table in tomllib.loads(text).items()
    }


def _specification(name: str, preset: _Preset) -> Specification:
    outlets = {number: connector.outlet() for number, connector in enumerate(preset.connectors, 1)}
    return Specification("", model=name, outlets=outlets, power_w=preset.station_power_w)


PRESETS: Mapping[str, Specification] = _read()


def specification(name: str, station: str, connectors: int | None = None) -> Specification:
    """A station after a preset, with as many connectors as asked for; LookupError when there is none."""
    if name not in PRESETS:
        raise LookupError(f"no template {name!r}; there are {', '.join(PRESETS)}")
    preset = PRESETS[name]
    outlets = dict(preset.outlets)
    if connectors is not None:
        outlets = {number: outlets.get(number, preset.outlets[1]) for number in range(1, connectors + 1)}
    return evolve(preset, id=station, outlets=outlets)
