"""The process is killed at any write of a station's file: the next one finds it whole, and loses nothing."""

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
from attrs import define, field
from test_store_kill import Life, check_messages, written
from transcript import Frame
from trio.testing import MockClock

from ocppsim.actors.store import Folder
from ocppsim.config.problems import Report
from ocppsim.csms.calls import CallFailed
from ocppsim.persistence import keeper
from ocppsim.persistence.shelf import Shelf
from tests.persistence.keeping_stage import SECRETS, Home, Process

CUTS = ("nothing", "half", "not renamed", "whole")
GENERATOR = {"enable": False}
TEMPLATE = {"chargePointSerialNumberPrefix": "P-", "AutomaticTransactionGenerator": GENERATOR}


@define(eq=False)
class DyingShelf(Shelf):
    """With the file of this number the process dies, when it is written as far as `cut` says."""

    number: int = 0
    cut: str = ""
    files: int = 0
    death: trio.Event = field(factory=trio.Event)

    def write(self, hash_id: str, content: Mapping[str, Any]) -> None:
        self.files += 1
        if self.files < self.number:
            super().write(hash_id, content)
        elif self.files == self.number:
            text, path = msgspec.json.encode(content), self.path(hash_id)
            match self.cut:
                case "half":
                    path.with_suffix(".json.new").write_bytes(text[: len(text) // 2])
                case "not renamed":
                    path.with_suffix(".json.new").write_bytes(text)
                case "whole":
                    super().write(hash_id, content)
            self.death.set()


@define(eq=False)
class DyingFolder(Folder):
    """Nothing is written any more once the process is dead."""

    shelf: DyingShelf | None = None

    def _write(self) -> None:
        assert self.shelf is not None
        if self.shelf.death.is_set():
            self._lines = []
        Folder._write(self)


@define(eq=False)
class DyingHome(Home):
    shelf_: DyingShelf | None = None

    @property
    def shelf(self) -> Shelf:
        return self.shelf_ or Shelf(self.folder / "configurations")

    def open(self) -> Folder:
        folder = DyingFolder.open(self.shelf.folder, secret=SECRETS)
        assert isinstance(folder, DyingFolder)
        folder.shelf = self.shelf_ or DyingShelf(self.shelf.folder)
        return folder


async def charging(process: Process, life: Life) -> None:
    """Some minutes with a session, a change of a key and an outage."""
    play = process.play
    try:
        await play.booted()
        life.key_changed = (
            await play.ask("ChangeConfiguration", key="ConnectionTimeOut", value="77") is not None
        )
        await play.charge()
        await play.later(70)
        play.csms.go_down()
        await play.later(30)
        await play.show()
        play.csms.come_up()
        await play.later(60)
        await play.charge(tag="OTHER")
        await play.later(60)
    except CallFailed:
        pass  # it died meanwhile


async def live_and_die(home: DyingHome) -> Life:
    life, shelf = Life([]), home.shelf_
    assert shelf is not None
    async with home.process(boots=False) as process, trio.open_nursery() as nursery:
        nursery.start_soon(charging, process, life)
        with trio.move_on_after(400):
            await shelf.death.wait()
            process.play.rig.freeze(process.play.name)
        nursery.cancel_scope.cancel()
    life.said = process.play.said()
    return life


async def live_again(home: DyingHome) -> tuple[Process, list[Frame]]:
    home.csms.come_up()
    home.shelf_ = None
    async with home.process(seed=2) as process:
        await process.play.later(300)
    return process, process.play.said()


@pytest.mark.parametrize("cut", CUTS)
async def test_a_kill_at_any_write_of_a_file(
    autojump_clock: MockClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    monkeypatch.setattr(keeper, "EACH_S", 25.0)
    for number in count(1):
        home = DyingHome(tmp_path / str(number), TEMPLATE)
        home.folder.mkdir()
        shelf = home.shelf_ = DyingShelf(home.folder / "configurations", number, cut)
        life = await live_and_die(home)
        if not shelf.death.is_set():
            assert number > 6  # all writes
            return
        entries = written(home.folder / "configurations")
        before = home.plan(home_store := Folder.open(home.folder / "configurations", secret=SECRETS))
        home_store.close()
        process, said = await live_again(home)
        check_messages(life.said + said)
        check_all(home, process, entries)
        assert process.plan.serials == before.serials
        if life.key_changed:
            assert process.play.station.context.settings.connection_timeout_s == 77, number


def check_all(home: DyingHome, process: Process, entries: list[dict[str, Any]]) -> None:
    assert home.told == [], "no file is damaged"
    assert process.play.board.unsent == 0
    stored = home.shelf.read(process.plan.hash_id, Report())
    assert stored is not None
    assert not stored.foreign
    transactions = list(home.csms.ledger("CS-00001").transactions.values())
    assert len(transactions) == [entry["place"] for entry in entries].count("OPENS")
    assert all(one.reason in ("Local", "PowerLoss") for one in transactions)
    ends = [(one.meter_start_wh, one.meter_stop_wh) for one in transactions]
    assert all(end is not None and start <= end for start, end in ends)
    assert all(ends[n + 1][0] == ends[n][1] for n in range(len(ends) - 1)), "registers are unbroken"
    assert not os.path.exists(home.shelf.path(process.plan.hash_id).with_suffix(".json.damaged"))
