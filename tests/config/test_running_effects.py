"""Keys of a template, seen at the station that runs: what it is called, how it boots, what it has."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import trio
from stage import Stage
from trio.testing import MockClock

from ocppsim.config.stations import Plan, plan
from ocppsim.csms.behaviour import Answer, Rule, Silent
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.findings import Breach
from ocppsim.model.connector import Status
from ocppsim.model.session import StopReason
from ocppsim.reloading.reloader import Reloader
from tests.config.bench import planned, simulator, station_of

BOOT = ("BootNotification",)


def easy_going(*rules: Rule) -> CentralSystem:
    """It takes anything from stations that have not booted."""
    csms = CentralSystem()
    csms.behaviour.refuse_before_boot = False
    for rule in rules:
        csms.behaviour.add(rule)
    return csms


def booting(stage: Stage) -> list[float]:
    return [round(frame.at, 3) for frame in stage.said("BootNotification")]


# -- what it is called


@pytest.mark.effective("template.baseName", "template.nameSuffix", "template.fixedName")
@pytest.mark.parametrize(
    ("template", "name"),
    [
        ({}, "CS-00003"),
        ({"baseName": "DEPOT"}, "DEPOT-00003"),
        ({"nameSuffix": "-X"}, "CS-00003-X"),
        ({"baseName": "ONE", "fixedName": True, "nameSuffix": "-X"}, "ONE"),
    ],
)
async def test_the_central_system_knows_it_by_its_name(
    tmp_path: Path, autojump_clock: MockClock, template: dict[str, object], name: str
) -> None:
    async with station_of(planned(tmp_path, 3, **template)) as stage:
        assert list(stage.csms.peers) == [name]


# -- how it boots


@pytest.mark.effective("template.autoRegister")
@pytest.mark.parametrize("auto", [True, False])
async def test_auto_register_speaks_before_its_boot_is_answered(
    tmp_path: Path, autojump_clock: MockClock, auto: bool
) -> None:
    csms = easy_going(Rule(Silent(), actions=BOOT))
    made = planned(tmp_path, autoRegister=auto)
    finds = [Breach.NOT_ACCEPTED] if auto else []
    async with station_of(made, csms, finds, boots=False) as stage:
        await stage.later(31)
        assert stage.board.registration.accepted is auto
        assert bool(stage.said("StatusNotification")) is auto
        assert len(stage.said("BootNotification")) == 1


@pytest.mark.effective("template.registrationMaxRetries")
@pytest.mark.parametrize(("retries", "boots"), [(0, 1), (3, 4), (-1, 61)])
async def test_registration_max_retries(
    tmp_path: Path, autojump_clock: MockClock, retries: int, boots: int
) -> None:
    """All at the interval that a central system asks for which never accepts."""
    answer = {"status": "Pending", "interval": 10, "currentTime": "2026-01-01T00:00:00Z"}
    csms = easy_going(Rule(Answer(answer), actions=BOOT))
    made = planned(tmp_path, registrationMaxRetries=retries)
    async with station_of(made, csms, boots=False) as stage:
        await stage.later(605)
        assert booting(stage) == [10 * number for number in range(boots)]
        assert not stage.board.registration.accepted


# -- what it has


@pytest.mark.effective("template.voltageOut", "template.numberOfPhases", "template.currentOutType")
@pytest.mark.parametrize(
    ("template", "voltages"),
    [
        ({"voltageOut": "110", "numberOfPhases": 1}, {None: "110.0"}),
        (
            {"voltageOut": 400, "mainVoltageMeterValues": False},
            dict.fromkeys(("L1-N", "L2-N", "L3-N"), "400.0"),
        ),
        ({"currentOutType": "DC", "voltageOut": 800}, {None: "800.0"}),
        ({"currentOutType": "DC"}, {None: "400.0"}),
    ],
)
async def test_voltage_and_phases_are_those_of_the_samples(
    tmp_path: Path,
    autojump_clock: MockClock,
    template: dict[str, object],
    voltages: dict[str | None, str],
) -> None:
    async with station_of(planned(tmp_path, **template)) as stage:
        await stage.charge()
        await stage.later(60)
    values = stage.said("MeterValues")[0].payload["meterValue"][0]["sampledValue"]
    told = {one.get("phase"): one["value"] for one in values if one["measurand"] == "Voltage"}
    assert told == voltages


@pytest.mark.effective("template.numberOfConnectors", "template.randomConnectors")
async def test_connectors_are_as_many_and_of_the_kinds_that_were_drawn(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    two = {"0": {}, "1": {"bootStatus": "Unavailable"}, "2": {"bootStatus": "Preparing"}}

    async def kinds(random: bool) -> set[tuple[str, ...]]:
        found = set()
        for index in range(1, 9):
            made = planned(
                tmp_path, index, Connectors=two, numberOfConnectors=[1, 2], randomConnectors=random
            )
            async with station_of(made) as stage:
                answer = await stage.ask("GetConfiguration", key=["NumberOfConnectors"])
                number = int(answer["configurationKey"][0]["value"])
                assert not stage.statuses(number + 1)
                found.add(tuple(stage.statuses(one)[-1] for one in range(1, number + 1)))
        return found

    as_they_stand = {("Unavailable",), ("Unavailable", "Preparing")}
    assert await kinds(random=False) == as_they_stand
    drawn = await kinds(random=True)
    assert {len(kind) for kind in drawn} == {1, 2}
    assert drawn - as_they_stand


@pytest.mark.effective("template.forceTransactionOnInvalidIdToken")
@pytest.mark.parametrize("forced", [True, False])
async def test_force_transaction_on_invalid_id_token(
    tmp_path: Path, autojump_clock: MockClock, forced: bool
) -> None:
    """The tag is refused by the answer to StartTransaction: the session stays open, or ends."""
    blocked = {"idTagInfo": {"status": "Blocked"}, "transactionId": 7}
    made = planned(tmp_path, forceTransactionOnInvalidIdToken=forced)
    async with station_of(made) as stage:
        stage.rule(Answer(blocked), "StartTransaction")
        stage.plug()
        await stage.show()
        await stage.later(100)
        session = stage.station.context.memory.connectors[1].session
        assert (session is not None) is forced
        if not forced:
            assert stage.station.view(1).last_reason is StopReason.DEAUTHORIZED


# -- who comes


@pytest.mark.effective("ev.batteryCapacityWh", "ev.chargingCurve", "curve.socPercent", "curve.powerFraction")
async def test_an_ev_charges_along_its_curve_and_as_long_as_its_battery_takes(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """6 kWh from half full on: at 3 kW up to 75 %, then at 1.5 kW."""
    curve = [
        {"socPercent": 0, "powerFraction": 1},
        {"socPercent": 75, "powerFraction": 1},
        {"socPercent": 75.0001, "powerFraction": 0.5},
        {"socPercent": 100, "powerFraction": 0.5},
    ]
    car = {"id": "car", "batteryCapacityWh": 6_000, "maxPowerW": 3000, "chargingCurve": curve}
    car |= {"initialSocPercentMin": 50, "initialSocPercentMax": 50}
    (tmp_path / "cars.json").write_text(json.dumps([car]))
    visit = {"enable": True, "minDuration": 7200, "maxDuration": 7200, "minDelayBetweenTwoTransactions": 5}
    made = planned(
        tmp_path,
        numberOfPhases=1,
        evProfilesFile="cars.json",
        AutomaticTransactionGenerator=visit | {"maxDelayBetweenTwoTransactions": 5},
    )
    async with station_of(made) as stage:
        await stage.shows(Status.CHARGING)
        powers = []
        for _ in range(4):
            await stage.later(1000)
            powers.append(round(stage.station.view(1).power.power_w))
        assert powers == [3000, 1500, 1500, 1500]
        await stage.shows(Status.SUSPENDED_EV)
        took_s = 1500 * 3600 / 3000 + 1500 * 3600 / 1500
        start = stage.said("StartTransaction")[0].at
        assert stage.now - start == pytest.approx(took_s, abs=2)


# -- the pace of the start


@pytest.mark.effective("worker.startDelay", "worker.elementAddDelay", "worker.elementsPerWorker")
async def test_stations_start_in_groups_with_pauses(tmp_path: Path, autojump_clock: MockClock) -> None:
    uses = [{"file": "test.json", "numberOfStations": 6}]
    pace = {"startDelay": 1000, "elementAddDelay": 100, "elementsPerWorker": 4}
    loaded = simulator(tmp_path, worker=pace, stationTemplateUrls=uses)
    starts: list[float] = []

    class Watch:
        def launch(self, plan: Plan) -> None:
            assert plan.specification.id == f"CS-{len(starts) + 1:05}"
            starts.append(trio.current_time())

    run = Reloader(loaded, lambda: loaded, plan, cast("Any", Watch()), 1, lambda _: None)
    await run.begin(loaded.plans(1, {}))
    gaps = [after - before for before, after in pairwise(starts)]
    for gap, middle in zip(gaps, (0.1, 0.1, 0.1, 1.1, 0.1), strict=True):
        assert 0.8 * middle <= gap <= 1.2 * middle
