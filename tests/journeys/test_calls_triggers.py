"""TriggerMessage: what a station says when it is asked to, and what it will not say."""

from typing import Any

import pytest
from stage import stage

ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}


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
    autojump_clock: object, message: str, connector: int | None, said: list[str]
) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        mark = play.mark()
        chosen: dict[str, Any] = {} if connector is None else {"connectorId": connector}
        assert await play.ask("TriggerMessage", requestedMessage=message, **chosen) == ACCEPTED
        assert play.written(mark)[0].kind == 3
        assert play.actions(mark) == said
        if connector == 2:
            assert play.said(since=mark)[0].payload["connectorId"] == 2


async def test_a_connector_that_is_not_there_says_nothing(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        mark = play.mark()
        for message in ("StatusNotification", "MeterValues"):
            answer = await play.ask("TriggerMessage", requestedMessage=message, connectorId=2)
            assert answer == REJECTED
        assert play.actions(mark) == []


@pytest.mark.parametrize("message", ["FirmwareStatusNotification", "DiagnosticsStatusNotification"])
async def test_what_this_station_never_says_is_not_implemented(autojump_clock: object, message: str) -> None:
    async with stage() as play:
        await play.booted()
        answer = await play.ask("TriggerMessage", requestedMessage=message)
        assert answer == {"status": "NotImplemented"}


async def test_a_status_that_was_asked_for_is_the_present_one(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        mark = play.mark()
        await play.ask("TriggerMessage", requestedMessage="StatusNotification", connectorId=1)
        assert play.statuses(1, mark) == ["Charging"]


@pytest.mark.parametrize(
    ("vendor", "status"), [("ocppsim", "UnknownMessageId"), ("somebody else", "UnknownVendorId")]
)
async def test_data_of_no_known_kind_is_refused(autojump_clock: object, vendor: str, status: str) -> None:
    async with stage() as play:
        await play.booted()
        assert await play.ask("DataTransfer", vendorId=vendor, data="x") == {"status": status}
