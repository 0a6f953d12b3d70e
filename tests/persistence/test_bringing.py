"""What a file brings does not add up with what the journal has; templates change between two runs."""

import json
from functools import partial
from pathlib import Path

import pytest
from trio.testing import MockClock

from ocppsim.actors.journal import Kept
from ocppsim.actors.remaking import Design
from ocppsim.actors.store import Folder
from tests.persistence.keeping_stage import SECRETS, Home
from tests.persistence.peer_files import TEMPLATE

TWO = {"Connectors": {"0": {}, "1": {}, "2": {}}}


async def test_messages_that_wait_are_there_once_after_a_file_was_taken(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = Home(tmp_path, TEMPLATE)
    async with home.process() as process:
        await process.play.charge()
        process.play.csms.go_down()
        await process.play.later(100)
        await process.play.show()
        await process.play.later(10)
        waiting = process.play.board.unsent
    assert waiting > 2
    file = home.file(process.plan)
    file["configurationKey"][0]["value"] = "1"
    home.write(process.plan, file)
    store = home.open()
    home.plan(store)
    store.close()  # killed before the station lives
    assert _kept(home).blocks["station file"]
    assert len(_kept(home).outbox.entries) == waiting
    home.csms.come_up()
    async with home.process() as process:
        await process.play.later(60)
        assert process.play.board.unsent == 0
    [transaction] = home.csms.ledger("CS-00001").transactions.values()
    assert transaction.reason == "Local"


async def test_a_transaction_of_ours_that_has_ended_since_is_not_closed_again(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Somebody changed a file that was written in the midst of it, after a kill."""
    home = Home(tmp_path, TEMPLATE)
    async with home.process(killed=True) as process:
        await process.play.charge()
        await process.play.later(10)
        file = home.file(process.plan)
        assert file["connectorsStatus"][1][1]["transactionStarted"]
        process.keeper._plans.clear()
        await process.play.show()
        await process.play.later(10)
        assert process.play.board.unsent == 0
    file["configurationKey"][0]["value"] = "1"
    home.write(process.plan, file)
    async with home.process() as process:
        await process.play.later(10)
        assert process.play.said("StopTransaction") == []


def _kept(home: Home) -> Kept:
    store = Folder.open(home.shelf.folder, secret=SECRETS)
    kept = store.known("CS-00001")
    store.close()
    assert kept is not None
    return kept


@pytest.mark.parametrize("lost", ["connector", "killed"])
async def test_a_session_of_a_connector_that_is_no_more_is_closed(
    tmp_path: Path, autojump_clock: MockClock, lost: str
) -> None:
    home = Home(tmp_path, TWO)
    async with home.process() as process:
        await process.play.charge(2)
        await process.play.later(100)
        began = process.play.transaction_id
    home.template = {"Connectors": {"0": {}, "1": {}}}
    if lost == "killed":
        store = home.open()
        home.plan(store)
        store.close()
    async with home.process() as process:
        play = process.play
        await play.later(10)
        [stop] = play.said("StopTransaction")
        assert (stop.payload["transactionId"], stop.payload["reason"]) == (began, "PowerLoss")
        assert play.board.unsent == 0
        assert list(play.station.context.memory.connectors) == [1]
    home.template = TWO
    async with home.process() as process:
        await process.play.later(10)
        assert process.play.said("StopTransaction") == [], "once"
        memory = process.play.station.context.memory
        assert memory.connectors[2].register_wh == pytest.approx(stop.payload["meterStop"], abs=1)
        await process.play.charge(2)
        [start] = process.play.said("StartTransaction")
        assert start.payload["meterStart"] == stop.payload["meterStop"]


async def test_headers_and_credentials_of_the_template_stay_there(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """They are in no file of a station, and the next process has them from the template."""
    header = {"Authorization": "Basic bWU6c2VjcmV0"}
    home = Home(
        tmp_path,
        {
            "wsOptions": {"headers": header, "handshakeTimeout": 5000},
            "supervisionUrls": "ws://me:hush@csms.example/",
            "supervisionUrlOcppConfiguration": True,
            "supervisionUrlOcppKey": "VendorUrl",
        },
    )
    for _ in range(3):
        async with home.process() as process:
            assert process.plan.headers == tuple(header.items())
            assert process.plan.handshake_s == 5
            assert process.plan.url == "ws://me:hush@csms.example/"
            await process.play.set_key("MeterValueSampleInterval", 20)
    text = home.shelf.path(process.plan.hash_id).read_text()
    assert "bWU6c2VjcmV0" not in text
    assert "hush" not in text


async def test_only_the_owner_reads_the_journal(tmp_path: Path, autojump_clock: MockClock) -> None:
    home = Home(tmp_path)
    for _ in range(2):
        async with home.process():
            pass
        assert (home.shelf.folder / "journal.jsonl").stat().st_mode & 0o077 == 0


async def test_again_is_the_plan_of_a_station_that_lives(tmp_path: Path, autojump_clock: MockClock) -> None:
    """For another template: what was drawn, told and counted stays, and nothing is written or set aside."""
    home = Home(tmp_path, TEMPLATE)
    async with home.process() as process:
        await process.play.set_key("Vendor.Colour", "green")
        await process.play.later(20)
        memory = process.play.station.context.memory
        before = json.dumps(home.file(process.plan))
        kept = home.again(memory)
        assert kept.specification == process.plan.specification
        home.template = home.template | {"resetTime": 5, "Connectors": {"0": {}, "1": {}}, "power": 7000}
        changed = home.again(memory)
        assert changed.serials == process.plan.serials
        assert (changed.power_w, changed.specification.reset_time_s) == (7000, 5)
        assert list(changed.specification.outlets) == [1]
        assert memory.changed["Vendor.Colour"] == "green"
        process.keeper.watch(changed)
        await process.play.later(10)
        file = home.file(changed)
        assert [number for number, _ in file["connectorsStatus"]] == [0, 1], "2 only stays for a while"
        assert file["stationInfo"]["templateHash"] != json.loads(before)["stationInfo"]["templateHash"]
        home.write(process.plan, "damaged")
        assert home.again(memory).serials == process.plan.serials
        home.write(process.plan, before)
    assert home.told == []


async def test_a_kill_after_another_template_came_goes_on_with_that_one(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """In the midst of a run: the session was stopped for it, and nothing is drawn anew."""
    home = Home(tmp_path, TEMPLATE)
    async with home.process(killed=True) as process:
        play, fleet = process.play, process.play.rig.fleet
        await play.set_key("Vendor.Colour", "green")
        await play.charge()
        await play.later(60)
        home.template = home.template | {"resetTime": 5, "power": [7000, 8000, 9000]}
        plan = home.again(play.station.context.memory)
        design = Design(plan.specification, play.station.context.dialect, play.rig.dials["CS-00001"])
        fleet.remake("CS-00001", design, None, partial(process.keeper.watch, plan))
        await play.later(1)
        assert play.said("StopTransaction")[-1].payload["reason"] == "Reboot"
        await play.later(30)
        register_wh = play.station.context.memory.connectors[1].register_wh
    async with home.process(seed=5) as process:
        await process.play.later(10)
        assert process.play.said("StopTransaction") == []
        assert process.plan.serials == plan.serials
        assert process.plan.specification.reset_time_s == 5
        assert process.play.station.context.memory.connectors[1].register_wh == register_wh
        assert await process.keys("Vendor.Colour") == {"Vendor.Colour": "green"}
        drawn = process.plan.power_w
    async with home.process(seed=6) as process:
        assert process.plan.power_w == drawn
