"""`ocppsim config`: configuration files, begun, checked and converted."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from ocppsim.cli.configuration import Unusable, chosen, loaded
from ocppsim.cli.exits import Exit, usage
from ocppsim.cli.output import say
from ocppsim.config import documents
from ocppsim.config.fates import fates
from ocppsim.config.loading import configuration_of
from ocppsim.config.problems import ConfigurationError, Remark, Report, Spot
from ocppsim.config.simulator import SimulatorConfiguration
from ocppsim.config.template import StationTemplate
from ocppsim.config.writing import BEGINNING, as_toml
from ocppsim.terminal.words import plural


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = "Configuration files of `ocppsim run`."
    verbs = parser.add_subparsers(required=True, metavar="VERB", title="verbs")
    init = verbs.add_parser("init", help="write a file to begin with")
    init.add_argument("file", type=Path, nargs="?", default=Path("config.toml"), metavar="FILE")
    init.set_defaults(run=_init)
    check = verbs.add_parser(
        "check",
        help="say what is wrong with a file, and what becomes of its keys",
        description="Exit code 2 when the file, a template or a list cannot be used.",
    )
    check.add_argument("file", type=Path, nargs="?", metavar="FILE")
    check.add_argument("--all", action="store_true", help="name the keys that are effective too")
    check.set_defaults(run=_check)
    convert = verbs.add_parser("convert", help="make TOML of JSON, with the names of today")
    convert.add_argument("file", type=Path, metavar="FILE")
    convert.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    convert.set_defaults(run=_convert)


def _init(options: argparse.Namespace) -> int:
    _write(options.file, BEGINNING)
    say(f"{options.file}: written; next: ocppsim csms in another terminal, then ocppsim run")
    return Exit.DONE


def _write(path: Path, text: str) -> None:
    """A new file; one that is there stays as it is."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise usage(f"{path}: {error.strerror}") from error


def _check(options: argparse.Namespace) -> int:
    found = loaded(chosen(options.file))
    for notice in found.notices:
        say(f"note: {notice}")
    _tell_fates(SimulatorConfiguration, found.given, str(found.path), every=options.all)
    for source in found.sources:
        _tell_fates(StationTemplate, source.given, str(source.path), every=options.all)
    stations = sum(use.number_of_stations for use in found.configuration.station_template_urls)
    say(f"{found.path}: {plural(stations, 'station')} of {plural(len(found.sources), 'template')}")
    return Exit.DONE


def _tell_fates(cls: type, content: object, file: str, *, every: bool) -> None:
    for path, fate in fates(cls, content):
        if every or fate.kind != "effective":
            say(str(Remark(file, path, str(fate))))


def _convert(options: argparse.Namespace) -> int:
    report = Report()
    spot = Spot(report, str(options.file), folder=options.file.parent)
    content = documents.read(options.file, spot)
    if content is not None:
        configuration_of(_copy(content), spot)
    try:
        report.raise_problems()
    except ConfigurationError as error:
        raise Unusable(error) from error
    if not isinstance(content, Mapping):
        raise usage(f"{options.file}: must be a table")
    text = as_toml(content)
    if options.output is None:
        print(text, end="")
    else:
        _write(options.output, text)
    return Exit.DONE


def _copy(value: object) -> object:
    """Reading moves what has a name of old."""
    if isinstance(value, Mapping):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value
