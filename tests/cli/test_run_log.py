"""`ocppsim run` with a log: files beside the configuration, or where its keys say."""

import json
from pathlib import Path

import pytest

from tests.cli.support import Ended, run
from tests.real.independent import IndependentServer

TEMPLATE = {
    "baseName": "CS-TEST",
    "chargePointModel": "Model",
    "chargePointVendor": "Vendor",
    "power": 22,
    "powerUnit": "kW",
    "enableStatistics": True,
    "Connectors": {"0": {}, "1": {}},
}


def ran(folder: Path, url: str, **keys: object) -> Ended:
    (folder / "station-templates").mkdir()
    (folder / "station-templates" / "test.json").write_text(json.dumps(TEMPLATE))
    uses = [{"file": "test.json", "numberOfStations": 1}]
    file = folder / "config.json"
    file.write_text(json.dumps({"supervisionUrls": url, "stationTemplateUrls": uses} | keys))
    return run("run", "--config", str(file), "--plain", "--speed", "20", "--duration", "40")


def test_by_default_the_log_is_beside_the_configuration_and_tells_of_the_run(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    url = independent_server.url.replace("//", "//user:secret@")
    assert ran(tmp_path, url, log={"statisticsInterval": 1}).code == 0
    [combined] = (tmp_path / "logs").glob("combined-*.log")
    [error] = (tmp_path / "logs").glob("error-*.log")
    text = combined.read_text()
    assert " info: CS-TEST-00001: connected\n" in text
    assert " info: CS-TEST-00001: boot accepted\n" in text
    assert " info: ocppsim.cli.recording: statistics of 1 station: " in text
    assert " info: ocppsim.cli.recording: begun with seed " in text
    assert text.endswith(" info: ocppsim.cli.recording: ended\n")
    assert "secret" not in text
    assert "BootNotification" not in text
    assert error.read_text() == ""


@pytest.mark.effective(
    "log.file",
    "log.errorFile",
    "log.rotate",
    "log.level",
    "log.format",
    "log.console",
    "log.statisticsInterval",
)
def test_the_keys_of_the_log_have_their_effect(tmp_path: Path, independent_server: IndependentServer) -> None:
    keys = {
        "file": "all.log",
        "errorFile": "bad.log",
        "rotate": False,
        "level": "debug",
        "format": "json",
        "console": True,
        "statisticsInterval": 0,
    }
    ended = ran(tmp_path, independent_server.url, log=keys)
    assert ended.code == 0
    records = [json.loads(line) for line in (tmp_path / "all.log").read_text().splitlines()]
    assert any(one["level"] == "debug" and "BootNotification" in one["message"] for one in records)
    assert not [one for one in records if "statistics of" in one["message"]]
    assert '"boot accepted"' in ended.err
    assert (tmp_path / "bad.log").exists()


def test_names_of_2022_have_the_same_effect(tmp_path: Path, independent_server: IndependentServer) -> None:
    ended = ran(tmp_path, independent_server.url, logFile="old.log", logRotate=False, logLevel="info")
    assert ended.code == 0
    text = (tmp_path / "old.log").read_text()
    assert "boot accepted" in text
    assert " warning: ocppsim.cli.recording: " in text  # of the old names
    assert "logFile" in text


@pytest.mark.effective("log.enabled")
def test_disabled_there_are_no_files(tmp_path: Path, independent_server: IndependentServer) -> None:
    assert ran(tmp_path, independent_server.url, log={"enabled": False}).code == 0
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"level": "loud"}, "log.level"),
        ({"format": "xml"}, "log.format"),
        ({"maxSize": "20 miles"}, "log.maxSize"),
        ({"maxFiles": "7w"}, "log.maxFiles"),
        ({"file": "config.json/x.log"}, "config.json: File exists"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_key(tmp_path: Path, keys: object, reason: str) -> None:
    ended = ran(tmp_path, "ws://localhost:1", log=keys)
    assert ended.code == 2
    assert reason in ended.err
    assert "Traceback" not in ended.err
