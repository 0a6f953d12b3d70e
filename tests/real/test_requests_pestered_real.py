"""Requests without sense, at any moment, while files really come and go."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import sloppy
import trio
from file_servers import QUOTED, Web, ftp_server, http_server
from test_requests_pestered import pester

from ocppsim.actors.store import Folder
from ocppsim.actors.transfer.real import real
from ocppsim.clock import ScaledClock
from ocppsim.csms.central_system import CentralSystem

SPEED = 300.0


def files(web: Web, ftp_port: int) -> Callable[[Random], tuple[str, dict[str, Any]]]:
    """Updates and uploads that may come to something, or hang."""
    base, ftp = f"http://127.0.0.1:{web.port}", f"ftp://{QUOTED}@127.0.0.1:{ftp_port}/"
    web.files["/f.bin"] = b"firmware"
    web.refuse["/refused.log"] = 403

    def made(draw: Random) -> tuple[str, dict[str, Any]]:
        source = draw.choice((f"{base}/f.bin", f"{base}/hang", f"{base}/none.bin", f"{ftp}none"))
        target = draw.choice((f"{base}/up.log", f"{base}/refused.log", ftp, f"{ftp}nowhere/"))
        return draw.choice(
            (
                ("UpdateFirmware", {"location": source, "retrieveDate": sloppy.moment(draw), "retries": 1}),
                ("GetDiagnostics", {"location": target}),
                ("GetLog", {"logType": "DiagnosticsLog", "requestId": 1, "log": {"remoteLocation": target}}),
            )
        )

    return made


def test_whatever_is_asked_while_files_come_and_go(tmp_path: Path) -> None:
    async def run(web: Web, ftp_port: int) -> set[str]:
        csms, make = CentralSystem(seed=5), files(web, ftp_port)
        with closing(Folder.open(tmp_path / "state")) as store:
            rough = {"drops": False, "pauses_s": (0, 0, 20), "transfers": real()}
            return await pester(5, store, csms, make, make, make, **rough)

    uploads = tmp_path / "uploads"
    uploads.mkdir()
    with http_server() as web, ftp_server(uploads) as ftp_port:
        done = trio.run(run, web, ftp_port, clock=ScaledClock(SPEED))
        assert done >= {
            "FirmwareStatusNotification",
            "DiagnosticsStatusNotification",
            "LogStatusNotification",
        }
        assert {"GET", "PUT"} <= {asked.partition(" ")[0] for asked in web.asked}
        assert list(uploads.iterdir()) != []
