"""Reading a configuration with all its templates and lists: everything that is wrong is said at once."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from attrs import evolve, field

from ocppsim.config import checks, documents, legacy, meters, places, silent, simulator, template
from ocppsim.config.compact import digest, template_hash
from ocppsim.config.key import structure
from ocppsim.config.migration import older_defaults
from ocppsim.config.problems import Remark, Report, Spot, Stamp
from ocppsim.config.readers import BadValue
from ocppsim.config.simulator import SimulatorConfiguration, TemplateUse
from ocppsim.config.stations import Plan, Source, Surroundings, plan
from ocppsim.config.storage_settings import StorageType, chosen
from ocppsim.config.tags import read_tags, read_vehicles
from ocppsim.config.template import StationTemplate
from ocppsim.config.template_sections import PASSWORD_KEY
from ocppsim.config.versions import say_limits
from ocppsim.config.vocabulary import Vocabulary
from ocppsim.model.commands import Trigger
from ocppsim.model.security import password_problem
from ocppsim.values import frozen

MakePlan: TypeAlias = "Callable[[Source, int, Surroundings], Plan]"


@frozen
class Loaded:
    """A configuration without problems."""

    path: Path
    configuration: SimulatorConfiguration
    sources: tuple[Source, ...]  # as `configuration.station_template_urls` has them
    notices: tuple[Remark, ...]
    given: Mapping[str, object] = field(factory=dict)  # with the names of today
    files: Mapping[Path, Stamp] = field(factory=dict)  # that were looked for, as they were then

    def around(self, seed: int, environment: Mapping[str, str] = os.environ) -> Surroundings:
        """What all stations have in common."""
        return Surroundings(
            seed,
            self.configuration.supervision_urls,
            self.configuration.supervision_url_distribution,
            _instance(environment),
        )

    def plans(
        self, seed: int, environment: Mapping[str, str] = os.environ, make: MakePlan = plan
    ) -> list[Plan]:
        """All stations, in their order."""
        around = self.around(seed, environment)
        return [make(source, index, around) for source, index in self.stations()]

    def stations(self) -> Iterator[tuple[Source, int]]:
        """Of which template each one is, and its place among those."""
        for use, source in zip(self.configuration.station_template_urls, self.sources, strict=True):
            for index in range(1, use.number_of_stations + 1):
                yield source, index


def load(path: Path, vocabulary: Vocabulary) -> Loaded:
    """Raises ConfigurationError with all problems of all files."""
    report = Report()
    folder = path.parent
    spot = Spot(report, str(path), folder=folder)
    report.look(path)
    content = documents.read(path, spot)
    report.raise_problems()
    configuration, spot = configuration_of(content, spot)
    given: Mapping[str, object] = content if isinstance(content, Mapping) else {}
    if configuration is None:
        _templates_of_a_bad_file(given, spot, vocabulary)
        report.raise_problems()
    checks.addresses(configuration.supervision_urls, spot.at("supervisionUrls"), vocabulary)
    sources = [
        _source(use, spot.at("stationTemplateUrls", number, "file"), vocabulary)
        for number, use in enumerate(configuration.station_template_urls)
    ]
    report.raise_problems()
    _check_storage(configuration, sources, spot.at("performanceStorage"))
    found = tuple(one for one in sources if one)
    _check_people(configuration, found, spot.at("stationTemplateUrls"))
    loaded = Loaded(path, configuration, found, tuple(report.notices), given, report.files)
    _check_stations(loaded, spot, vocabulary)
    report.raise_problems()
    return loaded


def _check_storage(configuration: SimulatorConfiguration, sources: list[Source | None], spot: Spot) -> None:
    is_wanted = chosen(configuration.performance_storage) is not StorageType.NONE
    if is_wanted and not any(one is not None and one.template.enable_statistics for one in sources):
        spot.note("stays empty: no template has enableStatistics")


def _check_people(configuration: SimulatorConfiguration, sources: Sequence[Source], spot: Spot) -> None:
    uses = configuration.station_template_urls
    used = [one for use, one in zip(uses, sources, strict=True) if use.number_of_stations]
    templates = [one.template for one in used if one.sessions]
    if not templates:
        return  # no station, or none that could have sessions: that is said elsewhere
    if silent.nobody_comes(one for one in templates if one.auto_start):
        spot.note(
            "nobody comes to charge: no template that starts has an AutomaticTransactionGenerator "
            "that is enabled"
        )


def configuration_of(content: object, spot: Spot) -> tuple[Any, Spot]:
    """The configuration, None where something is wrong; and the place, with the defaults of its year."""
    if isinstance(content, dict) and content.get("sourceVersion") == "2022":
        spot = evolve(spot, older=True)
    before = len(spot.report.notices)
    try:
        found = structure(SimulatorConfiguration, content, spot, prepare=_migrated)
    except BadValue as error:
        spot.wrong(str(error))
        return None, spot
    if isinstance(content, dict) and len(spot.report.notices) > before and "sourceVersion" not in content:
        older_defaults(spot)
    return found, spot


def _migrated(value: dict[str, Any], spot: Spot) -> dict[str, Any]:
    return legacy.dropped(legacy.moved(value, simulator.MOVED, spot), simulator.DROPPED, spot)


def _templates_of_a_bad_file(content: Mapping[str, object], spot: Spot, vocabulary: Vocabulary) -> None:
    """What is wrong with the templates is said too, where they can be found."""
    uses = content.get("stationTemplateUrls")
    for number, use in enumerate(uses if isinstance(uses, list) else ()):
        name = use.get("file") if isinstance(use, Mapping) else None
        if isinstance(name, str) and name:
            _source(
                TemplateUse(file=name, number_of_stations=0),
                spot.at("stationTemplateUrls", number, "file"),
                vocabulary,
            )


def _instance(environment: Mapping[str, str]) -> int:
    text = environment.get("CF_INSTANCE_INDEX", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# -- templates


def _source(use: TemplateUse, spot: Spot, vocabulary: Vocabulary) -> Source | None:
    path = places.template_file(use.file, spot.folder, spot.report.look)
    if path is None:
        spot.wrong(
            f"no template {use.file!r:.200} beside this file, in {places.TEMPLATES}, or in the program"
        )
        return None
    return load_template(path, spot, vocabulary)


def load_template(path: Path, spot: Spot, vocabulary: Vocabulary) -> Source | None:
    """A template with its lists; None with what is wrong reported. `spot` has the report, folder and year."""
    here = Spot(spot.report, str(path), older=spot.older, folder=spot.folder)
    before = len(here.report.problems)
    content = documents.read(path, here)
    if content is None:
        if len(here.report.problems) == before:
            here.wrong("must be a table, not null")
        return None
    return source_of(path, content, here, vocabulary)


def source_of(path: Path, content: Any, here: Spot, vocabulary: Vocabulary) -> Source | None:
    """The template of this content, with its lists; None with what is wrong reported."""
    before = len(here.report.problems)
    as_it_was = digest(content)
    try:
        found: StationTemplate | None = structure(StationTemplate, content, here, prepare=_template_migrated)
    except BadValue as error:
        here.wrong(str(error))
        return None
    if found is None:
        return None
    vocabulary = vocabulary.of(found.ocpp_version)
    say_limits(found, content, here, vocabulary)
    checks.addresses(found.supervision_urls, here.at("supervisionUrls"), vocabulary)
    checks.headers(found.ws_options.headers, here.at("wsOptions", "headers"), vocabulary)
    checks.names(found, here, vocabulary)
    checks.connector_0(content, here)
    source = Source(
        path.stem,
        path,
        found,
        tags=_list(found.id_tags_file, here.at("idTagsFile"), read_tags),
        visitors=_list(found.ev_profiles_file, here.at("evProfilesFile"), read_vehicles),
        keys=_initial_keys(found, here.at("Configuration", "configurationKey"), vocabulary),
        untriggered=_untriggered(found, vocabulary),
        units=meters.units(found, here, vocabulary),
        given=content,
        hash=(own := template_hash(content)),
        folder=here.folder,
        older=here.older,
        hashes=frozenset({as_it_was, own}),
        sessions=vocabulary.sessions,
    )
    if len(here.report.problems) > before:
        return None
    for where, words in silent.notices(source) if source.sessions else ():  # of the others that is said
        here.at(*where).note(words)
    return source


def _untriggered(found: StationTemplate, vocabulary: Vocabulary) -> frozenset[Trigger]:
    denied = (name for name, allowed in found.message_trigger_support.items() if not allowed)
    return frozenset(trigger for name in denied for trigger in vocabulary.triggers.get(name, ()))


def _template_migrated(value: dict[str, Any], spot: Spot) -> dict[str, Any]:
    return legacy.moved(value, template.MOVED, spot)


def _list(name: str | None, spot: Spot, read: Any) -> Any:
    if name is None:
        return ()
    path = places.found(name, spot.folder, "", "idtags", "ev-profiles", look=spot.report.look)
    if path is None:
        spot.wrong(f"no file {name!r:.200} beside the configuration, or in the program")
        return ()
    here = Spot(spot.report, str(path), folder=spot.folder)
    before = len(here.report.problems)
    content = documents.read(path, here)
    if len(here.report.problems) > before:
        return ()
    return read(content, here)


def _initial_keys(found: StationTemplate, spot: Spot, vocabulary: Vocabulary) -> dict[str, str]:
    if not vocabulary.sessions:  # it has no keys either: these are for those who look
        keys = found.configuration.configuration_key
        return {own.name: own.value or "" for own in keys if own.name != PASSWORD_KEY}
    initial: dict[str, str] = {}
    for number, own in enumerate(found.configuration.configuration_key):
        here = spot.at(number, "value")
        if own.name == PASSWORD_KEY:
            _check_password(own.value, here)
        elif own.value is None:
            if not vocabulary.knows_key(own.name):
                initial[own.name] = ""
        elif own.name == "HeartbeatInterval" and own.value == "0":
            here.note("0 leaves the interval to the central system")
        elif (words := vocabulary.key_problem(own.name, own.value)) is not None:
            here.wrong(f"{own.name}: {words}")
        else:
            initial[own.name] = own.value
    named = {own.name for own in found.configuration.configuration_key}
    switches = _switches(found, initial, vocabulary)
    return initial | {name: value for name, value in switches.items() if name not in named}


def _check_password(value: str | None, spot: Spot) -> None:
    """One that no central system could set is still used: nobody's set-up breaks for it."""
    if value and (words := password_problem(value)) is not None:
        spot.note(f"{words}; it is used as it is")


def _switches(found: StationTemplate, initial: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, str]:
    """Keys that follow from switches of the template, where it does not name them."""
    keys = {"AuthorizeRemoteTxRequests": "true" if found.remote_authorization else "false"}
    if found.force_transaction_on_invalid_id_token:
        keys["StopTransactionOnInvalidId"] = "false"
    if found.transaction_data_meter_values:
        sampled = "MeterValuesSampledData"
        keys["StopTxnSampledData"] = initial.get(sampled, vocabulary.usual(sampled))
    return keys


# -- the stations


def _check_stations(loaded: Loaded, spot: Spot, vocabulary: Vocabulary) -> None:
    """What can be wrong only with all of them together."""
    uses = loaded.configuration.station_template_urls
    if not any(use.number_of_stations for use in uses):
        spot.at("stationTemplateUrls").wrong("asks for no station at all")
    try:
        plans = loaded.plans(0)
    except ValueError as error:
        spot.wrong(str(error))
        return
    seen: dict[str, str] = {}
    checked: set[str] = set()
    for one in plans:
        name = one.specification.id
        if name in seen:
            spot.at("stationTemplateUrls").wrong(
                f"{one.template} and {seen[name]} make two stations of the id {name:.60}"
            )
            return
        seen[name] = one.template
        if one.template in checked:
            continue
        checked.add(one.template)
        if one.url is None:
            spot.at("supervisionUrls").wrong("is missing, and the template has none")
            return
        if (words := vocabulary.of(one.ocpp).station_problem(one.specification)) is not None:
            spot.at("stationTemplateUrls").wrong(f"{one.template}: {words}")
