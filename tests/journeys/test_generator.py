"""The generator: somebody who comes, charges and goes, by the rules that hold for people."""

from typing import Any

import pytest
from attrs import evolve
from stage import Stage, stage

from ocppsim.actors.generator import NO_TAG, Distribution, Driver, Habits
from ocppsim.csms.behaviour import Answer, Rule, pending
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.testing.rig import open_rig

HABITS = Habits(least_delay_s=10, most_delay_s=40, least_stay_s=60, most_stay_s=120, stop_after_s=3600)
STEADY = evolve(HABITS, least_delay_s=10, most_delay_s=10, least_stay_s=60, most_stay_s=60)


def driver_of(play: Stage, number: int = 1) -> Driver:
    return play.rig.fleet.drivers(play.name)[number - 1]


def starts(play: Stage) -> list[tuple[float, str]]:
    return [(start.at - play.began, start.payload["idTag"]) for start in play.said("StartTransaction")]


def stays(play: Stage) -> list[float]:
    transactions = play.csms.ledger(play.name).transactions.values()
    return [(t.stopped_at - t.started_at).total_seconds() for t in transactions if t.stopped_at is not None]


async def visits(seed: int = 1, seconds: float = 1000, **settings: Any) -> Stage:
    async with stage(seed=seed, **{"habits": HABITS, **settings}) as play:
        await play.later(seconds)
    return play


# -- draws


async def test_delays_and_stays_are_whole_seconds_within_their_bounds(autojump_clock: object) -> None:
    play = await visits()
    assert len(stays(play)) > 5
    assert all(60 <= stay <= 120 and stay == int(stay) for stay in stays(play))
    begins = [at for at, _ in starts(play)]
    gaps = [begin - end.at for begin, end in zip(begins[1:], play.said("StopTransaction"), strict=False)]
    assert all(10 <= gap <= 40 for gap in gaps)
    assert len(set(gaps)) > 3
    assert len(set(stays(play))) > 3


async def test_equal_seeds_draw_equally_and_others_do_not(autojump_clock: object) -> None:
    first = starts(await visits(1))
    assert first == starts(await visits(1))
    assert first != starts(await visits(2))


async def test_each_connector_has_its_own_stream(autojump_clock: object) -> None:
    two = await visits(connectors=2)
    one = await visits(connectors=1)
    on = {
        n: [s.at - two.began for s in two.said("StartTransaction") if s.payload["connectorId"] == n]
        for n in (1, 2)
    }
    assert on[1] != on[2]
    assert on[1] == [at for at, _ in starts(one)]


async def test_what_the_central_system_answers_changes_no_draw(autojump_clock: object) -> None:
    """The share of visits that begin is the same draw for draw, whoever numbers the transactions."""
    other = CentralSystem(seed=99)
    assert starts(await visits()) == starts(await visits(csms=other))


@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
async def test_probability_is_the_share_of_attempts_that_begin(
    autojump_clock: object, probability: float
) -> None:
    habits = evolve(
        HABITS, probability=probability, least_delay_s=1, most_delay_s=5, least_stay_s=1, most_stay_s=5
    )
    play = await visits(habits=habits, seconds=500)
    count = driver_of(play).record
    assert count.started == len(starts(play))
    assert count.started / (count.started + count.skipped) == pytest.approx(probability, abs=0.12)


# -- how long


async def test_nobody_comes_after_the_time_is_over_but_who_is_there_stays(autojump_clock: object) -> None:
    habits = evolve(STEADY, stop_after_s=100, least_stay_s=300, most_stay_s=300)
    play = await visits(habits=habits)
    assert [at for at, _ in starts(play)] == [10]
    assert stays(play) == [300]


async def test_who_leaves_ends_what_runs_and_begins_nothing_more(autojump_clock: object) -> None:
    async with stage(habits=STEADY) as play:
        await play.later(90)
        await play.shows(Status.CHARGING)
        driver_of(play).leave()
        await play.settle()
        assert play.statuses(1)[-1] == "Available"
        assert [s.payload["reason"] for s in play.said("StopTransaction")] == ["Local", "Local"]
        mark = play.mark()
        await play.later(600)
        assert play.said("StartTransaction", mark) == []


async def test_who_leaves_before_it_charges_leaves_nothing_behind(autojump_clock: object) -> None:
    async with stage(habits=STEADY) as play:
        await play.later(5)
        driver_of(play).leave()
        await play.later(100)
        assert starts(play) == []


# -- tags


async def test_who_has_no_tag_shows_zeros(autojump_clock: object) -> None:
    play = await visits()
    assert {tag for _, tag in starts(play)} == {NO_TAG} == {"00000000"}


async def tags_of(distribution: Distribution) -> dict[tuple[str, int], list[str]]:
    """The tags shown at two connectors of two stations, in order."""
    habits = evolve(STEADY, tags=("A", "B", "C"), distribution=distribution)
    async with open_rig() as rig:
        for name in ("CS-1", "CS-2"):
            rig.add(name, connectors=2, habits=habits)
        await rig.fleet.stations["CS-1"].board.until(lambda board: board.tally.sessions_delivered >= 8)
        shown: dict[tuple[str, int], list[str]] = {}
        for name in ("CS-1", "CS-2"):
            for transaction in rig.csms.ledger(name).transactions.values():
                shown.setdefault((name, transaction.connector), []).append(transaction.id_tag)
    return shown


async def test_round_robin_deals_the_tags_out_in_turn(autojump_clock: object) -> None:
    shown = await tags_of(Distribution.ROUND_ROBIN)
    for tags in shown.values():
        turn = "ABC".index(tags[0])
        assert tags == [("ABC" * 9)[turn + n] for n in range(len(tags))]
    assert {key: tags[0] for key, tags in shown.items()} == {
        ("CS-1", 1): "A",
        ("CS-1", 2): "B",
        ("CS-2", 1): "B",
        ("CS-2", 2): "C",
    }


async def test_connector_affinity_gives_each_connector_its_tag(autojump_clock: object) -> None:
    shown = await tags_of(Distribution.CONNECTOR_AFFINITY)
    assert {key: set(tags) for key, tags in shown.items()} == {
        ("CS-1", 1): {"A"},
        ("CS-1", 2): {"B"},
        ("CS-2", 1): {"B"},
        ("CS-2", 2): {"C"},
    }


async def test_random_draws_each_tag(autojump_clock: object) -> None:
    habits = evolve(HABITS, tags=("A", "B", "C"), distribution=Distribution.RANDOM)
    play = await visits(habits=habits)
    assert {tag for _, tag in starts(play)} == {"A", "B", "C"}


async def test_a_tag_that_is_refused_counts_and_leaves_the_connector_free(autojump_clock: object) -> None:
    rule = Rule(Answer({"idTagInfo": {"status": "Blocked"}}), actions=["Authorize"])
    async with stage(rule, habits=STEADY) as play:
        await play.later(100)
        count = driver_of(play).record
        assert (count.started, count.turned_away > 3) == (0, True)
        driver_of(play).leave()
        await play.later(200)
        assert play.statuses(1)[-1] == "Available"


# -- whatever happens


@pytest.mark.parametrize("end", ["Hard", "Soft", "power cut"])
async def test_it_goes_on_after_a_reset(autojump_clock: object, end: str) -> None:
    async with stage(habits=STEADY) as play:
        await play.shows(Status.CHARGING)
        await play.later(20)
        if end == "power cut":
            play.station.cut_power()
        else:
            await play.ask("Reset", type=end)
        mark = play.mark()
        await play.later(600)
        assert len(play.said("StartTransaction", mark)) >= 5
        assert {"Hard": "HardReset", "Soft": "SoftReset", "power cut": "PowerLoss"}[end] == (
            play.said("StopTransaction")[0].payload["reason"]
        )


async def test_it_goes_on_after_an_outage(autojump_clock: object) -> None:
    async with stage(habits=STEADY, keys={"LocalAuthorizeOffline": "false"}) as play:
        await play.later(200)
        await play.outage(120)
        mark = play.mark()
        await play.later(600)
        assert len(play.said("StartTransaction", mark)) >= 6


async def test_a_running_session_goes_on_offline(autojump_clock: object) -> None:
    habits = evolve(STEADY, least_stay_s=300, most_stay_s=300)
    async with stage(habits=habits) as play:
        await play.shows(Status.CHARGING)
        await play.later(50)
        await play.outage(100)
        await play.later(200)
        assert stays(play)[0] == 300


async def test_it_waits_offline_while_the_station_could_not_authorise(autojump_clock: object) -> None:
    async with stage(habits=STEADY, keys={"LocalAuthorizeOffline": "false"}) as play:
        await play.later(300)
        play.csms.go_down()
        await play.later(130)  # what ran comes to its end
        begun = play.station.context.memory.connectors[1].begun
        await play.later(900)
        assert play.station.context.memory.connectors[1].begun == begun
        assert driver_of(play).record.turned_away == 0
        assert play.board.status(1) is Status.AVAILABLE, "it does not even plug in"


async def test_it_goes_on_offline_with_a_tag_that_the_station_knows(autojump_clock: object) -> None:
    async with stage(habits=STEADY) as play:
        await play.later(300)
        play.csms.go_down()
        await play.settle()
        begun = play.station.context.memory.connectors[1].begun
        await play.later(600)
        assert play.station.context.memory.connectors[1].begun >= begun + 7
        play.csms.come_up()
        await play.later(100)
        assert play.csms.summary().sessions_completed >= begun + 7


async def test_it_waits_until_the_station_is_accepted(autojump_clock: object) -> None:
    async with stage(pending(600), habits=STEADY, keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.later(590)
        assert play.board.status(1) is Status.AVAILABLE
        await play.later(100)
        assert play.said("StartTransaction")


async def test_it_waits_for_an_unavailable_connector_and_then_comes(autojump_clock: object) -> None:
    async with stage(habits=STEADY) as play:
        await play.booted()
        await play.ask("ChangeAvailability", connectorId=1, type="Inoperative")
        await play.later(1000)
        assert starts(play) == []
        await play.ask("ChangeAvailability", connectorId=1, type="Operative")
        await play.later(100)
        assert starts(play)


async def test_a_session_that_a_fault_ended_does_not_confuse_it(autojump_clock: object) -> None:
    async with stage(habits=STEADY) as play:
        await play.shows(Status.CHARGING)
        play.station.world.set_fault(1, Fault.GROUND)
        await play.later(100)
        play.station.world.set_fault(1, None)
        mark = play.mark()
        await play.later(600)
        assert len(play.said("StartTransaction", mark)) >= 5


async def test_a_session_that_was_stopped_remotely_is_left_at_once(autojump_clock: object) -> None:
    async with stage(habits=STEADY) as play:
        await play.shows(Status.CHARGING)
        await play.later(10)
        await play.ask("RemoteStopTransaction", transactionId=play.transaction_id)
        await play.later(1)
        assert play.statuses(1)[-1] == "Available"


@pytest.mark.parametrize(
    "bounds",
    [{"least_delay_s": 5, "most_delay_s": 4}, {"least_stay_s": -1}, {"least_stay_s": 9, "most_stay_s": 8}],
)
def test_bounds_that_make_no_sense_are_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be 0 <= least <= most"):
        Habits(**bounds)  # type: ignore[arg-type]  # only integers are in there
