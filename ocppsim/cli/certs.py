"""`ocppsim certs`: a throw-away PKI in a folder."""

import argparse
import os
from pathlib import Path

from ocppsim import security
from ocppsim.cli import options as opt
from ocppsim.cli.exits import Exit, usage
from ocppsim.cli.output import say

HOSTS = ("localhost", "127.0.0.1", "::1")
_WORDS = {
    "ca": "the operator's root: stations trust it (--ca)",
    "sub-ca": "an authority below it, which signs servers' and stations' certificates",
    "server": "a central system's certificate",
    "station": "the station's certificate",
    "expired": "a central system's, expired yesterday",
    "wrong-name": "a central system's, for another host",
    "unknown-ca": "a central system's, by an authority that nobody knows",
    "manufacturer": "the manufacturer's root",
    "firmware": "the manufacturer's certificate for signing firmware",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Writes certificates (NAME.pem, followed by those between it and the root) and their "
        "keys (NAME.key) into a folder. They are for tests: they protect nothing."
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--id", type=opt.identity, default="CS-1", metavar="ID", help="default: CS-1")
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help=f"name or address of the central system; default: {', '.join(HOSTS)}",
    )
    parser.add_argument(
        "--operator", metavar="NAME", default="ocppsim operator", help="whose stations they are (CpoName)"
    )
    parser.add_argument(
        "--days",
        type=opt.count(1, 3650),
        default=365,
        metavar="N",
        help="how long the certificates of central system and station hold (365)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        security.require()
    except security.MissingPackage as error:
        raise usage(str(error)) from error
    from ocppsim.security.pki import throw_away

    folder: Path = options.folder
    try:
        made = throw_away(options.id, options.host or HOSTS, options.operator, options.days)
    except ValueError as error:
        raise usage(f"a name that no certificate can have: {error}") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, issued in made.items():
            (folder / f"{name}.pem").write_text(issued.certificate)
            _write_secret(folder / f"{name}.key", issued.key)
    except OSError as error:
        raise usage(f"{error.filename}: {error.strerror}") from error
    for name in made:
        say(f"{folder / name}.pem, .key".ljust(40) + f" {_WORDS[name]}")
    return Exit.DONE


def _write_secret(path: Path, text: str) -> None:
    """Readable by its owner alone, from the first byte on, also where there is such a file already."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
