"""The parser of the command line, and the commands behind it."""

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from ocppsim.cli import certs, charge, config, csms, demo, support, template
from ocppsim.cli import run as run_command
from ocppsim.cli.exits import CommandEnded, usage
from ocppsim.cli.output import output_ended

_COMMANDS = (demo, run_command, charge, csms, config, template, certs, support)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message: str) -> NoReturn:
        raise usage(f"{message} (see {self.prog} --help)")


def run(arguments: Sequence[str] | None) -> int:
    """Run a command; returns its exit code."""
    try:
        options = parser().parse_args(arguments)
        code: int = options.run(options)
    except CommandEnded as ended:
        ended.say()
        return ended.code
    except OSError as error:
        if (broken := output_ended(error)) is None:
            raise
        broken.say()
        return broken.code
    return code


def parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ocppsim",
        description="Simulates EV charging stations that speak OCPP-J to a central system (CSMS).",
    )
    parser.add_argument("--version", action="version", version=f"ocppsim {version('ocppsim')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
