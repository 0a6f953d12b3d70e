"""Power, current and phases of what feeds a connector."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.electricity import CurrentType, Supply


def test_power_over_ac_counts_each_phase_in_use() -> None:
    supply = Supply.ac()
    assert supply.power_w(16, phases=3) == 11_040
    assert supply.power_w(16, phases=1) == 3_680


def test_power_over_dc_has_no_phases() -> None:
    supply = Supply.dc()
    assert supply.phases == 0
    assert supply.power_w(125, phases=0) == 50_000


@pytest.mark.parametrize("supply", [Supply.ac(3), Supply.ac(1), Supply.dc(), Supply.ac(3, 277.0)])
@given(power_w=st.floats(0, 1e6))
def test_current_is_the_inverse_of_power(supply: Supply, power_w: float) -> None:
    current_a = supply.current_a(power_w, supply.phases)
    assert supply.power_w(current_a, supply.phases) == pytest.approx(power_w, rel=1e-12)


def test_six_amperes_per_phase_are_the_least_over_ac_and_dc_knows_no_least() -> None:
    assert Supply.ac(3).minimum_w(phases=3) == 4_140
    assert Supply.ac(3).minimum_w(phases=1) == 1_380
    assert Supply.dc().minimum_w(phases=0) == 0


@pytest.mark.parametrize(
    ("current_type", "voltage_v", "phases", "complaint"),
    [
        (CurrentType.AC, 230.0, 2, "phases of AC must be 1 or 3, not 2"),
        (CurrentType.AC, 230.0, 0, "phases of AC must be 1 or 3, not 0"),
        (CurrentType.DC, 400.0, 3, "phases of DC must be 0, not 3"),
        (CurrentType.AC, 0.0, 3, "voltage_v must be above 0, not 0"),
        (CurrentType.DC, float("nan"), 0, "voltage_v must be above 0, not nan"),
    ],
)
def test_an_impossible_supply_is_refused_with_the_reason(
    current_type: CurrentType, voltage_v: float, phases: int, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Supply(current_type, voltage_v, phases)
