"""The process is killed at any line of its journal while it learns of tags and reservations: what it has
answered holds in the next one, and nothing holds in part.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import frozen
from stage import Stage, stage
from test_local_list import entry
from test_store_kill import CUTS, Dying, agreed

from ocppsim.actors.store import Folder
from ocppsim.csms.central_system import CentralSystem

UNTIL = "2026-01-02T00:00:00Z"


def full(version: int, *tags: str) -> dict[str, Any]:
    return {
        "listVersion": version,
        "updateType": "Full",
        "localAuthorizationList": [entry(tag) for tag in tags],
    }


def reserve(number: int, connector: int, tag: str) -> dict[str, Any]:
    return {"reservationId": number, "connectorId": connector, "idTag": tag, "expiryDate": UNTIL}


@frozen
class World:
    """What holds: the version of the list, its tags, and what is kept: number, connector and tag of each."""

    version: int
    tags: frozenset[str]
    kept: frozenset[tuple[int, int, str]]


def world(version: int = 0, tags: str = "", *kept: tuple[int, int, str]) -> World:
    return World(version, frozenset(tags), frozenset(kept))


LESS = {"listVersion": 2, "updateType": "Differential", "localAuthorizationList": [entry("A", None)]}
REQUESTS: list[tuple[str, Mapping[str, Any], World]] = [
    ("SendLocalList", full(1, "A", "B"), world(1, "ab")),
    ("ReserveNow", reserve(1, 1, "A"), world(1, "ab", (1, 1, "A"))),
    ("ReserveNow", reserve(2, 0, "B"), world(1, "ab", (1, 1, "A"), (2, 0, "B"))),
    ("SendLocalList", LESS, world(2, "b", (1, 1, "A"), (2, 0, "B"))),
    ("ReserveNow", reserve(1, 2, "C"), world(2, "b", (1, 2, "C"), (2, 0, "B"))),
    ("ReserveNow", reserve(1, 0, "D"), world(2, "b", (1, 0, "D"), (2, 0, "B"))),
    ("ReserveNow", reserve(1, 1, "E"), world(2, "b", (1, 1, "E"), (2, 0, "B"))),
    ("CancelReservation", {"reservationId": 1}, world(2, "b", (2, 0, "B"))),
    ("CancelReservation", {"reservationId": 2}, world(2, "b")),
    ("SendLocalList", full(7), world()),
]


def seen(play: Stage) -> World:
    memory = play.station.context.memory
    own = {(number, c.reservation) for number, c in memory.connectors.items()}
    kept = [(number, one) for number, one in (*own, *((0, one) for one in memory.reservations)) if one]
    of_all = frozenset((one.id, number, one.tag) for number, one in kept)
    return World(memory.local_list.version, frozenset(memory.local_list.tags), of_all)


async def answered(store: Dying) -> int:
    """How many requests were answered before the process died."""
    answers = 0
    async with stage(store=store, csms=CentralSystem(), connectors=3) as play:
        store.freeze = lambda: play.rig.freeze(play.name)

        async def learn() -> None:
            nonlocal answers
            await play.booted()
            for action, payload, after in REQUESTS:
                if not await agreed(play, action, **payload):
                    return
                answers += 1
                assert store.death.is_set() or seen(play) == after

        async with trio.open_nursery() as nursery:
            nursery.start_soon(learn)
            with trio.move_on_after(60):
                await store.death.wait()
            nursery.cancel_scope.cancel()
    return answers


@pytest.mark.parametrize("cut", ["half", "whole"])
async def test_list_and_reservations_outlive_a_kill_at_any_line(
    autojump_clock: object, tmp_path: Path, cut: str
) -> None:
    worlds = [world(), *(after for _, _, after in REQUESTS)]
    for line in count(1):
        dying = Dying(Folder.open(tmp_path / str(line)), line, CUTS[cut])
        answers = await answered(dying)
        dying.folder.close()
        if not dying.death.is_set():
            assert (answers, line > len(REQUESTS)) == (len(REQUESTS), True)
            return
        expected = worlds[answers : answers + 2]
        for _ in range(2):  # what holds after a cancellation does so in the process after
            with closing(Folder.open(tmp_path / str(line))) as store:
                expected = [await mended(store, expected)]


async def mended(store: Folder, expected: Sequence[World]) -> World:
    """What the next process finds is one of these; what is left when the first reservation is cancelled."""
    async with stage(store=store, connectors=3) as play:
        await play.booted()
        found = seen(play)
        assert found in expected
        kept = {connector for _, connector, _ in found.kept}
        assert [play.statuses(n)[-1] == "Reserved" for n in (1, 2, 3)] == [n in kept for n in (1, 2, 3)]
        if found.kept:
            await play.ask("CancelReservation", reservationId=min(found.kept)[0])
        return seen(play)
