"""Records in files: written lazily in a thread, whole or not at all, and never in the way of a run."""

import json
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
import trio
import trio.lowlevel
from attrs import define, field

from ocppsim.actors.statistics import Statistics
from ocppsim.config.storage_settings import StorageSettings
from ocppsim.performance import keeping
from ocppsim.performance.keeping import Keeper, open_storage
from ocppsim.performance.port import JsonFile, Sqlite, Storage, StorageFailed
from ocppsim.performance.records import Record, record


def beat(statistics: Statistics, name: str = "CS-1", times: int = 1) -> None:
    station = statistics.measure(name, id=f"hash of {name}", uri="ws://csms.example/ocpp")
    for _ in range(times):
        station.requested("Heartbeat")
        station.answered("Heartbeat", 0.1)


def stored(storage: Storage) -> dict[str, Record]:
    """What another program reads there."""
    if isinstance(storage, JsonFile):
        return {one["id"]: one for one in json.loads(storage.path.read_text())}
    assert isinstance(storage, Sqlite)
    names = ("id", "name", "uri", "createdAt", "updatedAt")
    with closing(sqlite3.connect(storage.path)) as connection:
        rows = connection.execute(
            "SELECT id, name, uri, created_at, updated_at, statistics_data FROM performance_records"
        ).fetchall()
    return {
        row[0]: dict(zip(names, row[:5], strict=True)) | {"statisticsData": json.loads(row[5])}
        for row in rows
    }


@pytest.fixture(params=[JsonFile, Sqlite])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JsonFile | Sqlite]:
    made = request.param(tmp_path / "performance" / "records")
    yield made
    made.close()


# -- what is stored


async def test_what_is_stored_is_the_record(storage: JsonFile | Sqlite) -> None:
    statistics = Statistics()
    beat(statistics, "CS-1", 3)
    beat(statistics, "CS-2")
    await Keeper(statistics, storage).write()
    assert stored(storage) == {one.id: record(one) for one in statistics.snapshots()}


async def test_only_what_changed_is_written_and_it_replaces_what_was(storage: JsonFile | Sqlite) -> None:
    statistics = Statistics()
    keeper = Keeper(statistics, storage)
    beat(statistics, "CS-1")
    beat(statistics, "CS-2")
    await keeper.write()
    beat(statistics, "CS-2")
    await keeper.write()
    await keeper.write()
    assert keeper.written == 3
    assert stored(storage) == {one.id: record(one) for one in statistics.snapshots()}


async def test_stations_of_an_earlier_run_stay(storage: JsonFile | Sqlite) -> None:
    for name in ("CS-1", "CS-2"):
        statistics = Statistics()
        beat(statistics, name)
        await Keeper(statistics, type(storage)(storage.path)).finish()
    assert set(stored(storage)) == {"hash of CS-1", "hash of CS-2"}


async def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    path.write_text("[{")
    statistics = Statistics()
    beat(statistics)
    await Keeper(statistics, JsonFile(path)).write()
    assert set(stored(JsonFile(path))) == {"hash of CS-1"}
    assert (tmp_path / "records.json.damaged").read_text() == "[{"


# -- trouble


async def test_what_cannot_be_stored_is_said_once_and_stored_later(
    storage: JsonFile | Sqlite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder = storage.path.parent
    folder.write_text("a file where a folder should be")
    statistics = Statistics()
    keeper = Keeper(statistics, storage)
    for _ in range(3):
        beat(statistics)
        await keeper.write()
    assert keeper.trouble
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]
    assert str(storage.path) in caplog.text
    folder.unlink()
    await keeper.write()
    assert keeper.trouble == ""
    assert "again" in caplog.records[-1].getMessage()
    assert stored(storage) == {one.id: record(one) for one in statistics.snapshots()}


async def test_a_file_that_is_no_database_is_trouble_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("this is no database, whatever else it may be" * 100)
    statistics = Statistics()
    beat(statistics)
    keeper = Keeper(statistics, Sqlite(tmp_path / "records"))
    await keeper.write()
    assert "not a database" in keeper.trouble


@define(eq=False)
class Stuck:
    """Storage that hangs until somebody lets it go."""

    let_go: threading.Event = field(factory=threading.Event)
    closed: threading.Event = field(factory=threading.Event)
    threads: set[int] = field(factory=set)
    begun: threading.Event = field(factory=threading.Event)
    where: str = "nowhere"

    def write(self, records: Sequence[Record]) -> None:
        assert records
        self.threads.add(threading.get_ident())
        self.begun.set()
        self.let_go.wait(30)
        raise StorageFailed("let go")

    def close(self) -> None:
        self.closed.set()


async def test_storage_that_hangs_holds_up_neither_the_run_nor_its_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = Stuck()
    monkeypatch.setattr(keeping, "storage_of", lambda keys, folder: stuck)
    monkeypatch.setattr(keeping, "EACH_S", 0.01)
    monkeypatch.setattr(keeping, "LAST_WITHIN_S", 0.2)
    statistics = Statistics()
    began = trio.current_time()
    async with open_storage(StorageSettings(True), Path(), statistics):
        beat(statistics)
        assert await trio.to_thread.run_sync(stuck.begun.wait, 10)
        for _ in range(10):
            await trio.lowlevel.checkpoint()
    assert trio.current_time() - began < 5
    assert threading.get_ident() not in stuck.threads
    assert "too long" in caplog.text
    stuck.let_go.set()
    assert await trio.to_thread.run_sync(stuck.closed.wait, 10)


# -- beside a run


async def test_it_is_written_while_the_run_goes_on_and_once_more_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "EACH_S", 0.02)
    written = threading.Event()
    write = Sqlite.write

    def noticed(storage: Sqlite, records: Sequence[Record]) -> None:
        write(storage, records)
        written.set()

    monkeypatch.setattr(Sqlite, "write", noticed)
    statistics = Statistics()
    beat(statistics)
    async with open_storage(StorageSettings(True), tmp_path, statistics):
        assert await trio.to_thread.run_sync(written.wait, 10)
        monkeypatch.setattr(keeping, "EACH_S", 3600.0)
        beat(statistics)
    [found] = stored(Sqlite(tmp_path / "performance" / "ocppsim.db")).values()
    assert found == record(statistics.stations["hash of CS-1"].snapshot())


async def test_without_storage_nothing_is_written(tmp_path: Path) -> None:
    statistics = Statistics()
    async with open_storage(StorageSettings(), tmp_path, statistics) as keeper:
        assert keeper is None
        beat(statistics)
    assert os.listdir(tmp_path) == []


async def test_in_virtual_time_nothing_is_written(autojump_clock: object, tmp_path: Path) -> None:
    statistics = Statistics()
    async with open_storage(StorageSettings(True), tmp_path, statistics) as keeper:
        assert keeper is None
        beat(statistics)
        await trio.sleep(3600)
    assert os.listdir(tmp_path) == []
