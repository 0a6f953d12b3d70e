"""Running the program as a user does: a process of its own, real sockets, exit codes."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from tests.cli.started import Started
from tests.real.independent import IndependentServer

ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}


class Ended(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


def start(*arguments: str, environment: Mapping[str, str] | None = None) -> Started:
    """Start a command in a process of its own."""
    return Started(arguments, {**ENVIRONMENT, **(environment or {})})


def finish(process: "Started | subprocess.Popen[str]", within: float = 30) -> Ended:
    try:
        out, err = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Ended(process.wait(), out, err)


def run(*arguments: str, within: float = 30, environment: Mapping[str, str] | None = None) -> Ended:
    return finish(start(*arguments, environment=environment), within)


def run_anew(*arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
    """With an interpreter that starts anew, as from a shell."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ocppsim", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, **(environment or {})},
    )
    return finish(process)


@contextmanager
def central_system(*options: str) -> Iterator[str]:
    """The URL of an `ocppsim csms` that runs until the block ends."""
    process = start("csms", "--port", "0", *options)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on "), line
        yield line.removeprefix("listening on ").strip()
    finally:
        process.terminate()
        process.communicate(timeout=10)


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def actions(server: IndependentServer, identity: str) -> list[str]:
    """The actions that a station called, in their order."""
    calls = (
        frame.text.split('"', 4)
        for frame in server.seen.frames
        if frame.direction == "in" and frame.identity == identity
    )
    return [parts[3] for parts in calls if parts[0] == "[2,"]
