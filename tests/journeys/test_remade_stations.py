"""A station becomes another one while it lives: what its template says has changed."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import evolve
from stage import Stage, stage
from transcript import stamp

from ocppsim.actors import fleet
from ocppsim.actors.crowd import Crowd
from ocppsim.actors.generator import Habits
from ocppsim.actors.remaking import Design
from ocppsim.actors.store import Folder
from ocppsim.csms.behaviour import Rule, Silent
from ocppsim.csms.central_system import CentralSystem
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.connector import Status
from ocppsim.model.session import StopReason
from ocppsim.model.specification import Outlet
from ocppsim.testing.rig import dial_in_memory_of

LONG = Habits(least_delay_s=1, most_delay_s=1, least_stay_s=5000, most_stay_s=5000, stop_after_s=1e6)


def design(play: Stage, **changes: Any) -> Design:
    dial = dial_in_memory_of(play.rig.fleet, play.csms, play.name)
    specification = evolve(play.station.context.specification, signer=None, **changes)
    return Design(specification, Dialect16(), dial)


def remake(play: Stage, habits: Habits | None = None, **changes: Any) -> None:
    play.rig.fleet.remake(play.name, design(play, **changes), habits)


async def test_its_transaction_is_stopped_with_reboot_before_it_goes(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(45)
        remake(play, model="newer")
        await play.hears("BootNotification", chargePointModel="newer")
        [stop] = play.said("StopTransaction")
        assert (stop.payload["reason"], stop.payload["timestamp"]) == ("Reboot", stamp(45))
        assert play.closes == [1000]


async def test_it_comes_back_after_the_reset_time_that_it_has_now(autojump_clock: object) -> None:
    async with stage(reset_time_s=60.0) as play:
        await play.booted()
        remake(play, reset_time_s=7.0)
        boot = await play.hears("BootNotification")
        assert boot.at == pytest.approx(7.0, abs=1)


async def test_new_connectors_report_themselves_and_charge(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        remake(play, outlets={1: Outlet(), 2: Outlet()})
        await play.hears("StatusNotification", mark, connectorId=2)
        await play.settle()
        assert await play.ask("GetConfiguration", key=["NumberOfConnectors"]) == {
            "configurationKey": [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}]
        }
        await play.charge(2)


async def test_connectors_that_are_gone_say_nothing_more(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await play.charge(2)
        mark = play.mark()
        remake(play, outlets={1: Outlet()})
        await play.hears("BootNotification", mark)
        await play.later(10)
        [stop] = play.said("StopTransaction")
        assert stop.payload["reason"] == "Reboot"
        after_boot = play.said("StatusNotification", play.frames.index(play.said("BootNotification")[-1]))
        assert {frame.payload["connectorId"] for frame in after_boot} == {0, 1}
        assert list(play.board.connectors) == [1]


async def test_a_connector_that_comes_back_goes_on_counting(autojump_clock: object, tmp_path: Path) -> None:
    """Its register, and its sessions, whose keys must not come twice; in the next process too."""
    two, csms = {number: Outlet() for number in (1, 2)}, CentralSystem(seed=1)
    with closing(Folder.open(tmp_path)) as folder:
        async with stage(store=folder, outlets=two, csms=csms) as play:
            await play.booted()
            await play.charge(2)
            await play.later(600)
            remake(play, outlets={1: Outlet()})
            await play.later(70)
            [stop] = play.said("StopTransaction")
            remake(play, outlets=two)
            await play.later(70)
            play.unplug(2)
            await play.settle()
            await play.charge(2)
            start = play.said("StartTransaction")[-1]
            assert start.payload["meterStart"] == stop.payload["meterStop"] > 0
            assert play.station.context.memory.connectors[2].begun == 2
    with closing(Folder.open(tmp_path)) as folder:
        async with stage(store=folder, outlets={1: Outlet()}, csms=csms) as play:
            await play.later(70)
            remake(play, outlets=two)
            await play.later(70)
            connector = play.station.context.memory.connectors[2]
            assert (connector.begun, connector.session) == (2, None)
            assert connector.register_wh >= start.payload["meterStart"]


async def test_a_session_that_could_not_be_stopped_is_closed_after_the_boot(autojump_clock: object) -> None:
    """Also that of a connector that is to go: power is lost before it can be stopped in good order."""
    async with stage(connectors=2) as play:
        await play.booted()
        await play.charge(2)
        await play.later(45)
        play.station.cut_power()
        remake(play, outlets={1: Outlet()})
        stop = await play.hears("StopTransaction")
        assert (stop.payload["reason"], stop.payload["timestamp"]) == ("PowerLoss", stamp(45))
        assert list(play.board.connectors) == [1]


async def test_registers_keys_and_counts_go_on(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.set_key("MeterValueSampleInterval", 17)
        await play.charge()
        await play.later(600)
        before = play.station.view(1).register_wh
        remake(play, vendor="other", keys={"MeterValueSampleInterval": "99"})
        await play.hears("BootNotification", chargePointVendor="other")
        await play.booted()
        assert play.station.view(1).register_wh == before > 0
        assert play.station.context.settings.sample_s == 17  # the central system's word
        await play.shows(Status.FINISHING)  # the EV is still there
        play.unplug()
        await play.settle()
        await play.charge()
        identifiers = [frame.id for frame in play.said("StartTransaction")]
        assert len(set(identifiers)) == 2


async def test_people_go_on_with_their_draws_and_counts(autojump_clock: object) -> None:
    async with stage(connectors=2, habits=LONG) as play:
        await play.shows(Status.CHARGING)
        [one, two] = play.rig.fleet.drivers(play.name)
        remake(play, evolve(LONG, tags=("NEW",)), outlets={1: Outlet()})
        mark = play.mark()
        start = await play.hears("StartTransaction", mark)
        assert start.payload["idTag"] == "NEW"
        assert play.rig.fleet.drivers(play.name) == [one]
        assert one.record.started == 2
        assert {stop.payload["reason"] for stop in play.said("StopTransaction")} == {"Reboot"}
        assert not two.record.running


async def test_nobody_comes_any_more_where_the_generator_is_switched_off(autojump_clock: object) -> None:
    async with stage(habits=LONG) as play:
        await play.shows(Status.CHARGING)
        remake(play, None)
        mark = play.mark()
        await play.later(5000)
        assert play.said("StartTransaction", mark) == []
        assert play.board.status(1) is Status.AVAILABLE


async def test_tags_change_without_a_restart_from_the_next_draw_on(autojump_clock: object) -> None:
    habits = evolve(LONG, tags=("OLD",), least_stay_s=60, most_stay_s=60)
    async with stage(habits=habits) as play:
        await play.shows(Status.CHARGING)
        play.rig.fleet.adjust(play.name, design(play), evolve(habits, tags=("NEW",)))
        mark = play.mark()
        start = await play.hears("StartTransaction", mark)
        assert start.payload["idTag"] == "NEW"
        [stop] = play.said("StopTransaction")
        assert (stop.payload["reason"], stop.payload["idTag"]) == ("Local", "OLD")
        assert len(play.said("BootNotification")) == 1


async def test_what_is_adjusted_meanwhile_is_a_part_of_it(autojump_clock: object) -> None:
    """Until it comes up again the station is what it was, with all its connectors."""
    async with stage(connectors=2, habits=LONG) as play:
        await play.shows(Status.CHARGING, 2)
        wanted = {"outlets": {1: Outlet()}, "reset_time_s": 20.0}
        remake(play, LONG, **wanted)
        await play.later(1)
        play.rig.fleet.adjust(play.name, design(play, **wanted), evolve(LONG, tags=("NEW",)))
        assert set(play.station.context.specification.outlets) == {1, 2}
        mark = play.mark()
        start = await play.hears("StartTransaction", mark)
        assert start.payload["idTag"] == "NEW"
        assert len(play.said("BootNotification")) == 2


async def test_a_restart_that_is_cut_short_is_made_good(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power fails in the very moment in which the people are sent away."""
    send_home, cuts = Crowd.send_home, []

    async def and_cut(crowd: Crowd) -> None:
        if not cuts:
            cuts.append(crowd.station)
            crowd.station.cut_power()
            await trio.sleep(1)
        await send_home(crowd)

    monkeypatch.setattr(Crowd, "send_home", and_cut)
    async with stage(habits=LONG) as play:
        await play.shows(Status.CHARGING)
        remake(play, LONG, model="newer")
        await play.hears("BootNotification", chargePointModel="newer")
        await play.shows(Status.CHARGING)
        assert cuts == [play.station]


async def test_a_station_that_was_retired_comes_back_as_what_it_is_then(autojump_clock: object) -> None:
    async with stage(habits=LONG) as play:
        await play.shows(Status.CHARGING)
        await play.rig.fleet.retire([play.name])
        [stop] = play.said("StopTransaction")
        assert (stop.payload["reason"], play.board.ended) == ("Local", True)
        await play.later(600)
        assert not play.board.online
        remake(play, LONG, model="newer")
        mark = play.mark()
        await play.hears("BootNotification", mark, chargePointModel="newer")
        await play.shows(Status.CHARGING)
        assert not play.board.ended


async def test_a_retired_station_that_takes_too_long_is_switched_off(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "LEAVE_WITHIN_S", 5.0)
    async with stage(Rule(Silent(), actions=("StopTransaction",))) as play:
        await play.booted()
        await play.charge()
        with trio.fail_after(6):
            await play.rig.fleet.retire([play.name])
        assert play.board.ended


async def test_a_station_that_gave_up_gets_another_chance(autojump_clock: object) -> None:
    async with stage(crashes=True) as play:
        for _ in range(7):
            await play.until(lambda board: board.ended or board.online)
            play.station.context.station.tell(object())  # type: ignore[arg-type]  # a bug, injected
            await play.until(lambda board: board.ended or not board.online)
        await play.until(lambda board: board.ended)
        assert list(play.rig.fleet.failed) == ["CS-1"]
        mark = play.mark()
        remake(play, model="newer")
        await play.hears("BootNotification", mark, chargePointModel="newer")
        await play.charge()
        assert (play.rig.fleet.failed, play.board.ended) == ({}, False)


async def test_statistics_begin_and_end_with_the_template(autojump_clock: object) -> None:
    async with stage(measured=True) as play:
        await play.booted()
        statistics = play.station.context.statistics
        assert statistics is not None
        remake(play)
        await play.later(70)
        counted = statistics.changes
        await play.later(1000)
        assert statistics.changes == counted
        measured = evolve(design(play), statistics=play.rig.fleet.statistics.measure(play.name))
        play.rig.fleet.remake(play.name, measured)
        await play.later(70)
        assert statistics.changes > counted


async def test_keys_that_are_to_outlive_the_process_from_now_on_do(
    autojump_clock: object, tmp_path: Path
) -> None:
    with closing(Folder.open(tmp_path)) as folder:
        async with stage(store=folder, keeps_keys=False) as play:
            await play.booted()
            await play.set_key("MeterValueSampleInterval", 77)
            remake(play, keeps_keys=True)
            await play.later(70)
    with closing(Folder.open(tmp_path)) as folder:
        async with stage(store=folder) as play:
            await play.booted()
            assert play.station.context.settings.sample_s == 77


@pytest.mark.parametrize("seconds", [0, 1, 30])
async def test_the_simulator_can_end_meanwhile(autojump_clock: object, seconds: float) -> None:
    """While it comes to rest, and while it is down."""
    async with stage(habits=LONG) as play:
        await play.shows(Status.CHARGING)
        remake(play, LONG)
        await play.later(seconds)
        assert await play.rig.fleet.leave(StopReason.LOCAL)
        assert len(play.said("StopTransaction")) == 1
        assert play.board.ended


async def test_a_reset_that_is_under_way_is_the_restart(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.ask("Reset", type="Hard")
        remake(play, model="newer")
        await play.hears("BootNotification", chargePointModel="newer")
        stop = await play.hears("StopTransaction")
        assert stop.payload["reason"] == "HardReset"
        await play.later(600)
        assert len(play.said("BootNotification")) == 2


async def test_it_changes_while_it_is_offline(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.csms.go_down()
        await play.later(100)
        remake(play, model="newer")
        await play.later(200)
        play.csms.come_up()
        await play.hears("BootNotification", chargePointModel="newer")
        stop = await play.hears("StopTransaction")
        assert (stop.payload["reason"], stop.payload["timestamp"]) == ("Reboot", stamp(100))


async def test_what_cannot_be_is_refused_and_nothing_changes(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        with pytest.raises(ValueError, match="CS-1"):
            remake(play, vendor="v" * 21)
        await play.later(600)
        assert play.board.status(1) is Status.CHARGING


async def test_stopped_with_sessions_left_open_they_end_as_by_a_loss_of_power(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.rig.fleet.retire([play.name], staying={play.name})
        assert play.said("StopTransaction") == []
        remake(play)
        stop = await play.hears("StopTransaction")
        assert stop.payload["reason"] == "PowerLoss"
        assert play.station.context.last_end is StopReason.POWER_LOSS
