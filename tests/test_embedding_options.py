"""Stations that an embedding program adds: of templates of its own, and with options on top."""

import json
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

import ocppsim
from ocppsim.csms.behaviour import Rule, Silent
from ocppsim.csms.central_system import CentralSystem
from ocppsim.embedding import Simulator, StationHandle
from tests.config.bench import LEAST, written

TAG = "TAG-1"


def lenient() -> CentralSystem:
    """It takes anything from stations that have not booted, and answers no boot."""
    csms = CentralSystem()
    csms.behaviour.refuse_before_boot = False
    csms.behaviour.add(Rule(Silent(), actions=("BootNotification",)))
    return csms


async def charging(station: StationHandle) -> None:
    await station.booted()
    connector = station.connector(1)
    await connector.plug()
    assert await connector.present(TAG)
    await connector.until("Charging", within=10)


def open_transactions(simulator: Simulator, station: StationHandle) -> int:
    assert simulator.csms is not None
    transactions = simulator.csms.ledger(station.id).transactions.values()
    return sum(not one.ended for one in transactions)


async def test_a_template_of_ones_own(tmp_path: Path, autojump_clock: MockClock) -> None:
    """A file beside its lists; what it says of central systems and of people does not count."""
    (tmp_path / "tags.json").write_text('["TAG-1"]')
    own = {"supervisionUrls": "ws://nowhere.invalid", "chargePointModel": "Own", "idTagsFile": "tags.json"}
    generator = {"AutomaticTransactionGenerator": {"enable": True}}
    path = written(tmp_path, LEAST | own | generator)
    async with ocppsim.open_simulator(seed=1) as simulator:
        station = await simulator.add(path, "MINE")
        await station.booted()
        assert station.station.context.specification.model == "Own"
        assert simulator.fleet.drivers("MINE") == []
        path.write_text(json.dumps(LEAST | {"chargePointModel": "Changed"}))
        other = await simulator.add(path)
        assert other.station.context.specification.model == "Changed"


async def test_a_template_that_cannot_be_used_is_refused(tmp_path: Path, autojump_clock: MockClock) -> None:
    path = written(tmp_path, LEAST | {"power": "much", "voltageOut": -1})
    async with ocppsim.open_simulator() as simulator:
        with pytest.raises(ValueError, match=r"power: must be .*\n.*voltageOut: must be "):
            await simulator.add(path)
        with pytest.raises(ValueError, match=r"nothing\.json: cannot be read"):
            await simulator.add(tmp_path / "nothing.json")


async def test_mistakes_in_options_are_named_and_add_nothing(autojump_clock: MockClock) -> None:
    async with ocppsim.open_simulator() as simulator:
        with pytest.raises(ValueError, match="options: autoStart: must be true or false") as caught:
            await simulator.add(options={"autoStart": "maybe", "supervisionUrl": 1, "supervisionPassword": 7})
        assert "options: supervisionUrl: is no key of this program; did you mean" in str(caught.value)
        assert simulator.stations == simulator.fleet.stations == {}


@pytest.mark.effective("options.baseName", "options.nameSuffix", "options.fixedName")
async def test_options_name_stations(autojump_clock: MockClock) -> None:
    async with ocppsim.open_simulator() as simulator:
        names = [
            (await simulator.add(options=options)).id
            for options in (
                {"baseName": "DEPOT"},
                {"baseName": "DEPOT"},
                {"baseName": "DEPOT", "nameSuffix": "-X"},
                {"baseName": "ONE", "fixedName": True},
                {"enableStatistics": False},
            )
        ]
        assert names == ["DEPOT-00001", "DEPOT-00002", "DEPOT-00001-X", "ONE", "CS-00005"]
        with pytest.raises(ValueError, match="ONE already"):
            await simulator.add(options={"baseName": "ONE", "fixedName": True})
        assert (await simulator.add(id="TWO", options={"baseName": "ONE"})).id == "TWO"


@pytest.mark.effective("options.autoStart")
@pytest.mark.parametrize("auto", [True, False])
async def test_auto_start(autojump_clock: MockClock, auto: bool) -> None:
    async with ocppsim.open_simulator() as simulator:
        station = await simulator.add(options={"autoStart": auto})
        await trio.sleep(60)
        assert station.board.online is auto
        await station.switch_on()
        await charging(station)


@pytest.mark.effective("options.stopTransactionsOnStopped")
@pytest.mark.parametrize("stops", [True, False])
async def test_stop_transactions_on_stopped(autojump_clock: MockClock, stops: bool) -> None:
    async with ocppsim.open_simulator() as simulator:
        station = await simulator.add(options={"stopTransactionsOnStopped": stops})
        await charging(station)
        await station.switch_off()
        assert not station.board.online
        assert open_transactions(simulator, station) == (0 if stops else 1)
        await station.switch_on()
        await station.booted()
        await trio.sleep(10)
        assert open_transactions(simulator, station) == 0


@pytest.mark.effective("options.enableStatistics")
@pytest.mark.parametrize("enabled", [True, False])
async def test_enable_statistics(autojump_clock: MockClock, enabled: bool) -> None:
    async with ocppsim.open_simulator() as simulator:
        await (await simulator.add(options={"enableStatistics": enabled})).booted()
        assert len(simulator.fleet.statistics.snapshots()) == enabled


@pytest.mark.effective("options.autoRegister")
@pytest.mark.parametrize("auto", [True, False])
async def test_auto_register(autojump_clock: MockClock, auto: bool) -> None:
    async with ocppsim.open_simulator(csms=lenient()) as simulator:
        station = await simulator.add(options={"autoRegister": auto})
        await trio.sleep(60)
        assert station.board.registration.accepted is auto


@pytest.mark.effective("options.ocppStrictCompliance")
@pytest.mark.parametrize("strict", [True, False])
async def test_strict_compliance(autojump_clock: MockClock, strict: bool) -> None:
    async with ocppsim.open_simulator() as simulator:
        station = await simulator.add(options={"ocppStrictCompliance": strict})
        await station.booted()
        said: list[str] = []
        simulator.fleet.listeners.append(lambda entry: said.append(entry.text))
        assert simulator.csms is not None
        await simulator.csms.send_raw(station.id, '[2,"x","ClearCache",{"extra":1}]')
        await trio.sleep(1)
        [answer] = [text for text in said if text.startswith(('[3,"x"', '[4,"x"'))]
        assert answer.startswith('[4,"x","FormationViolation"') is strict
