"""`ocppsim demo` as a process: lines, JSON, a live table, and a central system that is not there."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from time import monotonic

import pytest

from tests.cli.support import ENVIRONMENT, closed_port, finish, run, start
from tests.real.independent import IndependentServer, schema_errors

FLEET = ("--stations", "20", "--duration", "30", "--seed", "7", "--speed", "5")


def test_twenty_stations_in_lines_and_as_json() -> None:
    in_lines = start("demo", *FLEET, "--plain")
    as_json = start("demo", *FLEET, "--json")
    lines, told = finish(in_lines), finish(as_json)

    assert (lines.code, lines.err) == (0, "")
    assert "seed 7, speed 5" in lines.out.splitlines()[0]
    summary = dict(line.split(maxsplit=1) for line in lines.out.splitlines()[-6:])
    assert summary["stations"] == "20, of which 20 booted"
    assert int(summary["sessions"].split()[0]) >= 20
    assert summary["violations"] == "0 by the central system"
    assert "\x1b" not in lines.out

    assert told.code == 0
    result = json.loads(told.out)
    assert told.out.count("\n") == 1
    assert result["sessions_completed"] >= 20
    assert (result["stations"], result["booted"], result["seed"]) == (20, 20, 7)
    assert result["violations"] == result["violations_by_stations"] == result["internal_errors"] == 0
    assert result["unsent"] == result["sessions_running"] == 0


def test_against_an_independent_central_system(independent_server: IndependentServer) -> None:
    ended = run("demo", "--url", independent_server.url, *FLEET, "--plain", "--stations", "8")

    assert (ended.code, ended.err) == (0, "")
    seen = independent_server.seen
    assert (seen.violations, schema_errors(seen.frames)) == ([], [])
    assert len(seen.boots) == 8
    assert len(seen.transactions()) >= 8
    assert all(one.stop is not None for one in seen.transactions())


def test_a_central_system_that_dies(independent_server: IndependentServer) -> None:
    options = ("--plain", "--stations", "3", "--speed", "10", "--duration", "30")
    process = start("demo", "--url", independent_server.url, *options)
    independent_server.wait_for(lambda seen: len(seen.transactions()) >= 3)
    independent_server.stop_listening()
    independent_server.drop_connections()
    ended = finish(process)

    assert ended.code == 1
    assert "cannot connect: connection refused" in ended.out
    assert "unsent" in ended.out
    assert ended.err.startswith("ocppsim: ")
    assert ended.err.count("\n") == 1


def test_a_closed_port() -> None:
    url = f"ws://127.0.0.1:{closed_port()}/"
    ended = run("demo", "--url", url, "--duration", "2", "--stations", "2", "--plain")

    assert (ended.code, ended.err) == (1, "ocppsim: only 0 sessions completed by 2 stations\n")
    assert "cannot connect: connection refused" in ended.out


def _in_terminal(*arguments: str, keys: bytes = b"", number: signal.Signals | None = None) -> tuple[int, str]:
    """Run the program in a terminal of its own; press keys or send a signal once the table is there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-c", _LEADER, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**environment, "TERM": "xterm-256color"},
    ) as process:
        os.close(slave)
        shown = _read_until(master, b"online")
        if keys:
            os.write(master, keys)
        if number is not None:
            process.send_signal(number)
        since = monotonic()
        shown += _read_until(master, None)
        code = process.wait(timeout=10)
        assert monotonic() - since < 6
    os.close(master)
    return code, shown.decode(errors="replace")


_LEADER = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from ocppsim.cli import main
sys.exit(main())
"""
"""In front of the terminal, as a shell would have it."""


def _read_until(descriptor: int, wanted: bytes | None) -> bytes:
    read = b""
    while wanted is None or wanted not in read:
        assert select.select([descriptor], [], [], 15)[0], read.decode(errors="replace")
        try:
            data = os.read(descriptor, 65536)
        except OSError:  # nobody has the other end any more
            data = b""
        if not data:
            assert wanted is None, read.decode(errors="replace")
            break
        read += data
    return read


def test_q_quits_the_table() -> None:
    code, shown = _in_terminal("demo", "--speed", "20", keys=b"q")
    assert code in (0, 1), "1 when not each station had a session yet"
    assert "Traceback" not in shown
    assert "\x1b[?1049l" in shown, "the terminal is given back"
    assert "\x1b[?25h" in shown, "with its cursor"


@pytest.mark.parametrize(("keys", "number"), [(b"\x03", None), (b"", signal.SIGTERM)], ids=["ctrl-c", "term"])
def test_an_interruption_ends_the_table(keys: bytes, number: signal.Signals | None) -> None:
    code, shown = _in_terminal("demo", keys=keys, number=number)
    assert code == 130
    assert "Traceback" not in shown
    assert "\x1b[?1049l" in shown
