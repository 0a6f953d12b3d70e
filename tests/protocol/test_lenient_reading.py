"""Answers that break their schema are used as far as what is needed can be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ocppsim.protocol import convert, schemas
from ocppsim.protocol.convert import Unreadable, load_leniently
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.v16 import core
from tests.tables import each

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BOOT: Payload = {"status": "Accepted", "interval": 300, "currentTime": "2026-01-01T12:00:00Z"}
ACCEPTED = core.BootNotificationResponse("Accepted", 300, NOON)


@each(
    ("change", "read"),
    [
        ({"currentTime": "2026-01-01T12:00:00"}, ACCEPTED),
        ({"currentTime": "2026-01-01 12:00:00Z"}, ACCEPTED),
        ({"interval": 300.0}, ACCEPTED),
        ({"heartbeatInterval": 5}, ACCEPTED),
        ({"currentTime": "now"}, core.BootNotificationResponse("Accepted", 300)),
        ({"currentTime": None}, core.BootNotificationResponse("Accepted", 300)),
        ({"currentTime": 5}, core.BootNotificationResponse("Accepted", 300)),
        ({"interval": "300"}, core.BootNotificationResponse("Accepted", 0, NOON)),
        ({"interval": 0.5}, core.BootNotificationResponse("Accepted", 0, NOON)),
        ({"interval": True}, core.BootNotificationResponse("Accepted", 0, NOON)),
        ({"interval": 1e400}, core.BootNotificationResponse("Accepted", 0, NOON)),
    ],
)
def test_a_boot_answer_is_used_as_far_as_it_can_be_read(
    change: Payload, read: core.BootNotificationResponse
) -> None:
    payload = {**BOOT, **change}
    assert schemas.violations("v16", "BootNotificationResponse", payload)
    assert load_leniently(payload, core.BootNotificationResponse) == read


def test_a_boot_answer_with_a_status_alone_is_enough() -> None:
    assert load_leniently({"status": "Pending"}, core.BootNotificationResponse).status == "Pending"


@pytest.mark.parametrize(
    "payload", [{}, {"status": "Maybe"}, {"status": 1}, {"status": None}, {"Status": "Accepted"}]
)
def test_a_boot_answer_without_a_status_is_none(payload: Payload) -> None:
    with pytest.raises(Unreadable, match="status"):
        load_leniently(payload, core.BootNotificationResponse)


@each("cls", [core.AuthorizeResponse, core.StopTransactionResponse])
@each(
    ("info", "read"),
    [
        ({"status": "Accepted", "expiryDate": "never"}, core.IdTagInfo("Accepted")),
        ({"status": "Blocked", "expiryDate": None, "parentIdTag": 5}, core.IdTagInfo("Blocked")),
        ({"status": "Accepted", "expiryDate": "2026-01-01T12:00:00"}, core.IdTagInfo("Accepted", NOON)),
        ({"status": "Accepted", "language": "en"}, core.IdTagInfo("Accepted")),
    ],
)
def test_a_tag_keeps_its_status_when_the_rest_of_it_is_unreadable(
    cls: Any, info: Payload, read: core.IdTagInfo
) -> None:
    """Where the tag may be absent as where it must be there."""
    assert load_leniently({"idTagInfo": info}, cls).id_tag_info == read


def test_a_tag_without_a_readable_status_is_absent_where_it_may_be() -> None:
    payload: Payload = {"idTagInfo": {"status": "Fine"}}
    assert load_leniently(payload, core.StopTransactionResponse) == core.StopTransactionResponse()
    with pytest.raises(Unreadable):
        load_leniently(payload, core.AuthorizeResponse)


def test_a_transaction_id_is_needed() -> None:
    tag: Payload = {"idTagInfo": {"status": "Accepted"}}
    started = load_leniently({"transactionId": 7.0, **tag}, core.StartTransactionResponse)
    assert started.transaction_id == 7
    assert type(started.transaction_id) is int
    with pytest.raises(Unreadable, match="transactionId"):
        load_leniently({"transactionId": "7", **tag}, core.StartTransactionResponse)


def test_the_strict_reading_takes_none_of_this() -> None:
    with pytest.raises(Unreadable):
        convert.load({**BOOT, "interval": 300.0}, core.BootNotificationResponse)
