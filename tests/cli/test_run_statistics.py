"""`ocppsim run` with statistics: stored as the configuration says, and never in the way."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import Ended, run
from tests.real.independent import IndependentServer

TEMPLATE = {
    "baseName": "CS-TEST",
    "chargePointModel": "Model",
    "chargePointVendor": "Vendor",
    "power": 22,
    "powerUnit": "kW",
    "Connectors": {"0": {}, "1": {}},
}


def ran(folder: Path, url: str, *, template: Any = (), **keys: object) -> Ended:
    (folder / "station-templates").mkdir()
    (folder / "station-templates" / "test.json").write_text(json.dumps(TEMPLATE | dict(template)))
    uses = [{"file": "test.json", "numberOfStations": 2}]
    file = folder / "config.json"
    file.write_text(json.dumps({"supervisionUrls": url, "stationTemplateUrls": uses} | keys))
    return run("run", "--config", str(file), "--plain", "--speed", "20", "--duration", "40")


@pytest.mark.effective("performanceStorage.type", "template.enableStatistics")
def test_statistics_of_the_stations_that_want_them_are_stored(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    url = independent_server.url.replace("//", "//user:secret@")
    ended = ran(tmp_path, url, template={"enableStatistics": True}, performanceStorage={"type": "jsonfile"})
    assert ended.code == 0
    records = json.loads((tmp_path / "performance" / "performanceRecords.json").read_text())
    assert sorted(one["name"] for one in records) == ["CS-TEST-00001", "CS-TEST-00002"]
    for one in records:
        assert len(one["id"]) == 96  # a hash of SHA-384
        assert "secret" not in json.dumps(one)
        boot = one["statisticsData"]["BootNotification"]
        assert boot["requestCount"] == boot["responseCount"] == boot["timeMeasurementCount"] == 1
        assert 0 < boot["minTimeMeasurement"] < 5000


@pytest.mark.effective("performanceStorage.enabled")
def test_enabled_without_a_type_is_sqlite(tmp_path: Path, independent_server: IndependentServer) -> None:
    ended = ran(
        tmp_path,
        independent_server.url,
        template={"enableStatistics": True},
        performanceStorage={"enabled": True},
    )
    assert ended.code == 0
    with closing(sqlite3.connect(tmp_path / "performance" / "ocppsim.db")) as connection:
        names = connection.execute("SELECT name FROM performance_records ORDER BY name").fetchall()
    assert names == [("CS-TEST-00001",), ("CS-TEST-00002",)]


@pytest.mark.effective("template.enableStatistics")
def test_without_enable_statistics_there_are_none(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    assert ran(tmp_path, independent_server.url, performanceStorage={"enabled": True}).code == 0
    assert not (tmp_path / "performance").exists()


@pytest.mark.effective("performanceStorage.uri")
def test_a_mongodb_that_is_away_is_said_and_the_run_goes_on(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    pytest.importorskip("pymongo")
    ended = ran(
        tmp_path,
        independent_server.url,
        template={"enableStatistics": True},
        performanceStorage={"type": "mongodb", "uri": "mongodb://user:secret@127.0.0.1:1/"},
    )
    assert ended.code == 0
    assert "2, of which 2 booted" in ended.out
    assert "statistics are not stored in mongodb://127.0.0.1:1/" in ended.out
    assert "secret" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"enabled": True, "type": "mysql"}, "performanceStorage.type: 'mysql' is not offered"),
        ({"type": "mongodb"}, "performanceStorage.uri: mongodb needs a URI"),
        ({"type": "sqlite", "uri": "http://x/y"}, "performanceStorage.uri: sqlite needs a path"),
    ],
)
def test_what_cannot_be_meant_is_a_problem_of_the_file(tmp_path: Path, keys: object, reason: str) -> None:
    ended = ran(tmp_path, "ws://localhost:1", performanceStorage=keys)
    assert ended.code == 2
    assert reason in ended.err
