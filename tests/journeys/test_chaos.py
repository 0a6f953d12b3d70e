"""A fleet in a storm of requests, garbage, cuts, silences, resets and crashes; then calm, and all is well."""

import pytest
import trio
from chaos import consequences_before_answers, hunt
from trio.testing import MockClock

from ocppsim.testing.rig import Rig, open_rig


async def survive(seed: int) -> Rig:
    async with open_rig(seed) as rig:
        await hunt(rig, seed)
        check_calm(rig)
        check_deliveries(rig)
    return rig


def check_calm(rig: Rig) -> None:
    assert rig.fleet.failed == {}
    for station in rig.fleet.stations.values():
        assert station.board.online, station.id
        assert station.board.registration.accepted, station.id
        assert station.board.unsent == 0, station.id
        assert all(view.session is None for view in station.board.connectors.values()), station.id


def check_deliveries(rig: Rig) -> None:
    """What was begun was seen, once, to its end; no register went back; nothing else was out of order."""
    assert rig.csms.findings == ()
    begun = sum(
        connector.begun
        for station in rig.fleet.stations.values()
        for connector in station.context.memory.connectors.values()
    )
    summary = rig.csms.summary()
    given_up = sum(station.board.tally.given_up for station in rig.fleet.stations.values())
    assert given_up == 0, "raise the attempts: the check below needs every message delivered"
    assert summary.sessions_started == summary.sessions_completed == begun
    assert begun > 50


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_a_storm_all_is_well(seed: int) -> None:
    rig = trio.run(survive, seed, clock=MockClock(autojump_threshold=0))
    assert consequences_before_answers(rig.entries) == []
    assert rig.fleet.system.counters.crashes > 20, "the storm must bite"
