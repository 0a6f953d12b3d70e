"""Values of a meter that is not as usual: units, phases and voltages, in every message and context."""

import json
from math import sqrt
from typing import Any

import pytest
from attrs import evolve

from ocppsim.chance import stream
from ocppsim.dialects.v16 import Dialect16, units
from ocppsim.dialects.v16.measurands import MEASURED
from ocppsim.model.electricity import Supply
from ocppsim.model.inputs import Ended, Sampled
from ocppsim.model.meter import CURRENT, POWER, SOC, VOLTAGE, Draws, Meter, MeterEntry
from ocppsim.model.session import Context, StopReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle
from tests.dialects.sampled_values import sampled_values
from tests.dialects.test_v16_measurands import taken
from tests.protocol.schema_files import schema_of
from tests.real.independent_facts import Frame
from tests.real.independent_schemas import schema_errors
from tests.tables import each

DIALECT = Dialect16()
REGISTER = "Energy.Active.Import.Register"
ALL = tuple(name for name in MEASURED if ".L" not in name)


def told(made: Meter, *measurands: str, outlet: Outlet | None = None, **taking: Any) -> list[dict[str, Any]]:
    what = taken(evolve(outlet or Outlet(max_power_w=11_000.0), meter=made), **taking)
    return sampled_values(DIALECT.sampled(1, what, Settings(measurands=measurands, meter=made), 0.0))


def lines(values: list[dict[str, Any]]) -> list[tuple[str | None, str]]:
    return [(value.get("phase"), value["value"]) for value in values]


@each(
    ("measurand", "unit", "value"),
    [
        (REGISTER, "kWh", "1.100"),
        ("Energy.Active.Import.Interval", "kWh", "1.100"),
        ("Energy.Reactive.Import.Register", "kvarh", "0.000"),
        (POWER, "kW", "11.0000"),
        ("Power.Offered", "kW", "11.0000"),
        ("Power.Reactive.Import", "kvar", "0.0000"),
        ("Temperature", "Fahrenheit", "96.8"),
        ("Temperature", "K", "309.1"),
        ("Temperature", "Celsius", "36.0"),
        ("Energy.Active.Import.Register", "Wh", "1100"),
        (POWER, "W", "11000.0"),
    ],
)
def test_a_value_is_told_in_the_unit_of_its_entry(measurand: str, unit: str, value: str) -> None:
    """11 kW for six minutes; the others have nothing to tell."""
    (one,) = told(Meter((MeterEntry(measurand, unit=unit),)), measurand)
    assert (one["value"], one["unit"]) == (value, unit)


def test_units_are_those_of_the_schema_and_each_measurand_has_its_own() -> None:
    values = schema_of("MeterValues")["properties"]["meterValue"]["items"]["properties"]
    known = set(values["sampledValue"]["items"]["properties"]["unit"]["enum"])
    assert known - set(units.UNITS) <= {"VA", "kVA", "Hertz"}
    for measurand in ALL:
        (usual, *_) = {value.get("unit") for value in told(Meter(main_voltage=True), measurand)}
        assert units.usual(measurand) == usual
        if usual is not None:
            assert units.factor(measurand, usual) == 1
    assert units.factor(POWER, "kW") == 1_000
    assert units.factor(POWER, "kWh") is units.factor("RPM", "W") is units.factor(SOC, "%") is None


def test_a_unit_that_does_not_fit_is_not_told() -> None:
    (one,) = told(Meter((MeterEntry(POWER, unit="kWh"),)), POWER)
    assert one["unit"] == "W"


def test_each_phase_may_have_a_unit_of_its_own() -> None:
    made = Meter((MeterEntry(POWER, unit="kW"), MeterEntry(POWER, "L2", unit="W"), MeterEntry(POWER, "L3-N")))
    found = [(one.get("phase"), one["value"], one["unit"]) for one in told(made, POWER)]
    assert found == [(None, "11.0000", "kW"), ("L2", "3666.7", "W"), ("L3-N", "3666.7", "W")]


EACH = [("L1-N", "230.0"), ("L2-N", "230.0"), ("L3-N", "230.0")]
BETWEEN = [(phase, f"{230 * sqrt(3):.1f}") for phase in ("L1-L2", "L2-L3", "L3-L1")]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (Meter(), EACH),
        (Meter(main_voltage=True), [(None, "230.0"), *EACH]),
        (Meter(line_voltages=True), [*EACH, *BETWEEN]),
        (Meter(main_voltage=True, line_voltages=True), [(None, "230.0"), *EACH, *BETWEEN]),
        (Meter((MeterEntry(VOLTAGE, "L2"),), main_voltage=True), [("L2-N", "230.0")]),
    ],
)
def test_voltages_of_three_phases(made: Meter, expected: list[tuple[str | None, str]]) -> None:
    assert lines(told(made, VOLTAGE)) == expected


@pytest.mark.parametrize("supply", [Supply.ac(1), Supply.dc()])
def test_one_phase_and_direct_current_have_one_voltage(supply: Supply) -> None:
    made = Meter(main_voltage=True, line_voltages=True)
    found = lines(told(made, VOLTAGE, outlet=Outlet(supply)))
    assert found == [(None, f"{supply.voltage_v:.1f}")]


def test_an_ev_with_one_phase_is_told_on_the_phase_of_the_meter() -> None:
    made = Meter(main_voltage=True, line_voltages=True)
    values = told(made, VOLTAGE, CURRENT, vehicle=Vehicle(ac_phases=1), lines=(0, 2))
    assert [value["phase"] for value in values] == ["L2-N", "L2"]


def test_only_phases_that_are_named_are_told() -> None:
    made = Meter((MeterEntry(CURRENT, "L1"), MeterEntry(POWER, "L1-N")))
    values = told(made, CURRENT, POWER)
    assert [(one["measurand"], one["phase"]) for one in values] == [(CURRENT, "L1"), (POWER, "L1-N")]


def test_one_phase_can_be_asked_for() -> None:
    values = told(Meter(main_voltage=True, line_voltages=True), "Voltage.L2", "Current.Import.L3")
    assert [value["phase"] for value in values] == ["L2-N", "L3"]


def test_drawn_currents_have_their_mean_before_them() -> None:
    made = Meter((MeterEntry(CURRENT, unit="A"),), draws=Draws(3, stream))
    (whole, *each) = told(made, CURRENT)
    assert "phase" not in whole
    assert [one["phase"] for one in each] == ["L1", "L2", "L3"]
    mean = sum(float(one["value"]) for one in each) / 3
    assert float(whole["value"]) == pytest.approx(mean, abs=0.011)


SPECIAL = [
    Meter(
        tuple(MeterEntry(name, unit=unit) for name in ALL), main_voltage=True, line_voltages=True, draws=draws
    )
    for unit in units.UNITS
    for draws in (None, Draws(1, stream))
]


@each("context", Context)
def test_all_is_valid_in_every_message_and_context(context: Context) -> None:
    """By our own schemas, and by those of the independent package `ocpp`."""
    frames = []
    for made in SPECIAL:
        what = evolve(taken(Outlet(meter=made)), context=context)
        settings = Settings(
            measurands=ALL,
            aligned_measurands=ALL,
            start_measurands=ALL,
            end_measurands=ALL,
            stop_measurands=ALL,
            stop_aligned_measurands=ALL,
            meter=made,
        )
        assert what.session is not None
        end = Ended(what.session, what.at, 1.0, StopReason.LOCAL)
        for draft in (
            DIALECT.ended(1, end, settings, 0.0, (what,)),  # raises where it breaks the schema
            DIALECT.sampled(1, what, settings, 0.0),
        ):
            frames.append(Frame("in", "CS", json.dumps([2, str(len(frames)), draft.action, draft.payload])))
        values = sampled_values(DIALECT.sampled(1, what, settings, 0.0))
        assert {value["measurand"] for value in values} == set(ALL)
    assert len(frames) == 2 * len(SPECIAL)
    assert schema_errors(frames) == []


def test_without_a_reading_of_its_own_a_meter_tells_what_is_known() -> None:
    """As of the beginning of a session of which nobody had wanted one."""
    made = Meter((MeterEntry(POWER, unit="kW"),), draws=Draws(1, stream))
    what = evolve(taken(), shown=())
    (one,) = sampled_values(DIALECT.sampled(1, what, Settings(measurands=(POWER,), meter=made), 0.0))
    assert (one["value"], one["unit"]) == ("11.0400", "kW")


def test_where_nothing_is_left_to_tell_the_register_is_in_its_unit() -> None:
    made = Meter((MeterEntry(REGISTER, unit="kWh"),))
    what: Sampled = taken(Outlet(Supply.dc(), max_power_w=10_000.0))
    settings = Settings(measurands=("Frequency",), meter=made)
    (one,) = sampled_values(DIALECT.sampled(1, what, settings, 0.0))
    assert (one["measurand"], one["value"], one["unit"]) == (REGISTER, "1.000", "kWh")
