"""Each key of the generator's section, and of the lists of tags and EVs, has its effect."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from stage import Stage
from trio.testing import MockClock

from ocppsim.config.pacing import group, pauses
from ocppsim.config.simulator import Worker
from tests.config.bench import planned, simulator, station_of

STEADY: dict[str, Any] = {
    "enable": True,
    "minDuration": 60,
    "maxDuration": 60,
    "minDelayBetweenTwoTransactions": 10,
    "maxDelayBetweenTwoTransactions": 10,
    "stopAfterHours": 1,
}
TWO = {"0": {}, "1": {}, "2": {}}


def starts(stage: Stage) -> list[tuple[float, str]]:
    return [(round(one.at), one.payload["idTag"]) for one in stage.said("StartTransaction")]


def stays(stage: Stage) -> list[float]:
    transactions = stage.csms.ledger(stage.name).transactions.values()
    return [(t.stopped_at - t.started_at).total_seconds() for t in transactions if t.stopped_at]


async def after(folder: Path, seconds: float, change: dict[str, object], **template: object) -> Stage:
    plan = planned(folder, AutomaticTransactionGenerator=STEADY | change, **template)
    async with station_of(plan) as stage:
        await stage.later(seconds)
    return stage


@pytest.mark.effective("template.AutomaticTransactionGenerator.enable")
async def test_enable(tmp_path: Path, autojump_clock: MockClock) -> None:
    assert not starts(await after(tmp_path, 600, {"enable": False}))
    assert starts(await after(tmp_path, 600, {"enable": True}))


@pytest.mark.effective(
    "template.AutomaticTransactionGenerator.minDuration",
    "template.AutomaticTransactionGenerator.maxDuration",
    "template.AutomaticTransactionGenerator.minDelayBetweenTwoTransactions",
    "template.AutomaticTransactionGenerator.maxDelayBetweenTwoTransactions",
)
async def test_stays_and_pauses(tmp_path: Path, autojump_clock: MockClock) -> None:
    stage = await after(tmp_path, 3000, {})
    assert set(stays(stage)) == {60}
    gaps = {round(b[0] - a[0]) for a, b in zip(starts(stage), starts(stage)[1:], strict=False)}
    assert gaps == {70}
    spread = await after(
        tmp_path, 3000, {"minDuration": 20, "maxDuration": 90, "maxDelayBetweenTwoTransactions": 40}
    )
    assert all(20 <= stay <= 90 for stay in stays(spread))
    assert min(stays(spread)) < 60
    assert len(set(stays(spread))) > 3


@pytest.mark.effective("template.AutomaticTransactionGenerator.probabilityOfStart")
async def test_probability_of_start(tmp_path: Path, autojump_clock: MockClock) -> None:
    assert not starts(await after(tmp_path, 1000, {"probabilityOfStart": 0}))
    some = starts(await after(tmp_path, 3000, {"probabilityOfStart": "0.5"}))
    assert 5 < len(some) < 40


@pytest.mark.effective("template.AutomaticTransactionGenerator.stopAfterHours")
async def test_stop_after_hours(tmp_path: Path, autojump_clock: MockClock) -> None:
    stage = await after(tmp_path, 3000, {"stopAfterHours": 0.1})
    assert 400 > starts(stage)[-1][0] > 250


@pytest.mark.effective("template.AutomaticTransactionGenerator.requireAuthorize")
async def test_require_authorize(tmp_path: Path, autojump_clock: MockClock) -> None:
    for asked in (True, False):
        stage = await after(tmp_path, 300, {"requireAuthorize": asked})
        assert bool(stage.said("Authorize")) is asked
        assert len(starts(stage)) > 2
        assert len(stays(stage)) > 2


@pytest.mark.parametrize(
    ("distribution", "expected"),
    [("round-robin", [["A", "B", "C"], ["B", "C", "A"]]), ("connector-affinity", [["A"] * 3, ["B"] * 3])],
)
@pytest.mark.effective("template.AutomaticTransactionGenerator.idTagDistribution", "template.idTagsFile")
async def test_tags_are_dealt_out(
    tmp_path: Path, autojump_clock: MockClock, distribution: str, expected: list[list[str]]
) -> None:
    (tmp_path / "tags.json").write_text('["A", "B", "C"]')
    change = {"idTagDistribution": distribution}
    stage = await after(tmp_path, 230, change, idTagsFile="tags.json", Connectors=TWO)
    by_connector = [
        [one.payload["idTag"] for one in stage.said("StartTransaction") if one.payload["connectorId"] == n][
            :3
        ]
        for n in (1, 2)
    ]
    assert by_connector == expected


async def test_tags_at_random_and_none(tmp_path: Path, autojump_clock: MockClock) -> None:
    (tmp_path / "tags.json").write_text('["A", "B", "C"]')
    stage = await after(tmp_path, 3000, {"idTagDistribution": "random"}, idTagsFile="tags.json")
    tags = [tag for _, tag in starts(stage)]
    assert set(tags) == {"A", "B", "C"}
    assert tags[:3] * (len(tags) // 3) != tags[: len(tags) // 3 * 3]
    assert {tag for _, tag in starts(await after(tmp_path, 200, {}))} == {"00000000"}


@pytest.mark.parametrize("stops", [True, False])
@pytest.mark.effective("template.AutomaticTransactionGenerator.stopOnConnectionFailure")
async def test_stop_on_connection_failure(tmp_path: Path, autojump_clock: MockClock, stops: bool) -> None:
    change = {"minDuration": 1000, "maxDuration": 1000, "stopOnConnectionFailure": stops}
    plan = planned(tmp_path, AutomaticTransactionGenerator=STEADY | change)
    async with station_of(plan) as stage:
        await stage.hears("StartTransaction", since=0)
        await stage.later(50)
        await stage.outage(100)
        await stage.later(30)
        assert bool(stage.said("StopTransaction")) is stops


@pytest.mark.effective("template.postTransactionDelay")
async def test_post_transaction_delay(tmp_path: Path, autojump_clock: MockClock) -> None:
    for delay, pause in ((0, 10), (45, 55)):
        stage = await after(tmp_path, 600, {}, postTransactionDelay=delay)
        ends = [round(one.at) for one in stage.said("StopTransaction")]
        assert {begin - end for end, (begin, _) in zip(ends, starts(stage)[1:], strict=False)} == {pause}


@pytest.mark.effective(
    "template.evProfilesFile",
    "ev.weight",
    "ev.maxPowerW",
    "ev.initialSocPercentMin",
    "ev.initialSocPercentMax",
)
async def test_evs_come_as_their_file_says(tmp_path: Path, autojump_clock: MockClock) -> None:
    common = {"powerFactor": 1, "rampShape": "linear"}
    cars = [
        {
            "id": "slow",
            "weight": 3,
            "batteryCapacityWh": 50_000,
            "maxPowerW": 3000,
            "initialSocPercentMin": 40,
            "initialSocPercentMax": 30,
            "chargingCurve": [{"socPercent": 0, "powerFraction": 1}, {"socPercent": 100, "powerFraction": 1}],
        }
        | common,
        {"id": "never", "weight": 0, "batteryCapacityWh": 1000, "maxPowerW": 1000},
    ]
    (tmp_path / "cars.json").write_text(json.dumps(cars))
    plan = planned(
        tmp_path,
        evProfilesFile="cars.json",
        AutomaticTransactionGenerator=STEADY,
        Configuration={"configurationKey": [{"key": "MeterValueSampleInterval", "value": "30"}]},
    )
    async with station_of(plan) as stage:
        await stage.later(2000)
    values = [
        value
        for frame in stage.said("MeterValues")
        for reading in frame.payload["meterValue"]
        for value in reading["sampledValue"]
    ]
    assert {value["value"] for value in values if value["measurand"] == "Power.Active.Import"} == {"3000.0"}
    socs = [float(value["value"]) for value in values if value["measurand"] == "SoC"]
    assert all(30 <= soc <= 41 for soc in socs)
    assert len(set(socs)) > 3


# -- the pace of the start


@pytest.mark.parametrize(
    ("elements", "stations", "expected"), [("auto", 2, 1), ("auto", 90, 15), ("all", 90, 90), (7, 90, 7)]
)
def test_elements_per_worker_make_a_group(elements: int | str, stations: int, expected: int) -> None:
    assert group(Worker(elements_per_worker=elements), stations, 4) == expected


def test_start_delay_and_element_add_delay(tmp_path: Path) -> None:
    pace = {"startDelay": 1000, "elementAddDelay": "100", "elementsPerWorker": 2}
    worker = simulator(tmp_path, worker=pace).configuration.worker
    found = list(pauses(worker, 6, 1, Random(1)))
    for pause, middle in zip(found, (0.1, 1.1, 0.1, 1.1, 0.1, 0.1), strict=True):
        assert 0.8 * middle <= pause <= 1.2 * middle
    assert len(set(found)) == 6
