"""What a fleet says to the log: what happens to its stations; frames only at debug, secrets never."""

import logging

import pytest
from stage import stage

from ocppsim.actors.runtime import Crash, LifeEnded
from ocppsim.logs.fleet_log import log_fleet
from ocppsim.testing.rig import open_rig

LOGGER = "ocppsim.logs.fleet_log"


def said(caplog: pytest.LogCaptureFixture, station: str = "CS-1") -> list[tuple[str, str]]:
    return [
        (entry.levelname, entry.getMessage())
        for entry in caplog.records
        if entry.name == LOGGER and getattr(entry, "station", "") == station
    ]


async def test_a_session_is_told_from_the_first_connection_on(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    async with open_rig() as rig:
        with log_fleet(rig.fleet):
            station = rig.add("CS-1")
            await station.board.until(lambda board: board.registration.accepted)
            station.world.plug(1)
            await station.world.present(1, "TAG")
            await station.board.until(lambda board: board.connectors[1].session is not None)
            station.world.unplug(1)
            await station.board.until(lambda board: board.connectors[1].sessions_ended == 1)
    texts = said(caplog)
    assert texts[:2] == [("INFO", "connected"), ("INFO", "boot accepted")]
    assert texts[2] == ("INFO", "connector 1: session begun with TAG")
    assert texts[3][1].startswith("connector 1: session ended, ")
    assert not [text for _, text in texts if text.startswith(("> ", "< "))]


async def test_trouble_is_a_warning(autojump_clock: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    async with stage() as play:
        with log_fleet(play.rig.fleet):
            await play.booted()
            await play.drop()
            await play.until(lambda board: board.online)
            play.station.cut_power()
            await play.settle()
    levels = dict(
        reversed([(text.partition(":")[0].partition(",")[0], level) for level, text in said(caplog)])
    )
    assert levels["connection ended"] == "WARNING"
    assert levels["connected again"] == "INFO"
    assert levels["power cut"] == "WARNING"


async def test_a_crash_is_an_error_and_giving_up_critical(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage() as play:
        with log_fleet(play.rig.fleet):
            for pause in (2.0, None):
                for watch in play.rig.fleet.system.watchers:
                    watch(LifeEnded("CS-1", 1, Crash(ValueError("a bug")), pause))
    assert said(caplog) == [
        ("ERROR", "crashed: ValueError: a bug, up again in 2 s"),
        ("CRITICAL", "gave up: ValueError: a bug"),
    ]


async def test_a_violation_is_a_warning(autojump_clock: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    async with stage() as play:
        with log_fleet(play.rig.fleet):
            await play.booted()
            await play.write_text("no frame at all")
    [(level, text)] = [entry for entry in said(caplog) if "violation" in entry[1]]
    assert level == "WARNING"
    assert text.startswith("violation by the central system: ")


async def test_frames_are_written_at_debug_without_secrets(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, LOGGER)
    async with stage() as play:
        with log_fleet(play.rig.fleet):
            await play.booted()
            key, value = "AuthorizationKey", "0123456789abcdef0123"
            await play.csms.call("CS-1", "ChangeConfiguration", {"key": key, "value": value})
            await play.settle()
            heard = [text for level, text in said(caplog) if level == "DEBUG"]
    assert heard[0].startswith("> [2,")
    assert "BootNotification" in heard[0]
    assert heard[1].startswith("< [3,")
    assert any(key in text for text in heard)
    assert not [text for text in heard if value in text]


async def test_frames_cost_nothing_at_info(autojump_clock: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    async with stage() as play:
        before = list(play.rig.fleet.listeners)
        with log_fleet(play.rig.fleet):
            assert play.rig.fleet.listeners == before
            await play.booted()


async def test_afterwards_nobody_listens_any_more(autojump_clock: object) -> None:
    async with stage() as play:
        fleet, station = play.rig.fleet, play.station
        lists = [
            fleet.listeners,
            fleet.newcomers,
            fleet.system.watchers,
            station.board.watchers,
            station.context.tracer.note_listeners,
        ]
        before = [list(one) for one in lists]
        with log_fleet(fleet):
            await play.booted()
        assert [list(one) for one in lists] == before


async def test_frames_are_heard_while_the_level_wants_them(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    async with stage() as play:
        with log_fleet(play.rig.fleet) as listen:
            await play.booted()
            listeners = len(play.rig.fleet.listeners)
            caplog.set_level(logging.DEBUG, LOGGER)
            listen()
            listen()
            assert len(play.rig.fleet.listeners) == listeners + 1
            await play.ask("TriggerMessage", requestedMessage="Heartbeat")
            caplog.set_level(logging.INFO, LOGGER)
            listen()
            assert len(play.rig.fleet.listeners) == listeners
    frames = [text for level, text in said(caplog) if level == "DEBUG"]
    assert any("Heartbeat" in text for text in frames)
    assert not any("BootNotification" in text for text in frames)
