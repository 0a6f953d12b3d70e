"""Firmware and logs of a whole station in real time, with real servers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import trio
from file_servers import PASSWORD, QUOTED, ftp_server, http_server

from ocppsim.actors.trace import TraceEntry
from ocppsim.actors.transfer.real import real
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.events import Event, FrameSeen
from ocppsim.csms.server import serve_websockets
from ocppsim.model.firmware import FirmwareUpgrade
from ocppsim.model.specification import Specification
from ocppsim.testing.rig import Rig, open_rig

STATION = Specification(
    "CS-1", firmware_version="1.0.0", firmware_upgrade=FirmwareUpgrade(install_s=0.01), reset_time_s=0.01
)
PAST = "2020-01-01T00:00:00Z"


async def booted(rig: Rig) -> None:
    rig.fleet.transfers = real()
    station = rig.add(STATION)
    await station.board.until(lambda board: board.registration.accepted)


async def said(rig: Rig, pattern: str) -> None:
    """Until the station has said so."""
    news = trio.Event()

    def hear(_: TraceEntry) -> None:
        news.set()

    rig.fleet.listeners.append(hear)
    with trio.fail_after(10):
        while not any(re.search(pattern, text) for text in rig.texts("CS-1")):
            await news.wait()
            news = trio.Event()
    rig.fleet.listeners.remove(hear)


def words(rig: Rig) -> list[str]:
    texts = "\n".join(rig.texts("CS-1"))
    return re.findall(r'StatusNotification",\{"status":"(\w+)"\}', texts)


@pytest.mark.honours("UpdateFirmware", "GetDiagnostics", "SupportedFileTransferProtocols")
async def test_firmware_comes_by_http_after_a_retry_and_the_log_goes_by_ftp(tmp_path: Path) -> None:
    async with open_rig() as rig:
        await booted(rig)
        with http_server() as web, ftp_server(tmp_path) as port:
            web.protected, web.fail_times = True, 1
            web.files["/firmware.bin"] = b"firmware"
            location = f"http://{QUOTED}@127.0.0.1:{web.port}/firmware.bin"
            asked = {"location": location, "retrieveDate": PAST, "retries": 1, "retryInterval": 0}
            assert await rig.csms.call("CS-1", "UpdateFirmware", asked) == {}
            await said(rig, '"Installed"')
            assert web.asked == ["GET /firmware.bin"] * 2
            assert any('"firmwareVersion":"1.0.1"' in text for text in rig.texts("CS-1"))
            folder = f"ftp://{QUOTED}@127.0.0.1:{port}/"
            answer = await rig.csms.call("CS-1", "GetDiagnostics", {"location": folder})
            await said(rig, '"Uploaded"')
        log = (tmp_path / answer["fileName"]).read_text()
        assert "> BootNotification" in log
        assert f"firmware: 127.0.0.1:{web.port}: HTTP 503 (service unavailable)" in log
        train = ["Downloading", "Downloaded", "Installing", "Installed", "Uploading", "Uploaded"]
        assert words(rig) == train
        for text in (log, rig.trace()):
            assert PASSWORD not in text
            assert QUOTED not in text


@pytest.mark.honours("GetLog", "SupportedFileTransferProtocols")
@pytest.mark.parametrize(
    ("status", "word"),
    [
        (0, "Uploaded"),
        (400, "BadMessage"),
        (403, "PermissionDenied"),
        (405, "NotSupportedOperation"),
        (500, "UploadFailure"),
    ],
)
async def test_a_log_goes_by_http_or_says_why_not(status: int, word: str) -> None:
    async with open_rig() as rig:
        await booted(rig)
        with http_server() as web:
            web.refuse["/here.log"] = status
            log = {"remoteLocation": f"http://127.0.0.1:{web.port}/here.log"}
            asked = {"logType": "DiagnosticsLog", "requestId": 7, "log": log, "retries": 0}
            assert (await rig.csms.call("CS-1", "GetLog", asked))["status"] == "Accepted"
            await said(rig, f'"status":"{word}","requestId":7')
        assert ("/here.log" in web.files) is (status == 0)


async def test_another_update_cancels_a_real_download_at_once() -> None:
    async with open_rig() as rig:
        await booted(rig)
        with http_server() as web:
            web.files["/f"] = b"firmware"
            base = f"http://127.0.0.1:{web.port}"
            for path in ("hang", "f"):
                asked = {"location": f"{base}/{path}", "retrieveDate": PAST}
                await rig.csms.call("CS-1", "UpdateFirmware", asked)
                await trio.sleep(0.1 if path == "hang" else 0)
            await said(rig, '"Installed"')
            assert web.asked == ["GET /hang", "GET /f"]


async def test_charge_really_fetches_and_uploads(tmp_path: Path) -> None:
    """The command, as a process of its own."""
    csms = CentralSystem(seed=1)
    begun = trio.Event()

    def watch(event: Event) -> None:
        if isinstance(event, FrameSeen) and "StartTransaction" in str(event.text):
            begun.set()

    csms.listeners.append(watch)
    async with trio.open_nursery() as nursery:
        port = await nursery.start(serve_websockets, csms, 0)
        with http_server() as web, ftp_server(tmp_path) as ftp_port:
            process = await trio.lowlevel.open_process(
                [sys.executable, "-m", "ocppsim", "charge", f"ws://127.0.0.1:{port}/", "--duration", "3"],
                stdout=subprocess.DEVNULL,
            )
            with trio.fail_after(20):
                await begun.wait()
                asked = {"location": f"http://127.0.0.1:{web.port}/f", "retrieveDate": PAST, "retries": 0}
                await csms.call("CS-1", "UpdateFirmware", asked)
                folder = f"ftp://{QUOTED}@127.0.0.1:{ftp_port}/"
                answer = await csms.call("CS-1", "GetDiagnostics", {"location": folder})
                assert await process.wait() == 0
        nursery.cancel_scope.cancel()
    assert web.asked == ["GET /f"]
    assert "> StartTransaction" in (tmp_path / answer["fileName"]).read_text()
