"""The command line: one module per command."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from ocppsim.cli import charge, csms, demo
from ocppsim.cli.exits import CommandEnded

_COMMANDS = (demo, charge, csms)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except CommandEnded as ended:
        print(f"ocppsim: {ended.message}", file=sys.stderr)
        return ended.code
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ocppsim",
        description="Simulates EV charging stations that speak OCPP-J to a central system (CSMS).",
    )
    parser.add_argument("--version", action="version", version=f"ocppsim {version('ocppsim')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
