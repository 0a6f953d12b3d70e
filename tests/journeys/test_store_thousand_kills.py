"""The process is killed again and again, at some line of its journal, also while it recovers.

What was written arrives, under one id each; no register goes back or leaves a gap.

The number of kills is that of the environment's OCPPSIM_KILLS.
"""

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest
import trio
from stage import stage
from test_store_kill import CUTS, TOLD, Dying, single, written
from transcript import Frame

from ocppsim.actors.generator import Habits
from ocppsim.actors.store import Folder
from ocppsim.csms.central_system import CentralSystem

KILLS = int(os.environ.get("OCPPSIM_KILLS", "120"))
KILLS_PER_STORE = 20
MOST_LINES = 25
HABITS = Habits(5, 20, 20, 90, stop_after_s=10_000, tags=("TAG-1", "TAG-2"))


async def killed(store: Dying, csms: CentralSystem, seed: int) -> list[Frame]:
    """One process with people at two connectors, until it dies; what it said."""
    csms.come_up()
    chance = Random(seed)
    async with stage(
        seed=seed,
        store=store,
        csms=csms,
        connectors=2,
        habits=HABITS,
        keys={"MeterValueSampleInterval": "10", "TransactionMessageRetryInterval": "5"},
        reset_time_s=5.0,
    ) as play:
        store.freeze = lambda: play.rig.freeze(play.name)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(troubles, play, chance)
            with trio.move_on_after(3600):
                await store.death.wait()
            nursery.cancel_scope.cancel()
    return play.said()


async def troubles(play: Any, chance: Random) -> None:
    """Lost connections, outages, resets and power cuts at any moment."""
    while True:
        await trio.sleep(chance.uniform(5, 120))
        match chance.randrange(4):
            case 0:
                play.rig.drop(play.name)
            case 1:
                play.csms.go_down()
                await trio.sleep(chance.uniform(1, 60))
                play.csms.come_up()
            case 2:
                play.station.cut_power()
            case _:
                pass


@pytest.mark.parametrize("seed", range(max(KILLS // KILLS_PER_STORE, 1)))
async def test_kill_after_kill(autojump_clock: object, tmp_path: Path, seed: int) -> None:
    chance, csms, said, entries = Random(seed), CentralSystem(seed=seed), [], {}
    for number in range(KILLS_PER_STORE):
        line, cut = chance.randint(2, MOST_LINES), chance.choice(list(CUTS.values()))
        dying = Dying(Folder.open(tmp_path), line, cut)
        said += await killed(dying, csms, seed * 1000 + number)
        dying.folder.close()
        assert dying.death.is_set()
        entries |= {entry["id"]: entry for entry in written(tmp_path)}
    said += await recovered(tmp_path, csms)

    check_ids(said)
    assert set(entries) <= {call.id for call in said if call.action in TOLD}
    assert [call.text for call in said if call.payload.get("transactionId") == -1] == []
    check_registers(csms)


async def recovered(path: Path, csms: CentralSystem) -> list[Frame]:
    """What the last process says, which nobody kills and where nobody charges."""
    csms.come_up()
    store = Folder.open(path)
    async with stage(store=store, csms=csms, connectors=2) as play:
        await play.later(600)
        assert play.board.unsent == 0
    store.close()
    return play.said()


def check_ids(said: list[Frame]) -> None:
    """One id for each event, and a resend is the same to the letter, transaction id and all."""
    ids: dict[str, set[str]] = {}
    texts: dict[str, set[str]] = {}
    for call in said:
        texts.setdefault(call.id, set()).add(call.text)
        if call.action in TOLD:
            event = json.dumps([call.action, call.payload], sort_keys=True)
            ids.setdefault(event, set()).add(call.id)
    assert single(ids.values())
    assert single(texts.values())


def check_registers(csms: CentralSystem) -> None:
    """Of each connector: from session to session nothing goes back, and nothing is missing."""
    last: dict[int, float] = {}
    transactions = csms.ledger("CS-1").transactions.values()
    assert len(transactions) > KILLS_PER_STORE / 4
    for one in sorted(transactions, key=lambda one: one.started_at):
        assert one.meter_stop_wh is not None, "no end"
        told = [one.meter_start_wh, *(reading.register_wh for reading in one.readings), one.meter_stop_wh]
        assert told == sorted(told)
        assert told[0] == last.get(one.connector, 0)
        last[one.connector] = told[-1]
