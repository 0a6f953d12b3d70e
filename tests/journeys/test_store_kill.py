"""The process is killed at any line of its journal: nothing is lost, nothing is told under a second id."""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import define, field
from stage import Stage, stage
from transcript import Frame

from ocppsim.actors import journal
from ocppsim.actors.journal import Kept, Record
from ocppsim.actors.store import JOURNAL, Folder
from ocppsim.csms.calls import CallFailed
from ocppsim.csms.central_system import CentralSystem

CUTS: dict[str, Callable[[str], str]] = {
    "nothing": lambda line: b"",
    "half": lambda line: line[: len(line) // 2],
    "all but its end": lambda line: line.removesuffix(b"\n"),
    "whole": lambda line: line,
}
TOLD = ("StartTransaction", "MeterValues", "StopTransaction")


@define(eq=False)
class Dying:
    """A store in a folder. With the line of this number the process dies, when `cut` of it is written."""

    folder: Folder
    number: int
    cut: Callable[[bytes], bytes]
    trouble: str = ""
    lines: int = 0
    freeze: Callable[[], None] = lambda: None  # the wire dies with the process
    death: trio.Event = field(factory=trio.Event)

    def recall(self, station: str) -> Kept | None:
        return self.folder.recall(station)

    def secrets(self, station: str) -> Mapping[str, Any]:
        return self.folder.secrets(station)

    def keep_secrets(self, station: str, secrets: Mapping[str, Any]) -> None:
        self.folder.keep_secrets(station, secrets)

    def record(self, station: str, record: Record, *, urgent: bool = True) -> None:
        self.lines += 1
        if self.lines < self.number:
            self.folder.record(station, record, urgent=urgent)
        elif self.lines == self.number:
            round_ = b"".join(self.folder._lines) + journal.line(station, record)  # one write
            self.folder._lines.clear()
            with (self.folder.path / JOURNAL).open("ab") as file:
                file.write(self.cut(round_))
            self.freeze()
            self.death.set()

    def settle(self, station: str) -> None:
        self.folder.settle(station)

    async def live(self) -> None:
        await self.folder.live()


@define
class Life:
    """What the process that died said, and what it was asked successfully."""

    said: list[Frame]
    scheduled: bool = False
    key_changed: bool = False


async def charging(play: Stage, life: Life) -> None:
    """Three minutes of charging with an outage around its end, after which the station is to rest."""
    await play.booted()
    life.key_changed = await agreed(play, "ChangeConfiguration", key="ConnectionTimeOut", value="77")
    await play.charge()
    await play.later(30)
    life.scheduled = await agreed(play, "ChangeAvailability", connectorId=0, type="Inoperative")
    await play.later(100)
    play.csms.go_down()
    await play.later(60)
    await play.show()
    play.csms.come_up()
    await play.later(60)


async def agreed(play: Stage, action: str, **payload: object) -> bool:
    try:
        return bool(await play.ask(action, **payload))
    except CallFailed:
        return False


async def live_and_die(store: Dying, csms: CentralSystem) -> Life:
    life = Life([])
    async with stage(store=store, csms=csms) as play:
        store.freeze = lambda: play.rig.freeze(play.name)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(charging, play, life)
            with trio.move_on_after(600):
                await store.death.wait()
            nursery.cancel_scope.cancel()
    life.said = play.said()
    return life


async def live_again(path: Path, csms: CentralSystem) -> Stage:
    """What the next process does by itself in the five minutes after its start."""
    csms.come_up()
    store = Folder.open(path)
    async with stage(store=store, csms=csms) as play:
        await play.later(300)
    store.close()
    return play


def written(path: Path) -> list[dict[str, Any]]:
    """The transaction messages that the dead process had written down."""
    found: list[dict[str, Any]] = []
    for text in (path / JOURNAL).read_text().splitlines():
        try:
            found += json.loads(text).get("entries", [])
        except ValueError:
            break  # the line that was cut
    return found


@pytest.mark.parametrize("cut", CUTS)
async def test_a_kill_at_any_line_of_the_journal(autojump_clock: object, tmp_path: Path, cut: str) -> None:
    for number in count(1):
        path = tmp_path / str(number)
        csms = CentralSystem()
        dying = Dying(Folder.open(path), number, CUTS[cut])
        life = await live_and_die(dying, csms)
        dying.folder.close()
        if not dying.death.is_set():
            assert number > 15  # all lines of the journal
            return
        entries = written(path)
        play = await live_again(path, csms)
        check_messages(life.said + play.said())
        check_transactions(csms, entries)
        assert play.board.unsent == 0
        if life.scheduled:
            assert (play.statuses(0)[-1], play.statuses(1)[-1]) == ("Unavailable", "Unavailable"), number
        if life.key_changed:
            assert play.station.context.settings.connection_timeout_s == 77, number


def check_messages(said: list[Frame]) -> None:
    """One id for each event, one event for each id, and a resend is the same to the letter."""
    ids: dict[str, set[str]] = {}
    texts: dict[str, set[str]] = {}
    for call in said:
        texts.setdefault(call.id, set()).add(call.text)
        if call.action in TOLD:
            event = json.dumps([call.action, {**call.payload, "transactionId": 0}], sort_keys=True)
            ids.setdefault(event, set()).add(call.id)
    assert single(ids.values())
    assert single(texts.values())


def single(sets: Iterable[set[str]]) -> bool:
    return all(len(members) == 1 for members in sets)


def check_transactions(csms: CentralSystem, entries: list[dict[str, Any]]) -> None:
    """The central system has what was written, all of it, and the end of what had begun."""
    places = [entry["place"] for entry in entries]
    transactions = list(csms.ledger("CS-1").transactions.values())
    assert len(transactions) == places.count("OPENS")
    for transaction in transactions:
        assert transaction.reason == ("Local" if "CLOSES" in places else "PowerLoss")
        assert len(transaction.readings) == places.count("WITHIN")
        stamps = [reading.time for reading in transaction.readings]
        assert stamps == sorted(stamps)
        assert transaction.stopped_at is not None
        assert transaction.stopped_at >= max([transaction.started_at, *stamps])
