"""`ocppsim support`: what is honoured, message by message and key by key."""

import argparse
import json

import attrs

from ocppsim.cli.exits import Exit, usage
from ocppsim.cli.output import say
from ocppsim.support.page import lines
from ocppsim.support.proofs import proofs
from ocppsim.support.rows import Row, keys, messages, newer


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Lists every message and configuration key of OCPP 1.6 and its whitepapers: honoured, "
        "offered without effect, or not supported. Messages and keys named: what is known of them."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a message or configuration key")
    parser.add_argument("--json", action="store_true", help="as JSON, with the names of all tests")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    known = proofs()
    rows = {row.name.lower(): row for row in (*messages(known), *keys(known), *newer(known))}
    if unknown := [name for name in options.names if name.lower() not in rows]:
        raise usage(f"neither a message nor a key of OCPP: {', '.join(unknown)}")
    chosen = [rows[name.lower()] for name in options.names] or list(rows.values())
    if options.json:
        say(json.dumps([attrs.asdict(row) | {"support": row.support.value} for row in chosen]))
    elif options.names:
        for row in chosen:
            _tell(row)
    else:
        for line in lines(known):
            say(line)
    return Exit.DONE


def _tell(row: Row) -> None:
    say(f"{row.name} ({row.profile}, {row.kind}): {row.support.value}")
    if row.remark:
        say(f"  {row.remark}")
    for test in row.tests:
        say(f"  {test}")
