"""Every measurand of the specification but the fan speed: its unit, its phases, where it is taken."""

from typing import Any

import pytest

from ocppsim.dialects.v16 import Dialect16
from ocppsim.dialects.v16.measurands import MEASURED
from ocppsim.model.electricity import Supply
from ocppsim.model.inputs import Arm, Ended, Grant, Sampled, TakeSample
from ocppsim.model.metering import Series
from ocppsim.model.session import Context, StopReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle
from tests.dialects.sampled_values import sampled_values
from tests.model.connector_bench import bench
from tests.protocol.schema_files import schema_of
from tests.tables import each

DIALECT = Dialect16()
OF_THE_TEXT = {
    "Current.Export": ("A", ["L1", "L2", "L3"]),
    "Current.Import": ("A", ["L1", "L2", "L3"]),
    "Current.Offered": ("A", [None]),
    "Energy.Active.Export.Interval": ("Wh", [None]),
    "Energy.Active.Export.Register": ("Wh", [None]),
    "Energy.Active.Import.Interval": ("Wh", [None]),
    "Energy.Active.Import.Register": ("Wh", [None]),
    "Energy.Reactive.Export.Interval": ("varh", [None]),
    "Energy.Reactive.Export.Register": ("varh", [None]),
    "Energy.Reactive.Import.Interval": ("varh", [None]),
    "Energy.Reactive.Import.Register": ("varh", [None]),
    "Frequency": (None, [None]),
    "Power.Active.Export": ("W", [None]),
    "Power.Active.Import": ("W", [None]),
    "Power.Factor": (None, [None]),
    "Power.Offered": ("W", [None]),
    "Power.Reactive.Export": ("var", [None]),
    "Power.Reactive.Import": ("var", [None]),
    "SoC": ("Percent", [None]),
    "Temperature": ("Celcius", [None]),
    "Voltage": ("V", ["L1-N", "L2-N", "L3-N"]),
}


def taken(outlet: Outlet | None = None, vehicle: Vehicle | None = None, **settings: Any) -> Sampled:
    """A sample of an EV that charges."""
    made = bench(outlet=outlet, tells_intervals=True, **settings)
    made.plug(vehicle or Vehicle())
    made.do(Arm("TAG", authorize=False))
    made.do(Grant(22_000.0))
    made.later(360)
    made.do(TakeSample(Context.TRIGGER))
    (sample,) = (what for what in made.happened if isinstance(what, Sampled))
    return sample


def told(what: Sampled, *measurands: str) -> list[dict[str, Any]]:
    return sampled_values(DIALECT.sampled(1, what, Settings(measurands=measurands), 0.0))


def test_all_measurands_of_the_text_are_there_but_the_fan() -> None:
    values = schema_of("MeterValues")["properties"]["meterValue"]["items"]["properties"]
    sampled = values["sampledValue"]["items"]["properties"]
    of_schema = set(sampled["measurand"]["enum"])
    assert of_schema - set(MEASURED) == {"RPM"}
    assert set(OF_THE_TEXT) == of_schema - {"RPM"}


@each("measurand", sorted(OF_THE_TEXT))
def test_a_measurand_has_its_unit_and_phases(measurand: str) -> None:
    unit, phases = OF_THE_TEXT[measurand]
    values = told(taken(), measurand)
    assert {value["measurand"] for value in values} == {measurand}
    assert {value.get("unit") for value in values} == {unit}
    assert [value.get("phase") for value in values] == phases
    assert all(float(value["value"]) >= 0 for value in values)


@each("measurand", sorted(MEASURED))
@each("context", Context)
def test_a_measurand_is_valid_in_every_message_and_context(measurand: str, context: Context) -> None:
    what = taken()
    series: Series = (Sampled(what.session, what.at, 1.0, what.reading, context),)
    settings = Settings(measurands=(measurand,), stop_measurands=(measurand,))
    assert what.session is not None
    end = Ended(what.session, what.at, 1.0, StopReason.LOCAL)
    DIALECT.ended(1, end, settings, 0.0, series)  # raises where it breaks the schema
    DIALECT.sampled(1, series[0], settings, 0.0)


def test_values_follow_from_the_model() -> None:
    what = taken(Outlet(max_power_w=7_000.0))
    one = {value["measurand"]: float(value["value"]) for value in told(what, *OF_THE_TEXT)}
    assert one["Power.Offered"] == one["Power.Active.Import"] == 7_000
    assert one["Current.Offered"] == one["Current.Import"] == pytest.approx(7_000 / 690, abs=0.01)
    assert one["Energy.Active.Import.Interval"] == one["Energy.Active.Import.Register"] == 700
    assert one["Temperature"] == 32
    assert (one["Frequency"], one["Power.Factor"]) == (50, 1)


def test_what_is_offered_is_more_than_a_small_ev_takes() -> None:
    values = {
        value["measurand"]: float(value["value"])
        for value in told(taken(vehicle=Vehicle(ac_phases=1)), "Power.Offered", "Power.Active.Import")
    }
    assert values["Power.Offered"] > values["Power.Active.Import"]


def test_direct_current_has_no_frequency_and_no_phases() -> None:
    what = taken(Outlet(Supply.dc(), max_power_w=50_000.0))
    names = [value["measurand"] for value in told(what, "Frequency", "Current.Import", "Voltage")]
    assert names == ["Current.Import", "Voltage"]


def test_one_phase_can_be_asked_for() -> None:
    values = told(taken(), "Voltage.L2", "Current.Import.L3")
    assert [(value["measurand"], value["phase"]) for value in values] == [
        ("Voltage", "L2-N"),
        ("Current.Import", "L3"),
    ]


@pytest.mark.parametrize(("lines", "phase"), [((), None), ((0, 0), None), ((0, 2), "L2"), ((0, 3), "L3")])
def test_one_phase_of_three_is_named_where_it_is_known(lines: tuple[int, ...], phase: str | None) -> None:
    """ConnectorPhaseRotation: the meter's phase."""
    what = taken(vehicle=Vehicle(ac_phases=1), lines=lines)
    assert [value.get("phase") for value in told(what, "Current.Import")] == [phase]


def test_temperature_is_taken_inside_and_state_of_charge_at_the_ev() -> None:
    locations = [value["location"] for value in told(taken(), "Temperature", "SoC")]
    assert locations == ["Body", "EV"]
