"""Options of stations that are added, as they are read, and on top of a template: pure."""

from pathlib import Path

import pytest

from ocppsim.config.adding import on_top, optioned
from ocppsim.config.options import NO_OPTIONS
from ocppsim.config.problems import ConfigurationError
from ocppsim.config.stations import Plan, Surroundings, plan
from ocppsim.templates import vocabulary
from tests.config.bench import URL, read

EVERY: dict[str, object] = {
    "autoRegister": True,
    "autoStart": False,
    "baseName": "ADDED",
    "enableStatistics": True,
    "fixedName": False,
    "nameSuffix": "-X",
    "ocppStrictCompliance": False,
    "persistentConfiguration": False,
    "stopTransactionsOnStopped": False,
    "supervisionPassword": "hidden words",
    "supervisionUrls": ["ws://added.example"],
    "supervisionUser": "added",
}
SAYS_OTHERWISE = {
    "supervisionUrls": "ws://template.example",
    "supervisionUser": "template",
    "supervisionPassword": "the template's",
    "supervisionUrlOcppConfiguration": True,
    "Configuration": {
        "configurationKey": [{"key": "ConnectionUrl", "readonly": False, "value": "ws://key.example"}]
    },
}


def added(folder: Path, options: dict[str, object], **template: object) -> Plan:
    source, _ = read(folder, **template)
    return plan(optioned(source, options, vocabulary()), 3, Surroundings(1, (URL,)))


def wrong(folder: Path, options: dict[str, object], **template: object) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        added(folder, options, **template)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.effective("options.supervisionUrls", "options.supervisionUser", "options.supervisionPassword")
def test_options_go_before_the_template(tmp_path: Path) -> None:
    before = added(tmp_path, {}, **SAYS_OTHERWISE)
    assert (before.url, before.user, before.password) == (
        "ws://template.example",
        "template",
        "the template's",
    )
    made = added(tmp_path, EVERY, **SAYS_OTHERWISE)
    assert made.specification.id == "ADDED-00003-X"
    assert (made.url, made.user, made.password) == ("ws://added.example", "added", "hidden words")
    assert made.specification.keys["ConnectionUrl"] == "ws://added.example"
    assert (made.auto_start, made.strict, made.statistics, made.stop_when_stopped) == (
        *(False, False, True, False),
    )
    assert made.specification.auto_register
    assert not made.specification.keeps_keys


@pytest.mark.effective("options.baseName", "options.nameSuffix", "options.fixedName")
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"baseName": "DEPOT"}, "DEPOT-00003"),
        ({"nameSuffix": "-X"}, "CS-00003-X"),
        ({"fixedName": True}, "CS"),
        ({"baseName": "ONE", "fixedName": True, "nameSuffix": "-X"}, "ONE"),
    ],
)
def test_options_name_stations(tmp_path: Path, options: dict[str, object], name: str) -> None:
    made = added(tmp_path, options)
    assert made.specification.id == name
    assert made.hash_id != added(tmp_path, {}).hash_id, "or two stations had one file"


def test_what_is_not_said_is_as_the_template_has_it(tmp_path: Path) -> None:
    source, _ = read(tmp_path, **SAYS_OTHERWISE)
    assert on_top(source, NO_OPTIONS) is source
    assert optioned(source, {}, vocabulary()) is source
    made = added(tmp_path, {"supervisionUser": "added"}, **SAYS_OTHERWISE)
    assert (made.url, made.user, made.password) == ("ws://template.example", "added", "the template's")


def test_the_template_stays_the_same_one(tmp_path: Path) -> None:
    """Files of stations belong to it, and say what was said; but no password."""
    source, _ = read(tmp_path)
    made = optioned(source, EVERY, vocabulary())
    assert (made.hash, made.hashes) == (source.hash, source.hashes)
    assert made.given["supervisionUrls"] == ["ws://added.example"]
    assert made.given["stationInfoPersistentConfiguration"] is False
    assert "supervisionPassword" not in made.given
    assert on_top(made, made.options) == made


def test_all_that_is_wrong_is_said_at_once_with_the_option_and_without_secrets(tmp_path: Path) -> None:
    bad = {
        "autoStart": "maybe",
        "baseName": "",
        "colour": "red",
        "supervisionPassword": 17,
        "supervisionUrls": ["ws://fine", "http://me:secret@host"],
        "supervisionUrl": "ws://fine",
    }
    problems = wrong(tmp_path, bad)
    assert [problem.split(": ")[1] for problem in problems] == [
        "autoStart",
        "baseName",
        "supervisionPassword",
        "colour",
        "supervisionUrl",
    ]
    assert all(problem.startswith("options: ") for problem in problems)
    [url] = wrong(tmp_path, {"supervisionUrls": bad["supervisionUrls"]})
    assert url.startswith("options: supervisionUrls[1]: ")
    assert "secret" not in str((problems, url))
    assert wrong(tmp_path, {"supervisionUrls": []}) == [
        "options: supervisionUrls: must have at least 1 entry"
    ]


def test_what_only_the_two_together_have_wrong_is_said(tmp_path: Path) -> None:
    [problem] = wrong(tmp_path, {"supervisionUser": "me:too"}, supervisionPassword="a secret")
    assert problem.startswith("options: supervisionUser: must not have a colon")
    assert "secret" not in problem


def test_no_repr_has_a_secret(tmp_path: Path) -> None:
    options = EVERY | {"supervisionUrls": "ws://me:hidden@host"}
    source = optioned(read(tmp_path)[0], options, vocabulary())
    made = plan(source, 1, Surroundings(1))
    assert "hidden" not in repr((source, source.options, made.source))
    assert "hidden words" not in repr(made)
