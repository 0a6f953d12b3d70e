"""A large journal is made small while it is written to; a kill at any step of that loses nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import trio
import trio.lowlevel
from stage import stage
from trio.testing import MockClock

from ocppsim.actors import journal, segments, store
from ocppsim.actors.journal import Kept
from ocppsim.actors.segments import JOURNAL, found, merge, path_of, read
from ocppsim.actors.store import Folder
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.connector import Connector
from ocppsim.model.outbox import Entry, Place


class Killed(BaseException):
    pass


def entry(number: int) -> Entry:
    return Entry(1, number, 1.0, f"id-{number}", "MeterValues", {}, "1-1", Place.WITHIN)


LINES = [
    journal.started(3),
    journal.commit(Connector(1, register_wh=5.0), [entry(1), entry(2)]),
    journal.changed({"A": "1"}),
    journal.done(entry(1), None),
    journal.block("name", {"x": 1}),
    journal.commit(Connector(1, register_wh=7.0), [entry(3)]),
    journal.done(entry(2), None),
    journal.started(4),
]


def written(folder: Path, *counts: int) -> list[Path]:
    """So many of the lines in each of the files, for two stations."""
    rest = [journal.line(name, record) for record in LINES for name in ("A", "B")]
    for number, count in enumerate(counts):
        path_of(folder, number).write_bytes(b"".join(rest[:count]))
        rest = rest[count:]
    return found(folder)


def said(kept: dict[str, Kept]) -> dict[str, object]:
    return {name: journal.records(one) for name, one in kept.items()}


def dying(real: Callable[..., object], at: int, count: list[int]) -> Callable[..., object]:
    """The function, in whose call of this number, over all such functions, the process is killed."""

    def call(*arguments: object, **options: object) -> object:
        count[0] += 1
        if count[0] == at:
            raise Killed
        return real(*arguments, **options)

    return call


@pytest.mark.parametrize("at", range(1, 7))
def test_a_kill_at_any_step_leaves_files_that_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Files 0 to 2 become one; 3 is written to."""
    files = written(tmp_path, 4, 5, 3, 4)
    before = said(read(files))
    count = [0]
    with monkeypatch.context() as patch:
        for name in ("replace", "unlink"):
            patch.setattr(Path, name, dying(getattr(Path, name), at, count))
        patch.setattr(os, "fsync", dying(os.fsync, at, count))
        try:
            merge(files[:3], read(files[:3]))
        except Killed:
            pass
        else:
            assert at == 6
    assert said(read(found(tmp_path))) == before
    Folder.open(tmp_path).close()
    assert said(read(found(tmp_path))) == before
    assert set(os.listdir(tmp_path)) - {"journal-2.jsonl.new", "journal-3.jsonl.new"} == {JOURNAL, "lock"}


async def test_the_journal_of_a_long_run_stays_small(
    autojump_clock: MockClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LARGE", 5_000)
    merges: list[int] = []
    real = segments.merge
    monkeypatch.setattr(segments, "merge", lambda *a: merges.append(real(*a)) or merges[-1])
    csms, folder = CentralSystem(), Folder.open(tmp_path)
    sizes = set()
    async with stage(store=folder, csms=csms, keys={"MeterValueSampleInterval": "10"}) as play:
        await play.booted()
        await play.charge()
        for _ in range(40):
            await play.later(100)
            sizes.add(sum(path.stat().st_size for path in found(tmp_path)))
        folder.close()
    assert len(merges) > 10
    assert max(sizes) < 20_000
    folder = Folder.open(tmp_path)
    async with stage(store=folder, csms=csms) as play:
        await play.later(60)
        assert play.board.unsent == 0
        [stop] = play.said("StopTransaction")
        assert stop.payload["reason"] == "PowerLoss"
    folder.close()
    assert found(tmp_path) == [tmp_path / JOURNAL]


async def test_a_thread_makes_it_small_in_real_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is written meanwhile is there too."""
    monkeypatch.setattr(store, "LARGE", 2_000)
    folder = Folder.open(tmp_path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(folder.live)
        await trio.lowlevel.checkpoint()
        for number in range(400):
            folder.record("A", journal.block("count", number))
            await trio.sleep(0.0005)
        nursery.cancel_scope.cancel()
    folder.close()
    assert sum(path.stat().st_size for path in found(tmp_path)) < 8_000
    assert read(found(tmp_path))["A"].blocks == {"count": 399}


async def test_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the journal gets as large again while the disk is slow."""
    monkeypatch.setattr(store, "LARGE", 1_000)
    calls: list[int] = []
    begun, go_on = Event(), Event()
    real = segments.merge

    def slow(*arguments: Any) -> int:
        calls.append(1)
        begun.set()
        go_on.wait(5)
        return real(*arguments)

    folder = Folder.open(tmp_path)
    monkeypatch.setattr(segments, "merge", slow)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(folder.live)
        await trio.testing.wait_all_tasks_blocked()
        for number in range(100):
            folder.record("A", journal.block("count", number))
            await trio.testing.wait_all_tasks_blocked()
        await trio.to_thread.run_sync(begun.wait, 5)
        assert len(calls) == 1
        go_on.set()
        nursery.cancel_scope.cancel()
    folder.close()
    assert read(found(tmp_path))["A"].blocks == {"count": 99}


async def test_a_disk_that_has_no_room_for_it_loses_nothing(
    autojump_clock: MockClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "LARGE", 1_000)
    folder = Folder.open(tmp_path)
    monkeypatch.setattr(segments, "merge", refuse)
    async with stage(store=folder) as play:
        await play.booted()
        await play.charge()
        await play.later(2000)
        session = play.board.connectors[1].session
    folder.close()
    assert folder.trouble == ""
    assert "cannot be compacted, and grows: No space left on device" in caplog.text
    monkeypatch.undo()
    kept = read(found(tmp_path))["CS-1"].connectors[1]
    assert session is not None
    assert kept.session is not None
    assert kept.session.key == session.key
