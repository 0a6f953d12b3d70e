"""Tags on the wire: groups, letters, the cache, sessions whose tag is refused (1.6 ed. 2, 3.5, 3.10, 4.8)."""

from itertools import pairwise
from typing import Any

import pytest
from stage import Stage, stage

from ocppsim import clock
from ocppsim.csms.behaviour import Answer, Rule
from ocppsim.csms.tags import Tag
from ocppsim.model.connector import Status
from ocppsim.model.vehicle import Vehicle

START = ["StartTransaction"]
REFUSED = Rule(Answer({"idTagInfo": {"status": "Invalid"}}), actions=START)


def family(play: Stage) -> None:
    for tag in ("MOTHER", "FATHER"):
        play.csms.tags.put(tag, Tag(parent="FAMILY"))
    play.csms.tags.put("UNCLE", Tag("Blocked", parent="FAMILY"))
    play.csms.tags.put("STRANGER", Tag(parent="OTHERS"))


def stops(play: Stage) -> list[tuple[object, object]]:
    return [(call.payload["idTag"], call.payload.get("reason")) for call in play.said("StopTransaction")]


# -- groups


@pytest.mark.honours("Authorize", "StopTransaction")
async def test_3_10_another_tag_of_the_group_ends_a_session(autojump_clock: object) -> None:
    """Of a tag that did not begin it, the central system is asked (4.1)."""
    async with stage() as play:
        family(play)
        await play.booted()
        await play.charge(1, "MOTHER")
        for tag in ("STRANGER", "UNCLE", "NOBODY"):
            mark = play.mark()
            await play.show(tag)
            assert play.actions(mark) == ["Authorize"], tag
            assert play.board.status(1) is Status.CHARGING
        mark = play.mark()
        await play.show("FATHER")
        assert play.actions(mark)[:2] == ["Authorize", "StopTransaction"]
        assert stops(play) == [("FATHER", "Local")]


async def test_the_group_of_a_session_is_learned_from_the_answer_to_its_start(autojump_clock: object) -> None:
    async with stage(keys={"AuthorizeRemoteTxRequests": "false"}) as play:
        family(play)
        await play.booted()
        play.plug()
        await play.ask("RemoteStartTransaction", idTag="MOTHER", connectorId=1)
        await play.shows(Status.CHARGING)
        assert play.said("Authorize") == []
        await play.show("FATHER")
        assert stops(play) == [("FATHER", "Local")]


async def test_a_session_without_a_group_asks_about_no_other_tag(autojump_clock: object) -> None:
    async with stage() as play:
        family(play)
        await play.booted()
        await play.charge(1, "NOBODY")
        mark = play.mark()
        await play.show("FATHER")
        assert play.actions(mark) == []
        assert play.board.status(1) is Status.CHARGING


@pytest.mark.parametrize("authorize_offline", ["true", "false"])
async def test_offline_the_group_is_what_list_and_cache_know(
    autojump_clock: object, authorize_offline: str
) -> None:
    """LocalAuthorizeOffline is about beginning (9.1.12); an unknown tag may begin, and ends nothing."""
    keys = {"LocalAuthorizeOffline": authorize_offline, "AllowOfflineTxForUnknownId": "true"}
    async with stage(keys=keys) as play:
        family(play)
        await play.booted()
        for tag in ("FATHER", "UNCLE"):  # now in the cache
            await play.show(tag)
            await play.later(120)
        await play.charge(1, "MOTHER")
        play.csms.go_down()
        await play.settle()
        for tag in ("UNCLE", "NOBODY"):
            await play.show(tag)
            assert play.board.status(1) is Status.CHARGING, tag
        await play.show("FATHER")
        assert play.board.status(1) is Status.FINISHING
        play.csms.come_up()
        await play.later(60)
        assert stops(play) == [("FATHER", "Local")]


async def test_a_session_that_ends_meanwhile_is_ended_once(autojump_clock: object) -> None:
    """The word on the second tag comes when there is nothing left to end, or another session."""
    async with stage(keys={"MessageTimeout": "30"}) as play:
        family(play)
        await play.booted()
        await play.charge(1, "MOTHER")
        play.csms.go_down()  # the question is lost, and answered by the cache, which does not know the tag
        await play.show("FATHER")
        await play.show("MOTHER")
        play.csms.come_up()
        await play.later(60)
        assert stops(play) == [("MOTHER", "Local")]


async def test_7_28_letters_may_be_of_either_case(autojump_clock: object) -> None:
    async with stage(keys={"LocalPreAuthorize": "true"}) as play:
        await play.booted()
        await play.charge(1, "Card")
        await play.show("cARD")
        assert stops(play) == [("cARD", "Local")]
        play.unplug()
        await play.settle()
        mark = play.mark()
        await play.charge(1, "CARD")
        assert "Authorize" not in play.actions(mark), "the cache knows it"
        assert len(play.station.context.memory.cache) == 1


# -- the cache


@pytest.mark.honours("ClearCache")
async def test_5_4_a_cache_that_was_cleared_knows_nobody(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.show()
        play.unplug()
        assert await play.ask("ClearCache") == {"status": "Accepted"}
        play.csms.go_down()
        play.plug()
        await play.settle()
        await play.show()
        assert play.board.status(1) is Status.PREPARING
        assert play.station.context.memory.cache == {}


@pytest.mark.honours("AuthorizationCacheEnabled")
async def test_a_cache_that_is_switched_off_learns_nothing(autojump_clock: object) -> None:
    async with stage(keys={"AuthorizationCacheEnabled": "false"}) as play:
        await play.booted()
        await play.charge()
        await play.show()
        assert play.station.context.memory.cache == {}


@pytest.mark.honours("LocalPreAuthorize")
async def test_3_5_1_what_has_expired_in_the_cache_is_not_valid(autojump_clock: object) -> None:
    async with stage(keys={"LocalPreAuthorize": "true"}) as play:
        await play.booted()
        play.csms.tags.put("TAG", Tag(expires=clock.now() + 600))
        await play.charge()
        await play.show()
        play.unplug()
        await play.settle()
        mark = play.mark()
        await play.charge()
        assert "Authorize" not in play.actions(mark)
        await play.show()
        play.unplug()
        await play.later(600)
        mark = play.mark()
        await play.show()
        assert "Authorize" in play.actions(mark)
        assert play.board.status(1) is Status.AVAILABLE
        play.csms.go_down()
        play.plug()
        await play.settle()
        await play.show()
        assert play.board.status(1) is Status.PREPARING


# -- refused after the beginning


@pytest.mark.honours("StopTransactionOnInvalidId")
@pytest.mark.parametrize("stop", ["true", "false"])
async def test_4_8_a_tag_that_is_refused_at_the_start(autojump_clock: object, stop: str) -> None:
    async with stage(REFUSED, keys={"StopTransactionOnInvalidId": stop}) as play:
        await play.booted()
        play.plug()
        await play.settle()
        await play.show()
        await play.later(600)
        if stop == "true":
            [call] = play.said("StopTransaction")
            assert call.payload["reason"] == "DeAuthorized"
            assert call.payload["meterStop"] == 0
        else:
            assert play.statuses(1)[-1] == "SuspendedEVSE"
            await play.show()
            [call] = play.said("StopTransaction")
            assert (call.payload.get("reason"), call.payload["meterStop"]) == ("Local", 0)


@pytest.mark.honours("MaxEnergyOnInvalidId", "StopTransactionOnInvalidId")
@pytest.mark.parametrize("stop", ["true", "false"])
async def test_err_3_17_so_much_energy_flows_before_a_refusal_counts(
    autojump_clock: object, stop: str
) -> None:
    """What six minutes at 11 kW bring, to the watt-hour; then the other key decides."""
    keys = {"StopTransactionOnInvalidId": stop, "MaxEnergyOnInvalidId": "1100"}
    async with stage(REFUSED, keys=keys) as play:
        await play.booted()
        await play.charge()
        await play.later(300)
        assert play.board.status(1) is Status.CHARGING
        await play.later(600)
        register_wh = play.board.connectors[1].register_wh
        assert register_wh == pytest.approx(1100, abs=0.01)
        if stop == "true":
            [call] = play.said("StopTransaction")
            assert (call.payload["reason"], call.payload["meterStop"]) == ("DeAuthorized", 1100)
        else:
            assert play.statuses(1)[-1] == "SuspendedEVSE"
            assert play.board.connectors[1].power.by == "authorization"


# -- offline


@pytest.mark.honours("StartTransaction", "StopTransaction")
async def test_d9_what_was_queued_goes_at_a_constant_pace_in_order_and_is_of_sessions_alone(
    autojump_clock: object,
) -> None:
    async with stage(keys={"AllowOfflineTxForUnknownId": "true", "HeartbeatInterval": "60"}) as play:
        await play.booted()
        play.csms.go_down()
        await play.settle()
        for visit in range(6):
            play.plug(1, Vehicle())
            await play.settle()
            await play.show(f"TAG-{visit}")
            await play.later(150)
            await play.show(f"TAG-{visit}")
            play.unplug()
            await play.later(30)
        queued = [entry.action for entry in play.board.outbox.in_order()]
        assert queued == 6 * ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]
        mark = play.mark()
        play.csms.come_up()
        await play.later(60)
        sent = [call for call in play.said(since=mark) if _of_a_session(call)]
        assert [call.action for call in sent] == queued
        gaps = [second.at - first.at for first, second in pairwise(sent)]
        assert max(gaps) - min(gaps) < 0.001
        others = {call.action for call in play.said(since=mark)} - set(queued)
        assert others <= {"Heartbeat", "StatusNotification"}
        assert len(play.said("StatusNotification", mark)) <= 1, "statuses of the past are not told (4.9)"
        ledger = play.csms.ledger("CS-1").transactions.values()
        assert [transaction.id_tag for transaction in ledger] == [f"TAG-{visit}" for visit in range(6)]


def _of_a_session(call: Any) -> bool:
    return call.action in ("StartTransaction", "MeterValues", "StopTransaction")
