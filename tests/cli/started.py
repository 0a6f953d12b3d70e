"""A command that runs in a process of its own, forked by a launcher that has the program loaded already."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from select import select
from subprocess import TimeoutExpired
from threading import Thread
from typing import TextIO


class Started:
    """The part of `subprocess.Popen` that tests need."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.args = arguments
        self.returncode: int | None = None
        out, err, told = os.pipe(), os.pipe(), os.pipe()
        request = {"arguments": arguments, "environment": dict(environment), "folder": os.getcwd()}
        with open(os.devnull) as nothing:
            theirs = [nothing.fileno(), out[1], err[1], told[1]]
            socket.send_fds(_launcher(), [json.dumps(request).encode()], theirs)
        for descriptor in theirs[1:]:
            os.close(descriptor)
        self.stdout: TextIO = os.fdopen(out[0])
        self.stderr: TextIO = os.fdopen(err[0])
        self._told: TextIO = os.fdopen(told[0])
        self.pid = int(self._told.readline())

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """The exit code, if it has ended; that of a signal is negative."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        if (code := self._ended(timeout)) is None:
            raise TimeoutExpired(self.args, timeout or 0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it still writes until its end."""
        texts = ["", ""]

        def read(number: int, stream: TextIO) -> None:
            with stream:
                texts[number] = stream.read()

        readers = [
            Thread(target=read, args=each, daemon=True) for each in enumerate((self.stdout, self.stderr))
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join()
        return texts[0], texts[1]

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select([self._told], [], [], timeout)[0]:
            with self._told:
                self.returncode = int(self._told.readline())
        return self.returncode


@cache
def _launcher() -> socket.socket:
    """The socket of the launcher of this process of tests."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.launcher", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
