"""Logs that a central system asks for (1.6 ed. 2, 4.4 and 5.9; whitepaper N01), with pretended transfers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from attrs import define, field
from stage import Stage, stage
from transcript import stamp

from ocppsim.actors.store import Folder
from ocppsim.actors.transfer import Failure, TransferFailed
from ocppsim.csms.behaviour import Refuse, Rule, Silent
from ocppsim.model.security import SecurityEvent

DIAGNOSTICS, LOG = "DiagnosticsStatusNotification", "LogStatusNotification"
URL = "ftp://user:secret@files.example/logs/"
TRANSFER_S, RESET_S = 20, 60


@define
class Shelf:
    """Keeps what is uploaded; fails as told, or takes its time."""

    failures: list[Failure] = field(factory=list)
    takes_s: float = 0.0
    tried: int = 0
    files: dict[str, str] = field(factory=dict)

    async def download(self, location: str) -> bytes:
        raise AssertionError(f"nothing is fetched from {location}")

    async def upload(self, location: str, name: str, content: bytes) -> None:
        assert location == URL
        self.tried += 1
        await trio.sleep(self.takes_s)
        if self.failures:
            raise TransferFailed(self.failures.pop(0), "files.example: no room")
        self.files[name] = content.decode()


@asynccontextmanager
async def with_shelf(shelf: Shelf, **options: Any) -> AsyncIterator[Stage]:
    async with stage(**options) as play:
        play.station.context.transfers = shelf
        yield await play.booted()


def words(play: Stage, action: str = DIAGNOSTICS, since: int = 0) -> list[str]:
    return [frame.payload["status"] for frame in play.said(action, since)]


def numbered(play: Stage) -> list[tuple[str, int | None]]:
    return [(frame.payload["status"], frame.payload.get("requestId")) for frame in play.said(LOG)]


async def asked(play: Stage) -> str:
    """What the station says of its diagnostics when it is asked."""
    mark = play.mark()
    await play.ask("TriggerMessage", requestedMessage=DIAGNOSTICS)
    [said] = words(play, since=mark)
    return said


async def get_log(play: Stage, request: int = 7, kind: str = "DiagnosticsLog", **asked: Any) -> Any:
    between = {name: asked.pop(name) for name in ("oldestTimestamp", "latestTimestamp") if name in asked}
    log = {"remoteLocation": URL, **between}
    return await play.ask("GetLog", logType=kind, requestId=request, log=log, **asked)


# -- GetDiagnostics


@pytest.mark.honours("GetDiagnostics", "DiagnosticsStatusNotification")
async def test_4_4_and_5_9_the_file_is_named_then_uploaded(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        began = round(play.now)
        mark = play.mark()
        answer = await play.ask("GetDiagnostics", location=URL)
        assert answer == {"fileName": f"CS-1-diagnostics-20260101T00000{began}.log"}
        assert play.written(mark)[0].kind == 3
        await play.later(TRANSFER_S)
        assert words(play) == ["Uploading", "Uploaded"]
        assert play.times(DIAGNOSTICS) == [began, began + TRANSFER_S]


@pytest.mark.honours("GetDiagnostics")
async def test_what_is_uploaded_is_the_stations_own_log_without_any_secret(autojump_clock: object) -> None:
    shelf = Shelf()
    async with with_shelf(shelf) as play:
        await play.ask("ChangeConfiguration", key="NoSuchKey", value="hunter2")
        await play.charge(tag="TAG-SECRET")
        name = (await play.ask("GetDiagnostics", location=URL))["fileName"]
        await play.settle()
        content = shelf.files[name]
        lines = content.splitlines()
        assert lines[0] == f"{stamp(0)} > BootNotification"
        assert [line.split(" ", 1)[1] for line in lines].count("< ChangeConfiguration") == 1
        assert "> StartTransaction" in content
        for secret in ("hunter2", "TAG-SECRET", "secret"):
            assert secret not in content


@pytest.mark.honours("GetDiagnostics")
@pytest.mark.parametrize(
    ("between", "seconds"),
    [
        ({}, [0, 100, 200]),
        ({"startTime": 100}, [100, 200]),
        ({"stopTime": 100}, [0, 100]),
        ({"startTime": 50, "stopTime": 150}, [100]),
    ],
)
async def test_the_log_is_that_of_the_interval_asked_for(
    autojump_clock: object, between: dict[str, float], seconds: list[int]
) -> None:
    shelf = Shelf()
    async with with_shelf(shelf) as play:
        for second in (100, 200):
            await play.later(second - play.now)
            await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        await play.later(300 - play.now)
        times = {name: stamp(second) for name, second in between.items()}
        name = (await play.ask("GetDiagnostics", location=URL, **times))["fileName"]
        await play.settle()
        stamps = {line.split(" ")[0] for line in shelf.files[name].splitlines()}
        wanted = {stamp(second) for second in seconds}
        assert wanted <= stamps
        last = stamp(300)
        if "stopTime" in between:
            assert max(stamps) == max(wanted)
        else:
            assert max(stamps) == last
        assert min(stamps) == min(wanted)


@pytest.mark.honours("GetDiagnostics")
async def test_where_there_is_nothing_to_upload_no_file_is_named(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await play.ask("GetDiagnostics", location=URL, startTime=stamp(5000)) == {}
        await play.later(100)
        assert words(play) == []


@pytest.mark.honours("GetDiagnostics", "DiagnosticsStatusNotification")
@pytest.mark.parametrize(
    ("failures", "asked", "tries", "end"),
    [
        ([Failure.BROKEN] * 2, {"retries": 2, "retryInterval": 100}, 3, "Uploaded"),
        ([Failure.BROKEN] * 9, {"retries": 2, "retryInterval": 100}, 3, "UploadFailed"),
        ([Failure.BROKEN] * 9, {"retryInterval": 100}, 3, "UploadFailed"),
        ([Failure.BROKEN], {"retries": 0}, 1, "UploadFailed"),
        ([Failure.NOT_SUPPORTED], {"retries": 5}, 1, "UploadFailed"),
    ],
)
async def test_an_upload_is_tried_again(
    autojump_clock: object, failures: list[Failure], asked: dict[str, int], tries: int, end: str
) -> None:
    shelf = Shelf(failures)
    async with with_shelf(shelf) as play:
        mark = play.mark()
        began = round(play.now)
        await play.ask("GetDiagnostics", location=URL, **asked)
        await play.later(1000)
        assert shelf.tried == tries
        assert words(play) == ["Uploading", end]
        assert play.times(DIAGNOSTICS) == [began, began + 100 * (tries - 1)]
        assert play.notes("no room", mark)
        assert not play.notes("secret")


@pytest.mark.honours("TriggerMessage", "DiagnosticsStatusNotification")
async def test_a_trigger_tells_whether_diagnostics_are_under_way(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        told = [await asked(play)]
        await play.ask("GetDiagnostics", location=URL)
        told.append(await asked(play))
        await play.later(TRANSFER_S)
        told.append(await asked(play))
        assert told == ["Idle", "Uploading", "Idle"]


async def test_a_new_request_takes_the_place_of_the_upload_under_way(autojump_clock: object) -> None:
    shelf = Shelf(takes_s=10)
    async with with_shelf(shelf) as play:
        await play.ask("GetDiagnostics", location=URL)
        await play.later(5)
        name = (await play.ask("GetDiagnostics", location=URL))["fileName"]
        await play.later(100)
        assert words(play) == ["Uploading", "Uploading", "Uploaded"]
        assert list(shelf.files) == [name]


# -- GetLog


@pytest.mark.honours("GetLog", "LogStatusNotification")
async def test_n01_a_log_is_uploaded_under_the_number_of_its_request(autojump_clock: object) -> None:
    """N01.FR.01, 02, 04, 07 to 09."""
    shelf = Shelf()
    async with with_shelf(shelf) as play:
        mark = play.mark()
        answer = await get_log(play, 7)
        assert answer["status"] == "Accepted"
        assert play.written(mark)[0].kind == 3
        await play.settle()
        assert numbered(play) == [("Uploading", 7), ("Uploaded", 7)]
        assert "> BootNotification" in shelf.files[answer["filename"]]


@pytest.mark.honours("GetLog", "LogStatusNotification")
@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (Failure.BROKEN, "UploadFailure"),
        (Failure.DENIED, "PermissionDenied"),
        (Failure.BAD_LOCATION, "BadMessage"),
        (Failure.NOT_SUPPORTED, "NotSupportedOperation"),
    ],
)
async def test_n01_a_failure_says_why(autojump_clock: object, failure: Failure, word: str) -> None:
    """N01.FR.10."""
    async with with_shelf(Shelf([failure])) as play:
        await get_log(play, 7, retries=0)
        assert numbered(play) == [("Uploading", 7), (word, 7)]


@pytest.mark.honours("GetLog", "LogStatusNotification")
@pytest.mark.parametrize(
    ("location", "word"), [("gopher://host/", "NotSupportedOperation"), ("nowhere", "BadMessage")]
)
async def test_n01_pretended_uploads_too_read_their_location(
    autojump_clock: object, location: str, word: str
) -> None:
    async with stage() as play:
        await play.booted()
        log = {"remoteLocation": location}
        answer = await play.ask("GetLog", logType="DiagnosticsLog", requestId=1, log=log)
        assert answer["status"] == "Accepted"
        assert numbered(play) == [("Uploading", 1), (word, 1)]


@pytest.mark.honours("GetLog")
async def test_n01_another_request_cancels_the_upload_under_way(autojump_clock: object) -> None:
    """N01.FR.11; the request that was cancelled hears of its end too."""
    shelf = Shelf(takes_s=10)
    async with with_shelf(shelf) as play:
        await get_log(play, 7)
        await play.later(5)
        answer = await get_log(play, 8)
        assert answer["status"] == "AcceptedCanceled"
        await play.later(100)
        assert numbered(play) == [
            ("Uploading", 7),
            ("UploadFailure", 7),
            ("Uploading", 8),
            ("Uploaded", 8),
        ]
        assert list(shelf.files) == [answer["filename"]]


@pytest.mark.honours("GetLog")
async def test_n01_a_log_without_a_line_in_the_interval_is_rejected(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        asked = {"oldestTimestamp": stamp(1000), "latestTimestamp": stamp(500)}
        assert await get_log(play, 7, **asked) == {"status": "Rejected"}
        await play.later(100)
        assert numbered(play) == []


@pytest.mark.honours("GetLog")
async def test_n01_the_security_log_has_what_concerns_security_alone(autojump_clock: object) -> None:
    """N01.FR.03."""
    shelf = Shelf()
    async with with_shelf(shelf) as play:
        event = SecurityEvent.INVALID_FIRMWARE_SIGNATURE
        play.station.context.security_events.happened(event)
        answer = await get_log(play, 7, kind="SecurityLog")
        assert answer["status"] == "Accepted"
        assert "-security-" in answer["filename"]
        await play.settle()
        content = shelf.files[answer["filename"]]
        assert content.endswith(" InvalidFirmwareSignature\n")
        assert "BootNotification" not in content


@pytest.mark.honours("ExtendedTriggerMessage", "LogStatusNotification")
async def test_n01_a_trigger_tells_whether_a_log_is_under_way(autojump_clock: object) -> None:
    """N01.FR.12: without an upload there is no number."""
    async with with_shelf(Shelf(takes_s=10)) as play:
        for _ in range(2):
            await play.ask("ExtendedTriggerMessage", requestedMessage=LOG)
            await get_log(play, 7)
            await play.ask("ExtendedTriggerMessage", requestedMessage=LOG)
            await play.later(10)
        once = [("Idle", None), ("Uploading", 7), ("Uploading", 7), ("Uploaded", 7)]
        assert numbered(play) == once * 2


async def test_both_kinds_of_request_have_uploads_of_their_own(autojump_clock: object) -> None:
    async with with_shelf(Shelf(takes_s=10)) as play:
        await play.ask("GetDiagnostics", location=URL)
        assert (await get_log(play, 7))["status"] == "Accepted"
        await play.later(10)
        assert words(play) == ["Uploading", "Uploaded"]
        assert numbered(play) == [("Uploading", 7), ("Uploaded", 7)]


# -- connections and lives


async def test_an_upload_goes_on_without_a_connection_and_its_end_is_told_later(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await play.ask("GetDiagnostics", location=URL)
        await get_log(play, 7)
        await play.outage(TRANSFER_S + 5)
        await play.settle()
        assert words(play) == ["Uploading", "Uploaded"]
        assert numbered(play) == [("Uploading", 7), ("Uploaded", 7)]


async def test_an_upload_that_a_reset_cuts_short_has_failed(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.ask("GetDiagnostics", location=URL)
        await get_log(play, 7)
        await play.later(5)
        await play.ask("Reset", type="Hard")
        await play.later(RESET_S + 100)
        assert words(play) == ["Uploading", "UploadFailed"]
        assert numbered(play) == [("Uploading", 7), ("UploadFailure", 7)]


async def test_an_upload_that_the_end_of_the_process_cuts_short_has_failed(
    autojump_clock: object, tmp_path: Any
) -> None:
    for expected in (["Uploading"], ["UploadFailed"], []):
        store = Folder.open(tmp_path)
        async with stage(store=store) as play:
            await play.booted()
            if expected == ["Uploading"]:
                await play.ask("GetDiagnostics", location=URL)
            await play.settle()
            assert words(play) == expected
        store.close()


async def test_a_station_that_goes_down_begins_no_upload(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=["StopTransaction"], times=1)) as play:
        await play.booted()
        await play.charge()
        await play.ask("Reset", type="Soft")
        assert await play.ask("GetDiagnostics", location=URL) == {}
        assert await get_log(play) == {"status": "Rejected"}


async def test_n01_half_a_character_makes_no_location(autojump_clock: object) -> None:
    """JSON can escape half of a surrogate pair; no text that can be sent has it."""
    log = {"remoteLocation": "http://127.0.0.1/\ud83d"}
    async with stage() as play:
        await play.booted()
        await play.write(
            2, "x", "GetLog", {"logType": "DiagnosticsLog", "requestId": 1, "log": log, "retries": 0}
        )
        assert play.answer_to("x").kind == 3
        await play.hears("LogStatusNotification", since=0, status="BadMessage")


async def test_half_a_character_that_the_central_system_sent_is_escaped_in_the_log(
    autojump_clock: object,
) -> None:
    shelf = Shelf()
    async with with_shelf(shelf) as play:
        play.rule(Refuse("InternalError", "no \ud83d"), "Authorize")
        play.plug()
        await play.show()
        answer = await get_log(play)
        await play.later(1)
        assert r"no \ud83d" in shelf.files[answer["filename"]]
