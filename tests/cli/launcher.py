"""Has the program loaded and forks it for whoever asks: each time a process of its own, without the start-up.

A request is a message on the socket whose number is the first argument. With it come four descriptors:
standard input, output and error of the program, and a pipe on which its process id and, later, its exit code
are told.
"""

import json
import os
import socket
import sys
from typing import Any

from ocppsim.cli import main
from ocppsim.cli.parser import parser
from ocppsim.security import authority, pki

LOADED = (parser(), authority, pki)
"""Besides what the parser loads, what the commands load when they need it."""


def serve(requests: socket.socket) -> int:
    """Fork until the other end closes. In each fork this returns the exit code of the program."""
    guards: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, 1 << 20, 4)
        if not message:
            return 0
        if (forked := os.fork()) == 0:
            requests.close()
            *standard, told = descriptors
            if (program := os.fork()) == 0:
                os.close(told)
                return run_the_program(standard, **json.loads(message))
            guard(program, standard, told)
        for descriptor in descriptors:
            os.close(descriptor)
        guards = {one for one in guards | {forked} if os.waitpid(one, os.WNOHANG) == (0, 0)}


def guard(program: int, standard: list[int], told: int) -> None:
    """Tell who it is and, when it has ended, how."""
    for descriptor in standard:
        os.close(descriptor)
    os.write(told, b"%d\n" % program)
    _, status = os.waitpid(program, 0)
    os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def run_the_program(standard: list[int], arguments: list[str], environment: Any, folder: str) -> int:
    """What `python -m ocppsim` does once all is loaded."""
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[1:] = arguments
    return main()


if __name__ == "__main__":
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
