"""Storing statistics beside a run: lazily, in a thread, and never so that the run has to wait."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Lock
from time import perf_counter

import trio
from attrs import define, field

from ocppsim import clock
from ocppsim.actors.statistics import StationSnapshot, Statistics
from ocppsim.config.storage_settings import StorageKeys, StorageType, chosen, file_of
from ocppsim.performance.mongodb import MongoDb, checked
from ocppsim.performance.port import JsonFile, Sqlite, Storage, StorageFailed
from ocppsim.performance.records import record

log = logging.getLogger(__name__)

EACH_S = 10.0
"""Seconds of wire time between two writes, at least."""

SHARE = 0.05
"""No more than this part of the time goes into writing: of a large fleet there is a lot to write."""

LAST_WITHIN_S = 1.0
"""So long the last write may hold up the end of a run."""


@define(eq=False)
class Keeper:
    """Writes what has changed since the last time."""

    statistics: Statistics
    storage: Storage
    tell: Callable[[str], None] = lambda _: None  # what people should see, besides the log
    trouble: str = ""  # why nothing is stored; empty while all is well
    written: int = 0  # records
    _stored: dict[str, int] = field(factory=dict)  # how many changes of a station are stored
    _one_at_a_time: Lock = field(factory=Lock)  # a write that was abandoned may still go on
    _abandoned: bool = False

    async def live(self) -> None:
        took_s = 0.0
        while True:
            await trio.sleep(clock.wire(max(EACH_S, took_s / SHARE)))
            began = perf_counter()
            await self.write()
            took_s = perf_counter() - began

    async def write(self) -> None:
        """What cannot be stored now is kept for the next time, and said once."""
        changes, snapshots = await self._changed()
        if not snapshots:
            return
        try:
            # abandoned at the end of a run: a server that does not answer must not hold it up
            await trio.to_thread.run_sync(self._store, snapshots, abandon_on_cancel=True)
        except StorageFailed as error:
            self._say_trouble(str(error))
            return
        if self.trouble:
            self.trouble = ""
            words = f"statistics are stored again in {self.storage.where}"
            log.info(words)
            self.tell(words)
        self._stored.update(changes)
        self.written += len(snapshots)

    async def finish(self) -> None:
        """The last write, which waits for nobody for long."""
        with trio.CancelScope(shield=True) as patience:
            patience.deadline = trio.current_time() + clock.wire(LAST_WITHIN_S)
            await self.write()
            await trio.to_thread.run_sync(self._close, abandon_on_cancel=True)
        if patience.cancelled_caught:
            self._abandoned = True
            self._say_trouble("it took too long")

    def _say_trouble(self, why: str) -> None:
        if not self.trouble:
            words = f"statistics are not stored in {self.storage.where}, only in memory: {why}"
            log.warning(words)
            self.tell(words)
        self.trouble = why

    async def _changed(self) -> tuple[dict[str, int], list[StationSnapshot]]:
        changes: dict[str, int] = {}
        snapshots: list[StationSnapshot] = []
        for id, station in list(self.statistics.stations.items()):  # noqa: A001 - the record's own word
            if station.changes != self._stored.get(id):
                changes[id] = station.changes
                snapshots.append(station.snapshot())
                await trio.lowlevel.checkpoint()  # a thousand of them take a while
        return changes, snapshots

    def _store(self, snapshots: list[StationSnapshot]) -> None:
        with self._one_at_a_time:
            try:
                self.storage.write([record(snapshot) for snapshot in snapshots])
            finally:
                if self._abandoned:
                    self.storage.close()

    def _close(self) -> None:
        with self._one_at_a_time:
            self.storage.close()


def storage_of(keys: StorageKeys, folder: Path) -> Storage | None:
    """None where statistics are not stored; BadStorage for keys that cannot be meant."""
    match kind := chosen(keys):
        case StorageType.NONE:
            return None
        case StorageType.JSON_FILE:
            return JsonFile(file_of(kind, keys.uri, folder))
        case StorageType.SQLITE:
            return Sqlite(file_of(kind, keys.uri, folder))
        case StorageType.MONGODB:
            return MongoDb(checked(keys.uri))


@asynccontextmanager
async def open_storage(
    keys: StorageKeys, folder: Path, statistics: Statistics, tell: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Keeper | None]:
    """Store statistics while the block runs, and once more at its end; None where they are not stored.

    `folder` is that of the configuration. BadStorage for keys that cannot be meant. In virtual time nothing
    is written: no thread follows that clock.
    """
    storage = storage_of(keys, folder)
    if storage is None or clock.is_virtual():
        yield None
        return
    keeper = Keeper(statistics, storage, tell)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keeper.live, name="statistics")
            yield keeper
            nursery.cancel_scope.cancel()
    finally:
        await keeper.finish()
