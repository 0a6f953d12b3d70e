"""The parser of the command line, and the commands behind it: each is loaded when it is named."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import NoReturn

from ocppsim.cli.exits import CommandEnded, usage
from ocppsim.cli.output import output_ended

COMMANDS: Mapping[str, str] = {
    "demo": "a fleet that charges, in a live table",
    "run": "the simulator from a configuration file",
    "charge": "one station, one whole session against a central system",
    "csms": "the embedded central system alone",
    "config": "configuration files: begin, check, convert",
    "template": "templates of stations: list, show, check",
    "certs": "make a throw-away PKI for tests",
    "support": "what is honoured of OCPP, and which tests show it",
}
"""What each is for. `add_options` of its module also sets what is to `run`."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message: str) -> NoReturn:
        raise usage(f"{message} (see {self.prog} --help)")


def run(arguments: Sequence[str] | None) -> int:
    """Run a command; returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    named = [argument for argument in given if not argument.startswith("-")][:1]
    try:
        options, unknown = parser(named).parse_known_args(given)
        if unknown:  # argparse itself would send people to the help that has no options
            hint = "name the file with --config; " if _is_file_of_run(named[0], unknown[0]) else ""
            raise usage(f"unrecognized arguments: {' '.join(unknown)} ({hint}see ocppsim {named[0]} --help)")
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


def _is_file_of_run(command: str, argument: str) -> bool:
    """`config check` takes it without an option, so people try."""
    return command == "run" and argument.endswith((".toml", ".json"))


def parser(loaded: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """The options of `loaded` commands are known, of the others no more than what they are for."""
    parser = Parser(
        prog="ocppsim",
        description="Simulates EV charging stations that speak OCPP-J to a central system (CSMS).",
    )
    parser.add_argument("--version", action="version", version=f"ocppsim {version('ocppsim')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose)
        if name in loaded:
            _add_options(name, command)
    return parser


def _add_options(name: str, command: argparse.ArgumentParser) -> None:
    match name:
        case "demo":
            from ocppsim.cli.demo import add_options
        case "run":
            from ocppsim.cli.run import add_options
        case "charge":
            from ocppsim.cli.charge import add_options
        case "csms":
            from ocppsim.cli.csms import add_options
        case "config":
            from ocppsim.cli.config import add_options
        case "template":
            from ocppsim.cli.template import add_options
        case "certs":
            from ocppsim.cli.certs import add_options
        case "support":
            from ocppsim.cli.support import add_options
        case _:
            raise ValueError(f"{name} is no command")
    add_options(command)
