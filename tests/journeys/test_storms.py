"""A central system that asks without end and answers nothing: what it sets about fails, and harms nobody."""

from typing import Any

import pytest
from stage import stage

from ocppsim.csms.behaviour import Silent
from ocppsim.csms.findings import Breach

UPLOAD = {"logType": "DiagnosticsLog", "log": {"remoteLocation": "ftp://127.0.0.1/"}}
UPDATE = {"location": "ftp://127.0.0.1/f", "retrieveDate": "2026-01-01T00:00:00Z"}
STORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "meter values": ("TriggerMessage", {"requestedMessage": "MeterValues"}),
    "statuses": ("TriggerMessage", {"requestedMessage": "StatusNotification"}),
    "heartbeats": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    "boots": ("TriggerMessage", {"requestedMessage": "BootNotification"}),
    "firmware statuses": ("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}),
    "uploads": ("GetLog", UPLOAD),
    "updates": ("UpdateFirmware", UPDATE),
}


@pytest.mark.parametrize("what", STORMS)
async def test_what_a_storm_of_requests_sets_about_fails_with_its_connection(
    autojump_clock: object, what: str
) -> None:
    action, payload = STORMS[what]
    finds = [Breach.NOT_ACCEPTED] if what == "boots" else []  # one that it did not answer counts for it
    async with stage(connectors=2, finds=finds) as play:
        await play.booted()
        silent = play.rule(Silent())
        mark = play.mark()
        for gust in range(10):
            numbers = range(gust * 50, gust * 50 + 50)
            asked = {**payload, "requestId": 1} if action == "GetLog" else payload
            await play.burst(*((2, f"{number}", action, asked) for number in numbers))
            await play.later(0.1)
        assert len(play.answered(mark)) == 500
        await play.until(lambda board: not board.online)
        play.csms.behaviour.remove(silent)
        await play.until(lambda board: board.online and board.registration.accepted)
        await play.later(300)
        assert await play.ask("ClearCache") == {"status": "Accepted"}


async def test_at_most_one_beat_waits_however_often_it_is_asked_for(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        beat = {"requestedMessage": "Heartbeat"}
        await play.burst(*((2, f"{number}", "TriggerMessage", beat) for number in range(50)))
        assert len(play.answered(mark)) == 50
        assert 1 <= len(play.said("Heartbeat", mark)) <= 50
        play.rule(Silent(), "Heartbeat", times=1)
        mark = play.mark()
        for number in range(50, 60):
            await play.write(2, f"{number}", "TriggerMessage", beat)
        assert len(play.said("Heartbeat", mark)) == 1
        await play.later(31)
        assert len(play.said("Heartbeat", mark)) == 2, "what was asked for meanwhile"
        assert play.board.online
