"""What the central system does decides how `ocppsim charge` ends: 1 when it refuses, 3 when it never acts."""

import subprocess
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.cli.support import Ended, actions, closed_port, silent_port
from tests.real.independent import IndependentServer

Command = Callable[..., Ended]
REFUSED = "ocppsim: the central system refused"


def charge(command: Command, server: IndependentServer, *options: str) -> Ended:
    return command("charge", server.url, "--speed", "20", "--duration", "5", *options)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_http_refusal_ends_it_at_once(
    command: Command, independent_server: IndependentServer, status: int
) -> None:
    independent_server.settings.http_status = status

    ended = charge(command, independent_server)

    assert ended.code == 1
    assert ended.err == f"{REFUSED} the connection: HTTP {status} {HTTPStatus(status).phrase}: refused\n"


@pytest.mark.parametrize("chosen", [None, "ocpp2.0.1"])
def test_a_wrong_subprotocol_ends_it_at_once(
    command: Command, independent_server: IndependentServer, chosen: str | None
) -> None:
    independent_server.settings.subprotocol = chosen

    ended = charge(command, independent_server)

    assert ended.code == 1
    assert ended.err.startswith(f"{REFUSED} the connection: ")
    assert "subprotocol" in ended.err


def test_a_server_in_trouble_is_tried_again(command: Command, independent_server: IndependentServer) -> None:
    independent_server.settings.http_status = 503

    ended = charge(command, independent_server, "--patience", "0.3")

    assert ended.code == 3
    assert ended.err == (
        "ocppsim: no connection within 0.3 s: 1 try, last: HTTP 503 Service Unavailable: refused\n"
    )


def test_a_rejected_boot(command: Command, independent_server: IndependentServer) -> None:
    independent_server.settings.boots = [("Rejected", 300)]

    ended = charge(command, independent_server)

    assert (ended.code, ended.err) == (1, "ocppsim: the central system rejected the BootNotification\n")
    assert actions(independent_server, "CS-1") == ["BootNotification"]


def test_a_boot_that_stays_pending(command: Command, independent_server: IndependentServer) -> None:
    independent_server.settings.boots = [("Pending", 1)]

    ended = charge(command, independent_server, "--patience", "0.3")

    assert (ended.code, ended.err) == (3, "ocppsim: the central system keeps the station Pending\n")


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid"])
def test_a_tag_that_is_refused(command: Command, independent_server: IndependentServer, status: str) -> None:
    independent_server.settings.id_tags = {"TAG-1": status}

    ended = charge(command, independent_server)

    assert ended.code == 1
    assert ended.err.startswith(f"{REFUSED}: ")
    assert status.lower() in ended.err.lower()
    assert "StartTransaction" not in actions(independent_server, "CS-1")


def test_nobody_listens(command: Command) -> None:
    ended = command("charge", f"ws://127.0.0.1:{closed_port()}/", "--patience", "1.6")

    assert ended.code == 3
    assert ended.err == "ocppsim: no connection within 1.6 s: 2 tries, last: connection refused\n"


def test_a_port_that_says_nothing(command: Command) -> None:
    with silent_port() as port:
        ended = command("charge", f"ws://127.0.0.1:{port}/", "--patience", "0.3")

    assert ended.code == 3
    assert ended.err == "ocppsim: no connection within 0.3 s: 1 try, last: no answer\n"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("BootNotification", "connected, but no answer to BootNotification within 0.3 s"),
        ("Authorize", "no answer to Authorize"),
    ],
)
def test_a_central_system_that_does_not_answer(
    command: Command, independent_server: IndependentServer, action: str, words: str
) -> None:
    independent_server.settings.silent = {action}

    ended = charge(command, independent_server, "--patience", "0.3")

    assert (ended.code, ended.err) == (3, f"ocppsim: {words}\n")


def test_remote_and_nobody_starts(command: Command, independent_server: IndependentServer) -> None:
    ended = charge(command, independent_server, "--remote", "--patience", "0.3")

    assert (ended.code, ended.err) == (3, "ocppsim: no RemoteStartTransaction came\n")
    assert "Authorize" not in actions(independent_server, "CS-1")


def test_what_is_done_is_code_0_with_a_clean_stderr(
    command: Command, independent_server: IndependentServer, tmp_path: Path
) -> None:
    ended = charge(command, independent_server, "--state", str(tmp_path), "--connectors", "2")

    assert (ended.code, ended.err) == (0, "")
    assert "session closed (local): " in ended.out.splitlines()[-1]
    assert independent_server.seen.violations == []


def test_a_disk_that_refuses_is_said_and_stops_nothing(
    independent_server: IndependentServer, tmp_path: Path
) -> None:
    """A limit on the size of files stands for a full disk."""
    program = f"{sys.executable} -m ocppsim charge {independent_server.url} --speed 20 --duration 5"
    ended = subprocess.run(
        ["sh", "-c", f"ulimit -f 0; exec {program} --state {tmp_path}"],
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert ended.returncode == 0
    assert "session closed (local): " in ended.stdout
    assert "--state: the disk refused, nothing was kept from then on: " in ended.stderr
    assert "File too large" in ended.stderr


def test_standard_streams_that_are_closed_harm_nobody() -> None:
    """As a supervisor may start it; whatever is opened next must not be taken for standard output."""
    program = f"{sys.executable} -m ocppsim charge ws://127.0.0.1:{closed_port()} --patience 0.1"
    ended = subprocess.run(
        ["sh", "-c", f"exec {program} <&- >&-"], stderr=subprocess.PIPE, text=True, timeout=30
    )
    assert ended.returncode == 3
    assert ended.stderr == "ocppsim: no connection within 0.1 s: 1 try, last: connection refused\n"
