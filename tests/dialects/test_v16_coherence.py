"""D18: the values of a sample fit together as they are written to the wire, and SoC rises with the energy."""

from itertools import pairwise

import pytest

from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.electricity import Supply
from ocppsim.model.inputs import Arm, Grant, Sampled
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet, Specification
from ocppsim.model.vehicle import Vehicle
from tests.dialects.sampled_values import sampled_values
from tests.model.connector_bench import Bench, bench

DIALECT = Dialect16()
EVERY_S = 60.0
KEYS = DIALECT.settings(Specification("CS-1"), {})
THREE_PHASES = Outlet()
ONE_PHASE = Outlet(Supply.ac(phases=1), max_power_w=7_360.0)
DC = Outlet(Supply.dc(), max_power_w=150_000.0, fixed_cable=True)

Values = dict[str, list[float]]


def charged(outlet: Outlet, vehicle: Vehicle, hours: float, share_w: float = 1e6) -> list[Values]:
    """The samples of a session, as the central system reads them: all values of each measurand."""
    made: Bench = bench(outlet=outlet, sample_s=EVERY_S)
    made.plug(vehicle, soc=0.3)
    made.do(Arm("TAG", authorize=False))
    made.do(Grant(share_w))
    return [_written(what, KEYS) for what in made.later(hours * 3_600) if isinstance(what, Sampled)]


def _written(what: Sampled, settings: Settings) -> Values:
    values: Values = {}
    for sampled in sampled_values(DIALECT.sampled(1, what, settings, 0.0)):
        values.setdefault(sampled["measurand"], []).append(float(sampled["value"]))
    return values


CASES = [
    pytest.param(THREE_PHASES, Vehicle(capacity_wh=20_000), id="three phases"),
    pytest.param(THREE_PHASES, Vehicle(capacity_wh=10_000, ac_phases=1), id="one phase of three"),
    pytest.param(ONE_PHASE, Vehicle(capacity_wh=10_000), id="one phase"),
    pytest.param(DC, Vehicle(capacity_wh=60_000, max_power_w=120_000), id="direct current"),
]


@pytest.mark.parametrize(("outlet", "vehicle"), CASES)
def test_d18_power_is_voltage_times_current_in_all_phases(outlet: Outlet, vehicle: Vehicle) -> None:
    """Within what rounding to 0.1 W, 0.01 A and 0.1 V can do."""
    for values in charged(outlet, vehicle, hours=2.5):
        (power_w,), currents, voltages = (
            values["Power.Active.Import"],
            values["Current.Import"],
            values["Voltage"],
        )
        product_w = sum(a * v for a, v in zip(currents, voltages, strict=True))
        rounding_w = 0.05 + sum(0.005 * v + 0.05 * a for a, v in zip(currents, voltages, strict=True))
        assert power_w == pytest.approx(product_w, abs=rounding_w)


@pytest.mark.parametrize(("outlet", "vehicle"), CASES)
def test_d18_the_energy_between_two_samples_lies_between_what_their_powers_bring(
    outlet: Outlet, vehicle: Vehicle
) -> None:
    """Power only falls in these sessions, so the first sample's is the most and the second's the least."""
    samples = charged(outlet, vehicle, hours=2.5)
    assert len(samples) == 150
    for first, second in pairwise(samples):
        (energy_wh,) = second["Energy.Active.Import.Register"]
        energy_wh -= first["Energy.Active.Import.Register"][0]
        most_wh = first["Power.Active.Import"][0] * EVERY_S / 3_600
        least_wh = second["Power.Active.Import"][0] * EVERY_S / 3_600
        assert least_wh - 1.01 <= energy_wh <= most_wh + 1.01  # registers are told in whole Wh


@pytest.mark.parametrize(("outlet", "vehicle"), CASES)
def test_d18_the_state_of_charge_rises_with_the_energy(outlet: Outlet, vehicle: Vehicle) -> None:
    samples = charged(outlet, vehicle, hours=2.5)
    for values in samples:
        (soc,), (register_wh,) = values["SoC"], values["Energy.Active.Import.Register"]
        expected = 30 + 100 * register_wh / vehicle.capacity_wh
        assert soc == pytest.approx(expected, abs=0.05 + 50 / vehicle.capacity_wh + 1e-9)
    for first, second in pairwise(samples):
        assert second["SoC"][0] >= first["SoC"][0]
    assert samples[-1]["SoC"][0] > 90


def test_d18_without_power_nothing_rises_and_all_is_zero() -> None:
    samples = charged(THREE_PHASES, Vehicle(), hours=0.5, share_w=0.0)
    assert {values["Energy.Active.Import.Register"][0] for values in samples} == {0.0}
    assert {values["Power.Active.Import"][0] for values in samples} == {0.0}
    assert {tuple(values["Current.Import"]) for values in samples} == {(0.0, 0.0, 0.0)}
    assert {values["SoC"][0] for values in samples} == {30.0}
