"""Each key of a template about meters has its effect on the wire."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from stage import Stage, check, plain_errors
from trio.testing import MockClock

from ocppsim.actors.store import Folder
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.findings import Breach
from ocppsim.testing.rig import open_rig
from tests.config.bench import planned, read, station_of

REGISTER = "Energy.Active.Import.Register"
SAMPLED = f"{REGISTER},Power.Active.Import,Current.Import,Voltage,SoC"


def connectors(*entries: dict[str, object], **more: object) -> dict[str, object]:
    return {"0": {}, "1": {"MeterValues": list(entries), **more}}


def entry(measurand: str, **more: object) -> dict[str, object]:
    return {"measurand": measurand, **more}


def told(stage: Stage, measurand: str, context: str = "Sample.Periodic") -> list[dict[str, Any]]:
    """All values of a measurand that MeterValues told, in their order."""
    return [
        value
        for frame in stage.said("MeterValues")
        for reading in frame.payload["meterValue"]
        for value in reading["sampledValue"]
        if value["measurand"] == measurand and value["context"] == context
    ]


async def charged(folder: Path, seconds: float = 610, seed: int = 1, **template: object) -> Stage:
    async with station_of(planned(folder, seed=seed, **template)) as stage:
        await stage.charge()
        await stage.later(seconds)
        await stage.show()
        await stage.settle()
    return stage


def numbers(values: list[dict[str, Any]], phase: str | None = None) -> list[float]:
    return [float(value["value"]) for value in values if value.get("phase") == phase]


# -- how values are shown


@pytest.mark.effective("meterValue.unit")
async def test_unit(tmp_path: Path, autojump_clock: MockClock) -> None:
    own = connectors({"unit": "kWh"}, entry("Power.Active.Import", unit="kW"))
    stage = await charged(tmp_path, Connectors=own, power=11000)
    registers = told(stage, REGISTER)
    assert {value["unit"] for value in registers} == {"kWh"}
    assert numbers(registers)[-1] == pytest.approx(11 / 6, abs=0.003)
    assert {(value["value"], value["unit"]) for value in told(stage, "Power.Active.Import")} == {
        ("11.0000", "kW")
    }
    stop = stage.said("StopTransaction")[0].payload["meterStop"]
    assert stop >= numbers(registers)[-1] * 1000


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ((entry("Voltage", unit="kWh"),), ["kWh is no unit of Voltage: the usual one is told"]),
        ((entry("Power.Apparent"),), ["Power.Apparent is nothing that the meters show"]),
        ((entry("SoC", unit="Percent"), {"unit": "Wh"}), []),
        ((entry("Current.Import", phase="N"),), ["N is no phase of Current.Import: all of it is told"]),
        (
            (entry("Power.Active.Import", phase="L1-L2"),),
            ["L1-L2 is no phase of Power.Active.Import: all of it is told"],
        ),
        (({"phase": "L1"},), [f"L1 is no phase of {REGISTER}: all of it is told"]),
        ((entry("Voltage", phase="L1-L2"), entry("Voltage", phase="L3-N")), []),
        ((entry("Temperature", value=30),), ["Temperature is never drawn: it follows from the others"]),
    ],
)
def test_what_no_meter_shows_is_noticed(
    tmp_path: Path, entries: tuple[dict[str, object], ...], words: list[str]
) -> None:
    _, report = read(tmp_path, Connectors=connectors(*entries), coherentMeterValues=False)
    assert [notice.words for notice in report.notices] == words


@pytest.mark.parametrize("number", [{"value": 1}, {"minimumValue": 1}, {"fluctuationPercent": 1}])
def test_values_to_be_drawn_are_noticed_where_none_is(tmp_path: Path, number: dict[str, object]) -> None:
    """A file of SAP's simulator means its own default, which is the other one here."""
    words = []
    for coherent in (True, False):
        own = connectors(entry("SoC"), entry("Voltage", **number))
        _, report = read(tmp_path, Connectors=own, coherentMeterValues=coherent)
        words.append([(notice.path, notice.words) for notice in report.notices])
    told = "is true: what MeterValues say of drawn values has no effect"
    assert words == [[(("coherentMeterValues",), told)], []]


@pytest.mark.parametrize(
    ("phase", "voltages"), [("L1-L2", ["L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]), ("L2", ["L2-N"])]
)
async def test_only_a_phase_to_neutral_leaves_the_others_out(
    tmp_path: Path, autojump_clock: MockClock, phase: str, voltages: list[str]
) -> None:
    template = {"mainVoltageMeterValues": False, "phaseLineToLineVoltageMeterValues": phase == "L1-L2"}
    own = connectors(entry("Voltage", phase=phase, value=7), entry("Current.Import", phase="N"))
    stage = await charged(tmp_path, 70, Connectors=own, coherentMeterValues=False, **template)
    values = told(stage, "Voltage")
    assert [value["phase"] for value in values] == voltages
    low = [value["phase"] for value in values if float(value["value"]) < 8]
    assert low == [voltages[3] if len(voltages) > 1 else voltages[0]]
    assert len(told(stage, "Current.Import")) == 4


@pytest.mark.parametrize(
    ("template", "phases"),
    [
        ({}, [None, "L1-N", "L2-N", "L3-N"]),
        ({"mainVoltageMeterValues": False}, ["L1-N", "L2-N", "L3-N"]),
        (
            {"phaseLineToLineVoltageMeterValues": True},
            [None, "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"],
        ),
        ({"numberOfPhases": 1, "phaseLineToLineVoltageMeterValues": True}, [None]),
        ({"currentOutType": "DC"}, [None]),
    ],
)
@pytest.mark.parametrize("coherent", [True, False])
@pytest.mark.effective("template.mainVoltageMeterValues", "template.phaseLineToLineVoltageMeterValues")
async def test_voltages(
    tmp_path: Path,
    autojump_clock: MockClock,
    template: dict[str, object],
    phases: list[str | None],
    coherent: bool,
) -> None:
    stage = await charged(tmp_path, 70, coherentMeterValues=coherent, **template)
    values = told(stage, "Voltage")
    assert [value.get("phase") for value in values] == phases
    for phase in ("L1-L2", "L2-L3", "L3-L1"):
        assert all(375 < number < 420 for number in numbers(values, phase))


async def test_line_voltages_were_there_in_2022(tmp_path: Path) -> None:
    for older in (True, False):
        found = planned(tmp_path, older=older).specification.outlets[1].meter
        assert found is not None
        assert found.line_voltages is older


@pytest.mark.effective("meterValue.phase")
async def test_phase(tmp_path: Path, autojump_clock: MockClock) -> None:
    own = connectors(entry("Current.Import", phase="L2"), entry("Power.Active.Import", phase="L1-N"))
    stage = await charged(tmp_path, 70, Connectors=own)
    assert [value["phase"] for value in told(stage, "Current.Import")] == ["L2"]
    assert [value["phase"] for value in told(stage, "Power.Active.Import")] == ["L1-N"]


# -- values that are drawn each by itself


@pytest.mark.effective("template.coherentMeterValues")
async def test_coherent_meter_values(tmp_path: Path, autojump_clock: MockClock) -> None:
    """D18: coherent unless independent values are asked for; those do not follow from one another."""
    for coherent in (True, False):
        stage = await charged(tmp_path, 1810, coherentMeterValues=coherent, currentOutType="DC")
        power, current, voltage, soc = (
            numbers(told(stage, name)) for name in ("Power.Active.Import", "Current.Import", "Voltage", "SoC")
        )
        fits = [abs(w - a * v) < 5 for w, a, v in zip(power, current, voltage, strict=True)]
        assert len(fits) == 30
        assert all(fits) is coherent
        rises = all(other >= one for one, other in pairwise(soc))
        assert rises is coherent


async def test_the_same_seed_tells_the_same(tmp_path: Path, autojump_clock: MockClock) -> None:
    def values(stage: Stage) -> list[Any]:
        return [frame.payload["meterValue"][0]["sampledValue"] for frame in stage.said("MeterValues")]

    once, again, other = [
        values(await charged(tmp_path, seed=seed, coherentMeterValues=False)) for seed in (1, 1, 2)
    ]
    assert once == again != other


@pytest.mark.effective("template.randomSeed")
async def test_random_seed(tmp_path: Path, autojump_clock: MockClock) -> None:
    """With it the seed of the run does not matter for meter values."""

    async def powers(own: int | None, seed: int) -> list[float]:
        stage = await charged(tmp_path, seed=seed, coherentMeterValues=False, randomSeed=own)
        return numbers(told(stage, "Power.Active.Import"))

    assert await powers(5, 1) == await powers(5, 2) != await powers(6, 1)
    assert await powers(None, 1) != await powers(None, 2)


async def test_each_connector_draws_for_itself(tmp_path: Path, autojump_clock: MockClock) -> None:
    plan = planned(tmp_path, coherentMeterValues=False, Connectors={"0": {}, "1": {}, "2": {}})
    async with station_of(plan) as stage:
        for number in (1, 2):
            await stage.charge(number, f"TAG-{number}")
        await stage.later(60)
        one, other = (
            next(frame for frame in stage.said("MeterValues") if frame.payload["connectorId"] == number)
            for number in (1, 2)
        )
    assert one.payload["meterValue"][0]["sampledValue"] != other.payload["meterValue"][0]["sampledValue"]


@pytest.mark.effective("meterValue.value", "meterValue.fluctuationPercent")
async def test_value_and_fluctuation_percent(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Numbers may be texts, as in the README of the peer (D31)."""
    own = connectors(
        entry("Power.Active.Import", value="5", unit="kW", fluctuationPercent="10"),
        entry("Voltage", value=200, fluctuationPercent=0),
        entry("SoC", value=50),
        {"value": 0.1, "unit": "kWh", "fluctuationPercent": 0},
    )
    stage = await charged(tmp_path, 1210, coherentMeterValues=False, Connectors=own)
    powers = numbers(told(stage, "Power.Active.Import"))
    assert all(4.5 <= power <= 5.5 for power in powers)
    assert max(powers) > 5.2
    assert min(powers) < 4.8
    assert set(numbers(told(stage, "Voltage"))) == {200}
    assert all(47.5 <= soc <= 52.5 for soc in numbers(told(stage, "SoC")))
    registers = numbers(told(stage, REGISTER))
    gains = {round(other - one, 3) for one, other in pairwise(registers)}
    assert gains == {0.1}
    assert stage.said("StopTransaction")[0].payload["meterStop"] == pytest.approx(2017, abs=2)


@pytest.mark.parametrize("spelling", ["minimumValue", "minimum"])
@pytest.mark.effective("meterValue.minimumValue")
async def test_d31_minimum_value_in_both_spellings(
    tmp_path: Path, autojump_clock: MockClock, spelling: str
) -> None:
    own = connectors(entry("Power.Active.Import", **{spelling: "9000"}), entry("SoC", **{spelling: 95}))
    stage = await charged(tmp_path, 3610, coherentMeterValues=False, Connectors=own, power=11000)
    powers = numbers(told(stage, "Power.Active.Import"))
    assert len(powers) == 60
    assert all(9_000 <= power <= 11_000 for power in powers)
    assert set(numbers(told(stage, "SoC"))) <= {95, 96, 97, 98, 99, 100}


@pytest.mark.effective("template.customValueLimitationMeterValues")
async def test_d19_custom_value_limitation(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Clamped last: a fluctuation leads to nothing above the 11 kW that there are."""
    own = connectors(
        entry("Power.Active.Import", value=11000, fluctuationPercent=50), {"value": 1000, "unit": "Wh"}
    )
    for limited in (True, False):
        stage = await charged(
            tmp_path,
            1810,
            coherentMeterValues=False,
            customValueLimitationMeterValues=limited,
            Connectors=own,
            power=11000,
        )
        powers = numbers(told(stage, "Power.Active.Import"))
        assert (max(powers) <= 11_000) is limited
        registers = numbers(told(stage, REGISTER))
        gains = [other - one for one, other in pairwise(registers)]
        assert all((gain <= 184) is limited for gain in gains)


async def test_d18_registers_are_unbroken_over_sessions_and_a_reset(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """The embedded central system finds nothing: no register goes back, nothing is above the hardware."""
    plan = planned(tmp_path, coherentMeterValues=False, resetTime=5)
    async with station_of(plan) as stage:
        for _ in range(2):
            await stage.charge()
            await stage.later(150)
            await stage.show()
            stage.unplug()
            await stage.later(10)
        await stage.charge()
        await stage.later(100)
        await stage.ask("Reset", type="Hard")
        await stage.later(60)
        starts = [frame.payload["meterStart"] for frame in stage.said("StartTransaction")]
        stops = [frame.payload["meterStop"] for frame in stage.said("StopTransaction")]
    assert len(starts) == len(stops) == 3
    ends = [register for pair in zip(starts, stops, strict=True) for register in pair]
    assert ends == sorted(ends)
    assert len(set(ends)) == 4


async def test_a_charging_profile_bounds_drawn_values(tmp_path: Path, autojump_clock: MockClock) -> None:
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6000}],
        },
    }
    async with station_of(planned(tmp_path, coherentMeterValues=False)) as stage:
        await stage.ask("SetChargingProfile", connectorId=1, csChargingProfiles=profile)
        await stage.charge()
        await stage.later(1810)
    powers = numbers(told(stage, "Power.Active.Import"))
    assert 4_000 < max(powers) <= 6_000
    registers = numbers(told(stage, REGISTER))
    assert all(other - one <= 101 for one, other in pairwise(registers))


async def test_drawn_values_survive_a_kill(tmp_path: Path, autojump_clock: MockClock) -> None:
    """What the end of a session tells of its readings is what was seen then."""
    plan = planned(tmp_path, coherentMeterValues=False, transactionDataMeterValues=True)
    csms, before = CentralSystem(), []
    for seconds in (130, 10):
        store = Folder.open(tmp_path / "state")
        with plain_errors():
            async with open_rig(store=store, csms=csms) as rig:
                stage = Stage(rig=rig, station=rig.add(plan.specification))
                rig.fleet.listeners.append(stage.listen)
                await stage.booted()
                if not before:
                    await stage.charge()
                await stage.later(seconds)
                store.close()
            check(rig)
        before = before or told(stage, "Power.Active.Import")
    data = stage.said("StopTransaction")[0].payload["transactionData"]
    kept = [
        value
        for reading in data
        for value in reading["sampledValue"]
        if value["measurand"] == "Power.Active.Import" and value["context"] == "Sample.Periodic"
    ]
    assert len(before) == 2
    assert kept == before


# -- the ends of sessions


@pytest.mark.parametrize(
    ("late", "strict", "order"),
    [
        (False, False, ["MeterValues", "StopTransaction"]),
        (True, True, ["MeterValues", "StopTransaction"]),
        (True, False, ["StopTransaction", "MeterValues"]),
    ],
)
@pytest.mark.effective("template.outOfOrderEndMeterValues", "template.ocppStrictCompliance")
async def test_out_of_order_end_meter_values(
    tmp_path: Path, autojump_clock: MockClock, late: bool, strict: bool, order: list[str]
) -> None:
    """Only where the station is not strict with itself; they bear the id of the transaction all the same."""
    plan = planned(
        tmp_path, beginEndMeterValues=True, outOfOrderEndMeterValues=late, ocppStrictCompliance=strict
    )
    expected = [Breach.ENDED_TRANSACTION] if order[0] == "StopTransaction" else []
    async with station_of(plan, finds=expected) as stage:
        await stage.charge()
        await stage.later(30)
        await stage.show()
        await stage.settle()
        ends = [
            frame
            for frame in stage.frames
            if frame.action == "StopTransaction"
            or (frame.action == "MeterValues" and "Transaction.End" in str(frame.payload))
        ]
        assert [frame.action for frame in ends] == order
        assert {frame.payload["transactionId"] for frame in ends} == {stage.transaction_id}


def test_late_ends_without_effect_are_noticed(tmp_path: Path) -> None:
    _, report = read(tmp_path, outOfOrderEndMeterValues=True)
    assert [str(one.words) for one in report.notices] == ["has no effect while ocppStrictCompliance is true"]
