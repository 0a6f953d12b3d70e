"""Charging profiles outlive the lives of a station, and its process; and they need no connection."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from charging_stage import amperes, at, by, clear, install, profile
from stage import Stage, stage

from ocppsim.actors.store import Folder
from ocppsim.csms.behaviour import Answer
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.connector import Status


async def reset(play: Stage, kind: str) -> None:
    await play.ask("Reset", type=kind)


async def cut(play: Stage) -> None:
    play.station.cut_power()


async def crash(play: Stage) -> None:
    play.station.context.station.tell(object())  # type: ignore[arg-type]  # nobody understands it: a bug


ENDS: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "soft reset": lambda play: reset(play, "Soft"),
    "hard reset": lambda play: reset(play, "Hard"),
    "power cut": cut,
    "crash": crash,
}


@pytest.mark.parametrize("end", ENDS)
async def test_err_3_37_defaults_stay_and_those_of_the_session_go(autojump_clock: object, end: str) -> None:
    async with stage(crashes=end == "crash") as play:
        await play.booted()
        await install(play, 0, profile(1, 20.0, purpose="ChargePointMaxProfile"))
        await install(play, 1, profile(2, 10.0))
        await play.charge()
        await install(play, 1, profile(3, 8.0, purpose="TxProfile"))
        mark = play.mark()
        await ENDS[end](play)
        await play.hears("BootNotification", mark)
        await play.later(5)
        await clear(play, "Unknown", id=3)
        play.unplug()
        await play.settle()
        await play.charge()
        assert (amperes(play), by(play)) == (10.0, "default profile 2")
        await clear(play, id=2)
        await clear(play, id=1)


async def test_a_remote_start_that_waits_is_forgotten_with_its_profile(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        sent = profile(5, 8.0, purpose="TxProfile")
        await play.ask("RemoteStartTransaction", idTag="TAG", connectorId=1, chargingProfile=sent)
        mark = play.mark()
        await reset(play, "Hard")
        await play.hears("BootNotification", mark)
        await play.later(5)
        await clear(play, "Unknown", id=5)
        await play.charge()
        assert by(play) == "vehicle"


async def test_a_killed_process_leaves_its_profiles_to_the_next_one(
    autojump_clock: object, tmp_path: Path
) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        daily = {"startSchedule": at(-3_600), "duration": 7_200}
        await install(
            play, 0, profile(1, 10.0, kind="Recurring", recurrencyKind="Daily", schedule=daily, phases=3)
        )
        await play.charge()
        await install(play, 1, profile(2, 8.0, purpose="TxProfile"))
        await play.later(10)
        store.close()
    store = Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await play.later(5)
        await clear(play, "Unknown", id=2)
        await play.charge()
        assert (amperes(play), by(play)) == (10.0, "default profile 1")
    store.close()


async def test_what_was_cleared_stays_cleared(autojump_clock: object, tmp_path: Path) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await install(play, 0, profile(1, 10.0))
        await clear(play)
    store.close()
    store = Folder.open(tmp_path)
    async with stage(store=store, csms=csms) as play:
        await play.booted()
        await clear(play, "Unknown")
    store.close()


async def test_3_13_6_offline_the_profiles_go_on(autojump_clock: object) -> None:
    """A border passes while nobody is there; a session that begins offline is bound too."""
    keys = {"AllowOfflineTxForUnknownId": "true"}
    async with stage(connectors=2, keys=keys) as play:
        await play.booted()
        await play.charge(1)
        await install(play, 0, profile(1, 9.0))
        sent = profile(2, (0, 12.0), (60, 8.0), purpose="TxProfile", kind="Relative")
        await install(play, 1, sent)
        assert amperes(play) == 12.0
        play.csms.go_down()
        await play.later(61)
        assert not play.board.online
        assert (amperes(play), by(play)) == (8.0, "session profile 2")
        await play.charge(2, tag="TAG-2")
        assert (amperes(play, 2), by(play, 2)) == (9.0, "default profile 1")
        play.csms.come_up()
        await play.until(lambda board: board.online)
        await play.later(60)
        assert (amperes(play), amperes(play, 2)) == (8.0, 9.0)


async def test_a_connector_that_crashes_alone_is_bound_again(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        await play.booted()
        await install(play, 1, profile(1, 10.0))
        await play.charge()
        play.station.context.connectors[1].tell(object())  # type: ignore[arg-type]  # a bug
        await play.later(5)
        assert (play.board.status(1), amperes(play)) == (Status.CHARGING, 10.0)


async def test_an_idle_station_does_not_wake_for_its_profiles(autojump_clock: object) -> None:
    """Borders matter to sessions only; one that begins later is bound by what holds then."""
    async with stage() as play:
        await play.booted()
        timers = play.rig.fleet.system.timers
        before = len(timers)
        await install(play, 0, profile(1, (0, 20.0), (60, 10.0), purpose="ChargePointMaxProfile"))
        await install(play, 0, profile(2, (0, 20.0), (90, 8.0), schedule={"startSchedule": at(0)}))
        assert len(timers) == before
        await play.later(61)
        await play.charge()
        assert amperes(play) == 10.0
        await play.later(60)
        assert amperes(play) == 8.0
        await play.show()
        assert play.board.status(1) is Status.FINISHING
        assert len(timers) == before


async def test_times_are_those_of_the_central_systems_clock(autojump_clock: object) -> None:
    """A border that lies ahead of the station is behind it once it learns what time it is; and back again."""
    async with stage() as play:
        await play.booted()
        await play.charge()
        start = {"startSchedule": at(0)}
        await install(play, 1, profile(1, (0, 12.0), (3_600, 8.0), schedule=start))
        assert amperes(play) == 12.0
        for ahead, expected in ((3_590, 12.0), (3_610, 8.0), (0, 12.0)):
            play.rule(Answer({"currentTime": at(play.now + ahead)}), "Heartbeat", times=1)
            await play.ask("TriggerMessage", requestedMessage="Heartbeat")
            assert amperes(play) == expected
        play.rule(Answer({"currentTime": at(3_590)}), "Heartbeat", times=1)
        await play.ask("TriggerMessage", requestedMessage="Heartbeat")
        await play.later(9)
        assert amperes(play) == 12.0
        await play.later(2)
        assert amperes(play) == 8.0
