"""`ocppsim run` as a process: a configuration of somebody else's simulator, and the end of a run."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import Ended, actions, closed_port, finish, run, start
from tests.real.independent import IndependentServer, schema_errors

TEMPLATE = {
    "baseName": "CS-TEST",
    "chargePointModel": "Model",
    "chargePointVendor": "Vendor",
    "power": 22,
    "powerUnit": "kW",
    "idTagsFile": "tags.json",
    "Connectors": {"0": {}, "1": {}},
    "AutomaticTransactionGenerator": {
        "enable": True,
        "minDuration": 3600,
        "maxDuration": 3600,
        "minDelayBetweenTwoTransactions": 1,
        "maxDelayBetweenTwoTransactions": 1,
    },
}


def configuration(folder: Path, url: str, **template: object) -> Path:
    """A configuration with names of 2022, two stations and one that stays off, their templates, and tags."""
    (folder / "station-templates").mkdir()
    (folder / "station-templates" / "test.json").write_text(json.dumps(TEMPLATE | template))
    (folder / "tags.json").write_text('["TAG-1", "TAG-2"]')
    uses = [{"file": "test.json", "numberOfStation": 2}]
    off = TEMPLATE | {"baseName": "CS-OFF", "autoStart": False}
    (folder / "station-templates" / "off.json").write_text(json.dumps(off))
    uses.append({"file": "off.json", "numberOfStation": 1})
    file = folder / "config.json"
    names_of_old = {"supervisionURLs": url, "stationTemplateURLs": uses, "logLevel": "debug"}
    file.write_text(json.dumps(names_of_old | {"seed": 9}))
    return file


def test_a_signal_stops_what_runs_and_ends(tmp_path: Path, independent_server: IndependentServer) -> None:
    file = configuration(tmp_path, independent_server.url)
    process = start("run", "--config", str(file), "--plain", "--seed", "5", "--speed", "5")
    independent_server.wait_for(lambda seen: len(seen.transactions()) == 2)
    process.send_signal(signal.SIGTERM)
    ended = finish(process)

    assert ended.code == 130
    assert "seed 5" in ended.out.splitlines()[1]
    assert "supervisionURLs: is a name of old; it is supervisionUrls now" in ended.err
    seen = independent_server.seen
    assert (seen.violations, schema_errors(seen.frames)) == ([], [])
    assert all(one.stop is not None for one in seen.transactions())
    assert actions(independent_server, "CS-TEST-00001")[0] == "BootNotification"
    assert actions(independent_server, "CS-TEST-00002")[0] == "BootNotification"


@pytest.mark.effective("template.stopTransactionsOnStopped")
def test_without_stop_transactions_on_stopped_they_stay_open(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    file = configuration(tmp_path, independent_server.url, stopTransactionsOnStopped=False)
    process = start("run", "--config", str(file), "--plain", "--speed", "5")
    independent_server.wait_for(lambda seen: len(seen.transactions()) == 2)
    process.send_signal(signal.SIGINT)

    assert finish(process).code == 130
    assert all(one.stop is None for one in independent_server.seen.transactions())


@pytest.mark.effective(
    "supervisionUrls",
    "stationTemplateUrls",
    "stationTemplateUrls.file",
    "stationTemplateUrls.numberOfStations",
    "seed",
    "template.autoStart",
)
def test_stations_of_the_configuration_run_for_a_while(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    file = configuration(tmp_path, independent_server.url)
    ended = run("run", "--config", str(file), "--plain", "--speed", "20", "--duration", "60")

    assert ended.code == 0
    assert "not started (autoStart): 1 station" in ended.out
    assert "seed 9" in ended.out
    assert "2, of which 2 booted" in ended.out
    assert {boot.identity for boot in independent_server.seen.boots} == {"CS-TEST-00001", "CS-TEST-00002"}


def test_a_run_that_is_rejected_has_failed(
    tmp_path: Path, independent_server: IndependentServer, command: Callable[..., Ended]
) -> None:
    independent_server.settings.boots = [("Rejected", 60)] * 9
    file = configuration(tmp_path, independent_server.url)
    ended = command("run", "--config", str(file), "--plain", "--speed", "4", "--duration", "2")

    assert ended.code == 1
    last = ended.err.splitlines()[-1]
    assert last == "ocppsim: no station got as far as an accepted boot: the central system rejects it"


def test_a_run_that_nobody_answers_is_no_success(tmp_path: Path) -> None:
    file = configuration(tmp_path, f"ws://127.0.0.1:{closed_port()}")
    ended = run("run", "--config", str(file), "--plain", "--speed", "4", "--duration", "2")

    assert ended.code == 3
    last = ended.err.splitlines()[-1]
    assert last == "ocppsim: no station got as far as an accepted boot: connection refused"


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path, command: Callable[..., Ended]) -> None:
    file = configuration(tmp_path, "http://nobody", power="much", voltageOut=-1)
    ended = command("run", "--config", str(file))

    assert (ended.code, ended.out) == (2, "")
    template = tmp_path / "station-templates" / "test.json"
    problems = [line for line in ended.err.splitlines() if ": note: " not in line]
    power, voltage = "a number above 0, or a list of such", "a number above 0, at most 10000"
    assert problems == [
        f"ocppsim: {file}: supervisionUrls[0]: the URL must begin with ws:// or wss://",
        f'ocppsim: {template}: power: must be {power}, not the text "much"',
        f"ocppsim: {template}: voltageOut: must be {voltage}, not -1",
    ]
