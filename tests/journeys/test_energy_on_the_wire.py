"""Energy as the central system sees it: power, current, voltage, register and state of charge agree."""

from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from attrs import frozen
from stage import Stage, stage

from ocppsim.model.connector import Status
from ocppsim.model.electricity import Supply
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle

CITY_CAR = Vehicle(capacity_wh=4_000, max_power_w=11_000, ac_max_current_a=16)
ONE_PHASE = Outlet(Supply.ac(phases=1), max_power_w=7_360, cable_a=32)
THREE_PHASES = Outlet(Supply.ac(phases=3), max_power_w=22_000, cable_a=32)
DIRECT = Outlet(Supply.dc(voltage_v=400), max_power_w=50_000, cable_a=200, fixed_cable=True)


@frozen
class Sample:
    """What one MeterValues said."""

    at: float
    register_wh: float
    power_w: float
    currents_a: tuple[float, ...]
    voltages_v: tuple[float, ...]
    soc_percent: float


def sample_of(at: float, payload: dict[str, Any]) -> Sample:
    values: dict[str, list[float]] = {}
    for sampled in payload["meterValue"][0]["sampledValue"]:
        values.setdefault(sampled["measurand"], []).append(float(sampled["value"]))
    [register_wh], [power_w] = values["Energy.Active.Import.Register"], values["Power.Active.Import"]
    currents, voltages = tuple(values["Current.Import"]), tuple(values["Voltage"])
    return Sample(at, register_wh, power_w, currents, voltages, values["SoC"][0])


def samples(play: Stage, connector: int = 1) -> list[Sample]:
    calls = [call for call in play.said("MeterValues") if call.payload["connectorId"] == connector]
    return [sample_of(call.at, call.payload) for call in calls]


async def full_charge(outlet: Outlet, vehicle: Vehicle, interval_s: int = 30) -> Stage:
    """From 10 % until the EV takes no more, and a little longer."""
    keys = {"MeterValueSampleInterval": str(interval_s)}
    async with stage(outlets={1: outlet}, keys=keys) as play:
        await play.booted()
        play.plug(1, vehicle, soc=0.1)
        await play.settle()
        await play.show()
        await play.shows(Status.SUSPENDED_EV)
        await play.later(300)
        await play.show()
    return play


OUTLETS = pytest.mark.parametrize(
    "outlet", [ONE_PHASE, THREE_PHASES, DIRECT], ids=["1 phase", "3 phases", "DC"]
)


@OUTLETS
async def test_power_is_voltage_times_current_in_every_sample(autojump_clock: object, outlet: Outlet) -> None:
    for sample in samples(await full_charge(outlet, CITY_CAR)):
        product_w = sum(v * a for v, a in zip(sample.voltages_v, sample.currents_a, strict=True))
        assert product_w == pytest.approx(sample.power_w, abs=0.005 * sum(sample.voltages_v) + 0.1)


@OUTLETS
async def test_register_and_soc_rise_together_with_the_power(autojump_clock: object, outlet: Outlet) -> None:
    """Between two samples, energy is what the power allows, which only falls; SoC is energy over capacity."""
    taken = samples(await full_charge(outlet, CITY_CAR))
    assert len(taken) > 20
    for before, after in pairwise(taken):
        hours = (after.at - before.at) / 3600
        energy_wh = after.register_wh - before.register_wh
        assert after.power_w * hours - 1 <= energy_wh <= before.power_w * hours + 1
        gained = (after.soc_percent - before.soc_percent) / 100 * CITY_CAR.capacity_wh
        assert gained == pytest.approx(energy_wh, abs=1 + 0.001 * CITY_CAR.capacity_wh)
        assert after.soc_percent >= before.soc_percent


@OUTLETS
async def test_the_integral_of_power_is_what_the_session_reports(
    autojump_clock: object, outlet: Outlet
) -> None:
    play = await full_charge(outlet, CITY_CAR, interval_s=15)
    taken = [Sample(0, 0, samples(play)[0].power_w, (), (), 10.0), *samples(play)]
    integral_wh = sum((b.power_w + a.power_w) / 2 * (a.at - b.at) / 3600 for b, a in pairwise(taken))
    [transaction] = play.csms.ledger("CS-1").transactions.values()
    assert transaction.energy_wh == pytest.approx(integral_wh, rel=5e-3)
    assert transaction.energy_wh == pytest.approx(0.9 * CITY_CAR.capacity_wh, abs=1)
    assert transaction.meter_stop_wh == taken[-1].register_wh


async def test_a_full_battery_suspends_the_ev(autojump_clock: object) -> None:
    play = await full_charge(THREE_PHASES, CITY_CAR)
    assert play.statuses(1)[2:] == ["Charging", "SuspendedEV", "Finishing"]
    last = samples(play)[-1]
    assert (last.power_w, last.soc_percent, set(last.currents_a)) == (0, 100, {0})


async def test_too_little_power_for_all_suspends_the_station(autojump_clock: object) -> None:
    """2 kW are less than 6 A for each of two: one charges, the other waits."""
    async with stage(outlets={1: ONE_PHASE, 2: ONE_PHASE}, power_w=2_000) as play:
        await play.booted()
        await play.charge(1)
        play.plug(2)
        await play.settle()
        await play.show("OTHER", 2)
        await play.later(60)
        assert {play.statuses(1)[-1], play.statuses(2)[-1]} == {"Charging", "SuspendedEVSE"}
        waiting = 1 if play.statuses(1)[-1] == "SuspendedEVSE" else 2
        assert samples(play, waiting)[-1].power_w == 0
        charging = 3 - waiting
        await play.show("TAG" if charging == 1 else "OTHER", charging)
        await play.later(60)
        assert play.statuses(waiting)[-1] == "Charging"


async def test_connectors_share_the_power_of_their_station(autojump_clock: object) -> None:
    async with stage(connectors=3, power_w=20_000, keys={"MeterValueSampleInterval": "10"}) as play:
        await play.booted()
        for number in (1, 2, 3):
            await play.charge(number, f"TAG-{number}")
            await play.later(60)
        powers = [[sample.power_w for sample in samples(play, n)] for n in (1, 2, 3)]
        assert powers[0][0] == pytest.approx(11_040)  # alone: what the EV takes
        assert powers[0][8] == powers[1][2] == pytest.approx(10_000)  # two: half each
        assert powers[0][-1] == powers[1][-1] == powers[2][-1] == pytest.approx(20_000 / 3, abs=0.1)
        await play.show("TAG-3", 3)
        await play.later(20)
        assert samples(play, 1)[-1].power_w == pytest.approx(10_000)


async def test_shared_power_is_nowhere_exceeded_and_all_energy_is_accounted_for(
    autojump_clock: object,
) -> None:
    async with stage(connectors=2, power_w=15_000) as play:
        await play.booted()
        await play.charge(1, "A")
        await play.charge(2, "B")
        await play.later(1800)
        await play.show("A", 1)
        await play.later(1800)
        await play.show("B", 2)
        first, second = play.csms.ledger("CS-1").transactions.values()
        assert first.energy_wh == pytest.approx(7_500 * 0.5, abs=1)
        assert second.energy_wh == pytest.approx(7_500 * 0.5 + 11_040 * 0.5, abs=1)


async def test_what_the_board_shows_binds_the_power(autojump_clock: object) -> None:
    limits = {}
    for name, outlet, station_w in (
        ("vehicle", THREE_PHASES, 1e9),
        ("cable", Outlet(Supply.ac(phases=3), 22_000, cable_a=10), 1e9),
        ("connector", Outlet(Supply.ac(phases=3), 7_000), 1e9),
        ("station", THREE_PHASES, 6_000),
    ):
        async with stage(outlets={1: outlet}, power_w=station_w) as play:
            await play.booted()
            await play.charge()
            limits[name] = play.board.connectors[1].power
    assert {name: limit.by for name, limit in limits.items()} == {name: name for name in limits}
    assert [round(limit.power_w) for limit in limits.values()] == [11_040, 6_900, 7_000, 6_000]


async def test_an_hour_of_charging_costs_moments(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        began = process_time()
        await play.later(3600)
        assert process_time() - began < 0.5
        assert len(samples(play)) == 60


async def test_sampling_often_or_seldom_makes_no_energy(autojump_clock: object) -> None:
    """Energy is computed, not stepped: whoever looks changes nothing."""
    energies_wh = set()
    for interval_s in (0, 3, 7, 600):
        async with stage(keys={"MeterValueSampleInterval": str(interval_s)}) as play:
            await play.booted()
            play.plug(1, CITY_CAR, soc=0.5)
            await play.settle()
            await play.show()
            await play.later(500)  # past the knee at 80 %
            await play.show()
            energies_wh.add(round(play.board.connectors[1].register_wh, 6))
    [energy_wh] = energies_wh
    assert 1_200 < energy_wh < 2_000
