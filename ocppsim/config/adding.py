"""Stations that are added with options: those go on top of what template and station's file say."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ocppsim.config.key import keys, structure
from ocppsim.config.options import StationOptions
from ocppsim.config.problems import Report, Spot
from ocppsim.config.readers import BadValue
from ocppsim.config.stations import Source
from ocppsim.config.template import StationTemplate
from ocppsim.config.vocabulary import Vocabulary

_NAMES = {field: name for name, (field, _) in keys(StationTemplate).items()}
_SECRET = "supervision_password"


def optioned(source: Source, given: Mapping[str, object], vocabulary: Vocabulary) -> Source:
    """The template with these options, by their names in requests, on top.

    A plan of it has them before what the station's file says, too. Raises ConfigurationError with all that
    is wrong.
    """
    report = Report()
    spot = Spot(report, "options")
    options = read_options(given, spot, vocabulary)
    report.raise_problems()
    assert options is not None, "without a problem there are options"
    made = on_top(source, options)
    for name, reason in made.template.check():
        spot.at(name).wrong(reason)  # a user of the options and a password of the template, say
    report.raise_problems()
    return made


def read_options(given: object, spot: Spot, vocabulary: Vocabulary) -> StationOptions | None:
    """None with what is wrong reported."""
    before = len(spot.report.problems)
    try:
        options: StationOptions | None = structure(StationOptions, given, spot)
    except BadValue as error:
        spot.wrong(str(error))
        return None
    for number, url in enumerate((options and options.supervision_urls) or ()):
        if (words := vocabulary.address_problem(url)) is not None:
            spot.at("supervisionUrls", number).wrong(words)
    return options if len(spot.report.problems) == before else None


def on_top(source: Source, options: StationOptions) -> Source:
    """The same source for whoever compares templates: its hashes are those of the file."""
    said: dict[str, Any] = dict(options.said())
    if not said:
        return source
    template, initial = evolve(source.template, **said), dict(source.keys)
    if options.supervision_urls is not None and template.supervision_url_ocpp_configuration:
        initial.pop(template.supervision_url_ocpp_key, None)
    told = {_NAMES[name]: _plain(value) for name, value in said.items() if name != _SECRET}
    given = {**source.given, **told}
    return evolve(source, template=template, keys=initial, given=given, options=options)


def _plain(value: object) -> object:
    """As files have it."""
    return list(value) if isinstance(value, tuple) else value
