"""Reconnecting is not booting: what a station says when it is back, in which order, and what goes on."""

import trio
from stage import stage

from ocppsim.actors.generator import Habits
from ocppsim.csms.behaviour import Refuse, Silent
from ocppsim.model.connector import Status
from ocppsim.testing.rig import Rig, open_rig


async def test_a_station_that_is_back_says_heartbeat_changed_statuses_outbox_in_this_order(
    autojump_clock: object,
) -> None:
    async with stage(connectors=3, keys={"LocalAuthorizeOffline": "true"}) as play:
        await play.booted()
        await play.charge(1)
        play.csms.go_down()
        await play.later(150)
        play.unplug(1)
        play.plug(3)
        mark = play.mark()
        play.csms.come_up()
        await play.until(lambda board: board.online)
        await play.settle()
        assert play.actions(mark) == [
            "Heartbeat",
            "StatusNotification",
            "StatusNotification",
            "MeterValues",
            "MeterValues",
            "StopTransaction",
        ]
        assert (play.statuses(1, mark), play.statuses(3, mark)) == (["Available"], ["Preparing"])


async def test_nothing_changed_nothing_but_a_heartbeat(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        mark = play.mark()
        await play.outage(10)
        assert play.actions(mark) == ["Heartbeat"]


async def test_a_status_that_changed_back_is_not_sent(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        play.csms.go_down()
        await play.later(1)
        play.plug()
        await play.later(1)
        play.unplug()
        play.csms.come_up()
        await play.later(60)
        assert play.statuses(1, mark) == []


async def test_the_availability_of_the_station_itself_is_a_status_too(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.ask("ChangeAvailability", connectorId=0, type="Inoperative")
        mark = play.mark()
        play.csms.go_down()
        await play.later(5)
        await play.show()  # stops; what was scheduled comes to pass
        play.csms.come_up()
        await play.later(60)
        assert play.statuses(0, mark) == ["Unavailable"]


async def test_a_status_cut_off_by_the_connection_goes_again(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "0"}) as play:
        await play.booted()
        play.rule(Silent(), "StatusNotification", times=1)
        play.plug()
        await play.settle()
        await play.drop()
        await play.later(60)
        assert play.statuses(1) == ["Available", "Preparing", "Preparing"]


async def test_a_silent_central_system_on_the_heartbeat_stops_nothing(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.rule(Silent(), "Heartbeat", times=1)
        mark = play.mark()
        play.csms.go_down()
        await play.later(10)
        await play.show()
        play.csms.come_up()
        await play.later(100)
        assert play.actions(mark) == ["Heartbeat", "StatusNotification", "StopTransaction"]


async def test_boot_on_reconnect_boots_before_anything_else(autojump_clock: object) -> None:
    async with stage(boot_on_reconnect=True, connectors=2) as play:
        await play.booted()
        await play.charge()
        mark = play.mark()
        play.csms.go_down()
        await play.later(5)
        await play.show()
        play.csms.come_up()
        await play.later(60)
        assert play.actions(mark) == ["BootNotification"] + 3 * ["StatusNotification"] + ["StopTransaction"]


async def test_boot_on_reconnect_says_nothing_until_it_is_answered(autojump_clock: object) -> None:
    async with stage(boot_on_reconnect=True) as play:
        await play.booted()
        play.rule(Silent(), "BootNotification", times=1)
        mark = play.mark()
        await play.outage(5)
        play.plug()
        await play.later(60)
        await play.show()
        assert set(play.actions(mark)) == {"BootNotification"}


async def test_a_central_system_that_forgot_the_station_gets_a_boot(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Refuse("SecurityError"), "Heartbeat", times=1)
        mark = play.mark()
        await play.outage(5)
        assert play.actions(mark)[:2] == ["Heartbeat", "BootNotification"]
        assert play.board.registration.accepted


async def test_heartbeats_pings_and_samples_go_on(autojump_clock: object) -> None:
    async with stage(keys={"HeartbeatInterval": "300"}) as play:
        await play.booted()
        await play.charge()
        await play.outage(20)
        mark = play.mark()
        await play.later(600)
        assert len(play.said("MeterValues", mark)) == 10
        play.rig.freeze(play.name)
        await play.until(lambda board: not board.online)  # so pings went on


async def test_an_outage_of_20_s_loses_nothing_of_50_charging_stations(autojump_clock: object) -> None:
    habits = Habits(least_delay_s=0, most_delay_s=10, least_stay_s=60, most_stay_s=120, stop_after_s=300)
    async with open_rig(3) as rig:
        for number in range(50):
            rig.add(f"CS-{number:02}", habits=habits)
        stations = rig.fleet.stations.values()
        await trio.sleep(60)
        assert sum(station.board.status(1) is Status.CHARGING for station in stations) > 40
        rig.csms.go_down()
        await trio.sleep(20)
        rig.csms.come_up()
        before = {station.id: (begun(rig, station.id), station.board.tally.calls) for station in stations}
        await trio.sleep(500)
        assert not any(station.board.unsent for station in stations)
        for station in stations:  # generators and counters have gone on
            visits, calls = before[station.id]
            assert begun(rig, station.id) > visits
            assert station.board.tally.calls > calls
            assert (station.board.tally.boots_accepted, station.board.link.connections) == (1, 2)
        summary = rig.csms.summary()
        assert summary.sessions_started == summary.sessions_completed
        assert summary.sessions_started == sum(begun(rig, station.id) for station in stations)
        assert rig.csms.findings == ()


def begun(rig: Rig, station: str) -> int:
    """How many visits to a station have begun to charge."""
    return sum(driver.record.started for driver in rig.fleet.drivers(station))
