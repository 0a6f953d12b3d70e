"""Meter values on the wire: when they are taken, which message tells them; none is lost or repeated."""

from pathlib import Path
from typing import Any

import pytest
from stage import Stage, stage
from transcript import Frame, stamp

from ocppsim.actors.store import Folder
from ocppsim.csms.behaviour import Answer
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.connector import Status
from ocppsim.model.vehicle import Vehicle

ALIGNED = {"ClockAlignedDataInterval": "60"}
REGISTER = "Energy.Active.Import.Register"
QUIET = {"MeterValueSampleInterval": "0"}


def contexts(readings: Any) -> list[str]:
    return [reading["sampledValue"][0]["context"] for reading in readings]


def stamps(values: list[Frame]) -> list[str]:
    return [reading["timestamp"] for call in values for reading in call.payload["meterValue"]]


def data(play: Stage) -> Any:
    """What the last StopTransaction tells of its transaction."""
    return play.said("StopTransaction")[-1].payload.get("transactionData", [])


@pytest.mark.honours("MeterValues", "ClockAlignedDataInterval")
async def test_4_7_aligned_values_come_at_full_minutes_with_and_without_a_transaction(
    autojump_clock: object,
) -> None:
    async with stage(keys=ALIGNED | QUIET) as play:
        await play.booted()
        await play.later(90)
        await play.charge()
        await play.later(60)
        await play.show()
        await play.later(60)
        values = play.said("MeterValues")
        assert stamps(values) == [stamp(60), stamp(120), stamp(180)]
        known = [call.payload.get("transactionId") for call in values]
        assert known == [None, play.transaction_id, None]
        assert contexts(values[0].payload["meterValue"]) == ["Sample.Clock"]


async def test_every_connector_has_its_aligned_values(autojump_clock: object) -> None:
    async with stage(keys=ALIGNED, connectors=3) as play:
        await play.booted()
        await play.later(60)
        assert [call.payload["connectorId"] for call in play.said("MeterValues")] == [1, 2, 3]


async def test_aligned_values_of_a_transaction_wait_while_offline_and_others_do_not(
    autojump_clock: object,
) -> None:
    async with stage(keys=ALIGNED | QUIET) as play:
        await play.booted()
        await play.outage(65)
        assert play.said("MeterValues") == []
        await play.charge()
        await play.outage(120)
        await play.settle()
        waited = play.said("MeterValues")
        assert len(waited) >= 2
        assert {call.payload["transactionId"] for call in waited} == {play.transaction_id}


@pytest.mark.parametrize("jump_s", [-3600, -30, 3600])
async def test_a_clock_that_jumps_never_repeats_an_aligned_value(
    autojump_clock: object, jump_s: float
) -> None:
    async with stage(keys=ALIGNED | {"HeartbeatInterval": "90"}) as play:
        await play.booted()
        await play.charge()
        await play.later(70)
        await play.set_key("HeartbeatInterval", 5)
        play.rule(Answer({"currentTime": stamp(70 + jump_s)}), "Heartbeat", times=1)
        await play.later(60)
        await play.set_key("HeartbeatInterval", 90)
        await play.later(2 * 3600)
        told = [
            call.payload["meterValue"][0]["timestamp"]
            for call in play.said("MeterValues")
            if contexts(call.payload["meterValue"]) == ["Sample.Clock"]
        ]
        assert len(told) >= 50
        assert sorted(set(told)) == told, "each later than the one before"
        assert all(text.endswith(":00.000Z") for text in told)


@pytest.mark.honours("StopTransaction", "StopTxnSampledData", "StopTxnAlignedData")
async def test_the_end_tells_begin_samples_and_end(autojump_clock: object) -> None:
    keys = {
        "StopTxnSampledData": "Energy.Active.Import.Register",
        "StopTxnAlignedData": "Power.Active.Import",
        "ClockAlignedDataInterval": "100",
        "MeterValueSampleInterval": "60",
    }
    async with stage(keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(125)
        await play.show()
        readings = data(play)
        assert contexts(readings) == [
            "Transaction.Begin",
            "Sample.Periodic",
            "Sample.Clock",
            "Sample.Periodic",
            "Transaction.End",
        ]
        assert [reading["timestamp"] for reading in readings] == [stamp(t) for t in (0, 60, 100, 120, 125)]
        told = [[value["measurand"] for value in reading["sampledValue"]] for reading in readings]
        both = ["Energy.Active.Import.Register", "Power.Active.Import"]
        assert told == [both, both[:1], both[1:], both[:1], both]
        [stop] = play.said("StopTransaction")
        assert readings[-1]["sampledValue"][0]["value"] == str(stop.payload["meterStop"])


async def test_without_the_keys_the_end_tells_no_readings(autojump_clock: object) -> None:
    """3.16.5."""
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(600)
        await play.show()
        assert "transactionData" not in play.said("StopTransaction")[0].payload


@pytest.mark.honours("StopTransactionMaxMeterValues")
async def test_too_many_readings_lose_each_second_one_between_the_ends(autojump_clock: object) -> None:
    keys = {
        "StopTxnSampledData": "SoC",
        "StopTransactionMaxMeterValues": "6",
        "MeterValueSampleInterval": "10",
    }
    async with stage(keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(3605)
        await play.show()
        readings = data(play)
        assert 4 <= len(readings) <= 6
        assert contexts(readings)[0] == "Transaction.Begin"
        assert contexts(readings)[-1] == "Transaction.End"
        assert set(contexts(readings)[1:-1]) == {"Sample.Periodic"}


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
async def test_a_reset_loses_no_reading(autojump_clock: object, kind: str) -> None:
    keys = {"StopTxnSampledData": "SoC", "MeterValueSampleInterval": "60"}
    async with stage(keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(125)
        await play.ask("Reset", type=kind)
        await play.later(100)
        interrupted = ["Interruption.Begin"] if kind == "Hard" else []
        assert contexts(data(play)) == [
            "Transaction.Begin",
            "Sample.Periodic",
            "Sample.Periodic",
            *interrupted,
            "Transaction.End",
        ]
        said = [contexts(call.payload["meterValue"]) for call in play.said("MeterValues")]
        assert said == [["Sample.Periodic"]] * 2, "that the station went down is told with the end alone"


async def test_an_ev_that_leaves_and_comes_back_is_an_interruption(autojump_clock: object) -> None:
    keys = {"StopTransactionOnEVSideDisconnect": "false", "StopTxnSampledData": REGISTER}
    async with stage(keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(10)
        play.station.world.unplug_at_vehicle(1)
        await play.settle()
        assert play.board.status(1) is Status.SUSPENDED_EV
        [report] = play.said("StatusNotification")[-1:]
        assert report.payload["info"] == "EV side disconnected"
        await play.later(10)
        play.station.world.plug(1, Vehicle())
        await play.shows(Status.CHARGING)
        said = [contexts(call.payload["meterValue"]) for call in play.said("MeterValues")]
        assert said == [["Interruption.Begin"], ["Interruption.End"]]
        await play.show()
        assert contexts(data(play)) == [
            "Transaction.Begin",
            "Interruption.Begin",
            "Interruption.End",
            "Transaction.End",
        ]


async def test_somebody_who_reads_the_meter_has_it_told(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.station.world.read_meter(1)
        await play.settle()
        [call] = play.said("MeterValues")
        assert contexts(call.payload["meterValue"]) == ["Other"]


async def test_intervals_add_up_to_the_register(autojump_clock: object) -> None:
    keys = {
        "MeterValuesSampledData": "Energy.Active.Import.Interval",
        "StopTxnSampledData": "Energy.Active.Import.Interval,Energy.Active.Import.Register",
        "MeterValueSampleInterval": "37",
    }
    async with stage(keys=keys) as play:
        await play.booted()
        for _ in range(2):
            await play.charge()
            await play.later(500)
            await play.show()
            play.unplug()
            await play.later(10)
        for stop, start in zip(play.said("StopTransaction"), play.said("StartTransaction"), strict=True):
            readings = stop.payload["transactionData"]
            intervals = [int(reading["sampledValue"][0]["value"]) for reading in readings]
            assert sum(intervals) == stop.payload["meterStop"] - start.payload["meterStart"] > 0


async def test_readings_survive_the_process(autojump_clock: object, tmp_path: Path) -> None:
    keys = {"StopTxnSampledData": REGISTER, "MeterValueSampleInterval": "60"}
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(keys=keys, store=store, csms=csms) as play:
        await play.booted()
        await play.charge()
        await play.later(125)
        store.close()
    Folder.open(tmp_path).close()  # compacts the journal
    store = Folder.open(tmp_path)
    async with stage(keys=keys, store=store, csms=csms) as play:
        await play.booted()
        await play.later(10)
        begin, *between, cut, end = contexts(data(play))
    store.close()
    assert (begin, cut, end) == ("Transaction.Begin", "Interruption.Begin", "Transaction.End")
    assert between == ["Sample.Periodic"] * 2
