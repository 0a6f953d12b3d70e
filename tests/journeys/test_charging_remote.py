"""A charging profile that comes with a remote start (1.6 ed. 2, 5.11, 5.16.2)."""

from typing import Any

import pytest
from charging_stage import amperes, by, clear, install, profile
from stage import Stage, stage

from ocppsim.csms.behaviour import Answer, Rule
from ocppsim.csms.calls import CallRefused

SENT = profile(5, 8.0, purpose="TxProfile", kind="Relative")


async def start(play: Stage, expected: str = "Accepted", sent: Any = SENT, **fields: Any) -> None:
    answer = await play.ask("RemoteStartTransaction", idTag="TAG", chargingProfile=sent, **fields)
    assert answer == {"status": expected}


@pytest.mark.honours("RemoteStartTransaction")
@pytest.mark.parametrize("authorize", ["true", "false"])
async def test_5_11_the_profile_bounds_the_session_that_comes_of_it(
    autojump_clock: object, authorize: str
) -> None:
    async with stage(keys={"AuthorizeRemoteTxRequests": authorize}) as play:
        await play.booted()
        await install(play, 0, profile(1, 12.0, level=9))
        play.plug()
        await play.settle()
        await start(play, connectorId=1)
        assert (amperes(play), by(play)) == (8.0, "session profile 5")


async def test_it_waits_with_the_tag_for_the_cable_and_for_the_station_to_choose(
    autojump_clock: object,
) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await play.charge(1)
        await start(play)
        await play.later(30)
        play.plug(2)
        await play.settle()
        assert (amperes(play, 2), by(play, 2)) == (8.0, "session profile 5")
        assert by(play, 1) == "vehicle"


async def test_it_goes_when_nobody_comes_also_for_the_same_tag(autojump_clock: object) -> None:
    async with stage(keys={"ConnectionTimeOut": "20"}) as play:
        await play.booted()
        await start(play, connectorId=1)
        await play.later(21)
        await clear(play, "Unknown", id=5)
        await play.charge(tag="TAG")
        assert by(play) == "vehicle"


async def test_it_goes_when_the_tag_is_refused(autojump_clock: object) -> None:
    refused = Rule(Answer({"idTagInfo": {"status": "Blocked"}}), actions=["Authorize"])
    async with stage(refused) as play:
        await play.booted()
        play.plug()
        await play.settle()
        await start(play, connectorId=1)
        await clear(play, "Unknown", id=5)


async def test_it_can_be_cleared_while_it_waits(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await start(play, connectorId=1)
        await clear(play, id=5)
        play.plug()
        await play.settle()
        assert by(play) == "vehicle"


async def test_it_is_replaced_by_one_of_the_same_level_and_stacked_upon_by_others(
    autojump_clock: object,
) -> None:
    """err 3.42"""
    async with stage() as play:
        await play.booted()
        play.plug()
        await play.settle()
        await start(play, connectorId=1)
        mine = {"purpose": "TxProfile", "transactionId": play.transaction_id}
        await install(play, 1, profile(6, 10.0, **mine))
        assert by(play) == "session profile 6"
        await clear(play, "Unknown", id=5)
        await install(play, 1, profile(7, 12.0, level=1, **mine))
        assert by(play) == "session profile 7"


@pytest.mark.parametrize(
    "sent",
    [
        profile(5, 8.0),
        profile(5, 8.0, purpose="ChargePointMaxProfile"),
        profile(5, 8.0, purpose="TxProfile", transactionId=1),  # err 3.41
        profile(5, 8.0, purpose="TxProfile", level=10),
        profile(5, (1, 8.0), purpose="TxProfile"),
    ],
)
async def test_a_profile_that_cannot_be_taken_rejects_the_start(
    autojump_clock: object, sent: dict[str, Any]
) -> None:
    async with stage() as play:
        await play.booted()
        play.plug()
        await play.settle()
        await start(play, "Rejected", sent, connectorId=1)
        assert play.said("StartTransaction") == []
        await clear(play, "Unknown")


async def test_a_start_that_is_rejected_leaves_no_profile(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await start(play, "Rejected", connectorId=1)
        await clear(play, "Unknown")
        assert by(play) == "vehicle"


async def test_5_11_a_station_without_smart_charging_passes_over_it(autojump_clock: object) -> None:
    async with stage(keys={"SupportedFeatureProfiles": "Core,RemoteTrigger"}) as play:
        await play.booted()
        play.plug()
        await play.settle()
        await start(play, connectorId=1)
        assert by(play) == "vehicle"
        with pytest.raises(CallRefused) as refused:
            await clear(play)
        assert refused.value.code == "NotSupported"
