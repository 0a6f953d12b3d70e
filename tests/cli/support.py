"""Running the program as a user does: a process of its own, real sockets, exit codes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "ocppsim", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )


def run(*arguments: str, within: float = 30) -> "subprocess.CompletedProcess[str]":
    process = start(*arguments)
    try:
        out, err = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


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
