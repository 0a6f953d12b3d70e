"""Files change while stations charge."""

import json
from pathlib import Path

import pytest
import trio

from ocppsim.cli.run_stage import RunStage
from ocppsim.config.stations import Plan
from ocppsim.model.connector import Status
from tests.config.bench import URL
from tests.reloading.reload_stage import GENERATOR, TEMPLATE, Running, running


def reasons(run: Running, name: str) -> list[str]:
    return [stop.payload.get("reason", "Local") for stop in run.said(name, "StopTransaction")]


def boots(run: Running) -> list[int]:
    return [len(run.said(name, "BootNotification")) for name in run.rig.fleet.stations]


# -- templates


async def test_a_changed_template_restarts_its_stations_and_no_other(
    tmp_path: Path, autojump_clock: object
) -> None:
    async with running(tmp_path, number=25) as run:
        sessions = {name: run.board(name).connectors[1].session for name in run.rig.fleet.stations}
        run.edit("station-templates/a.json", chargePointModel="Newer")
        assert (await run.reload()).lines == ("reloaded: 25 stations of a restart",)
        await trio.sleep(6)
        await run.charging()
        for name in run.rig.fleet.stations:
            first = name.startswith("A")
            assert reasons(run, name) == (["Reboot"] if first else [])
            models = [boot.payload["chargePointModel"] for boot in run.said(name, "BootNotification")]
            assert models == (["Model", "Newer"] if first else ["Model"])
            if not first:
                assert run.board(name).connectors[1].session.key == sessions[name].key  # type: ignore[union-attr]


@pytest.mark.parametrize("keeps", [False, True])
async def test_serial_numbers_stay(tmp_path: Path, autojump_clock: object, keeps: bool) -> None:
    async with running(tmp_path, keeps=keeps) as run:
        await trio.sleep(10)  # the station's files are written
        run.edit("station-templates/a.json", chargePointModel="Newer", chargeBoxSerialNumberPrefix="BOX-")
        await run.reload()
        await trio.sleep(6)
        await run.charging()
        before, after = (boot.payload for boot in run.said("A-00001", "BootNotification"))
        number = before["chargePointSerialNumber"]
        assert after["chargePointSerialNumber"] == number
        assert after["chargeBoxSerialNumber"].startswith("BOX-" + number.removeprefix("SN-")[:20])


async def test_the_files_of_stations_follow(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, keeps=True) as run:
        await trio.sleep(10)
        run.edit("station-templates/a.json", Connectors={"0": {}, "1": {}, "2": {}})
        await run.reload()
        await trio.sleep(20)
        plan = run.reloader.plans["A-00001"]
        kept = json.loads((tmp_path / "configurations" / f"{plan.hash_id}.json").read_text())
        assert plan.source is not None
        assert kept["stationInfo"]["templateHash"] == plan.source.hash
        assert len(kept["connectorsStatus"]) == 3


async def test_a_generator_that_is_switched_on_and_off(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        run.edit("station-templates/a.json", AutomaticTransactionGenerator=GENERATOR | {"enable": False})
        await run.reload()
        await trio.sleep(600)
        assert run.board("A-00001").status(1) is Status.AVAILABLE
        run.edit("station-templates/a.json", AutomaticTransactionGenerator=GENERATOR)
        await run.reload()
        await trio.sleep(6)
        await run.charging()


async def test_a_template_that_says_the_same_restarts_nothing(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, keeps=True) as run:
        await trio.sleep(10)
        run.write("station-templates/a.json", json.dumps(run.now["station-templates/a.json"], indent=4))
        assert (await run.reload()).lines == ("reloaded: no station is affected",)
        await trio.sleep(60)
        assert boots(run) == [1] * 4


async def test_a_template_is_changed_twice_in_a_row(tmp_path: Path, autojump_clock: object) -> None:
    """The second change comes while the stations are down for the first."""
    async with running(tmp_path) as run:
        run.edit("station-templates/a.json", chargePointModel="Second")
        await run.reload()
        run.edit("station-templates/a.json", chargePointModel="Third")
        await run.reload()
        await trio.sleep(20)
        await run.charging()
        models = [boot.payload["chargePointModel"] for boot in run.said("A-00001", "BootNotification")]
        assert models[-1] == "Third"
        assert reasons(run, "A-00001") == ["Reboot"]


# -- what cannot be used


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("station-templates/a.json", '{"baseName": ', "line 1, column 14: Expecting value"),
        ("station-templates/a.json", "", "is empty"),
        (
            "station-templates/a.json",
            TEMPLATE | {"power": "much"},
            'power: must be a number above 0, or a list of such, not the text "much"',
        ),
        ("tags.json", [7], "[0]: must be a text, not the number 7"),
        ("tags.json", "[", "line 1, column 2: Expecting value"),
        ("config.json", {"supervisionUrls": "ws://x"}, "stationTemplateUrls: is missing"),
    ],
)
async def test_what_cannot_be_used_changes_nothing_and_says_why(
    tmp_path: Path, autojump_clock: object, file: str, content: object, problem: str
) -> None:
    async with running(tmp_path) as run:
        right = run.now[file]
        run.write(file, content)
        outcome = await run.reload()
        line = f"not reloaded: {tmp_path / file}: {problem}"
        assert line in outcome.lines
        assert not outcome.taken
        assert run.told == list(outcome.lines)
        run.write(file, right)
        assert (await run.reload()).lines == ("reloaded: no station is affected",)
        await trio.sleep(60)
        assert boots(run) == [1] * 4
        assert all(reasons(run, name) == [] for name in run.rig.fleet.stations)


async def test_a_station_that_cannot_be_stays_what_it_was(tmp_path: Path, autojump_clock: object) -> None:
    class Refusing(RunStage):
        def relaunch(self, plan: Plan) -> None:
            if plan.specification.id == "A-00001" and plan.specification.model == "Impossible":
                raise ValueError("A-00001: no")
            super().relaunch(plan)

    async with running(tmp_path) as run:
        before, stage = run.reloader.plans["A-00001"], run.reloader.stage
        assert isinstance(stage, RunStage)
        run.reloader.stage = Refusing(stage.launcher, stage.files, stage.recorder, stage.screen)
        run.edit("station-templates/a.json", chargePointModel="Impossible")
        lines = ("reloaded: 2 stations of a restart", "A-00001: no")
        assert (await run.reload()).lines == lines
        assert run.reloader.plans["A-00001"] is before
        run.edit("station-templates/a.json", chargePointModel="Possible")
        await run.reload()
        await trio.sleep(20)
        models = [boot.payload["chargePointModel"] for boot in run.said("A-00001", "BootNotification")]
        assert models == ["Model", "Possible"]


async def test_a_stations_own_file_is_no_business_of_a_reload(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, keeps=True) as run:
        await trio.sleep(10)
        file = tmp_path / "configurations" / f"{run.reloader.plans['A-00001'].hash_id}.json"
        file.write_text("{")
        run.edit("station-templates/a.json", power=11000)
        await run.reload()
        assert run.told == ["reloaded: 2 stations of a restart"]
        assert not list(file.parent.glob("*.damaged*"))
        await trio.sleep(20)
        assert json.loads(file.read_text())["stationInfo"]["maximumPower"] == 11000


async def test_a_stations_own_file_counts_until_its_template_changes(
    tmp_path: Path, autojump_clock: object
) -> None:
    """The hierarchy is that of a start: file, while it is of this template, then template, configuration."""
    async with running(tmp_path, keeps=True) as run:
        serials = run.reloader.plans["A-00001"].serials
        await run.rig.fleet.retire(list(run.rig.fleet.stations))
        file = tmp_path / "configurations" / f"{run.reloader.plans['A-00001'].hash_id}.json"
    content = json.loads(file.read_text())
    content["stationInfo"]["supervisionUrls"] = "ws://people.example"
    file.write_text(json.dumps(content))
    async with running(tmp_path, keeps=True) as run:
        await trio.sleep(10)
        run.write("tags.json", ["NEW"])
        assert (await run.reload()).lines == ("reloaded: 4 stations of a and b have new tags",)
        assert run.reloader.plans["A-00001"].url == "ws://people.example"
        run.edit("config.json", supervisionUrls="ws://configured.example")
        lines = (await run.reload()).lines
        assert lines == ("reloaded: 3 stations of a and b have another central system",)
        run.edit("station-templates/a.json", supervisionUrls="ws://template.example")
        assert (await run.reload()).lines == ("reloaded: 2 stations of a restart",)
        assert run.reloader.plans["A-00001"].url == "ws://template.example"
        assert run.reloader.plans["A-00001"].serials == serials
        await trio.sleep(20)
        await run.charging()


async def test_all_that_is_wrong_is_said_at_once(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        run.edit("station-templates/a.json", power="much", voltageOut=-1)
        run.edit("station-templates/b.json", power=-1)
        assert len((await run.reload()).problems) == 3


# -- tags


async def test_tags_change_without_a_restart(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        short = GENERATOR | {"minDuration": 60, "maxDuration": 60}
        run.edit("station-templates/a.json", AutomaticTransactionGenerator=short)
        await run.reload()
        await trio.sleep(6)
        await run.charging()
        boots_before = boots(run)
        run.write("tags.json", ["NEW"])
        lines = (await run.reload()).lines
        assert lines == ("reloaded: 4 stations of a and b have new tags",)
        await trio.sleep(70)
        await run.charging()
        starts = [start.payload["idTag"] for start in run.said("A-00001", "StartTransaction")]
        stops = [stop.payload.get("idTag") for stop in run.said("A-00001", "StopTransaction")]
        assert (starts, stops[-1]) == (["OLD", "OLD", "NEW"], "OLD")
        assert boots(run) == boots_before


# -- the configuration


async def test_the_number_of_stations_follows(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        uses = [{"file": "a.json", "numberOfStations": 1}, {"file": "b.json", "numberOfStations": 3}]
        run.edit("config.json", stationTemplateUrls=uses)
        lines = (await run.reload()).lines
        assert lines == ("reloaded: 1 station of a stops; 1 station of b starts",)
        assert reasons(run, "A-00002") == ["Local"]
        assert run.board("A-00002").ended
        await run.charging("B-00003")
        assert set(run.reloader.plans) == {"A-00001", "B-00001", "B-00002", "B-00003"}


async def test_a_station_that_was_stopped_goes_on_with_its_register(
    tmp_path: Path, autojump_clock: object
) -> None:
    async with running(tmp_path, keeps=True) as run:
        await trio.sleep(600)
        uses = [{"file": "a.json", "numberOfStations": 1}]
        run.edit("config.json", stationTemplateUrls=uses)
        await run.reload()
        [stop] = run.said("A-00002", "StopTransaction")
        run.edit("config.json", stationTemplateUrls=[{"file": "a.json", "numberOfStations": 2}])
        await run.reload()
        await run.charging("A-00001", "A-00002")
        starts = run.said("A-00002", "StartTransaction")
        start = starts[-1]
        assert start.payload["meterStart"] == stop.payload["meterStop"] > 0


async def test_auto_start_is_as_for_a_new_start(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        run.edit("station-templates/a.json", autoStart=False)
        assert (await run.reload()).lines == ("reloaded: 2 stations of a stop",)
        run.edit("station-templates/a.json", autoStart=True)
        assert (await run.reload()).lines == ("reloaded: 2 stations of a start",)
        await run.charging()


async def test_another_central_system_is_for_the_next_connection(
    tmp_path: Path, autojump_clock: object
) -> None:
    async with running(tmp_path) as run:
        dial = run.rig.fleet.stations["A-00001"].context.dial
        run.edit("config.json", supervisionUrls=["ws://x.example", "ws://y.example"])
        [line] = (await run.reload()).lines
        assert line == "reloaded: 4 stations of a and b have another central system"
        await trio.sleep(60)
        assert boots(run) == [1] * 4
        assert run.board("A-00001").link.connections == 1
        assert run.rig.fleet.stations["A-00001"].context.dial is not dial
        assert run.launcher.urls["A-00001"] == "ws://x.example"
        assert run.launcher.urls["A-00002"] == "ws://y.example"


async def test_what_needs_a_new_start_is_named_as_long_as_it_does(
    tmp_path: Path, autojump_clock: object
) -> None:
    async with running(tmp_path) as run:
        run.edit("config.json", seed=7, log={"file": "x.log", "statisticsInterval": 5})
        lines = (await run.reload()).lines
        assert lines == ("reloaded: no station is affected; seed, log.file need a new start",)
        assert run.recorder.interval_s == 5
        run.edit("config.json", log={"statisticsInterval": 5})
        assert (await run.reload()).lines == ("reloaded: no station is affected; seed needs a new start",)


async def test_a_template_more_and_one_less(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        run.write("station-templates/c.json", TEMPLATE | {"baseName": "C"})
        uses = [{"file": "b.json", "numberOfStations": 2}, {"file": "c.json", "numberOfStations": 1}]
        run.edit("config.json", stationTemplateUrls=uses)
        assert (await run.reload()).lines == ("reloaded: 2 stations of a stop; 1 station of c starts",)
        await run.charging("C-00001")


async def test_notices_are_told_once(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        run.edit("station-templates/a.json", colour="red")
        lines = (await run.reload()).lines
        path = tmp_path / "station-templates" / "a.json"
        assert lines[1:] == (f"note: {path}: colour: is no key of this program",)
        run.write("tags.json", ["OTHER"])
        assert len((await run.reload()).lines) == 1


# -- watching


async def test_files_are_watched(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, watched=True) as run:
        await trio.sleep(30)
        assert run.told == []
        run.edit("station-templates/a.json", chargePointModel="Newer")
        await trio.sleep(3)
        assert run.told == ["reloaded: 2 stations of a restart"]
        run.write("tags.json", "[")
        await trio.sleep(3)
        [_, told] = run.told
        assert told.startswith("not reloaded: ")
        await trio.sleep(30)
        assert len(run.told) == 2  # it is said once
        run.write("tags.json", ["OLD", "NEW"])
        await trio.sleep(3)
        assert run.told[2:] == ["reloaded: 4 stations of a and b have new tags"]


async def test_several_files_at_once_are_one_reload(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, watched=True) as run:
        run.edit("station-templates/a.json", chargePointModel="Newer")
        run.write("config.json", "{")
        await trio.sleep(20)
        [told] = run.told
        assert told.startswith("not reloaded: ")
        uses = [{"file": name, "numberOfStations": 2} for name in ("a.json", "b.json")]
        run.write("config.json", {"supervisionUrls": URL, "stationTemplateUrls": uses})
        await trio.sleep(20)
        assert run.told[1:] == ["reloaded: 2 stations of a restart"]


async def test_a_template_that_was_missing_is_noticed_when_it_comes(
    tmp_path: Path, autojump_clock: object
) -> None:
    async with running(tmp_path, watched=True) as run:
        uses = [*run.now["config.json"]["stationTemplateUrls"], {"file": "c.json", "numberOfStations": 1}]
        run.edit("config.json", stationTemplateUrls=uses)
        await trio.sleep(3)
        assert "no template 'c.json'" in run.told[-1]
        run.write("station-templates/c.json", TEMPLATE | {"baseName": "C"})
        await trio.sleep(3)
        assert run.told[-1] == "reloaded: 1 station of c starts"


async def test_a_file_that_is_gone_is_missed_after_a_while(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path, watched=True) as run:
        path = tmp_path / "tags.json"
        content = path.read_text()
        path.unlink()
        await trio.sleep(3)
        path.write_text(content)
        await trio.sleep(10)
        assert run.told[-1:] in ([], ["reloaded: no station is affected"])  # it came back as another file
        path.unlink()
        await trio.sleep(10)
        assert "no file 'tags.json'" in run.told[-1]


async def test_two_reloads_at_once_are_one_after_the_other(tmp_path: Path, autojump_clock: object) -> None:
    async with running(tmp_path) as run:
        run.edit("station-templates/a.json", chargePointModel="Newer")
        async with trio.open_nursery() as nursery:
            for _ in range(2):
                nursery.start_soon(run.reloader.reload)
        assert sorted(run.told) == ["reloaded: 2 stations of a restart", "reloaded: no station is affected"]
