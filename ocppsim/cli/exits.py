"""How commands end."""

import sys
from enum import IntEnum

from ocppsim.terminal.words import printable


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FAILED = 1  # the central system, or an expectation
    USAGE = 2  # an option, a file, a value
    BLOCKED = 3  # waited for the central system, which never acted
    OURS = 4  # our own error
    INTERRUPTED = 130


class CommandEnded(Exception):
    """Ends a command with a code and a line for stderr."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def say(self) -> None:
        """To stderr, in one line that cannot move the cursor; without words there is nothing to say."""
        if self.message:
            print(f"ocppsim: {printable(self.message)}", file=sys.stderr)


def usage(message: str) -> CommandEnded:
    return CommandEnded(Exit.USAGE, message)
