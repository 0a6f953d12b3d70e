"""Files that cannot be used: exit code 2, and a line for each problem with file, path and reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ocppsim.config.key import keys
from ocppsim.config.simulator import SimulatorConfiguration
from ocppsim.config.template import StationTemplate
from tests.cli.support import Ended
from tests.config.bench import LEAST, URL, configured, problems, written
from tests.effort import tries

USE = [{"file": "test.json", "numberOfStations": 1}]
CONFIGURATION: dict[str, Any] = {"supervisionUrls": URL, "stationTemplateUrls": USE}
AT = "station-templates/test.json"

SYNTAX = [
    ("", "config.json: is empty"),
    ("{", "config.json: line 1, column 2: "),
    ('{"supervisionUrls": "ws://x",\n\n "log": }', "config.json: line 3, column 9: "),
    ("null", "config.json: must be a table, not null"),
    ("[]", "config.json: must be a table, not a list"),
    ("[" * 100_000, "config.json: is nested too deeply"),
    ('{"log": {}, "log": {}}', "config.json: the key 'log' is there twice in one table"),
    ('{"log": NaN}', "config.json: NaN is no number of JSON"),
    ('{"seed": 1' + "0" * 5000 + "}", "config.json: Exceeds the limit"),
]


@pytest.mark.parametrize(("text", "words"), SYNTAX, ids=range(len(SYNTAX)))
def test_syntax_of_json_is_said_with_the_line(tmp_path: Path, text: str, words: str) -> None:
    (found,) = problems(tmp_path, configured(tmp_path, text))
    assert found.startswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = ", "config.toml: end of document: Invalid value"),
        ("[log]\nlevel = 'info'\n[log]\n", "config.toml: line 3, column 5: Cannot declare"),
        ("a = [" + "[" * 10_000, "config.toml: "),
    ],
)
def test_syntax_of_toml_is_said_with_the_line(tmp_path: Path, text: str, words: str) -> None:
    (found,) = problems(tmp_path, configured(tmp_path, text, "config.toml"))
    assert found.startswith(words)


def test_no_text_no_file_no_folder(tmp_path: Path) -> None:
    (tmp_path / "bytes.json").write_bytes(b'{"a":\n\xff}')
    assert problems(tmp_path, tmp_path / "bytes.json") == ["bytes.json: line 2: is no text in UTF-8"]
    assert problems(tmp_path, tmp_path / "none.json") == [
        "none.json: cannot be read: No such file or directory"
    ]
    assert problems(tmp_path, tmp_path) == [f"{tmp_path}: cannot be read: Is a directory"]


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"supervisionUrls": None}, ["supervisionUrls: must be a text, not null"]),
    ({"supervisionUrls": ["ws://a", 3]}, ["supervisionUrls[1]: must be a text, not the number 3"]),
    ({"supervisionUrls": "localhost"}, ["supervisionUrls[0]: the URL must begin with ws:// or wss://"]),
    ({"supervisionUrls": []}, ["supervisionUrls: is missing, and the template has none"]),
    ({"stationTemplateUrls": []}, ["stationTemplateUrls: must have at least 1 entry"]),
    ({"stationTemplateUrls": {}}, ["stationTemplateUrls: must be a list, not a table"]),
    (
        {"stationTemplateUrls": [{}, {"file": "test.json", "numberOfStations": -1, "numberOfStation5": 1}]},
        [
            "stationTemplateUrls[0].file: is missing",
            "stationTemplateUrls[0].numberOfStations: is missing",
            "stationTemplateUrls[1].numberOfStations: must be a whole number from 0 to 1e+06, not -1",
            "stationTemplateUrls[1].numberOfStation5: is no key of this program; did you mean ",
        ],
    ),
    (
        {"stationTemplateUrls": [{"file": "no.json", "numberOfStations": 1}]},
        ["stationTemplateUrls[0].file: no template 'no.json' beside this file, "],
    ),
    (
        {"stationTemplateUrls": [{"file": "test.json", "numberOfStations": 0}]},
        ["stationTemplateUrls: asks for no station at all"],
    ),
    ({"stationTemplateUrls": [*USE, *USE]}, ["stationTemplateUrls: names test.json twice"]),
    (
        {"stationTemplateUrls": [*USE, {"file": "test", "numberOfStations": 1}]},
        ["stationTemplateUrls: test and test make two stations of the id CS-00001"],
    ),
    (
        {"log": {"level": "loud", "enabled": "yes"}},
        [
            'log.enabled: must be true or false, not the text "yes"',
            "log.level: must be emerg, alert, crit, error, warning, notice, info or debug, not the",
        ],
    ),
    ({"log": []}, ["log: must be a table, not a list"]),
    ({"logs": {}}, ["logs: is no key of this program; did you mean log?"]),
    (
        {"logLevel": "info", "log": {"level": "debug"}},
        ["logLevel: says something else than log.level; keep one of them"],
    ),
    (
        {"worker": {"poolMinSize": 4, "poolMaxSize": 2}},
        ["worker.poolMaxSize: must be at least poolMinSize, 4"],
    ),
    (
        {"worker": {"elementsPerWorker": "some"}},
        ['worker.elementsPerWorker: must be a whole number of 1 or more or auto or all, not the text "some"'],
    ),
    (
        {"uiServer": {"authentication": {"enabled": True, "username": "a:b"}}},
        [
            "uiServer.authentication.username: must not have a colon",
            "uiServer.authentication.password: must not be empty while authentication is enabled",
        ],
    ),
    (
        {"uiServer": {"options": {"port": 70_000}}},
        ["uiServer.options.port: must be a whole number from 0 to 65535, not 70000"],
    ),
    (
        {"performanceStorage": {"enabled": True, "type": "mysql"}},
        ["performanceStorage.type: 'mysql' is not offered; there are none, jsonfile"],
    ),
    ({"$schemaVersion": 2}, ["$schemaVersion: must be a whole number from 0 to 1, not 2"]),
    ({"sourceVersion": "2021"}, ['sourceVersion: must be 2022, 2024 or 4.11, not the text "2021"']),
    ({"seed": -1}, ["seed: must be a whole number of 0 or more, not -1"]),
]


@pytest.mark.parametrize(("change", "expected"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_what_is_wrong_with_a_configuration(
    tmp_path: Path, change: dict[str, Any], expected: list[str]
) -> None:
    written(tmp_path, LEAST)
    path = configured(tmp_path, CONFIGURATION | change)
    found = problems(tmp_path, path)
    assert len(found) == len(expected)
    assert all(
        line.startswith(f"config.json: {words}") for line, words in zip(found, expected, strict=True)
    ), found


WRONG_TEMPLATES: list[tuple[dict[str, Any], list[str]]] = [
    ({"baseName": ""}, ["baseName: must not be empty"]),
    ({"chargePointModel": "x" * 21}, ["chargePointModel: must have at most 20 characters"]),
    ({"chargePointVendor": "a\nb"}, ["chargePointVendor: must not have control characters"]),
    ({"power": []}, ["power: must have at least 1 entry"]),
    ({"power": [0]}, ["power[0]: must be a number above 0, not 0"]),
    ({"powerUnit": "MW"}, ['powerUnit: must be W or kW, not the text "MW"']),
    ({"numberOfPhases": 2}, ["numberOfPhases: must be 0 or 1 or 3, not 2"]),
    ({"numberOfPhases": 0}, ["numberOfPhases: must be 1 or 3 for AC"]),
    ({"conversionEfficiency": 1.5}, ["conversionEfficiency: must be a number above 0, at most 1, not 1.5"]),
    ({"ocppVersion": "2.1"}, ['ocppVersion: must be 1.6, 2.0 or 2.0.1, not the text "2.1"']),
    ({"ocppProtocol": "soap"}, ['ocppProtocol: must be json, not the text "soap"']),
    ({"Connectors": {}}, ["Connectors: must have a connector above 0, or Evses must"]),
    ({"Connectors": {"one": {}}}, ["Connectors.one: must be a whole number from 0 to 1000"]),
    ({"Connectors": {"1": []}}, ["Connectors.1: must be a table, not a list"]),
    ({"Evses": {"1": {"Connectors": {"1": {}}}}}, ["Evses: cannot be there beside Connectors"]),
    (
        {"Connectors": {"1": {"MeterValues": [{"fluctuationPercent": "much"}, 3]}}},
        [
            "Connectors.1.MeterValues[0].fluctuationPercent: must be a number from 0 to 100, not the ",
            "Connectors.1.MeterValues[1]: must be a table, not the number 3",
        ],
    ),
    (
        {"Configuration": {"configurationKey": [{"readonly": False}, {"key": "A"}, {"key": "A"}]}},
        ["Configuration.configurationKey[0].key: is missing"],
    ),
    (
        {"Configuration": {"configurationKey": [{"key": "A"}, {"key": "A"}]}},
        ["Configuration.configurationKey: names A twice"],
    ),
    (
        {"Configuration": {"configurationKey": [{"key": "MeterValueSampleInterval", "value": "often"}]}},
        ["Configuration.configurationKey[0].value: MeterValueSampleInterval: not a whole number "],
    ),
    (
        {"AutomaticTransactionGenerator": {"minDuration": 10, "maxDuration": 5, "probabilityOfStart": 2}},
        ["AutomaticTransactionGenerator.probabilityOfStart: must be a number from 0 to 1, not 2"],
    ),
    (
        {"AutomaticTransactionGenerator": {"minDuration": 10, "maxDuration": 5}},
        ["AutomaticTransactionGenerator.maxDuration: must be at least minDuration, 10"],
    ),
    (
        {"idTagsFile": "no.json"},
        ["idTagsFile: no file 'no.json' beside the configuration, or in the program"],
    ),
    ({"firmwareVersionPattern": "("}, ["firmwareVersionPattern: is no regular expression: "]),
    (
        {"commandsSupport": {"outgoingCommands": {"BootNotification": False}}},
        ["commandsSupport.outgoingCommands.BootNotification: cannot be false: nothing works without it"],
    ),
    (
        {"commandsSupport": {"incomingCommands": {"Reset": "no"}}},
        ['commandsSupport.incomingCommands.Reset: must be true or false, not the text "no"'],
    ),
    ({"supervisionUrls": ["http://a"]}, ["supervisionUrls[0]: the URL must begin with ws:// or wss://"]),
    (
        {"supervisionUrl": "ws://a", "supervisionUrls": "ws://b"},
        ["supervisionUrl: says something else than supervisionUrls; keep one of them"],
    ),
    (
        {"supervisionUser": "a:b", "supervisionPassword": "secret"},
        ["supervisionUser: must not have a colon: Basic authentication ends it there"],
    ),
    ({"supervisionPassword": 1234}, ["supervisionPassword: must be a text"]),
    (
        {"wsOptions": {"headers": {"Ho st": "x", "Host": "x", "X-Key": "s\u00e9cret"}}},
        [
            "wsOptions.headers: 'Ho st' is no name for a header",
            "wsOptions.headers: the header Host belongs to the handshake",
            "wsOptions.headers: the value of the header X-Key must be printable ASCII",
        ],
    ),
]


@pytest.mark.parametrize(
    ("change", "expected"), WRONG_TEMPLATES, ids=[str(n) for n in range(len(WRONG_TEMPLATES))]
)
def test_d32_a_bad_template_is_refused_before_anything_starts(
    tmp_path: Path, change: dict[str, Any], expected: list[str]
) -> None:
    written(tmp_path, LEAST | change)
    found = problems(tmp_path, configured(tmp_path, CONFIGURATION))
    assert len(found) == len(expected)
    assert all(line.startswith(f"{AT}: {words}") for line, words in zip(found, expected, strict=True)), found


def test_all_problems_of_all_files_are_said_together(tmp_path: Path) -> None:
    written(tmp_path, LEAST | {"power": "none"})
    written(tmp_path, "{", "broken.json")
    uses = [*USE, {"file": "broken.json", "numberOfStations": 1}]
    path = configured(tmp_path, {"log": 1, "stationTemplateUrls": uses})
    assert [line.split(": ")[:2] for line in problems(tmp_path, path)] == [
        ["config.json", "log"],
        [AT, "power"],
        ["station-templates/broken.json", "line 1, column 2"],
    ]


LISTS = [
    ('["TAG", 3]', "tags.json: [1]: must be a text, not the number 3"),
    ('{"a": 1}', "tags.json: must be a list, not a table"),
    (f'["{"x" * 21}"]', "tags.json: [0]: must have at most 20 characters"),
]


@pytest.mark.parametrize(("text", "words"), LISTS)
def test_lists_of_tags(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "tags.json").write_text(text)
    written(tmp_path, LEAST | {"idTagsFile": "tags.json"})
    assert problems(tmp_path, configured(tmp_path, CONFIGURATION)) == [words]


CARS = [
    ([], "must have at least 1 entry"),
    ([{"id": "a"}], "[0].batteryCapacityWh: is missing"),
    (
        [{"id": "a", "batteryCapacityWh": 1, "maxPowerW": 1, "weight": 0}],
        "no EV has a weight above 0",
    ),
    (
        [
            {
                "id": "a",
                "batteryCapacityWh": 1,
                "maxPowerW": 1,
                "chargingCurve": [
                    {"socPercent": 50, "powerFraction": 1},
                    {"socPercent": 50, "powerFraction": 1},
                ],
            }
        ],
        "[0].chargingCurve: socPercent must rise from point to point",
    ),
]


@pytest.mark.parametrize(("content", "words"), CARS)
def test_lists_of_evs(tmp_path: Path, content: object, words: str) -> None:
    (tmp_path / "cars.json").write_text(json.dumps(content))
    written(tmp_path, LEAST | {"evProfilesFile": "cars.json"})
    found = problems(tmp_path, configured(tmp_path, CONFIGURATION))
    assert found[0] == f"cars.json: {words}"


# -- anything at all

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
SIMULATOR_KEYS, TEMPLATE_KEYS = sorted(keys(SimulatorConfiguration)), sorted(keys(StationTemplate))


def changes(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names) | st.text(), ANYTHING, min_size=1, max_size=4)


@tries(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(SIMULATOR_KEYS))
def test_any_configuration_is_taken_or_refused_in_words(tmp_path: Path, change: dict[str, Any]) -> None:
    written(tmp_path, LEAST)
    for line in problems(tmp_path, configured(tmp_path, CONFIGURATION | change)):
        assert line.startswith(("config.json: ", AT))


@tries(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(TEMPLATE_KEYS))
def test_any_template_is_taken_or_refused_in_words(tmp_path: Path, change: dict[str, Any]) -> None:
    written(tmp_path, LEAST | change)
    for line in problems(tmp_path, configured(tmp_path, CONFIGURATION)):
        assert line.startswith((f"{AT}: ", "config.json: "))
        assert len(line) < 500


@tries(100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.text('{}[]:,"01 \n\\truefalsn'))
def test_any_text_is_taken_or_refused_in_words(tmp_path: Path, text: str) -> None:
    for name in ("config.json", "config.toml"):
        path = tmp_path / name
        path.write_text(text, "utf-8", "surrogatepass") if text.isascii() else path.write_bytes(
            text.encode("utf-8", "surrogatepass")
        )
        found = problems(tmp_path, path)
        assert found
        assert all(line.startswith(f"{name}: ") for line in found)


@tries(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(TEMPLATE_KEYS), more=changes(SIMULATOR_KEYS))
def test_commands_end_with_2_and_a_line_for_each_problem(
    tmp_path: Path, command: Callable[..., Ended], change: dict[str, Any], more: dict[str, Any]
) -> None:
    """`config check` finds what `run` would; it starts nothing."""
    written(tmp_path, LEAST | change)
    path = configured(tmp_path, CONFIGURATION | more)
    expected = problems(tmp_path, path)
    ended = command("config", "check", str(path))
    assert ended.code == (2 if expected else 0)
    assert len(ended.err.splitlines()) == len(expected)
    assert all(line.startswith("ocppsim: ") for line in ended.err.splitlines())
