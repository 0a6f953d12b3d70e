"""A disk that refuses for a while: the fleet goes on, what was not written waits, and nothing is lost."""

import logging
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
import trio
from full_disk import full_disk
from stage import stage

from ocppsim.actors import backlog, journal, secret_files, segments
from ocppsim.actors.journal import Kept
from ocppsim.actors.store import JOURNAL, Folder
from ocppsim.csms.central_system import CentralSystem

SECRETS = {"password": "hunter2 and more of it"}


def killed(path: Path, aside: Path) -> Kept:
    """What a process finds that starts after one that was killed now."""
    copytree(path, aside)
    return segments.read(segments.found(aside))["CS-1"]


@pytest.mark.parametrize("part", [0, 20])
async def test_what_the_disk_refused_is_written_once_it_has_room(
    autojump_clock: object, tmp_path: Path, part: int, caplog: pytest.LogCaptureFixture
) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path / "state")
    with caplog.at_level(logging.WARNING):
        async with stage(store=store, csms=csms) as play:
            await play.booted()
            await play.charge()
            with full_disk(store, part):
                await play.later(600)
                await play.show()
                assert JOURNAL in store.trouble
                before = killed(tmp_path / "state", tmp_path / "before")
                assert before.connectors[1].session is not None, "what was kept before is still good"
            await play.later(5)
            assert (store.trouble, store.refusals > 0) == ("", True)
            after = killed(tmp_path / "state", tmp_path / "after")
            connector = play.station.context.memory.connectors[1]
            assert after.connectors[1].session is None
            assert after.connectors[1].register_wh == connector.register_wh
            assert after.outbox.entries == play.station.context.memory.outbox.entries
            assert not list((tmp_path / "after").glob("*.damaged"))
    assert caplog.text.count("nothing is kept until the disk takes it") == 1
    assert caplog.text.count("all is kept again") == 1
    store.close()


def test_the_end_of_the_process_is_the_last_attempt(tmp_path: Path) -> None:
    store = Folder.open(tmp_path)
    with full_disk(store, 7):
        for number in range(3):
            store.record("A", journal.block("count", number))
    store.close()
    assert store.trouble == ""
    assert segments.read(segments.found(tmp_path))["A"].blocks == {"count": 2}


def test_nothing_waits_while_the_disk_takes_all(tmp_path: Path) -> None:
    store = Folder.open(tmp_path)
    for number in range(3):
        store.record("A", journal.block("count", number))
    assert store._waiting == backlog.Backlog([])
    store.close()


def test_more_than_can_wait_is_given_up_and_what_was_written_stays_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MOST_WAITING", 1_000)
    store = Folder.open(tmp_path)
    store.record("A", journal.block("count", -1))
    with full_disk(store):
        for number in range(100):
            store.record("A", journal.block("count", number))
    store.record("A", journal.block("count", 100))
    store.close()
    assert "No space left on device" in store.trouble
    assert segments.read(segments.found(tmp_path))["A"].blocks == {"count": -1}


# -- passwords and keys


@pytest.fixture
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Their files cannot be written until it is called."""
    write = secret_files.write

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(secret_files, "write", refuse)
    return lambda: monkeypatch.setattr(secret_files, "write", write)


def test_a_password_that_cannot_be_written_does_not_end_the_journal(
    tmp_path: Path, no_secrets: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    store = Folder.open(tmp_path)
    store.keep_secrets("A", SECRETS)
    store.keep_secrets("B", SECRETS)
    store.record("A", journal.block("count", 1))
    assert (store.trouble, store.refusals) == ("", 2)
    assert "configurations/secrets: No space left on device" in store.secrets_trouble
    assert caplog.text.count("passwords and keys are not kept until the disk takes them") == 1
    assert "hunter2" not in caplog.text
    assert store.secrets("A") == {}
    store.close()
    assert store.secrets_trouble
    assert segments.read(segments.found(tmp_path))["A"].blocks == {"count": 1}


async def test_it_is_written_later_and_the_newest_counts(
    tmp_path: Path, no_secrets: Callable[[], None], autojump_clock: object
) -> None:
    store = Folder.open(tmp_path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(store.live)
        await trio.sleep(1)
        store.keep_secrets("A", SECRETS)
        store.keep_secrets("A", {"password": "another one of them"})
        await trio.sleep(60)
        assert store.secrets_trouble
        no_secrets()
        await trio.sleep(5)
        assert store.secrets_trouble == ""
        assert store.secrets("A") == {"password": "another one of them"}
        nursery.cancel_scope.cancel()
    store.close()
