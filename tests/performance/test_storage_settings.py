"""What the keys of `performanceStorage` mean."""

from pathlib import Path

import pytest

from ocppsim.config.storage_settings import StorageSettings, StorageType, chosen, problems
from ocppsim.performance.keeping import storage_of
from ocppsim.performance.mongodb import MongoDb
from ocppsim.performance.port import JsonFile, Sqlite
from tests.tables import each

FOLDER = Path("/where/the/configuration/is")


@each(
    ("enabled", "type_", "expected"),
    [
        (None, None, StorageType.NONE),
        (True, None, StorageType.SQLITE),
        (False, None, StorageType.NONE),
        (False, "jsonfile", StorageType.NONE),
        (None, "jsonfile", StorageType.JSON_FILE),
        (None, "sqlite", StorageType.SQLITE),
        (True, "none", StorageType.NONE),
        (True, "mongodb", StorageType.MONGODB),
    ],
)
def test_which_storage_is_meant(enabled: bool | None, type_: str | None, expected: StorageType) -> None:
    assert chosen(StorageSettings(enabled, type_)) is expected


@pytest.mark.parametrize("type_", ["mysql", "mariadb", "", "SQLITE"])
def test_a_type_that_is_not_offered_is_refused_with_those_that_are(type_: str) -> None:
    with pytest.raises(
        ValueError, match=r"performanceStorage\.type: .* there are none, jsonfile, sqlite, mongodb"
    ):
        storage_of(StorageSettings(True, type_), FOLDER)


@each(
    ("type_", "uri", "expected"),
    [
        ("jsonfile", None, FOLDER / "performance/performanceRecords.json"),
        ("sqlite", None, FOLDER / "performance/ocppsim.db"),
        ("sqlite", "here.db", FOLDER / "here.db"),
        ("jsonfile", "/tmp/there.json", Path("/tmp/there.json")),
        ("jsonfile", "file:///tmp/some/there.json", Path("/tmp/some/there.json")),
        ("jsonfile", "file:///tmp/with%20space/there.json", Path("/tmp/with space/there.json")),
        ("jsonfile", "file:///performanceRecords.json", FOLDER / "performanceRecords.json"),
        ("jsonfile", "file:performance/r.json", FOLDER / "performance/r.json"),
        ("jsonfile", "file://performance/r.json", FOLDER / "performance/r.json"),
    ],
)
def test_where_files_are(type_: str, uri: str | None, expected: Path) -> None:
    storage = storage_of(StorageSettings(True, type_, uri), FOLDER)
    assert isinstance(storage, JsonFile | Sqlite)
    assert storage.path == expected


@pytest.mark.parametrize(
    "uri", ["http://somewhere.example/x", "mongodb://localhost/x", "file://", "http://["]
)
def test_a_uri_that_is_no_files_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match=r"performanceStorage\.uri"):
        storage_of(StorageSettings(True, "jsonfile", uri), FOLDER)
    [(key, _)] = problems(StorageSettings(True, "jsonfile", uri))
    assert key == "uri"


@pytest.mark.parametrize("uri", [None, "", "performance/x", "http://localhost", "mongodb://["])
def test_mongodb_needs_its_uri(uri: str | None) -> None:
    with pytest.raises(ValueError, match=r"performanceStorage\.uri"):
        storage_of(StorageSettings(True, "mongodb", uri), FOLDER)
    [(key, _)] = problems(StorageSettings(True, "mongodb", uri))
    assert key == "uri"


@pytest.mark.parametrize(
    "keys",
    [
        StorageSettings(),
        StorageSettings(False, "mysql", "http://["),
        StorageSettings(True, "mongodb", "mongodb://localhost"),
        StorageSettings(True, "sqlite", "file:///performanceRecords.json"),
    ],
)
def test_what_can_be_meant_is_no_problem(keys: StorageSettings) -> None:
    assert list(problems(keys)) == []


def test_mongodb_without_its_extra_is_refused_with_the_name_of_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ocppsim.performance.mongodb.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"ocppsim\[mongo\]"):
        storage_of(StorageSettings(True, "mongodb", "mongodb://localhost"), FOLDER)


def test_nobody_sees_the_password_of_a_mongodb() -> None:
    keys = StorageSettings(None, "mongodb", "mongodb://user:secret@localhost:27017/stats")
    storage = storage_of(keys, FOLDER)
    assert isinstance(storage, MongoDb)
    assert "secret" not in storage.where + repr(storage) + repr(keys)
    assert storage.where == "mongodb://localhost:27017/stats"
