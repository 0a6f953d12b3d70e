"""TriggerMessage: what a station says when it is asked to, and what it will not say."""

from typing import Any, get_args

import pytest
from stage import stage

from ocppsim.csms.behaviour import Rule, Silent, pending
from ocppsim.csms.calls import TRIGGERED
from ocppsim.protocol.v16.remote_trigger import ExtendedTrigger, MessageTrigger

ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
IN_EVERY_STATION = {"BootNotification", "Heartbeat", "MeterValues", "StatusNotification"}


@pytest.mark.honours("TriggerMessage", "ExtendedTriggerMessage")
@pytest.mark.parametrize("request_", ["TriggerMessage", "ExtendedTriggerMessage"])
@pytest.mark.parametrize(
    ("message", "connector", "said"),
    [
        ("BootNotification", None, ["BootNotification", *3 * ["StatusNotification"]]),
        ("Heartbeat", None, ["Heartbeat"]),
        ("StatusNotification", None, 3 * ["StatusNotification"]),
        ("StatusNotification", 0, ["StatusNotification"]),
        ("StatusNotification", 2, ["StatusNotification"]),
        ("MeterValues", None, 2 * ["MeterValues"]),
        ("MeterValues", 2, ["MeterValues"]),
    ],
)
async def test_what_is_asked_for_is_said_after_the_answer(
    autojump_clock: object, request_: str, message: str, connector: int | None, said: list[str]
) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        mark = play.mark()
        chosen: dict[str, Any] = {} if connector is None else {"connectorId": connector}
        assert await play.ask(request_, requestedMessage=message, **chosen) == ACCEPTED
        assert play.written(mark)[0].kind == 3
        assert play.actions(mark) == said
        if connector == 2:
            assert play.said(since=mark)[0].payload["connectorId"] == 2


async def test_a_connector_that_is_not_there_says_nothing(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        for request in ("TriggerMessage", "ExtendedTriggerMessage"):
            for message in ("StatusNotification", "MeterValues"):
                answer = await play.ask(request, requestedMessage=message, connectorId=2)
                assert answer == REJECTED
        assert play.actions(mark) == []


@pytest.mark.parametrize("connector", [0, 1, 2, -1, 2**31])
async def test_5_17_a_connector_that_says_nothing_to_the_message_is_ignored(
    autojump_clock: object, connector: int
) -> None:
    async with stage() as play:
        await play.booted()
        for request in ("TriggerMessage", "ExtendedTriggerMessage"):
            for message in ("Heartbeat", "FirmwareStatusNotification", "BootNotification"):
                mark = play.mark()
                answer = await play.ask(request, requestedMessage=message, connectorId=connector)
                await play.settle()
                assert (answer, play.actions(mark)[0]) == (ACCEPTED, TRIGGERED[request].get(message, message))


KNOWN_EVERYWHERE = {
    "TriggerMessage": [*get_args(MessageTrigger)],
    "ExtendedTriggerMessage": [*get_args(ExtendedTrigger)],
}


@pytest.mark.honours("TriggerMessage", "ExtendedTriggerMessage")
@pytest.mark.parametrize(
    ("request_", "message"), [(name, word) for name, words in KNOWN_EVERYWHERE.items() for word in words]
)
async def test_5_17_an_accepted_trigger_is_followed_by_its_message_and_another_by_nothing(
    autojump_clock: object, request_: str, message: str
) -> None:
    """Whatever of them the station can say: Accepted means that it does."""
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        answer = await play.ask(request_, requestedMessage=message)
        await play.settle()
        if answer == ACCEPTED:
            assert TRIGGERED[request_].get(message, message) in play.actions(mark)
        else:
            assert answer in (REJECTED, {"status": "NotImplemented"})
            assert message not in IN_EVERY_STATION
            assert play.actions(mark) == []


@pytest.mark.honours("TriggerMessage", "ExtendedTriggerMessage")
async def test_a_trigger_before_the_boot_is_answered_is_for_the_boot_alone(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions={"BootNotification"}, times=1)) as play:
        await play.hears("BootNotification", since=0)
        await play.settle()
        for request in KNOWN_EVERYWHERE:
            mark = play.mark()
            assert await play.ask(request, requestedMessage="StatusNotification") == REJECTED
            assert play.actions(mark) == []


@pytest.mark.honours("TriggerMessage", "ExtendedTriggerMessage")
async def test_a_station_that_waits_says_what_a_trigger_asks_for(autojump_clock: object) -> None:
    async with stage(pending(50)) as play:
        await play.hears("BootNotification", since=0)
        await play.settle()
        for request in KNOWN_EVERYWHERE:
            mark = play.mark()
            assert await play.ask(request, requestedMessage="StatusNotification") == ACCEPTED
            await play.settle()
            assert set(play.actions(mark)) == {"StatusNotification"}


async def test_a_status_that_was_asked_for_is_the_present_one(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        mark = play.mark()
        await play.ask("TriggerMessage", requestedMessage="StatusNotification", connectorId=1)
        assert play.statuses(1, mark) == ["Charging"]


@pytest.mark.honours("DataTransfer")
@pytest.mark.parametrize(
    ("vendor", "status"), [("ocppsim", "UnknownMessageId"), ("somebody else", "UnknownVendorId")]
)
async def test_4_3_and_5_6_unknown_data_is_refused(autojump_clock: object, vendor: str, status: str) -> None:
    async with stage() as play:
        await play.booted()
        assert await play.ask("DataTransfer", vendorId=vendor, data="x") == {"status": status}
