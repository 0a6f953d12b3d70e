"""`ocppsim template`: the templates of stations, listed, shown and checked."""

import argparse
from math import isfinite
from pathlib import Path

from ocppsim import templates
from ocppsim.cli.configuration import Unusable
from ocppsim.cli.exits import Exit, usage
from ocppsim.cli.output import say
from ocppsim.config import places
from ocppsim.config.loading import load_template
from ocppsim.config.problems import ConfigurationError, Report, Spot
from ocppsim.model.specification import Specification
from ocppsim.terminal.words import power


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.description = "Templates of stations."
    verbs = parser.add_subparsers(required=True, metavar="VERB", title="verbs")
    listed = verbs.add_parser("list", help="the templates that come with the program")
    listed.set_defaults(run=_list)
    shown = verbs.add_parser("show", help="print a template")
    shown.add_argument("name", metavar="NAME")
    shown.set_defaults(run=_show)
    checked = verbs.add_parser(
        "check",
        help="say what is wrong with templates",
        description="Exit code 2 when one of them cannot be used. Lists of tags and EVs are looked for "
        "beside the folder of templates, where the configuration would be.",
    )
    checked.add_argument("names", nargs="+", metavar="FILE")
    checked.set_defaults(run=_check)


def _list(_: argparse.Namespace) -> int:
    names = places.packaged_templates()
    width = max(map(len, names))
    for name in names:
        say(f"{name:{width}}  {_words(templates.specification(name, 'CS'))}")
    return Exit.DONE


def _words(station: Specification) -> str:
    outlets = list(station.outlets.values())
    supply = outlets[0].supply
    current = supply.current_type.value + (f", {supply.phases} phases" if supply.phases > 1 else "")
    each = power(max(outlet.max_power_w for outlet in outlets))
    shared = f", {power(station.power_w)} in all" if isfinite(station.power_w) else ""
    return f"{len(outlets)} x {each} {current}{shared}"


def _show(options: argparse.Namespace) -> int:
    path = _path(options.name)
    for line in path.read_text("utf-8").splitlines():
        say(line)
    return Exit.DONE


def _check(options: argparse.Namespace) -> int:
    report = Report()
    for name in options.names:
        path = _path(name)
        load_template(
            path, Spot(report, str(path), folder=places.configuration_folder(path)), templates.vocabulary()
        )
    try:
        report.raise_problems()
    except ConfigurationError as error:
        raise Unusable(error) from error
    for notice in report.notices:
        say(f"note: {notice}")
    say("no problems" if len(options.names) == 1 else f"no problems in {len(options.names)} templates")
    return Exit.DONE


def _path(name: str) -> Path:
    """A file as it is named, else a template of this folder or of the program."""
    path = Path(name)
    found = path if path.is_file() else places.template_file(name, Path())
    if found is None:
        raise usage(f"no template {name}; there are {', '.join(places.packaged_templates())}")
    return found
