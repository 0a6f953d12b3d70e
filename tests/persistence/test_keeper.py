"""Files are written when something has changed, and never so that the run has to wait."""

from collections.abc import Mapping
from pathlib import Path
from threading import Event
from time import perf_counter, sleep
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from ocppsim.actors.fleet import Fleet, open_fleet
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.csms.behaviour import Delay
from ocppsim.launching import Launcher
from ocppsim.persistence import keeper as keeper_module
from ocppsim.persistence import shape
from ocppsim.persistence.keeper import FIRST_SHARE, SHARE, Keeper, keeping
from ocppsim.persistence.shelf import Shelf
from ocppsim.persistence.snapshot import Snapshot
from tests.config.bench import planned
from tests.persistence.keeping_stage import Home


async def test_only_what_has_changed_is_written(tmp_path: Path, autojump_clock: MockClock) -> None:
    home = Home(tmp_path, {"Connectors": {"0": {}, "1": {}, "2": {}}})
    async with home.process() as process:
        play, written = process.play, process.keeper
        await play.later(20)
        seen = written.written
        await play.later(3000)  # heartbeats alone
        assert written.written == seen
        for change in (
            play.set_key("MeterValueSampleInterval", 600),
            play.show("FRIEND"),
            play.ask("ChangeAvailability", connectorId=2, type="Inoperative"),
            play.ask("ChangeAvailability", connectorId=0, type="Inoperative"),
        ):
            await change
            await play.later(20)
            assert written.written == seen + 1
            seen = written.written


async def test_a_session_is_in_the_file_soon(tmp_path: Path, autojump_clock: MockClock) -> None:
    home = Home(tmp_path)
    async with home.process() as process:
        await process.play.charge()
        await process.play.later(keeper_module.EACH_S + 1)
        [_, connector] = home.file(process.plan)["connectorsStatus"][1]
        assert (connector["transactionStarted"], connector["status"]) == (True, "Charging")


async def test_the_id_of_a_transaction_is_in_the_file_when_it_is_known(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    keys = {"configurationKey": [{"key": "MeterValueSampleInterval", "readonly": False, "value": "0"}]}
    home = Home(tmp_path, {"Configuration": keys})
    async with home.process() as process:
        process.play.rule(Delay(15), "StartTransaction", times=1)
        await process.play.charge()
        await process.play.later(keeper_module.EACH_S + 1)
        assert "transactionId" not in home.file(process.plan)["connectorsStatus"][1][1]
        await process.play.later(20)
        [_, connector] = home.file(process.plan)["connectorsStatus"][1]
        assert connector["transactionId"] == process.play.transaction_id


async def test_halves_of_characters_are_kept(tmp_path: Path, autojump_clock: MockClock) -> None:
    """A central system may send them."""
    own = {"configurationKey": [{"key": "Vendor.Text", "readonly": False, "value": ""}]}
    home = Home(tmp_path, {"Configuration": own})
    async with home.process() as process:
        await process.play.write(2, "x", "ChangeConfiguration", {"key": "Vendor.Text", "value": "a\ud800b"})
        await process.play.later(10)
    (home.shelf.folder / "journal.jsonl").unlink()
    async with home.process() as process:
        assert process.play.station.context.memory.changed["Vendor.Text"] == "a\ud800b"
    assert home.told == []


async def test_a_station_whose_file_cannot_be_made_leaves_the_others_theirs(
    eager: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def content(snapshot: Snapshot) -> dict[str, Any]:
        if snapshot.specification.id == "CS-00002":
            raise KeyError("a mistake of ours")
        return shape.content(snapshot)

    monkeypatch.setattr(keeper_module, "content", content)
    shelf = SlowShelf(eager / "configurations")
    async with open_fleet(1) as fleet, keeping(fleet, shelf) as keeper:
        add(fleet, keeper, eager, 1, 2, 3)
        await shelf.wrote(2)
        change(fleet)
        await shelf.wrote(4)
        fleet.nursery.cancel_scope.cancel()
    assert set(shelf.names) == {"CS-00001", "CS-00003"}
    assert "the file of CS-00002 cannot be made" in caplog.text


class SlowShelf(Shelf):
    """Each write takes a while, or waits for good where somebody holds it up."""

    def __init__(self, folder: Path, takes_s: float = 0.0) -> None:
        super().__init__(folder)
        self.takes_s = takes_s
        self.busy_s = 0.0
        self.held = Event()
        self.free = Event()
        self.free.set()
        self.names: list[str] = []
        self.news = trio.Event()
        self.token = trio.lowlevel.current_trio_token()

    def write(self, hash_id: str, content: Mapping[str, Any]) -> None:
        began = perf_counter()
        self.held.set()
        self.free.wait(5)
        sleep(self.takes_s)
        super().write(hash_id, content)
        self.names.append(content["ocppsim"]["station"])
        self.busy_s += perf_counter() - began
        self.token.run_sync_soon(self.tell)

    def tell(self) -> None:
        self.news.set()
        self.news = trio.Event()

    async def wrote(self, files: int) -> None:
        """Until so many have been written."""
        with trio.fail_after(10):
            while len(self.names) < files:
                await self.news.wait()


def add(fleet: Fleet, keeper: Keeper, folder: Path, *indexes: int) -> None:
    for index in indexes:
        plan = planned(folder, index, supervisionUrls="ws://127.0.0.1:1")
        Launcher(fleet, AddressBook(), keeper.watch).launch(plan)


def change(fleet: Fleet) -> None:
    for station in fleet.stations.values():
        memory = station.context.memory
        memory.change_keys({"ConnectionTimeOut": str(int(memory.changed.get("ConnectionTimeOut", "0")) + 1)})


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(keeper_module, "EACH_S", 0.01)
    (tmp_path / "configurations").mkdir()
    return tmp_path


async def test_writing_takes_a_small_part_of_the_time(eager: Path) -> None:
    shelf = SlowShelf(eager / "configurations", takes_s=0.004)
    async with open_fleet(1) as fleet, keeping(fleet, shelf) as keeper:
        add(fleet, keeper, eager, 1, 2, 3)
        await shelf.wrote(3)
        shelf.busy_s, began = 0.0, perf_counter()
        while (passed_s := perf_counter() - began) < 1.0:
            change(fleet)
            await trio.sleep(0.01)
        # the last round of files may have begun right at the end
        assert shelf.busy_s <= SHARE * passed_s + 3 * 0.05
        assert keeper.written > 3
        fleet.nursery.cancel_scope.cancel()


async def test_stations_without_a_file_come_first(eager: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "AT_ONCE", 2)
    monkeypatch.setattr(keeper_module, "SHARE", 0.5)
    shelf = SlowShelf(eager / "configurations", takes_s=0.01)
    async with open_fleet(1) as fleet, keeping(fleet, shelf) as keeper:
        add(fleet, keeper, eager, 1, 2)
        await shelf.wrote(2)
        shelf.free.clear()
        shelf.held.clear()
        change(fleet)  # written from now on, but slowly
        await trio.to_thread.run_sync(shelf.held.wait, 5)
        change(fleet)
        add(fleet, keeper, eager, 3, 4)
        shelf.free.set()
        await shelf.wrote(8)
        assert sorted(shelf.names[4:6]) == ["CS-00003", "CS-00004"]
        fleet.nursery.cancel_scope.cancel()


async def test_many_new_stations_leave_half_of_the_time(eager: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "AT_ONCE", 2)
    shelf = SlowShelf(eager / "configurations", takes_s=0.01)
    async with open_fleet(1) as fleet, keeping(fleet, shelf) as keeper:
        began = perf_counter()
        add(fleet, keeper, eager, *range(1, 21))
        await shelf.wrote(20)
        assert shelf.busy_s <= FIRST_SHARE * (perf_counter() - began) + 2 * 0.05
        fleet.nursery.cancel_scope.cancel()


async def test_a_disk_that_hangs_holds_up_nobody(eager: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "LAST_WITHIN_S", 0.2)
    told: list[str] = []
    shelf = SlowShelf(eager / "configurations")
    async with open_fleet(1) as fleet:
        async with keeping(fleet, shelf, told.append) as keeper:
            shelf.free.clear()
            add(fleet, keeper, eager, 1)
            await trio.to_thread.run_sync(shelf.held.wait, 5)
            began = perf_counter()
            await trio.sleep(0.01)
            assert perf_counter() - began < 0.2
        assert perf_counter() - began < 1.0
        fleet.nursery.cancel_scope.cancel()
    shelf.free.set()
    assert told == ["files of stations are not written: it took too long"]


async def test_a_disk_that_refuses_is_said_once_and_tried_again(
    eager: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    said = trio.Event()
    folder = eager / "configurations"
    folder.rename(eager / "elsewhere")
    shelf = SlowShelf(folder)

    def tell(words: str) -> None:
        told.append(words)
        said.set()

    async with open_fleet(1) as fleet, keeping(fleet, shelf, tell) as keeper:
        add(fleet, keeper, eager, 1, 2)
        with trio.fail_after(5):
            await said.wait()
        await trio.sleep(0.1)  # some more tries
        assert told == [f"files of stations are not written: {folder}: No such file or directory"]
        (eager / "elsewhere").rename(folder)
        await shelf.wrote(2)
        await keeper.write()
        assert keeper.trouble == ""
        fleet.nursery.cancel_scope.cancel()
    assert len(told) == 1


async def test_a_station_that_left_is_forgotten_and_its_file_stays(eager: Path) -> None:
    shelf = SlowShelf(eager / "configurations")
    async with open_fleet(1) as fleet, keeping(fleet, shelf) as keeper:
        add(fleet, keeper, eager, 1)
        await shelf.wrote(1)
        keeper.forget("CS-00001")
        change(fleet)
        await keeper.write()
        assert shelf.names == ["CS-00001"]
        fleet.nursery.cancel_scope.cancel()
    assert len(list(shelf.folder.glob("*.json"))) == 1
