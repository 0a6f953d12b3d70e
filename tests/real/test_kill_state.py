"""kill -9 in mid-session, and the same station again: nothing is lost, and nothing is told under two ids."""

import json
import os
import signal
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import sleep

import pytest
from ocpp.v16 import call, call_result  # type: ignore[import-untyped]  # the package ships no types

from tests.cli.support import actions, finish, start
from tests.real.independent import IndependentServer, schema_errors

KILLS = 20 if "OCPPSIM_KILLS" in os.environ else 5
"""The full number takes half a minute."""

SPEED = "20"


@pytest.mark.timeout(180)
def test_sessions_list_and_reservation_survive_kills_at_any_moment(
    independent_server: IndependentServer, tmp_path: Path
) -> None:
    server, chance = independent_server, Random(7)
    options = ("charge", server.url, "--state", str(tmp_path), "--speed", SPEED, "--connectors", "2")
    for run in range(KILLS):
        process = start(*options, "--duration", "36000")
        server.wait_for(lambda seen, run=run: len(seen.boots) > run, within_s=20)  # type: ignore[misc]
        if run == 0:
            server.wait_for(lambda seen: bool(seen.transactions() and seen.transactions()[0].samples))
            _teach(server)
        sleep(chance.uniform(0, 0.6))  # any moment will do: nothing is waited for
        process.send_signal(signal.SIGKILL)
        finish(process)
    server.wait_for(lambda seen: not seen.connected)
    told_before = len(server.seen.statuses)
    process = start(*options, "--duration", "10")
    try:
        server.wait_for(lambda seen: len(seen.boots) > KILLS, within_s=20)
        version = server.call("CS-1", call.GetLocalListVersion())
    finally:
        ended = finish(process)

    assert (ended.code, ended.err) == (0, "")
    assert version == call_result.GetLocalListVersion(list_version=5)
    first, *later = [status.status for status in server.seen.statuses if status.connector_id == 2]
    assert (first, set(later)) == ("Available", {"Reserved"})
    last = [status.status for status in server.seen.statuses[told_before:] if status.connector_id == 2]
    assert last == ["Reserved"], "some of those before were killed before they could say it"
    transactions = server.seen.transactions("CS-1")
    assert transactions, "at least the first run had begun a session"
    assert [one for one in transactions if one.stop is None] == []
    reasons = [one.stop.reason for one in transactions if one.stop is not None]
    assert reasons == ["PowerLoss"] * (len(reasons) - 1) + ["Local"]
    for one in transactions:
        assert one.stop is not None
        assert one.stop.meter_stop_wh == one.registers_wh[-1] >= one.registers_wh[-2]
    assert _told_twice(server) == {}
    assert _starts(server) == sorted(_starts(server))
    assert len(set(_starts(server))) == len(server.seen.boots) == KILLS + 1
    assert schema_errors(server.seen.frames) == []
    assert [what for what in server.seen.violations if "another CALL is open" not in what] == []


def test_a_session_cut_by_a_kill_ends_at_the_register_of_its_last_record(
    independent_server: IndependentServer, tmp_path: Path
) -> None:
    server = independent_server
    options = ("charge", server.url, "--state", str(tmp_path), "--speed", SPEED)
    process = start(*options, "--duration", "36000")
    server.wait_for(lambda seen: bool(seen.transactions()) and len(seen.transactions()[0].samples) >= 3)
    process.kill()
    finish(process)
    ended = finish(start(*options, "--duration", "5"))

    assert ended.code == 0
    cut, whole = server.seen.transactions()
    assert cut.stop is not None
    assert whole.stop is not None
    last = cut.samples[-1]
    assert (cut.stop.reason, cut.stop.meter_stop_wh, cut.stop.timestamp) == (
        "PowerLoss",
        last.register_wh,
        last.timestamp,
    )
    assert whole.meter_start_wh == cut.stop.meter_stop_wh
    assert actions(server, "CS-1").count("StopTransaction") == 2
    assert server.seen.violations == []


def _teach(server: IndependentServer) -> None:
    """What every later process must know; nothing of it is sent again."""
    tags = [{"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}]
    update = call.SendLocalList(list_version=5, update_type="Full", local_authorization_list=tags)
    assert server.call("CS-1", update) == call_result.SendLocalList(status="Accepted")
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    reservation = call.ReserveNow(connector_id=2, expiry_date=until, id_tag="SOMEBODY", reservation_id=1)
    assert server.call("CS-1", reservation) == call_result.ReserveNow(status="Accepted")


def _told_twice(server: IndependentServer) -> dict[str, set[str]]:
    """Transaction messages that came under more than one id: by their content without the number."""
    ids: dict[str, set[str]] = defaultdict(set)
    for frame in server.seen.frames:
        match json.loads(frame.text):
            case [2, str(call_id), "StartTransaction" | "MeterValues" | "StopTransaction" as action, payload]:
                ids[f"{action} {json.dumps(payload)}"].add(call_id)
    return {content: known for content, known in ids.items() if len(known) > 1}


def _starts(server: IndependentServer) -> list[int]:
    """The start part of the id of each boot, in order."""
    frames = (json.loads(frame.text) for frame in server.seen.frames if frame.direction == "in")
    boots = (frame[1] for frame in frames if frame[0] == 2 and frame[2] == "BootNotification")
    return [int(call_id.partition("-")[0], 16) for call_id in boots]
