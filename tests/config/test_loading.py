"""Where files are looked for, what has other names or defaults, and how central systems are dealt out."""

import json
from pathlib import Path
from typing import Any

import pytest

from ocppsim.config.loading import load
from ocppsim.config.migration import differing
from ocppsim.config.places import ASSETS, packaged_templates
from ocppsim.config.simulator import DROPPED, MOVED, SimulatorConfiguration
from ocppsim.config.template import MOVED as MOVED_IN_TEMPLATES
from ocppsim.config.template import StationTemplate
from ocppsim.config.writing import BEGINNING, as_toml
from ocppsim.templates import source, vocabulary
from tests.config.bench import LEAST, URL, configured, planned, problems, read, simulator, written
from tests.tables import each

USE = [{"file": "test.json", "numberOfStations": 1}]


@pytest.mark.parametrize("storage", [{"enabled": True}, {"type": "jsonfile"}])
def test_a_storage_that_would_stay_empty_is_told(tmp_path: Path, storage: dict[str, Any]) -> None:
    words = "config.json: performanceStorage: stays empty: no template has enableStatistics"
    used = LEAST | {"Connectors": {"1": {"bootStatus": "Charging"}}}
    written(tmp_path, used)
    told = simulator(tmp_path, performanceStorage=storage).notices
    assert any(str(one).endswith(words) for one in told)
    assert simulator(tmp_path, performanceStorage=storage | {"enabled": False}).notices == ()
    written(tmp_path, used | {"enableStatistics": True})
    assert simulator(tmp_path, performanceStorage=storage).notices == ()


# -- places


def test_templates_beside_the_configuration_go_before_those_of_the_program(tmp_path: Path) -> None:
    written(tmp_path, LEAST, "dc-fast.json")
    uses = [{"file": name, "numberOfStations": 1} for name in ("dc-fast", "ac-twin.json")]
    mine, packaged = simulator(tmp_path, stationTemplateUrls=uses).sources
    assert mine.template.charge_point_model == "Model"
    assert packaged.path == ASSETS / "station-templates" / "ac-twin.json"


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "else"
    elsewhere.mkdir()
    path = written(elsewhere, LEAST)
    (loaded,) = simulator(tmp_path, stationTemplateUrls=[{"file": str(path), "numberOfStations": 1}]).sources
    assert loaded.path == path


def test_lists_are_beside_the_configuration_or_in_the_program(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('["A", "B"]')
    assert read(tmp_path, idTagsFile="mine.json")[0].tags == ("A", "B")
    assert read(tmp_path, authorizationFile="fleet.json")[0].tags[0] == "FLEET-001"
    assert len(read(tmp_path, evProfilesFile="cars.json")[0].visitors) == 3


@each("name", packaged_templates())
def test_each_template_of_the_program_is_without_problems_and_notices(name: str) -> None:
    assert not source(name).template.base_name.startswith(" ")


def test_toml_has_the_same_keys(tmp_path: Path) -> None:
    written(tmp_path, LEAST)
    text = f'supervisionUrls = "{URL}"\n[[stationTemplateUrls]]\nfile = "test"\nnumberOfStations = 2\n'
    loaded = load(configured(tmp_path, text, "config.toml"), vocabulary())
    assert [one.specification.id for one in loaded.plans(1, {})] == ["CS-00001", "CS-00002"]


def test_templates_can_be_toml(tmp_path: Path) -> None:
    text = 'baseName = "T"\nchargePointModel = "M"\nchargePointVendor = "V"\npower = [1000]\n[Connectors.1]\n'
    written(tmp_path, text, "mine.toml")
    loaded = simulator(tmp_path, stationTemplateUrls=[{"file": "mine", "numberOfStations": 1}])
    assert loaded.sources[0].template.base_name == "T"


# -- names and defaults of old

VALUES: dict[str, Any] = {
    "chargingStationsPerWorker": 5,
    "elementAddDelay": 7,
    "logConsole": True,
    "logEnabled": False,
    "logErrorFile": "e.log",
    "logFile": "l.log",
    "logFormat": "json",
    "logLevel": "debug",
    "logMaxFiles": 3,
    "logMaxSize": "20m",
    "logRotate": False,
    "logStatisticsInterval": 9,
    "stationTemplateURLs": USE,
    "supervisionURLs": [URL],
    "workerPoolMaxSize": 9,
    "workerPoolMinSize": 2,
    "workerPoolSize": 9,
    "workerProcess": "dynamicPool",
    "workerStartDelay": 11,
}


def nested(path: str, value: object) -> dict[str, Any]:
    for part in reversed(path.split(".")):
        value = {part: value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(("old", "new"), sorted(MOVED.items()))
def test_each_name_of_old_goes_to_its_place(tmp_path: Path, old: str, new: str) -> None:
    inner = {"performanceStorage.URI": "file.json", "worker.elementStartDelay": 12}
    value = VALUES.get(old, inner.get(old))
    written(tmp_path, LEAST)
    usual = {"supervisionUrls": URL, "stationTemplateUrls": USE}
    usual.pop(new, None)
    loaded = load(configured(tmp_path, usual | nested(old, value)), vocabulary())
    found: Any = loaded.configuration
    given: Any = loaded.given
    for part in new.split("."):
        given = given[part]
    assert given == value
    assert any(str(one).endswith(f"{old}: is a name of old; it is {new} now") for one in loaded.notices)
    assert found is not None


@pytest.mark.parametrize("name", sorted(DROPPED))
def test_each_name_without_a_place_is_dropped_and_reported(tmp_path: Path, name: str) -> None:
    loaded = simulator(tmp_path, **{name: {"any": "thing"}})
    assert any(f"{name}: is dropped" in str(one) for one in loaded.notices)


def test_the_same_value_twice_is_dropped_null_too_and_two_values_are_a_problem(tmp_path: Path) -> None:
    loaded = simulator(tmp_path, logLevel="debug", log={"level": "debug"}, logFile=None)
    assert loaded.configuration.log.level == "debug"
    assert any(str(one).endswith("logFile: null is dropped") for one in loaded.notices)
    path = configured(tmp_path, {"supervisionURLs": "ws://a", "supervisionUrls": "ws://b"})
    assert problems(tmp_path, path)[0] == (
        "config.json: supervisionURLs: says something else than supervisionUrls; keep one of them"
    )


def test_words_of_old_are_taken(tmp_path: Path) -> None:
    worker = {"processType": "staticPool", "poolStrategy": "ROUND_ROBBIN"}
    configuration = simulator(tmp_path, supervisionUrlDistribution="sequential", worker=worker).configuration
    assert configuration.supervision_url_distribution == "charging-station-affinity"
    assert configuration.worker.process_type == "fixedPool"


@pytest.mark.parametrize(("old", "new"), sorted(MOVED_IN_TEMPLATES.items()))
def test_each_name_of_old_in_templates(tmp_path: Path, old: str, new: str) -> None:
    value: object = {"idTagsFile": "idtags.json", "supervisionUrls": [URL]}.get(new, False)
    found, report = read(tmp_path, **{old: value})
    field = {
        "idTagsFile": "id_tags_file",
        "remoteAuthorization": "remote_authorization",
        "ocppStrictCompliance": "ocpp_strict_compliance",
        "supervisionUrls": "supervision_urls",
    }[new]
    expected = (URL,) if new == "supervisionUrls" else value
    assert getattr(found.template, field) == expected
    assert any(str(one).endswith(f"{old}: is a name of old; it is {new} now") for one in report.notices)


def test_names_of_2022_are_reported_with_the_defaults_that_differ(tmp_path: Path) -> None:
    notices = "\n".join(map(str, simulator(tmp_path, logLevel="info").notices))
    assert 'with sourceVersion = "2022" the defaults of then hold' in notices
    for cls in (SimulatorConfiguration, StationTemplate):
        for name, _, _ in differing(cls):
            assert f"{name} (" in notices
    assert "defaults of then" not in "\n".join(map(str, simulator(tmp_path).notices))


@pytest.mark.effective("sourceVersion")
def test_under_source_version_2022_the_defaults_of_then_hold(tmp_path: Path) -> None:
    written(tmp_path, LEAST)
    then, now = simulator(tmp_path, sourceVersion="2022"), simulator(tmp_path)
    assert (then.configuration.log.file, now.configuration.log.file) == ("combined.log", "logs/combined.log")
    assert then.configuration.ui_server.enabled
    assert then.configuration.worker.elements_per_worker == 1
    assert then.configuration.supervision_url_distribution == "round-robin"
    strict = [one.sources[0].template.ocpp_strict_compliance for one in (then, now)]
    statistics = [one.sources[0].template.enable_statistics for one in (then, now)]
    assert (strict, statistics) == ([False, True], [True, False])
    assert now.sources[0].template.reset_time == 60


# -- D31


def test_d31_the_example_of_everybodys_manual_is_accepted(tmp_path: Path) -> None:
    """Numbers as texts, and `minimum`."""
    meter = [
        {"unit": "W", "measurand": "Power.Active.Import", "minimum": "0.5", "fluctuationPercent": "10"},
        {"unit": "A", "measurand": "Current.Import", "minimumValue": 0.5, "value": "1"},
    ]
    found, report = read(tmp_path, Connectors={"1": {"MeterValues": meter}}, numberOfConnectors="1")
    first, second = found.template.outlet_templates()[1].meter_values or ()
    assert (first.minimum_value, first.fluctuation_percent) == (0.5, 10)
    assert (second.minimum_value, second.value) == (0.5, 1)
    assert [str(one).rpartition(": ")[2] for one in report.notices] == [
        "is a name of old; it is minimumValue now",
        "what MeterValues say of drawn values has no effect",
    ]


def test_an_unknown_key_of_a_template_is_noticed(tmp_path: Path) -> None:
    _, report = read(tmp_path, powr=3)
    assert str(report.notices[0]).endswith("powr: is no key of this program; did you mean power?")


# -- central systems


def urls(folder: Path, distribution: str, seed: int = 1) -> list[str | None]:
    loaded = simulator(
        folder,
        supervisionUrls=["ws://a", "ws://b", "ws://c"],
        supervisionUrlDistribution=distribution,
        stationTemplateUrls=[{"file": "test.json", "numberOfStations": 30}],
    )
    return [one.url for one in loaded.plans(seed, {})]


@pytest.mark.parametrize("distribution", ["round-robin", "charging-station-affinity", "sequential"])
@pytest.mark.effective("supervisionUrlDistribution")
def test_stations_are_dealt_out_in_turn(tmp_path: Path, distribution: str) -> None:
    assert urls(tmp_path, distribution) == ["ws://a", "ws://b", "ws://c"] * 10


@pytest.mark.effective("supervisionUrlDistribution")
def test_or_at_random_from_the_seed(tmp_path: Path) -> None:
    drawn = urls(tmp_path, "random")
    assert set(drawn) == {"ws://a", "ws://b", "ws://c"}
    assert drawn == urls(tmp_path, "random") != urls(tmp_path, "random", seed=2)


def test_urls_of_a_template_go_before_those_of_the_simulator(tmp_path: Path) -> None:
    assert planned(tmp_path).url == URL
    assert planned(tmp_path, supervisionUrl="ws://own").url == "ws://own"


# -- how many, and when


def test_number_of_stations_and_auto_start(tmp_path: Path) -> None:
    written(tmp_path, LEAST | {"autoStart": False})
    uses = [{"file": "test.json", "numberOfStations": "3", "provisionedNumberOfStations": 4}]
    plans = simulator(tmp_path, stationTemplateUrls=uses).plans(1, {})
    assert [(one.index, one.auto_start) for one in plans] == [(1, False), (2, False), (3, False)]


def test_equal_seeds_make_equal_stations(tmp_path: Path) -> None:
    written(tmp_path, LEAST | {"power": [1, 2, 3, 4], "numberOfConnectors": [1, 2, 3]})
    loaded = simulator(tmp_path, stationTemplateUrls=[{"file": "test", "numberOfStations": 9}])
    assert loaded.plans(5, {}) == loaded.plans(5, {}) != loaded.plans(6, {})


# -- writing


def test_what_init_writes_is_without_problems(tmp_path: Path) -> None:
    path = configured(tmp_path, BEGINNING, "config.toml")
    loaded = load(path, vocabulary())
    assert loaded.notices == ()
    assert len(loaded.plans(1, {})) == 6


def test_what_convert_writes_means_the_same(tmp_path: Path) -> None:
    written(tmp_path, LEAST)
    old = {"supervisionURLs": URL, "stationTemplateURLs": USE, "logFile": "x.log", "seed": None}
    old |= {"workerProcess": "staticPool", "useWorkerPool": True}
    del old["seed"]
    from_json = load(configured(tmp_path, old), vocabulary())
    text = as_toml(json.loads(json.dumps(old)))
    from_toml = load(configured(tmp_path, text, "config.toml"), vocabulary())
    assert from_toml.configuration == from_json.configuration
    assert "is a name of old" not in "\n".join(map(str, from_toml.notices))
