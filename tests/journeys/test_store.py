"""The folder in which stations keep what must not be lost: damage, other users, a disk that refuses."""

import logging
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from full_disk import full_disk
from stage import Stage, stage

from ocppsim.actors.store import JOURNAL, Folder, StoreInUse
from ocppsim.csms.behaviour import Behaviour, Refuse, Rule
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.session import StopReason

HALF_A_SESSION_S = 90


async def charge_and_die(path: Path, csms: CentralSystem) -> Stage:
    """A process that is killed in the middle of a session; its sample of the first minute was taken."""
    store = Folder.open(path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await play.charge()
        await play.later(HALF_A_SESSION_S)
        store.close()
    return play


async def live(path: Path, csms: CentralSystem, seconds: float = 60) -> Stage:
    store = Folder.open(path)
    async with stage(store=store, csms=csms) as play:
        await play.later(seconds)
    store.close()
    return play


# -- what is kept


async def test_a_killed_process_finds_its_session_and_closes_it_with_power_loss(
    autojump_clock: object, tmp_path: Path
) -> None:
    csms = CentralSystem()
    before = await charge_and_die(tmp_path, csms)
    after = await live(tmp_path, csms)
    [sample] = before.said("MeterValues")
    [stop] = after.said("StopTransaction")
    assert stop.payload["reason"] == "PowerLoss"
    assert stop.payload["timestamp"] == sample.payload["meterValue"][0]["timestamp"]
    assert str(stop.payload["meterStop"]) == sample.payload["meterValue"][0]["sampledValue"][0]["value"]
    assert stop.payload["transactionId"] == before.transaction_id


async def test_a_stopped_process_leaves_its_session_to_the_next_one(
    autojump_clock: object, tmp_path: Path
) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await play.charge()
        await play.later(30)
        assert await play.rig.fleet.leave(None)
        store.close()
    after = await live(tmp_path, csms)
    [stop] = after.said("StopTransaction")
    assert (stop.payload["reason"], stop.payload["meterStop"]) == ("PowerLoss", 92)
    assert stop.payload["timestamp"] == "2026-01-01T00:00:30.000Z"


async def test_a_register_that_was_told_never_goes_back(autojump_clock: object, tmp_path: Path) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await play.charge()
        await play.later(30)
        await play.ask("TriggerMessage", requestedMessage="MeterValues")
        [told] = play.said("MeterValues")
        await play.later(20)
        store.close()
    after = await live(tmp_path, csms)
    [stop] = after.said("StopTransaction")
    assert str(stop.payload["meterStop"]) == told.payload["meterValue"][0]["sampledValue"][0]["value"]


async def test_message_ids_begin_anew_with_each_process_and_are_never_repeated(
    autojump_clock: object, tmp_path: Path
) -> None:
    csms = CentralSystem()
    ids: list[str] = []
    for _ in range(4):
        play = await live(tmp_path, csms, 400)
        ids += {call.id for call in play.said()}
    assert len(set(ids)) == len(ids) >= 4 * 3
    starts = [int(call_id.partition("-")[0], 16) for call_id in ids]
    assert max(starts) == min(starts) + 3


async def test_keys_cache_and_availability_outlive_the_process(
    autojump_clock: object, tmp_path: Path
) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms, connectors=2) as play:
        await play.booted()
        await play.charge(1, "FRIEND")
        await play.show("FRIEND", 1)
        await play.set_key("MeterValueSampleInterval", 11)
        await play.ask("ChangeAvailability", connectorId=2, type="Inoperative")
        store.close()
    csms.go_down()
    store = Folder.open(tmp_path)
    async with stage(store=store, csms=csms, connectors=2) as play:
        await play.settle()
        await play.charge(1, "FRIEND")
        session = play.board.connectors[1].session
        assert session is not None
        assert session.key == "1-2", "the first one is not forgotten"
        assert play.station.context.settings.sample_s == 11
        assert play.board.status(2).name == "UNAVAILABLE"
    store.close()


async def test_a_change_that_waits_for_the_end_of_a_pause_is_kept(
    autojump_clock: object, tmp_path: Path
) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await play.charge()
        play.station.world.set_ready(1, False)  # so that no register moves
        await play.later(10)
        answer = await play.ask("ChangeAvailability", connectorId=1, type="Inoperative")
        assert answer == {"status": "Scheduled"}
        store.close()
    after = await live(tmp_path, csms)
    assert after.statuses(1)[-1] == "Unavailable"


async def test_a_cache_that_was_cleared_stays_empty(autojump_clock: object, tmp_path: Path) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await play.show("FRIEND")
        await play.ask("ClearCache")
        store.close()
    after = await live(tmp_path, csms)
    assert after.station.context.memory.cache == {}


async def test_what_was_given_up_stays_given_up(autojump_clock: object, tmp_path: Path) -> None:
    csms, store = (
        CentralSystem(behaviour=Behaviour(Rule(Refuse(), actions=["StartTransaction"]))),
        Folder.open(tmp_path),
    )
    async with stage(store=store, csms=csms, keys={"TransactionMessageRetryInterval": "1"}) as play:
        await play.booted()
        await play.charge()
        await play.later(30)
        assert play.board.tally.given_up == 1
        store.close()
    after = await live(tmp_path, csms)
    assert after.said("StartTransaction") == []
    [stop] = after.said("StopTransaction")
    assert stop.payload["transactionId"] == -1


async def test_the_journal_is_compacted_at_each_start(autojump_clock: object, tmp_path: Path) -> None:
    csms = CentralSystem()
    await charge_and_die(tmp_path, csms)
    sizes = set()
    for _ in range(4):
        await live(tmp_path, csms)
        Folder.open(tmp_path).close()
        sizes.add(len((tmp_path / JOURNAL).read_bytes().splitlines()))
    assert len(sizes) == 1
    assert sizes.pop() < 10


async def test_stations_share_a_journal(autojump_clock: object, tmp_path: Path) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        for name in ("CS-2", "CS-3"):
            station = play.rig.add(name)
            await station.board.until(lambda board: board.registration.accepted)
            station.world.plug(1)
            await play.settle()
            await station.world.present(1, name)
        await play.later(100)
        store.close()
    store = Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        for name in ("CS-2", "CS-3"):
            play.rig.add(name)
        await play.later(100)
    store.close()
    for name in ("CS-2", "CS-3"):
        [transaction] = csms.ledger(name).transactions.values()
        assert (transaction.id_tag, transaction.reason) == (name, "PowerLoss")


# -- what can be wrong with it


DAMAGE = [
    b"\xff\xfe\x00garbage\n",
    b"{}\n",
    b"[" * 9999 + b"\n",
    b'{"station":"CS-1","done":[1,99]}\n',
    b"\n",
]


@pytest.mark.parametrize("damage", DAMAGE, ids=range(len(DAMAGE)))
async def test_a_damaged_journal_is_set_aside_with_a_warning_and_used_as_far_as_it_goes(
    autojump_clock: object, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    csms = CentralSystem()
    await charge_and_die(tmp_path, csms)
    lines = (tmp_path / JOURNAL).read_bytes().splitlines(keepends=True)
    lines[-1:-1] = [damage]
    (tmp_path / JOURNAL).write_bytes(b"".join(lines))
    with caplog.at_level(logging.WARNING):
        play = await live(tmp_path, csms, 200)
    assert "line" in caplog.text
    [aside] = [name for name in os.listdir(tmp_path) if "damaged" in name]
    assert (tmp_path / aside).read_bytes() == b"".join(lines)
    [transaction] = csms.ledger("CS-1").transactions.values()
    assert transaction.reason == "PowerLoss"
    assert play.board.unsent == 0


async def test_a_torn_last_line_is_no_damage(
    autojump_clock: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    csms = CentralSystem()
    await charge_and_die(tmp_path, csms)
    with (tmp_path / JOURNAL).open("a") as file:
        file.write('{"station":"CS-1","connec')
    with caplog.at_level(logging.WARNING):
        await live(tmp_path, csms)
    assert caplog.text == ""
    assert set(os.listdir(tmp_path)) == {JOURNAL, "lock"}


def test_a_folder_has_one_user_at_a_time(tmp_path: Path) -> None:
    first = Folder.open(tmp_path)
    with pytest.raises(StoreInUse, match=tmp_path.name):
        Folder.open(tmp_path)
    first.close()
    Folder.open(tmp_path).close()


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Folder.open(tmp_path / "file" / "folder")


@pytest.mark.parametrize("part", [0, 20])
async def test_when_the_disk_refuses_the_fleet_goes_on_and_says_so(
    autojump_clock: object, tmp_path: Path, caplog: pytest.LogCaptureFixture, part: int
) -> None:
    """The disk is full, in the middle of a line or before it."""
    csms, store = CentralSystem(), Folder.open(tmp_path)
    with ExitStack() as disk:
        async with stage(store=store, csms=csms) as play:
            await play.booted()
            await play.charge()
            disk.enter_context(full_disk(store, part))
            await play.later(600)
            await play.show()
            assert csms.summary().sessions_completed == 1
        assert JOURNAL in store.trouble
        assert caplog.text.count("nothing is kept until the disk takes it") == 1
        store.close()
    kept = Folder.open(tmp_path)  # what was kept before is still good
    known = kept.recall("CS-1")
    kept.close()
    assert known is not None
    assert known.connectors[1].session is not None


async def test_with_fsync_every_line_is_flushed_to_the_disk(
    autojump_clock: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Folder.open(tmp_path, fsync=True)
    written: list[int] = []
    flushed: list[int] = []
    write = os.write

    def watched(file: int, lines: bytes) -> int:
        written.append(len(lines))
        return write(file, lines)

    monkeypatch.setattr(os, "write", watched)
    monkeypatch.setattr(os, "fsync", lambda _: flushed.append(sum(written)))
    async with stage(store=store) as play:
        await play.booted()
        await play.charge()
        await play.rig.fleet.leave(StopReason.LOCAL)
    store.close()
    assert len(flushed) == len(written) > 5
    assert flushed[-1] == (tmp_path / JOURNAL).stat().st_size  # compacted to nothing when it was opened
