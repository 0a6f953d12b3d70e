"""Stations that somebody adds to a run, with options, beside those that the files ask for."""

from pathlib import Path
from typing import cast

import trio

from ocppsim.cli.run_stage import RunStage
from ocppsim.config.adding import optioned
from ocppsim.templates import vocabulary
from tests.reloading.reload_stage import running

OPTIONS = {
    "baseName": "ADDED",
    "supervisionUrls": ["ws://one.example", "ws://other.example"],
    "persistentConfiguration": False,
}
NAMES = ("ADDED-00001", "ADDED-00002", "ADDED-00003")


async def test_they_run_and_no_reload_touches_them(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, keeps=True) as run:
        stage, loaded = cast("RunStage", run.reloader.stage), run.reloader.loaded
        source = optioned(loaded.sources[0], OPTIONS, vocabulary())
        plans = [stage.plan(source, index, loaded.around(1)) for index in (1, 2, 3)]
        assert tuple(plan.specification.id for plan in plans) == NAMES
        for plan in plans:
            stage.launch(plan)
        await run.charging(*NAMES)
        urls = [run.launcher.urls[name] for name in NAMES]
        assert urls == ["ws://one.example", "ws://other.example", "ws://one.example"]
        run.edit("station-templates/a.json", chargePointModel="Newer")
        assert (await run.reload()).lines == ("reloaded: 2 stations of a restart",)
        await trio.sleep(30)
        await run.charging()
        assert [len(run.said(name, "BootNotification")) for name in (*NAMES, "A-00001")] == [1, 1, 1, 2]
        files = tmp_path / "configurations"
        for plan in plans:
            assert '"stationInfo"' not in (files / f"{plan.hash_id}.json").read_text()
