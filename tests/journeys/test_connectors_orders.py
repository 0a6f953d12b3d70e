"""The order of people's doings at a connector: plug, tag, unplug, and what happens when one is missing."""

import pytest
from stage import stage

from ocppsim.csms.behaviour import Answer, Delay, Refuse, Rule, Silent
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.tags import Tag, Tags
from ocppsim.model.connector import Status
from ocppsim.model.inputs import Verdict


def refusing(*actions: str) -> Rule:
    return Rule(Answer({"idTagInfo": {"status": "Blocked"}}), actions=actions or ["Authorize"])


# -- plug and tag


async def test_4_9_plug_tag_charge_tag_unplug(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.plug()
        await play.later(10)
        await play.show("TAG")
        await play.later(100)
        await play.show("TAG")
        await play.later(10)
        play.unplug()
        await play.later(1)
        assert play.statuses(1) == ["Available", "Preparing", "Charging", "Finishing", "Available"]
        assert play.actions()[3:] == [
            "StatusNotification",
            "Authorize",
            "StartTransaction",
            "StatusNotification",
            "MeterValues",
            "StopTransaction",
            "StatusNotification",
            "StatusNotification",
        ]
        [stop] = play.said("StopTransaction")
        assert (stop.payload["reason"], stop.payload["idTag"]) == ("Local", "TAG")


async def test_tag_plug_charge_unplug(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.show("TAG")
        await play.later(10)
        assert play.said("StartTransaction") == []
        play.plug()
        await play.later(100)
        play.unplug()
        await play.later(1)
        assert play.statuses(1) == ["Available", "Preparing", "Charging", "Available"]
        assert play.stop_reasons() == ["EVDisconnected"]


async def test_preparing_comes_before_the_transaction_begins(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        order = [f.payload.get("status", f.action) for f in play.said()[3:]]
        assert order.index("Preparing") < order.index("StartTransaction") < order.index("Charging")


async def test_a_cable_without_a_tag_times_out_to_finishing(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "45"}) as play:
        await play.booted()
        play.plug()
        await play.later(44.9)
        assert play.statuses(1)[-1] == "Preparing"
        await play.later(0.2)
        assert play.statuses(1)[-1] == "Finishing"
        await play.show("TAG")  # late, but welcome
        assert play.board.status(1) is Status.CHARGING


@pytest.mark.honours("ConnectionTimeOut")
async def test_a_tag_without_a_cable_times_out_to_available(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "45"}) as play:
        await play.booted()
        await play.show("TAG")
        await play.later(44.9)
        assert play.statuses(1)[-1] == "Preparing"
        await play.later(0.2)
        assert play.statuses(1) == ["Available", "Preparing", "Available"]
        play.plug()
        await play.later(10)
        assert play.said("StartTransaction") == []


async def test_a_time_out_of_0_waits_for_ever(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "0"}) as play:
        await play.booted()
        play.plug()
        await play.later(7200)
        assert play.statuses(1)[-1] == "Preparing"


async def test_another_tag_cannot_stop_a_session(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge(tag="MINE")
        assert await play.station.world.present(1, "YOURS") is Verdict.REJECTED
        await play.later(1)
        assert play.stop_reasons() == []


async def test_a_tag_shown_twice_while_it_is_being_checked(autojump_clock: object) -> None:
    async with stage(Rule(Delay(5), actions=["Authorize"])) as play:
        await play.booted()
        play.plug()
        await play.settle()
        assert await play.station.world.present(1, "A") is Verdict.ACCEPTED
        assert await play.station.world.present(1, "A") is Verdict.REJECTED
        assert await play.station.world.present(1, "B") is Verdict.REJECTED
        await play.later(10)
        assert len(play.said("StartTransaction")) == 1


async def test_who_leaves_before_the_answer_charges_nothing(autojump_clock: object) -> None:
    async with stage(Rule(Delay(100), actions=["Authorize"]), keys={"MessageTimeout": "200"}) as play:
        await play.booted()
        await play.show("TAG")
        await play.later(70)
        play.plug()
        await play.later(50)
        assert play.said("StartTransaction") == []


# -- tags refused


async def test_a_tag_refused_at_authorize_leaves_the_cable_waiting(autojump_clock: object) -> None:
    async with stage(refusing()) as play:
        await play.booted()
        play.plug()
        await play.show()
        assert play.board.status(1) is Status.PREPARING
        assert not play.board.connectors[1].busy
        assert "blocked" in play.board.refusal
        assert play.said("StartTransaction") == []


async def test_a_tag_refused_without_a_cable_leaves_nothing(autojump_clock: object) -> None:
    async with stage(refusing()) as play:
        await play.booted()
        await play.show()
        await play.later(1)
        assert play.statuses(1) == ["Available", "Preparing", "Available"]


async def test_an_expired_tag_is_refused_whatever_its_status(autojump_clock: object) -> None:
    info = {"status": "Accepted", "expiryDate": "2020-01-01T00:00:00Z"}
    async with stage(Rule(Answer({"idTagInfo": info}), actions=["Authorize"])) as play:
        await play.booted()
        play.plug()
        await play.show()
        assert not play.board.connectors[1].busy
        assert "expired" in play.board.refusal


async def test_an_authorize_refused_by_callerror_refuses_the_tag(autojump_clock: object) -> None:
    async with stage(Rule(Refuse(), actions=["Authorize"])) as play:
        await play.booted()
        play.plug()
        await play.show()
        assert not play.board.connectors[1].busy


@pytest.mark.parametrize("stops", [True, False])
async def test_a_tag_refused_at_the_start(autojump_clock: object, stops: bool) -> None:
    """StopTransactionOnInvalidId: the session ends, or goes on without power."""
    keys = {"StopTransactionOnInvalidId": str(stops).lower()}
    async with stage(refusing("StartTransaction"), keys=keys) as play:
        await play.booted()
        play.plug()
        await play.show()
        await play.later(120)
        if stops:
            assert play.stop_reasons() == ["DeAuthorized"]
            assert play.statuses(1)[-1] == "Finishing"
        else:
            assert play.statuses(1)[-1] == "SuspendedEVSE"
            assert play.board.connectors[1].register_wh == 0
            await play.show()
            assert play.stop_reasons() == ["Local"]


async def test_a_late_refusal_meets_a_session_that_is_over(autojump_clock: object) -> None:
    rules = [Rule(Delay(20), actions=["StartTransaction"]), refusing("StartTransaction")]
    async with stage(*rules) as play:
        await play.booted()
        play.plug()
        await play.show()
        await play.later(10)
        await play.show()
        await play.later(60)
        assert play.stop_reasons() == ["Local"]


# -- offline


@pytest.mark.parametrize(
    ("keys", "tag", "charges"),
    [
        ({}, "FRIEND", True),
        ({}, "STRANGER", False),
        ({}, "BLOCKED", False),
        ({"LocalAuthorizeOffline": "false"}, "FRIEND", False),
        ({"AllowOfflineTxForUnknownId": "true"}, "STRANGER", True),
        ({"AllowOfflineTxForUnknownId": "true"}, "BLOCKED", False),
        ({"AuthorizationCacheEnabled": "false"}, "FRIEND", False),
    ],
)
async def test_who_charges_while_offline(
    autojump_clock: object, keys: dict[str, str], tag: str, charges: bool
) -> None:
    csms = CentralSystem(tags=Tags.of(blocked=["BLOCKED"]))
    async with stage(csms=csms, keys=keys) as play:
        await play.booted()
        for known in ("FRIEND", "BLOCKED"):
            await play.show(known)
            await play.later(100)
        play.csms.go_down()
        await play.settle()
        play.plug()
        await play.show(tag)
        assert (play.board.status(1) is Status.CHARGING) == charges


async def test_an_answer_that_does_not_come_is_judged_as_offline(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.show("FRIEND")
        await play.later(100)
        play.rule(Silent(), "Authorize")
        play.plug()
        await play.show("FRIEND")
        await play.later(31)
        assert play.board.status(1) is Status.CHARGING


async def test_a_connection_lost_while_a_tag_is_checked_is_judged_as_offline(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.show("FRIEND")
        await play.later(100)
        play.rule(Silent(), "Authorize")
        play.plug()
        await play.show("FRIEND")
        await play.drop()
        assert play.board.status(1) is Status.CHARGING


async def test_what_the_answer_to_a_start_says_of_a_tag_is_remembered(autojump_clock: object) -> None:
    async with stage(keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.booted()
        play.csms.go_down()
        await play.settle()
        await play.charge(tag="GUEST")  # never checked, and met by the central system when it is back
        play.csms.come_up()
        await play.later(60)
        await play.show("GUEST")
        play.unplug()
        await play.set_key("AllowOfflineTxForUnknownId", "false")
        play.csms.go_down()
        await play.settle()
        await play.charge(tag="GUEST")


async def test_what_the_answer_to_a_stop_says_of_a_tag_ends_nothing(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        play.rule(Answer({"idTagInfo": {"status": "Blocked"}}), "StopTransaction")
        await play.show()
        assert play.board.refusal == ""
        play.csms.go_down()
        await play.settle()
        play.unplug()
        await play.settle()
        play.plug()
        await play.show()
        assert play.board.status(1) is Status.PREPARING, "but it is remembered"


async def test_local_pre_authorize_asks_nobody(autojump_clock: object) -> None:
    async with stage(keys={"LocalPreAuthorize": "true"}) as play:
        await play.booted()
        await play.show("FRIEND")
        await play.later(100)
        mark = play.mark()
        await play.charge(tag="FRIEND")
        assert "Authorize" not in play.actions(mark)


@pytest.mark.honours("ClearCache")
async def test_a_cleared_cache_knows_nobody(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.show("FRIEND")
        await play.later(100)
        assert await play.ask("ClearCache") == {"status": "Accepted"}
        play.csms.go_down()
        await play.settle()
        play.plug()
        await play.show("FRIEND")
        assert play.board.status(1) is Status.PREPARING


async def test_a_tag_accepted_offline_and_refused_later_ends_the_session(autojump_clock: object) -> None:
    csms = CentralSystem()
    async with stage(csms=csms, keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.booted()
        csms.go_down()
        await play.settle()
        await play.charge(tag="CROOK")
        csms.tags.put("CROOK", Tag("Blocked"))
        csms.come_up()
        await play.later(60)
        assert play.stop_reasons() == ["DeAuthorized"]
