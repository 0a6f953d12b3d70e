"""`ocppsim run` with stations of several versions of OCPP side by side."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import Ended, finish, run, start
from tests.config.bench import LEAST
from tests.real.independent_201 import any_version

COMES = {
    "enable": True,
    "minDuration": 3600,
    "maxDuration": 3600,
    "minDelayBetweenTwoTransactions": 1,
    "maxDelayBetweenTwoTransactions": 1,
}
TEMPLATES: dict[str, dict[str, Any]] = {
    "old": {"baseName": "OLD"},
    "new": {"baseName": "NEW", "ocppVersion": "2.0.1", "iccid": "8944", "firmwareVersion": "1.2.3"},
    "early": {"baseName": "EARLY", "ocppVersion": "2.0"},
}
KEYS = [
    {"key": "MeterValueSampleInterval", "value": "often"},
    {"key": "SecurityProfile", "readonly": True, "value": "2"},
]
"""Neither could be in a template of 1.6: in one of 2.0.1 they mean nothing."""


def configuration(folder: Path, url: str, *names: str, **template: Any) -> Path:
    (folder / "station-templates").mkdir(exist_ok=True)
    for name in names:
        content = LEAST | {"AutomaticTransactionGenerator": COMES} | template | TEMPLATES[name]
        if name != "old":
            content["Configuration"] = {"configurationKey": KEYS}
        (folder / "station-templates" / f"{name}.json").write_text(json.dumps(content))
    uses = [{"file": name, "numberOfStations": 1} for name in names]
    file = folder / "config.json"
    file.write_text(json.dumps({"supervisionUrls": url, "stationTemplateUrls": uses, "worker": NO_PAUSE}))
    return file


NO_PAUSE = {"startDelay": 0}
TOKEN = {"idToken": "T", "type": "Local"}


@pytest.mark.effective("template.ocppVersion")
def test_stations_of_all_versions_run_side_by_side(tmp_path: Path) -> None:
    with any_version() as central:
        file = configuration(tmp_path, central.url, "old", "early", "new")
        process = start("run", "--config", str(file), "--plain", "--seed", "1")
        old, early, new = (central.station(f"{name}-00001") for name in ("OLD", "EARLY", "NEW"))
        central.wait_for(lambda: "StartTransaction" in old.actions)
        central.wait_for(lambda: new.payloads("StatusNotification"))
        central.wait_for(lambda: early.payloads("StatusNotification"))
        asked = [
            central.ask("NEW-00001", action, payload)
            for action, payload in (
                (
                    "RequestStartTransaction",
                    {"remoteStartId": 1, "idToken": {"idToken": "T", "type": "Local"}},
                ),
                ("GetVariables", {"getVariableData": []}),
                ("Reset", {"type": "Immediate"}),
                ("ClearCache", {}),
            )
        ]
        process.terminate()
        ended = finish(process)

    assert ended.code == 130
    assert (old.agreed, early.agreed, new.agreed) == (["ocpp1.6"], ["ocpp2.0"], ["ocpp2.0.1"])
    assert (old.wrong, early.wrong, new.wrong) == ([], [], [])
    [boot] = new.payloads("BootNotification")
    assert boot == {
        "reason": "PowerUp",
        "chargingStation": {
            "model": "Model",
            "vendorName": "Vendor",
            "firmwareVersion": "1.2.3",
            "modem": {"iccid": "8944"},
        },
    }
    assert set(new.actions) == set(early.actions) == {"BootNotification", "StatusNotification"}
    assert [frame[0] for frame in asked] == [4, 4, 4, 3]
    assert {frame[2] for frame in asked[:3]} == {"NotImplemented"}
    assert "StopTransaction" in old.actions
    assert "3, of which 3 booted" in ended.out
    assert "our errors" not in ended.out
    assert "security profile" not in ended.err.replace("configuration, security profiles", "")
    lines = [line for line in ended.err.splitlines() if "ocppVersion" in line]
    assert [line.partition("station-templates/")[2].partition(":")[0] for line in lines] == [
        *("early.json", "early.json", "new.json", "new.json"),
    ]


def test_a_central_system_of_another_version_is_tried_again_and_again_with_pauses(tmp_path: Path) -> None:
    with any_version("ocpp1.6") as central:
        file = configuration(tmp_path, central.url, "new")
        ended = run("run", "--config", str(file), "--plain", "--duration", "2")
    assert ended.code == 1
    assert "1, of which 0 booted" in ended.out
    heard = central.station("NEW-00001")
    assert (set(heard.agreed), heard.calls) == ({None}, [])
    assert 1 <= len(heard.agreed) <= 3, "a pause of a second, and a longer one"


@pytest.mark.parametrize("verb", ["config", "template"])
def test_what_such_stations_do_not_do_is_said_once_for_each_template(
    tmp_path: Path, command: Callable[..., Ended], verb: str
) -> None:
    several = {"1": {"Connectors": {"1": {}, "2": {}}}}
    file = configuration(tmp_path, "ws://csms", "old", "new", Connectors=None, Evses=several)
    for path in (tmp_path / "station-templates").iterdir():
        content = json.loads(path.read_text())
        del content["Connectors"]
        path.write_text(json.dumps(content))
    if verb == "config":
        ended = command("config", "check", str(file))
    else:
        ended = command("template", "check", *map(str, (tmp_path / "station-templates").iterdir()))
    assert (ended.code, ended.err) == (0, "")
    said = [line for line in ended.out.splitlines() if line.startswith("note: ")]
    notes = [line for line in said if "old.json: " not in line]
    assert len(notes) == 3
    assert all("new.json: ocppVersion: 2.0.1: " in note for note in notes)
    limits, idle, evses = notes
    assert "Missing so far: sessions (nobody comes, and tags are refused)" in limits
    assert idle.endswith("without effect so far: AutomaticTransactionGenerator, Configuration")
    assert evses.endswith("each connector is told as an EVSE of its own, numbered through all")


def test_one_session_of_a_station_needs_a_template_of_a_version_that_has_them(
    tmp_path: Path, command: Callable[..., Ended]
) -> None:
    configuration(tmp_path, "ws://csms", "new")
    ended = command("charge", "ws://csms", "--template", str(tmp_path / "station-templates" / "new.json"))
    assert ended.code == 2
    assert "is of OCPP 2.0.1, which has no sessions yet" in ended.err
