"""What a central system asks of connectors: remote starts and stops, unlocking, availability; and faults."""

import pytest
from stage import Stage, stage

from ocppsim.csms.behaviour import Answer, Delay, Rule
from ocppsim.model.connector import Status
from ocppsim.model.electricity import Supply
from ocppsim.model.facts import Fault, Lock
from ocppsim.model.specification import Outlet

ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
SCHEDULED = {"status": "Scheduled"}
FIXED_CABLE = {1: Outlet(Supply.dc(), max_power_w=50_000, fixed_cable=True)}


async def change(play: Stage, connector: int, kind: str) -> object:
    return await play.ask("ChangeAvailability", connectorId=connector, type=kind)


# -- RemoteStartTransaction


@pytest.mark.honours("RemoteStartTransaction")
@pytest.mark.parametrize("authorize", [True, False])
async def test_a_remote_start_with_the_cable_in(autojump_clock: object, authorize: bool) -> None:
    keys = {"AuthorizeRemoteTxRequests": str(authorize).lower()}
    async with stage(keys=keys) as play:
        await play.booted()
        play.plug()
        await play.settle()
        mark = play.mark()
        assert await play.ask("RemoteStartTransaction", idTag="REMOTE", connectorId=1) == ACCEPTED
        assert ("Authorize" in play.actions(mark)) == authorize
        [start] = play.said("StartTransaction")
        assert (start.payload["idTag"], start.payload["connectorId"]) == ("REMOTE", 1)
        assert play.board.status(1) is Status.CHARGING
        assert play.written(mark)[0].kind == 3, "the answer comes before any consequence"


async def test_a_remote_start_waits_for_the_cable(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await play.ask("RemoteStartTransaction", idTag="REMOTE", connectorId=1) == ACCEPTED
        assert play.statuses(1)[-1] == "Preparing"
        await play.later(30)
        play.plug()
        await play.settle()
        assert play.board.status(1) is Status.CHARGING


async def test_a_remote_start_without_a_cable_times_out(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "20"}) as play:
        await play.booted()
        await play.ask("RemoteStartTransaction", idTag="REMOTE", connectorId=1)
        await play.later(21)
        assert play.statuses(1) == ["Available", "Preparing", "Available"]


async def test_a_remote_start_of_a_tag_that_is_refused_charges_nothing(autojump_clock: object) -> None:
    async with stage(Rule(Answer({"idTagInfo": {"status": "Invalid"}}), actions=["Authorize"])) as play:
        await play.booted()
        play.plug()
        assert await play.ask("RemoteStartTransaction", idTag="REMOTE") == ACCEPTED
        assert play.said("StartTransaction") == []
        assert play.board.status(1) is Status.PREPARING


async def test_a_remote_start_without_a_connector_takes_the_first_that_is_free(
    autojump_clock: object,
) -> None:
    async with stage(connectors=4) as play:
        await play.booted()
        await play.charge(1)
        await change(play, 2, "Inoperative")
        for number in (3, 4):
            play.plug(number)
        await play.settle()
        assert await play.ask("RemoteStartTransaction", idTag="REMOTE") == ACCEPTED
        assert await play.ask("RemoteStartTransaction", idTag="REMOTE") == ACCEPTED
        assert await play.ask("RemoteStartTransaction", idTag="REMOTE") == REJECTED
        assert [start.payload["connectorId"] for start in play.said("StartTransaction")] == [1, 3, 4]


async def test_a_remote_start_is_rejected_where_it_cannot_be(autojump_clock: object) -> None:
    async with stage(connectors=4) as play:
        await play.booted()
        await change(play, 1, "Inoperative")
        play.station.world.set_fault(2, Fault.GROUND)
        play.rule(Delay(1000), "Authorize")
        await play.show("WAITING", 3)
        mark = play.mark()
        for connector in (0, 1, 2, 3, 9):
            answer = await play.ask("RemoteStartTransaction", idTag="REMOTE", connectorId=connector)
            assert answer == REJECTED, connector
        assert play.actions(mark) == []


# -- RemoteStopTransaction


@pytest.mark.honours("RemoteStopTransaction")
async def test_5_12_a_remote_stop_stops_and_answers_first(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        mark = play.mark()
        answer = await play.ask("RemoteStopTransaction", transactionId=play.transaction_id)
        assert answer == ACCEPTED
        assert play.stop_reasons() == ["Remote"]
        assert "idTag" not in play.said("StopTransaction")[0].payload
        assert play.statuses(1, mark) == ["Finishing"]
        assert play.written(mark)[0].kind == 3


async def test_a_remote_stop_of_anything_else_is_rejected(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        over = play.transaction_id
        assert await play.ask("RemoteStopTransaction", transactionId=over + 1) == REJECTED
        await play.show()
        assert await play.ask("RemoteStopTransaction", transactionId=over) == REJECTED
        assert play.stop_reasons() == ["Local"]


# -- UnlockConnector


@pytest.mark.honours("UnlockConnector")
async def test_5_18_unlocking_ends_a_session_first(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        assert await play.ask("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
        assert play.stop_reasons() == ["UnlockCommand"]


async def test_a_lock_that_is_stuck_fails_to_unlock(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.station.world.set_lock(1, Lock.STUCK)
        await play.settle()
        assert await play.ask("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}


@pytest.mark.parametrize("connector", [0, 1, 2])
async def test_what_has_no_lock_cannot_be_unlocked(autojump_clock: object, connector: int) -> None:
    async with stage(outlets=FIXED_CABLE) as play:
        await play.booted()
        await play.charge()
        assert await play.ask("UnlockConnector", connectorId=connector) == {"status": "NotSupported"}
        assert play.stop_reasons() == []


# -- ChangeAvailability


async def test_an_idle_connector_changes_at_once_and_answers_first(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        assert await change(play, 1, "Inoperative") == ACCEPTED
        assert await change(play, 1, "Inoperative") == ACCEPTED  # it is so already
        assert await change(play, 1, "Operative") == ACCEPTED
        assert play.statuses(1, mark) == ["Unavailable", "Available"]
        assert play.written(mark)[0].kind == 3


@pytest.mark.honours("ChangeAvailability")
async def test_5_2_a_connector_that_charges_changes_when_it_is_done(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        assert await change(play, 1, "Inoperative") == SCHEDULED
        await play.later(60)
        assert play.statuses(1)[-1] == "Charging"
        await play.show()
        assert play.statuses(1)[-1] == "Unavailable"
        assert play.stop_reasons() == ["Local"]


async def test_a_scheduled_change_can_be_taken_back(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        assert await change(play, 1, "Inoperative") == SCHEDULED
        assert await change(play, 1, "Operative") == ACCEPTED
        await play.show()
        assert play.statuses(1)[-1] == "Finishing"


@pytest.mark.honours("ChangeAvailability")
async def test_5_2_connector_0_stands_for_all(autojump_clock: object) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        mark = play.mark()
        assert await change(play, 0, "Inoperative") == ACCEPTED
        assert [play.statuses(n, mark) for n in (0, 1, 2)] == 3 * [["Unavailable"]]
        assert await change(play, 0, "Operative") == ACCEPTED
        assert [play.statuses(n, mark)[-1] for n in (0, 1, 2)] == 3 * ["Available"]


async def test_connector_0_is_scheduled_while_any_charges_and_the_idle_change_at_once(
    autojump_clock: object,
) -> None:
    async with stage(connectors=3) as play:
        await play.booted()
        await play.charge(1)
        await play.charge(2)
        mark = play.mark()
        assert await change(play, 0, "Inoperative") == SCHEDULED
        assert [play.statuses(n, mark) for n in (0, 1, 2, 3)] == [[], [], [], ["Unavailable"]]
        await play.show(number=1)
        assert [play.statuses(n, mark) for n in (0, 1, 2)] == [[], ["Unavailable"], []]
        await play.show(number=2)
        assert [play.statuses(n, mark) for n in (0, 2)] == [["Unavailable"], ["Unavailable"]]


async def test_an_unknown_connector_cannot_change(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await change(play, 2, "Inoperative") == REJECTED


async def test_an_inoperative_connector_takes_no_tag(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await change(play, 1, "Inoperative")
        play.plug()
        await play.show()
        assert play.statuses(1)[-1] == "Unavailable"
        assert play.said("Authorize") == []
