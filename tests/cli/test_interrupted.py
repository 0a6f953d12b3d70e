"""Ctrl-C, SIGTERM and a reader that goes, at bad moments: 130 within two seconds, nothing left open."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic, thread_time

import pytest

from tests.cli.started import Started
from tests.cli.support import actions, finish, silent_port, start
from tests.real.independent import IndependentServer

WITHIN_S = 2.0
"""On a machine that has the time: one that has not is asked how slow it is (`slowness`)."""


def slowness() -> float:
    """How much longer than its processor time something takes just now: 1 on a quiet machine."""
    since, worked = monotonic(), thread_time()
    while thread_time() - worked < 0.1:
        pass
    return (monotonic() - since) / (thread_time() - worked)


def in_time(since: float, within_s: float) -> bool:
    elapsed_s = monotonic() - since
    return elapsed_s < within_s or elapsed_s < within_s * slowness()


def first_line(process: Started) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def interrupted(process: Started, *signals: signal.Signals) -> tuple[str, str]:
    """Send the signals; what else the program wrote before it ended with 130, in time."""
    since = monotonic()
    for number in signals:
        process.send_signal(number)
    ended = finish(process, within=10)
    assert ended.code == 130
    assert in_time(since, WITHIN_S)
    assert "Traceback" not in ended.err
    return ended.out, ended.err


@pytest.fixture
def dead_ends() -> Iterator[list[str]]:
    """URLs that lead nowhere: to silence before the handshake of websocket or TLS, and into a black hole."""
    with ExitStack() as stack:
        silent = stack.enter_context(silent_port())
        yield [f"ws://127.0.0.1:{silent}/", f"wss://127.0.0.1:{silent}/", "ws://192.0.2.1:9/"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_connecting(dead_ends: list[str], number: signal.Signals) -> None:
    processes = [start("charge", url) for url in dead_ends]
    for process in processes:
        assert first_line(process).startswith("seed ")
    for process in processes:
        interrupted(process, number)


def test_while_the_boot_is_not_answered(independent_server: IndependentServer) -> None:
    independent_server.settings.silent = {"BootNotification"}
    process = start("charge", independent_server.url)
    independent_server.wait_for(lambda seen: bool(seen.frames))
    interrupted(process, signal.SIGINT)
    independent_server.wait_for(lambda seen: not seen.connected, within_s=1)


@pytest.mark.parametrize("signals", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,)])
def test_in_mid_session_the_session_is_stopped(
    independent_server: IndependentServer, signals: tuple[signal.Signals, ...]
) -> None:
    process = start("charge", independent_server.url)
    independent_server.wait_for(lambda seen: any(one.status == "Charging" for one in seen.statuses))
    out, err = interrupted(process, *signals)

    assert err == ""
    (transaction,) = independent_server.seen.transactions()
    assert transaction.stop is not None
    assert transaction.stop.reason == "Local"
    assert len(out.splitlines()) - len(["seed"]) == len(independent_server.seen.frames), (
        "all that was said is shown"
    )
    assert independent_server.seen.violations == []


def test_twice_in_quick_succession_ends_it_at_once(independent_server: IndependentServer) -> None:
    independent_server.settings.silent = {"StopTransaction"}
    process = start("charge", independent_server.url)
    independent_server.wait_for(lambda seen: any(one.status == "Charging" for one in seen.statuses))
    process.send_signal(signal.SIGINT)
    independent_server.wait_for(lambda _: "StopTransaction" in actions(independent_server, "CS-1"))
    since = monotonic()
    interrupted(process, signal.SIGINT)
    assert in_time(since, 1)


def test_while_the_last_answers_are_awaited(independent_server: IndependentServer) -> None:
    independent_server.settings.silent = {"StopTransaction"}
    process = start("charge", independent_server.url, "--speed", "20", "--duration", "1")
    independent_server.wait_for(lambda _: "StopTransaction" in actions(independent_server, "CS-1"))
    interrupted(process, signal.SIGTERM)


@pytest.mark.parametrize(
    "arguments", [("csms", "--port", "0"), ("demo", "--plain", "--stations", "3")], ids=["csms", "demo"]
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_other_commands(arguments: tuple[str, ...], number: signal.Signals) -> None:
    process = start(*arguments)
    first_line(process)
    out, _ = interrupted(process, number)
    assert "violations" in out, "the summary is told all the same"


def read_two_lines_and_go(process: Started) -> tuple[int, str]:
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.readline()
    process.stdout.close()
    with process.stderr:
        err = process.stderr.read()
    return process.wait(timeout=10), err


def test_a_reader_that_goes_ends_the_session_quietly(independent_server: IndependentServer) -> None:
    process = start("charge", independent_server.url)
    assert read_two_lines_and_go(process) == (130, "")
    assert all(one.stop is not None for one in independent_server.seen.transactions())


def test_a_reader_that_goes_ends_a_demo_quietly() -> None:
    code, err = read_two_lines_and_go(start("demo", "--plain", "--stations", "2"))
    assert (code, "Traceback" in err) == (130, False)


@pytest.mark.parametrize("arguments", [("charge", "ws://127.0.0.1:9/"), ("csms", "--port", "0")])
def test_a_full_disk_is_told(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "ocppsim", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=10,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (
        2,
        "ocppsim: standard output: No space left on device\n",
    )
