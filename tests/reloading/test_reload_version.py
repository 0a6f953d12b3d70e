"""A template asks for another version of OCPP while its stations charge."""

import json
from pathlib import Path

import pytest
import trio
from peer201 import Peer201

from ocppsim.model.connector import Status
from ocppsim.terminal.totals import summarise
from tests.reloading.reload_stage import Running, running


async def changed(run: Running, version: str) -> tuple[str, ...]:
    """What was said of it; the stations have come up again."""
    run.edit("station-templates/a.json", ocppVersion=version)
    lines = (await run.reload()).lines
    await trio.sleep(30)
    return lines


def of(run: Running, name: str = "A-00001") -> Peer201:
    return run.launcher.newer[name]


@pytest.mark.effective("template.ocppVersion")
async def test_its_stations_restart_in_the_other_version_and_no_others(
    tmp_path: Path, autojump_clock: object
) -> None:
    async with running(tmp_path, keeps=True) as run:
        lines = await changed(run, "2.0.1")
        assert lines[0] == "reloaded: 2 stations of a restart"
        assert any("a.json: ocppVersion: 2.0.1: its stations boot" in line for line in lines[1:])
        for name in ("A-00001", "A-00002"):
            assert [stop.payload["reason"] for stop in run.said(name, "StopTransaction")] == ["Reboot"]
            assert set(of(run, name).actions()) == {"BootNotification", "StatusNotification"}
            assert [boot["reason"] for boot in of(run, name).payloads("BootNotification")] == ["LocalReset"]
            assert run.rig.fleet.drivers(name) == []
        await run.charging("B-00001", "B-00002")
        summary = summarise(run.rig.fleet)
        assert (summary.given_up, summary.unsent, summary.internal_errors) == (0, 0, 0)
        assert summary.booted == 4


async def test_nothing_charges_there_and_nothing_is_said_of_charging(
    tmp_path: Path, autojump_clock: object
) -> None:
    async with running(tmp_path) as run:
        await changed(run, "2.0.1")
        station = run.rig.fleet.stations["A-00001"]
        del of(run).said[:]
        await trio.sleep(7200)
        assert set(of(run).actions()) == {"Heartbeat"}
        assert station.view(1).status is Status.AVAILABLE
        frame = await of(run).ask("RequestStartTransaction", remoteStartId=1)
        assert frame[2] == "NotImplemented"


async def test_and_back(tmp_path: Path, autojump_clock: object) -> None:
    """Configuration keys, registers and draws are as they were; what one version has set means nothing to
    the other."""
    async with running(tmp_path, keeps=True) as run:
        await trio.sleep(600)
        station = run.rig.fleet.stations["A-00001"]
        await run.rig.csms.call(
            "A-00001", "ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "17"}
        )
        await changed(run, "2.0.1")
        register_wh = station.context.memory.connectors[1].register_wh
        assert register_wh > 0
        assert (await changed(run, "1.6"))[0] == "reloaded: 2 stations of a restart"
        await run.charging()
        answer = await run.rig.csms.call("A-00001", "GetConfiguration")
        told = {one["key"]: one.get("value") for one in answer["configurationKey"]}
        assert told["MeterValueSampleInterval"] == "17"
        assert not any("." in name for name in told)
        assert station.view(1).register_wh >= register_wh


async def test_what_could_not_be_said_in_the_old_version_is_given_up_and_counted(
    tmp_path: Path, autojump_clock: object
) -> None:
    """The central system of 1.6 is not there any more when the template asks for another one."""
    async with running(tmp_path) as run:
        run.rig.csms.go_down()
        await trio.sleep(10)
        await changed(run, "2.0.1")
        assert "BootNotification" in of(run).actions()
        summary = summarise(run.rig.fleet)
        assert (summary.given_up, summary.unsent) == (2, 0)
        assert run.rig.fleet.stations["A-00001"].board.tally.given_up == 1


async def test_the_files_of_such_stations(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, keeps=True) as run:
        await changed(run, "2.0.1")
        plan = run.reloader.plans["A-00001"]
        kept = json.loads((tmp_path / "configurations" / f"{plan.hash_id}.json").read_text())
        assert kept["stationInfo"]["ocppVersion"] == "2.0.1"
        [_, [number, connector]] = kept["connectorsStatus"]
        assert (number, connector["status"], connector["transactionStarted"]) == (1, "Available", False)
        assert kept["configurationKey"] == []
