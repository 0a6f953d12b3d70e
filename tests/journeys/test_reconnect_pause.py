"""How long a station waits before it dials again."""

import pytest
import trio
from stage import stage

from ocppsim.actors.runtime import LifeEnded
from ocppsim.testing.rig import Rig, open_rig

NOMINAL_S = [1, 2, 4, 8, 16, 30, 30, 30]


def watch_pauses(rig: Rig) -> dict[str, list[float]]:
    """The pauses after each connection or attempt, by station."""
    pauses: dict[str, list[float]] = {}

    def watch(event: LifeEnded) -> None:
        station, _, part = event.actor.partition("/")
        if part == "wire" and event.pause is not None:
            pauses.setdefault(station, []).append(event.pause)

    rig.fleet.system.watchers.append(watch)
    return pauses


async def pauses_of(seed: int, stations: int = 1) -> dict[str, list[float]]:
    async with open_rig(seed) as rig:
        pauses = watch_pauses(rig)
        rig.csms.go_down()
        for number in range(stations):
            rig.add(f"CS-{number}")
        await trio.sleep(200)
    return pauses


async def test_pauses_double_from_1_s_to_30_s_each_give_or_take_a_fifth(autojump_clock: object) -> None:
    for pauses in (await pauses_of(1, stations=50)).values():
        factors = [pause / nominal for pause, nominal in zip(pauses, NOMINAL_S, strict=False)]
        assert all(0.8 <= factor <= 1.2 for factor in factors)
        assert max(factors) - min(factors) > 0.01
        assert len(factors) >= 8


async def test_each_station_draws_its_own_and_the_same_again_with_the_same_seed(
    autojump_clock: object,
) -> None:
    pauses = await pauses_of(1, stations=20)
    assert len({station[0] for station in pauses.values()}) == 20
    assert pauses == await pauses_of(1, stations=20)
    assert pauses != await pauses_of(2, stations=20)


@pytest.mark.parametrize(("lasted", "nominal"), [(59.9, 2), (60.1, 1)])
async def test_a_connection_that_lasted_60_s_makes_the_pause_the_first_again(
    autojump_clock: object, lasted: float, nominal: float
) -> None:
    async with stage() as play:
        pauses = watch_pauses(play.rig)
        await play.booted()
        await play.drop()  # the first pause
        await play.until(lambda board: board.online)
        await play.later(lasted)
        await play.drop()
        await play.later(60)
        assert pauses["CS-1"][0] == pytest.approx(1, rel=0.2)
        assert pauses["CS-1"][1] == pytest.approx(nominal, rel=0.2)


@pytest.mark.parametrize("status", [401, 403, 404, 503])
async def test_a_refused_handshake_counts_as_a_failure_and_is_tried_for_ever(
    autojump_clock: object, status: int
) -> None:
    async with stage() as play:
        play.csms.admission.refuse_with = status
        pauses = watch_pauses(play.rig)
        await play.later(3600)
        assert len(pauses["CS-1"]) > 100
        assert play.board.link.tries == len(pauses["CS-1"])
        assert str(status) in play.board.link.trouble
        assert play.board.link.permanent == (status < 500)
        play.csms.admission.refuse_with = None
        await play.booted()
        assert (play.board.link.tries, play.board.link.permanent) == (0, False)


async def test_a_clean_close_by_the_central_system_is_dialled_again_too(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.csms.close("CS-1")
        await play.later(0.5)
        assert not play.board.online
        await play.later(1)
        assert play.board.online
