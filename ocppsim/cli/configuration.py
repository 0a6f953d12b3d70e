"""What the commands that read a configuration have in common."""

import sys
from pathlib import Path

from ocppsim.cli.exits import CommandEnded, Exit
from ocppsim.config.loading import Loaded, load
from ocppsim.config.problems import ConfigurationError
from ocppsim.templates import vocabulary
from ocppsim.terminal.words import printable

USUAL = ("config.toml", "config.json")
"""The files that are looked for where none is named."""


class Unusable(CommandEnded):
    """Files with problems: a line of stderr for each."""

    def __init__(self, error: ConfigurationError) -> None:
        super().__init__(Exit.USAGE, str(error))
        self.lines = [str(problem) for problem in error.problems]

    def say(self) -> None:
        for line in self.lines:
            print(f"ocppsim: {printable(line)}", file=sys.stderr)


def chosen(file: Path | None) -> Path:
    """The file named, or the usual one of this folder."""
    if file is not None:
        return file
    for name in USUAL:
        if Path(name).is_file():
            return Path(name)
    raise CommandEnded(
        Exit.USAGE, f"no {' or '.join(USUAL)} here; name one with --config, or see ocppsim config init"
    )


def loaded(file: Path) -> Loaded:
    """Raises CommandEnded."""
    try:
        return load(file, vocabulary())
    except ConfigurationError as error:
        raise Unusable(error) from error


def say_notices(loaded: Loaded) -> None:
    """To stderr: output is for what the stations do."""
    for notice in loaded.notices:
        say_note(str(notice))


def say_note(words: str) -> None:
    print(f"ocppsim: note: {printable(words)}", file=sys.stderr)
