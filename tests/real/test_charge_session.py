"""`ocppsim charge` as a process against a central system that shares no code with it."""

import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from ocpp.v16 import call, call_result  # type: ignore[import-untyped]  # the package ships no types

from tests.cli.support import Ended, actions, finish, start
from tests.real.independent import IndependentServer, Transaction, schema_errors

TEN_AMPERES = {
    "chargingProfileId": 3,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
    },
}
EV_POWER_W = 11_040
"""What the EV takes at a three-phase outlet: 16 A."""

LATE_S = 0.05
"""By how much a busy machine may read a clock later than the register, unlike in virtual time."""


def flawless(server: IndependentServer, ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert (server.seen.violations, schema_errors(server.seen.frames), server.seen.resent) == ([], [], {})


def seconds(transaction: Transaction) -> float:
    assert transaction.stop is not None
    began = datetime.fromisoformat(transaction.timestamp)
    return (datetime.fromisoformat(transaction.stop.timestamp) - began).total_seconds()


def _registers_follow_the_power(transaction: Transaction) -> None:
    readings = [
        (datetime.fromisoformat(sample.timestamp).timestamp(), sample.register_wh)
        for sample in transaction.samples
    ]
    for (earlier, before_wh), (later, after_wh) in pairwise(readings):
        assert before_wh is not None
        assert after_wh is not None
        assert after_wh - before_wh == pytest.approx(EV_POWER_W * (later - earlier) / 3600, abs=1)


@pytest.mark.parametrize(("speed", "duration"), [("20", "60"), ("1", "3")])
def test_a_whole_session(independent_server: IndependentServer, speed: str, duration: str) -> None:
    ended = finish(start("charge", independent_server.url, "--speed", speed, "--duration", duration))

    flawless(independent_server, ended)
    told = actions(independent_server, "CS-1")
    order = [action for action in dict.fromkeys(told) if action != "MeterValues"]
    assert order == [
        "BootNotification",
        "StatusNotification",
        "Authorize",
        "StartTransaction",
        "StopTransaction",
    ]
    (transaction,) = independent_server.seen.transactions("CS-1")
    assert transaction.stop is not None
    assert (transaction.id_tag, transaction.stop.id_tag, transaction.stop.reason) == (
        "TAG-1",
        "TAG-1",
        "Local",
    )
    assert float(duration) // 5 - len(transaction.samples) in (0, 1), "the last may fall due at the very end"
    assert all(
        told.index("StartTransaction") < index < told.index("StopTransaction")
        for index, action in enumerate(told)
        if action == "MeterValues"
    )
    assert seconds(transaction) == pytest.approx(float(duration), abs=0.2 * float(speed))
    energy_wh = transaction.stop.meter_stop_wh - transaction.meter_start_wh
    late_wh = EV_POWER_W / 3600 * LATE_S * float(speed)
    assert energy_wh == pytest.approx(EV_POWER_W * seconds(transaction) / 3600, abs=1 + late_wh)
    _registers_follow_the_power(transaction)
    shown = [status.status for status in independent_server.seen.statuses if status.connector_id == 1]
    assert shown[-3:] == ["Charging", "Finishing", "Available"]


def test_remote_waits_for_the_start_and_obeys_the_stop(
    independent_server: IndependentServer, tmp_path: Path
) -> None:
    server, trace = independent_server, tmp_path / "trace.jsonl"
    process = start(
        "charge", server.url, "--remote", "--id", "CS 7", "--speed", "20", "--duration", "36000",
        "--trace", str(trace),
    )  # fmt: skip
    try:
        server.wait_for(lambda seen: any(one.status == "Preparing" for one in seen.statuses))
        assert "Authorize" not in actions(server, "CS 7")
        answer = server.call(
            "CS 7", call.RemoteStartTransaction(id_tag="REMOTE", connector_id=1, charging_profile=TEN_AMPERES)
        )
        assert answer == call_result.RemoteStartTransaction(status="Accepted")
        server.wait_for(lambda seen: any(one.samples for one in seen.transactions("CS 7")))
        number = server.seen.transactions("CS 7")[0].transaction_id
        answer = server.call("CS 7", call.RemoteStopTransaction(transaction_id=number))
        assert answer == call_result.RemoteStopTransaction(status="Accepted")
    finally:
        ended = finish(process)

    flawless(server, ended)
    (transaction,) = server.seen.transactions("CS 7")
    assert transaction.stop is not None
    assert (transaction.id_tag, transaction.stop.reason) == ("REMOTE", "Remote")
    assert "session closed (remote): " in ended.out
    assert "connector 1: 6.90 kW, limited by session profile 3" in ended.out
    assert (
        ended.out.splitlines()[1].endswith(
            "BootNotification         chargePointVendor=ocppsim chargePointModel=virtual-simple"
        )
        or "waiting" in ended.out
    )
    ways = [json.loads(line)["way"] for line in trace.read_text().splitlines()]
    assert len(ways) - ways.count("-") == len(server.seen.frames), "every frame is in the trace"
