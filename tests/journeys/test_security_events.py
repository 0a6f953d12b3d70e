"""Security events (whitepaper ed. 3, A04): what is told of what happened, in which order, and once."""

from pathlib import Path

import pytest
from stage import Stage, stage

from ocppsim.actors.messages import NotConnected
from ocppsim.actors.store import Folder
from ocppsim.actors.wire.transport import Flaw
from ocppsim.csms.behaviour import Answer, Refuse, Silent
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.security import Credentials, SecurityEvent

KEYS = {"SecurityProfile": "1", "WebSocketPingInterval": "0"}
CREDENTIALS = Credentials("0123456789abcdef0")


def events(play: Stage) -> list[tuple[str, str | None]]:
    said = play.said("SecurityEventNotification")
    return [(frame.payload["type"], frame.payload.get("techInfo")) for frame in said]


@pytest.mark.honours("SecurityEventNotification")
async def test_a04_critical_events_are_told_in_order_after_an_outage(
    autojump_clock: object, tmp_path: Path
) -> None:
    store = Folder.open(tmp_path)
    csms = CentralSystem()
    async with stage(credentials=CREDENTIALS, keys=KEYS, store=store, csms=csms) as play:
        await play.booted()
        assert events(play) == [("StartupOfTheDevice", None)]
        csms.go_down()
        await play.settle()
        for what in (SecurityEvent.TAMPERED, SecurityEvent.FIRMWARE_UPDATED, SecurityEvent.TAMPERED):
            play.station.context.security_events.happened(what)
            await play.later(10)
    store.close()
    csms.come_up()
    store = Folder.open(tmp_path)
    async with stage(credentials=CREDENTIALS, keys=KEYS, store=store, csms=csms) as play:
        await play.booted()
        await play.later(10)
        assert [kind for kind, _ in events(play)] == [
            "TamperDetectionActivated",
            "FirmwareUpdated",
            "TamperDetectionActivated",
            "StartupOfTheDevice",
        ]
        stamps = [frame.payload["timestamp"] for frame in play.said("SecurityEventNotification")]
        assert stamps[:2] == ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:10.000Z"]
    store.close()


async def test_a04_a_reset_and_an_opened_housing_are_told(autojump_clock: object) -> None:
    async with stage(credentials=CREDENTIALS, keys=KEYS) as play:
        await play.booted()
        play.station.tamper()
        await play.settle()
        await play.ask("Reset", type="Hard")
        await play.until(lambda board: board.tally.boots_accepted == 2)
        await play.later(5)
        assert events(play) == [
            ("StartupOfTheDevice", None),
            ("TamperDetectionActivated", None),
            ("ResetOrReboot", "hard reset"),
            ("StartupOfTheDevice", None),
        ]


async def test_a04_without_a_security_profile_nothing_is_told(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.station.tamper()
        await play.later(60)
        assert events(play) == []
        assert len(play.station.context.tracer.security_log.lines(None, None)) == 2


async def test_a04_a_message_that_is_none_is_told_once(autojump_clock: object) -> None:
    async with stage(credentials=CREDENTIALS, keys=KEYS) as play:
        await play.booted()
        await play.write_text("{}")
        await play.later(5)
        assert [kind for kind, _ in events(play)] == ["StartupOfTheDevice", "InvalidMessages"]


@pytest.mark.parametrize(
    ("flaw", "event"),
    [
        (Flaw.CERTIFICATE, "InvalidCentralSystemCertificate"),
        (Flaw.TLS_VERSION, "InvalidTLSVersion"),
        (Flaw.CIPHERS, "InvalidTLSCipherSuite"),
        (Flaw.CREDENTIALS, "FailedToAuthenticationAtCentralSystem"),
    ],
)
async def test_a04_what_kept_a_station_from_connecting_is_told_once(
    autojump_clock: object, flaw: Flaw, event: str
) -> None:
    async with stage(credentials=CREDENTIALS, keys=KEYS) as play:
        await play.booted()
        play.csms.go_down()
        await play.settle()
        for _ in range(3):  # dials
            play.station.context.station.tell(NotConnected("the reason", flaw))
            await play.later(1)
        play.csms.come_up()
        await play.until(lambda board: board.online)
        await play.later(5)
        assert events(play) == [("StartupOfTheDevice", None), (event, "the reason")]


async def test_a04_a_clock_that_was_set_is_told(autojump_clock: object) -> None:
    async with stage(credentials=CREDENTIALS, keys=KEYS) as play:
        await play.booted()
        play.rule(Answer({"currentTime": "2026-01-01T01:00:00Z"}), "Heartbeat", times=1)
        await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        await play.later(5)
        assert events(play) == [("StartupOfTheDevice", None), ("SettingSystemTime", None)]


async def test_a04_of_what_is_not_critical_twenty_wait_and_all_that_is(autojump_clock: object) -> None:
    async with stage(credentials=CREDENTIALS, keys=KEYS) as play:
        await play.booted()
        happened = play.station.context.security_events.happened
        play.csms.go_down()
        await play.settle()
        for number in range(30):
            happened(SecurityEvent.INVALID_MESSAGE, f"{number}")
            if number % 10 == 0:
                happened(SecurityEvent.TAMPERED, f"{number}")
        play.csms.come_up()
        await play.until(lambda board: board.online)
        await play.later(5)
        told = events(play)[1:]
        assert [info for kind, info in told if kind == "TamperDetectionActivated"] == ["0", "10", "20"]
        assert [info for kind, info in told if kind == "InvalidMessages"] == [f"{n}" for n in range(10, 30)]
        assert told.index(("InvalidMessages", "20")) < told.index(("TamperDetectionActivated", "20"))


async def test_a04_an_event_without_an_answer_is_told_again_and_one_that_is_refused_is_not(
    autojump_clock: object,
) -> None:
    async with stage(credentials=CREDENTIALS, keys=KEYS) as play:
        await play.booted()
        mark = play.mark()
        play.rule(Silent(), "SecurityEventNotification", times=1)
        play.station.tamper()
        await play.later(100)
        assert [round(frame.at) for frame in play.said("SecurityEventNotification", mark)] == [0, 90]
        mark = play.mark()
        play.rule(Refuse(), "SecurityEventNotification", times=1)
        play.station.tamper()
        await play.later(200)
        assert len(play.said("SecurityEventNotification", mark)) == 1
