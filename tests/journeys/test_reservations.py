"""Reservations on the wire: who is let in, when they end, and what survives (1.6 ed. 2, 5.1, 5.13)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stage import Stage, stage
from transcript import EPOCH

from ocppsim.actors.store import Folder
from ocppsim.csms.tags import Tag
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault

ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
OCCUPIED, FAULTED, UNAVAILABLE = ({"status": word} for word in ("Occupied", "Faulted", "Unavailable"))


async def reserve(
    play: Stage, connector: int = 1, tag: str = "MINE", number: int = 7, seconds: float = 600, **more: Any
) -> Any:
    until = datetime.fromtimestamp(EPOCH + play.now + seconds, UTC).isoformat().replace("+00:00", "Z")
    return await play.ask(
        "ReserveNow", connectorId=connector, expiryDate=until, idTag=tag, reservationId=number, **more
    )


async def cancel(play: Stage, number: int = 7) -> Any:
    return await play.ask("CancelReservation", reservationId=number)


def starts(play: Stage) -> list[tuple[object, ...]]:
    return [
        tuple(call.payload.get(name) for name in ("connectorId", "idTag", "reservationId"))
        for call in play.said("StartTransaction")
    ]


# -- one connector


@pytest.mark.honours("ReserveNow")
async def test_5_13_only_the_tag_that_it_is_for_may_charge(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await reserve(play) == ACCEPTED
        assert play.statuses(1) == ["Available", "Reserved"]
        play.plug()
        mark = play.mark()
        await play.show("OTHER")
        assert play.actions(mark) == []
        assert play.board.status(1) is Status.RESERVED
        await play.show("mine")
        await play.shows(Status.CHARGING)
        assert starts(play) == [(1, "mine", 7)]
        assert play.statuses(1) == ["Available", "Reserved", "Preparing", "Charging"]
        await play.show("MINE")
        play.unplug()
        await play.settle()
        assert play.statuses(1)[-2:] == ["Finishing", "Available"]
        await play.charge(1, "OTHER")
        assert starts(play)[1] == (1, "OTHER", None)


@pytest.mark.honours("ReserveNow")
async def test_d22_a_reservation_expires_by_itself(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await reserve(play, seconds=300) == ACCEPTED
        await play.later(299)
        assert play.statuses(1) == ["Available", "Reserved"]
        mark = play.mark()
        await play.later(1)
        assert play.statuses(1) == ["Available", "Reserved", "Available"]
        assert play.actions(mark)[-1:] == ["StatusNotification"]
        assert await cancel(play) == REJECTED
        await play.charge(1, "OTHER")
        assert starts(play) == [(1, "OTHER", None)]


@pytest.mark.honours("CancelReservation")
async def test_5_1_a_reservation_is_cancelled(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await cancel(play) == REJECTED
        await reserve(play)
        assert await cancel(play, 8) == REJECTED
        assert await cancel(play) == ACCEPTED
        assert play.statuses(1) == ["Available", "Reserved", "Available"]
        assert await cancel(play) == REJECTED
        await play.charge(1, "OTHER")


@pytest.mark.honours("ReserveNow")
async def test_5_13_the_same_id_replaces(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await reserve(play, 1, seconds=100)
        assert await reserve(play, 1, tag="NEW", seconds=1000) == ACCEPTED
        assert await reserve(play, 1, tag="NEW", number=8) == OCCUPIED
        await play.later(150)
        assert play.board.status(1) is Status.RESERVED
        assert await reserve(play, 2, tag="NEW") == ACCEPTED
        assert (play.board.status(1), play.board.status(2)) == (Status.AVAILABLE, Status.RESERVED)
        await play.charge(1, "OTHER")
        play.plug(2)
        await play.show("MINE", 2)
        assert play.board.status(2) is Status.RESERVED
        await play.show("NEW", 2)
        await play.shows(Status.CHARGING, 2)
        assert starts(play)[1] == (2, "NEW", 7)


@pytest.mark.honours("ReserveNow")
async def test_5_13_what_cannot_be_reserved(autojump_clock: object) -> None:
    async with stage(connectors=4) as play:
        await play.booted()
        await play.charge(1)
        play.plug(2)
        await play.ask("ChangeAvailability", connectorId=3, type="Inoperative")
        play.station.world.set_fault(4, Fault.GROUND)
        await play.settle()
        assert [await reserve(play, number) for number in (1, 2, 3, 4, 5)] == [
            OCCUPIED,
            OCCUPIED,
            UNAVAILABLE,
            FAULTED,
            REJECTED,
        ]
        play.unplug(2)
        await play.settle()
        assert await reserve(play, 2, seconds=-1) == REJECTED
        assert await reserve(play, 2) == ACCEPTED


@pytest.mark.honours("ReserveNow")
@pytest.mark.parametrize("how", ["Faulted", "Unavailable"])
async def test_5_13_a_connector_that_goes_out_of_service_is_reserved_no_longer(
    autojump_clock: object, how: str
) -> None:
    async with stage() as play:
        await play.booted()
        await reserve(play)
        if how == "Faulted":
            play.station.world.set_fault(1, Fault.GROUND)
            await play.settle()
            play.station.world.set_fault(1, None)
        else:
            await play.ask("ChangeAvailability", connectorId=1, type="Inoperative")
            await play.ask("ChangeAvailability", connectorId=1, type="Operative")
        await play.settle()
        assert play.statuses(1) == ["Available", "Reserved", how, "Available"]
        assert await cancel(play) == REJECTED


@pytest.mark.honours("ReserveNow")
async def test_5_13_a_tag_of_the_same_group_is_let_in(autojump_clock: object) -> None:
    """The group is asked for, since nothing is known of the tag."""
    async with stage() as play:
        play.csms.tags.put("COUSIN", Tag(parent="FAMILY"))
        play.csms.tags.put("STRANGER", Tag(parent="OTHERS"))
        await play.booted()
        await reserve(play, parentIdTag="Family")
        play.plug()
        for tag in ("STRANGER", "NOBODY"):
            mark = play.mark()
            await play.show(tag)
            assert play.actions(mark) == ["Authorize"]
            assert play.board.status(1) is Status.RESERVED
        await play.show("COUSIN")
        await play.shows(Status.CHARGING)
        assert starts(play) == [(1, "COUSIN", 7)]


@pytest.mark.honours("ReserveNow")
async def test_5_13_offline_the_group_is_looked_up_in_list_and_cache(autojump_clock: object) -> None:
    async with stage(keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.booted()
        entry = {"idTag": "COUSIN", "idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}
        await play.ask("SendLocalList", listVersion=1, updateType="Full", localAuthorizationList=[entry])
        await reserve(play, parentIdTag="FAMILY")
        play.csms.go_down()
        play.plug()
        await play.settle()
        await play.show("NOBODY")
        assert play.board.status(1) is Status.RESERVED
        await play.show("COUSIN")
        await play.shows(Status.CHARGING)
        play.csms.come_up()
        await play.later(60)
        assert starts(play) == [(1, "COUSIN", 7)]


@pytest.mark.honours("ReserveNow", "RemoteStartTransaction")
@pytest.mark.parametrize("authorize", ["true", "false"])
async def test_a_remote_start_is_for_the_reserving_tag_or_group(
    autojump_clock: object, authorize: str
) -> None:
    async with stage(keys={"AuthorizeRemoteTxRequests": authorize}) as play:
        play.csms.tags.put("COUSIN", Tag(parent="FAMILY"))
        await play.booted()
        await reserve(play)
        play.plug()
        await play.settle()
        for connector in ({}, {"connectorId": 1}):
            assert await play.ask("RemoteStartTransaction", idTag="OTHER", **connector) == REJECTED
        assert await play.ask("RemoteStartTransaction", idTag="MINE") == ACCEPTED
        await play.shows(Status.CHARGING)
        await play.ask("RemoteStopTransaction", transactionId=play.transaction_id)
        play.unplug()
        await play.settle()
        await reserve(play, number=8, parentIdTag="FAMILY")
        play.plug()
        await play.settle()
        mark = play.mark()
        assert await play.ask("RemoteStartTransaction", idTag="STRANGER", connectorId=1) == ACCEPTED
        assert play.actions(mark) == ["Authorize"], "the group must be known, whatever the key says"
        assert play.board.status(1) is Status.RESERVED
        assert await play.ask("RemoteStartTransaction", idTag="COUSIN", connectorId=1) == ACCEPTED
        await play.shows(Status.CHARGING)
        assert starts(play) == [(1, "MINE", 7), (1, "COUSIN", 8)]


async def test_a_remote_start_takes_what_is_reserved_for_its_tag(
    autojump_clock: object,
) -> None:
    async with stage(connectors=3) as play:
        await play.booted()
        await reserve(play, 2)
        await reserve(play, 1, tag="OTHER", number=9)
        assert await play.ask("RemoteStartTransaction", idTag="MINE") == ACCEPTED
        assert play.board.status(2) is Status.PREPARING
        assert await play.ask("RemoteStartTransaction", idTag="ANYBODY") == ACCEPTED
        assert play.board.status(3) is Status.PREPARING


async def test_a_tag_without_a_cable_leaves_the_reservation_as_it_is(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "30"}) as play:
        await play.booted()
        await reserve(play)
        await play.show("MINE")
        await play.later(31)
        assert play.statuses(1) == ["Available", "Reserved", "Preparing", "Reserved"]
        await play.charge(1, "MINE")
        assert starts(play) == [(1, "MINE", 7)]


@pytest.mark.honours("ReserveNow")
async def test_reservations_survive_resets_and_the_process(autojump_clock: object, tmp_path: Path) -> None:
    store = Folder.open(tmp_path)
    async with stage(store=store, connectors=3, reset_time_s=5) as play:
        await play.booted()
        await reserve(play, 1, seconds=1000, parentIdTag="FAMILY")
        await reserve(play, 0, tag="ANY", number=8, seconds=1000)
        for kind in ("Hard", "Soft"):
            await play.ask("Reset", type=kind)
            await play.later(10)
            await play.booted()
            assert play.statuses(1)[-1] == "Reserved"
    store.close()
    store = Folder.open(tmp_path)
    async with stage(store=store, connectors=3) as play:
        await play.booted()
        assert play.statuses(1) == ["Reserved"]
        await play.charge(2, "OTHER")
        await play.charge(1, "MINE")
        play.plug(3)
        await play.show("STRANGER", 3)
        assert play.board.status(3) is Status.PREPARING
        await play.show("ANY", 3)
        await play.shows(Status.CHARGING, 3)
        assert starts(play) == [(2, "OTHER", None), (1, "MINE", 7), (3, "ANY", 8)]
    store.close()


async def test_what_expired_while_the_station_was_down_is_not_reserved(autojump_clock: object) -> None:
    async with stage(reset_time_s=100) as play:
        await play.booted()
        await reserve(play, seconds=60)
        await play.ask("Reset", type="Hard")
        await play.later(110)
        await play.booted()
        assert play.statuses(1) == ["Available", "Reserved", "Available"]


# -- any connector


@pytest.mark.honours("ReserveNow", "ReserveConnectorZeroSupported")
async def test_5_13_of_connector_0_one_connector_is_kept_free(autojump_clock: object) -> None:
    async with stage(connectors=3) as play:
        await play.booted()
        assert await reserve(play, 0) == ACCEPTED
        assert [play.statuses(number) for number in (0, 1, 2, 3)] == [["Available"]] * 4
        await play.charge(1, "A")
        assert await reserve(play, 2, tag="B", number=8) == ACCEPTED
        assert await reserve(play, 3, tag="B", number=9) == OCCUPIED, "the last one"
        assert await reserve(play, 0, tag="C", number=10) == OCCUPIED
        assert await cancel(play, 8) == ACCEPTED
        await play.charge(2, "B")
        play.plug(3)
        mark = play.mark()
        await play.show("STRANGER", 3)
        assert "Authorize" not in play.actions(mark)
        assert play.board.status(3) is Status.PREPARING
        assert await play.ask("RemoteStartTransaction", idTag="STRANGER") == REJECTED
        await play.show("MINE", 3)
        await play.shows(Status.CHARGING, 3)
        assert starts(play)[2] == (3, "MINE", 7)
        assert await cancel(play) == REJECTED


@pytest.mark.honours("ReserveConnectorZeroSupported")
async def test_5_13_without_support_connector_0_is_rejected(autojump_clock: object) -> None:
    async with stage(keys={"ReserveConnectorZeroSupported": "false"}) as play:
        await play.booted()
        assert await reserve(play, 0) == REJECTED
        assert await reserve(play, 1) == ACCEPTED


@pytest.mark.honours("ReserveNow", "ReserveConnectorZeroSupported")
async def test_d22_a_reservation_of_connector_0_expires_and_is_cancelled(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await reserve(play, 0, seconds=100) == ACCEPTED
        assert await reserve(play, 0, number=8) == OCCUPIED
        await play.show("STRANGER")
        assert play.board.status(1) is Status.AVAILABLE
        await play.later(100)
        assert await cancel(play) == REJECTED
        assert await reserve(play, 0, number=8) == ACCEPTED
        assert await cancel(play, 8) == ACCEPTED
        await play.charge(1, "STRANGER")
        assert starts(play) == [(1, "STRANGER", None)]


@pytest.mark.honours("ReserveNow")
async def test_5_13_a_group_may_use_any_connector(autojump_clock: object) -> None:
    async with stage() as play:
        play.csms.tags.put("COUSIN", Tag(parent="FAMILY"))
        await play.booted()
        play.csms.tags.put("STRANGER", Tag(parent="OTHERS"))
        await reserve(play, 0, parentIdTag="FAMILY")
        await play.show("STRANGER")
        assert play.board.status(1) is Status.AVAILABLE
        assert await play.ask("RemoteStartTransaction", idTag="STRANGER") == REJECTED, "known by now"
        await play.charge(1, "COUSIN")
        assert starts(play) == [(1, "COUSIN", 7)]


@pytest.mark.honours("ReserveNow")
async def test_5_13_what_stands_in_the_way_of_connector_0(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        for number in (1, 2):
            play.station.world.set_fault(number, Fault.GROUND)
        await play.settle()
        assert await reserve(play, 0) == FAULTED
        play.station.world.set_fault(1, None)
        await play.settle()
        await play.ask("ChangeAvailability", connectorId=1, type="Inoperative")
        assert await reserve(play, 0) == UNAVAILABLE
        await play.ask("ChangeAvailability", connectorId=1, type="Operative")
        assert await reserve(play, 0) == ACCEPTED
        await play.ask("ChangeAvailability", connectorId=0, type="Inoperative")
        assert await cancel(play) == REJECTED
        assert await reserve(play, 0) == UNAVAILABLE


async def test_a_reservation_moves_between_one_connector_and_any(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await reserve(play, 1)
        assert await reserve(play, 0) == ACCEPTED
        assert play.board.status(1) is Status.AVAILABLE
        assert await reserve(play, 1) == ACCEPTED
        assert play.board.status(1) is Status.RESERVED
        assert await cancel(play) == ACCEPTED
        assert await cancel(play) == REJECTED
        await play.charge(1, "OTHER")


async def test_a_claim_that_comes_to_nothing_leaves_the_reservation(autojump_clock: object) -> None:
    async with stage(connectors=2, keys={"ConnectionTimeOut": "30"}) as play:
        await play.booted()
        await reserve(play, 0)
        await play.show("MINE", 2)
        assert play.board.status(2) is Status.PREPARING
        await play.later(31)
        await play.charge(1, "OTHER")
        await play.show("STRANGER", 2)
        assert play.board.status(2) is Status.AVAILABLE
        await play.charge(2, "MINE")
        assert starts(play) == [(1, "OTHER", None), (2, "MINE", 7)]


async def test_a_claim_that_outlasts_its_reservation_is_told_without_it(autojump_clock: object) -> None:
    """The tag was let in and may charge; the reservation is over."""
    async with stage(connectors=2) as play:
        await play.booted()
        await reserve(play, 0, seconds=30)
        await play.later(10)
        await play.show("MINE", 2)
        await play.later(30)
        play.plug(2)
        await play.shows(Status.CHARGING, 2)
        assert starts(play) == [(2, "MINE", None)]


async def test_a_claim_that_came_to_nothing_answers_for_no_reservation(autojump_clock: object) -> None:
    """Its tag went for want of a cable, and used the reservation elsewhere: nothing is left to cancel."""
    async with stage(connectors=2, keys={"ConnectionTimeOut": "30"}) as play:
        await play.booted()
        await reserve(play, 0)
        await play.show("MINE", 2)
        await play.later(31)
        await play.charge(1, "MINE")
        assert starts(play) == [(1, "MINE", 7)]
        assert await cancel(play) == REJECTED
