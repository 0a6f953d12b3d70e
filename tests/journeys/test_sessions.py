"""Whole sessions on the wire: what is said in which order, with which numbers and stamps."""

from itertools import pairwise
from typing import Any

import pytest
from stage import stage
from transcript import EPOCH

from ocppsim.csms.behaviour import Delay, Rule
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.connector import Status

POWER_W = 11_040.0


def register_wh(payload: dict[str, Any]) -> float:
    """The register in a MeterValues payload."""
    [reading] = payload["meterValue"]
    register = "Energy.Active.Import.Register"
    [text] = [sample["value"] for sample in reading["sampledValue"] if sample["measurand"] == register]
    return float(text)


@pytest.mark.honours("Authorize", "StartTransaction", "StopTransaction")
async def test_a_session_from_its_first_word_to_its_last(autojump_clock: object) -> None:
    async with stage() as play:
        await play.later(100)
        await play.charge(tag="TAG")
        await play.later(150)
        await play.show("TAG")
        [start], [stop], samples = (
            play.said(f"{w}") for w in ("StartTransaction", "StopTransaction", "MeterValues")
        )
        assert start.payload == {
            "connectorId": 1,
            "idTag": "TAG",
            "meterStart": 0,
            "timestamp": "2026-01-01T00:01:40.000Z",
        }
        assert stop.payload == {
            "idTag": "TAG",
            "meterStop": round(POWER_W * 150 / 3600),
            "reason": "Local",
            "timestamp": "2026-01-01T00:04:10.000Z",
            "transactionId": play.transaction_id,
        }
        assert [(s.at, s.payload["transactionId"]) for s in samples] == [
            (160, play.transaction_id),
            (220, play.transaction_id),
        ]


async def test_samples_wait_for_the_id_of_their_transaction(autojump_clock: object) -> None:
    async with stage(
        Rule(Delay(29), actions=["StartTransaction"]), keys={"MeterValueSampleInterval": "10"}
    ) as play:
        await play.booted()
        await play.charge()
        await play.later(28)
        assert play.said("MeterValues") == []
        await play.later(2)
        stamps = [call.payload["meterValue"][0]["timestamp"] for call in play.said("MeterValues")]
        assert stamps == [f"2026-01-01T00:00:{second}.000Z" for second in (10, 20, 30)]
        assert {call.payload["transactionId"] for call in play.said("MeterValues")} == {play.transaction_id}


async def test_a_session_that_ended_before_its_start_was_answered(autojump_clock: object) -> None:
    async with stage(Rule(Delay(20), actions=["StartTransaction"])) as play:
        await play.booted()
        await play.charge()
        await play.later(5)
        await play.show()
        assert play.said("StopTransaction") == []
        await play.later(20)
        [stop] = play.said("StopTransaction")
        assert stop.payload["transactionId"] == play.transaction_id
        assert stop.payload["timestamp"] == "2026-01-01T00:00:05.000Z"


async def test_one_session_after_another_on_one_connector(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        for _ in range(5):
            await play.charge()
            await play.later(100)
            await play.show()
            play.unplug()
            await play.later(10)
        transactions = list(play.csms.ledger("CS-1").transactions.values())
        assert [t.energy_wh > 0 and t.ended for t in transactions] == 5 * [True]
        ends = [(t.meter_start_wh, t.meter_stop_wh) for t in transactions]
        assert play.station.context.memory.outbox.transaction_ids == {}, "nothing is left of what is over"
        assert all(stop == start for (_, stop), (start, _) in pairwise(ends))


async def test_sessions_side_by_side_do_not_mix(autojump_clock: object) -> None:
    async with stage(connectors=3, keys={"MeterValueSampleInterval": "7"}) as play:
        await play.booted()
        for number in (1, 2, 3):
            await play.charge(number, f"TAG-{number}")
            await play.later(3)
        await play.later(100)
        for number in (2, 3, 1):
            await play.show(f"TAG-{number}", number)
        transactions = {t.id: t for t in play.csms.ledger("CS-1").transactions.values()}
        assert {t.id_tag: t.connector for t in transactions.values()} == {"TAG-1": 1, "TAG-2": 2, "TAG-3": 3}
        for call in play.said("MeterValues"):
            assert transactions[call.payload["transactionId"]].connector == call.payload["connectorId"]
        assert all(t.ended for t in transactions.values())


async def test_a_sample_that_is_asked_for_names_its_transaction_and_does_not_wait(
    autojump_clock: object,
) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await play.charge(1)
        await play.later(30)
        await play.ask("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
        await play.ask("TriggerMessage", requestedMessage="MeterValues", connectorId=2)
        charging, idle = (call.payload for call in play.said("MeterValues"))
        assert charging["transactionId"] == play.transaction_id
        assert "transactionId" not in idle
        contexts = {s["context"] for p in (charging, idle) for s in p["meterValue"][0]["sampledValue"]}
        assert contexts == {"Trigger"}
        assert register_wh(charging) == round(POWER_W * 30 / 3600)


async def test_stamps_are_utc_with_milliseconds(autojump_clock: object) -> None:
    async with stage() as play:
        await play.later(0.0625)
        await play.charge()
        [start] = play.said("StartTransaction")
        assert start.payload["timestamp"] == "2026-01-01T00:00:00.062Z"


@pytest.mark.parametrize("answer_s", [0, 1, 25])
async def test_a_slow_central_system_slows_no_meter(autojump_clock: object, answer_s: float) -> None:
    csms = CentralSystem()
    async with stage(csms=csms) as play:
        await play.booted()
        await play.charge()
        play.rule(Delay(answer_s))
        await play.later(600)
        await play.show()
        await play.later(300)
        [transaction] = csms.ledger("CS-1").transactions.values()
        assert transaction.energy_wh == round(POWER_W * 600 / 3600)
        times = [reading.time.timestamp() - EPOCH for reading in transaction.readings]
        assert times == [60.0 * n for n in range(1, 11)]


async def test_a_session_ends_while_its_tag_is_refused_elsewhere(autojump_clock: object) -> None:
    csms = CentralSystem()
    csms.tags.single_use = True
    async with stage(csms=csms, connectors=2, keys={"LocalPreAuthorize": "false"}) as play:
        await play.booted()
        await play.charge(1, "TAG")
        play.plug(2)
        await play.settle()
        await play.show("TAG", 2)
        await play.later(5)
        assert play.board.status(1) is Status.CHARGING
        reasons = [stop.payload["reason"] for stop in play.said("StopTransaction")]
        assert reasons == ["DeAuthorized"]  # the second one
