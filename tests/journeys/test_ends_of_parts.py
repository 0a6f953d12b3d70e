"""Parts of a station that crash: what they had goes on, and whoever crashes too often is alone in it."""

from typing import Any

import pytest
import trio
from stage import Stage, stage

from ocppsim.actors.generator import Driver, Habits
from ocppsim.actors.runtime import Actor
from ocppsim.csms.behaviour import Silent
from ocppsim.model.connector import Status
from ocppsim.terminal.totals import summarise
from ocppsim.testing.rig import open_rig


async def crash(play: Stage, part: Actor[Any], times: int = 1) -> None:
    """A bug, injected: a message that nobody understands."""
    for _ in range(times):
        part.tell(object())
        await play.settle()


async def test_a_connector_that_crashes_goes_on_charging(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await play.charge()
        await play.later(90)
        await crash(play, play.station.context.connectors[1])
        assert play.board.status(1) is Status.CHARGING
        await play.later(90)
        await play.show()
        [transaction] = play.csms.ledger("CS-1").transactions.values()
        assert transaction.energy_wh == round(11_040 * 180 / 3600)
        assert [values.at for values in play.said("MeterValues")] == [60, 120, 180]
        assert len(play.said("BootNotification")) == 1


async def test_a_change_in_the_world_is_not_missed_by_a_connector_that_crashes(
    autojump_clock: object,
) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        play.station.context.connectors[1].tell(object())  # type: ignore[arg-type]  # a bug, injected
        play.plug()
        await play.settle()
        assert play.statuses(1)[-1] == "Preparing"


async def test_a_connector_that_crashes_too_often_restarts_its_station(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await play.charge()
        await play.later(45)
        await crash(play, play.station.context.connectors[1], times=4)
        await play.later(60)
        assert len(play.said("BootNotification")) == 2
        [stop] = play.said("StopTransaction")
        assert (stop.payload["reason"], stop.payload["meterStop"]) == ("Reboot", 138)


async def test_people_whose_habits_are_a_bug_stay_away_from_their_connector_alone(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Driver._visit

    async def at_the_second_alone(driver: Driver, tag: str) -> None:
        if driver.number == 1:
            raise RuntimeError("a bug, injected")
        await visit(driver, tag)

    monkeypatch.setattr(Driver, "_visit", at_the_second_alone)
    habits = Habits(least_delay_s=1, most_delay_s=2, least_stay_s=10, most_stay_s=20, tags=("A",))
    async with open_rig() as rig:
        station = rig.add("CS-1", connectors=2, habits=habits)
        await trio.sleep(300)
        assert rig.fleet.failed == {"CS-1/1/generator": "RuntimeError: a bug, injected"}
        assert station.board.online
        assert station.board.connectors[1].sessions_ended == 0
        assert station.board.connectors[2].sessions_ended > 5
        assert summarise(rig.fleet).failed == 1


async def test_a_link_that_crashes_loses_no_message(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await play.charge()
        await play.later(59)
        await crash(play, play.station.context.link)
        await play.show()
        await play.later(60)
        assert play.board.unsent == 0
        assert play.csms.summary().sessions_completed == 1
        assert len(play.said("BootNotification")) == 1, "the station did not go down"
        assert play.board.link.connections == 2


async def test_a_wire_that_crashes_is_dialled_again(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        client = play.rig.dials["CS-1"].client
        assert client is not None

        async def broken() -> str:
            raise RuntimeError("a bug, injected")

        client.receive = broken  # type: ignore[method-assign]  # hit at the next frame
        await play.write(2, "x", "ClearCache", {})
        await play.later(5)
        assert play.board.link.connections == 2
        assert len(play.rig.fleet.system.errors) == 1


async def test_a_station_that_gives_up_is_alone_in_it(autojump_clock: object) -> None:
    async with open_rig() as rig:
        good, bad = rig.add("GOOD"), rig.add("BAD")
        await good.board.until(lambda board: board.registration.accepted)
        for _ in range(7):
            await bad.board.until(lambda board: board.ended or board.online)
            bad.context.station.tell(object())  # type: ignore[arg-type]  # a bug, injected
            await bad.board.until(lambda board: board.ended or not board.online)
        await bad.board.until(lambda board: board.ended)
        assert list(rig.fleet.failed) == ["BAD"]
        assert "no message of a station" in rig.fleet.failed["BAD"]
        good.world.plug(1)
        await good.world.present(1, "TAG")
        await good.board.until(lambda board: board.status(1) is Status.CHARGING)
        assert good.board.link.connections == 1


async def test_a_status_that_was_open_when_its_station_crashed_is_told_afresh(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        play.rule(Silent(), "StatusNotification", times=1)
        await play.ask("ChangeAvailability", connectorId=0, type="Inoperative")
        await crash(play, play.station.context.station)
        mark = play.mark()
        await play.later(60)
        assert (play.statuses(0, mark), play.statuses(1, mark)) == (["Unavailable"], ["Unavailable"])


async def test_a_watchdog_lets_a_station_rest_longer_each_time(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        pauses = []
        play.rig.fleet.system.watchers.append(
            lambda event: pauses.append(event.pause) if event.actor == "CS-1" else None
        )
        for _ in range(4):
            await play.booted()
            await crash(play, play.station.context.station)
            await play.later(20)
        assert pauses == [2, 4, 8, 16]
