"""What the dialect of OCPP 2.0.1 says, word by word."""

from typing import get_args

import pytest

from ocppsim.dialects.dialect import InvalidMessage
from ocppsim.dialects.v201 import Dialect201
from ocppsim.dialects.v201.dialect import HEARTBEAT
from ocppsim.model.answers import BootAnswer
from ocppsim.model.connector import Status
from ocppsim.model.registration import BootReason, Standing, boot_reason
from ocppsim.model.session import StopReason
from ocppsim.model.specification import Specification
from ocppsim.protocol.v201.availability import ConnectorStatus
from tests.tables import each

DIALECT = Dialect201()
STATION = Specification("CS-1")


def test_both_names_of_the_version_are_offered() -> None:
    assert (DIALECT.subprotocol, Dialect201(older=True).subprotocol) == ("ocpp2.0.1", "ocpp2.0")


@pytest.mark.parametrize(
    ("ended_by", "word"),
    [
        (StopReason.POWER_LOSS, "PowerUp"),
        (StopReason.HARD_RESET, "RemoteReset"),
        (StopReason.SOFT_RESET, "RemoteReset"),
        (StopReason.REBOOT, "LocalReset"),
        (StopReason.LOCAL, "PowerUp"),
        (None, "Watchdog"),
    ],
)
def test_how_a_life_ended_is_why_the_next_one_boots(ended_by: StopReason | None, word: str) -> None:
    assert DIALECT.boot(STATION, boot_reason(ended_by)).payload["reason"] == word


def test_every_reason_has_its_word() -> None:
    words = {reason: DIALECT.boot(STATION, reason).payload["reason"] for reason in BootReason}
    assert len(set(words.values())) == len(BootReason)
    assert words[BootReason.TRIGGERED] == "Triggered"


@each("status", Status)
def test_every_status_has_its_word(status: Status) -> None:
    draft = DIALECT.status(3, status, None, 0.0)
    assert draft is not None
    word = draft.payload["connectorStatus"]
    assert word in get_args(ConnectorStatus)
    same = {Status.AVAILABLE: "Available", Status.UNAVAILABLE: "Unavailable", Status.FAULTED: "Faulted"}
    if status.name != "RESERVED":
        assert word == same.get(status, "Occupied")
    assert (draft.payload["evseId"], draft.payload["connectorId"]) == (3, 1)
    assert DIALECT.status(0, status, None, 0.0) is None


def test_what_looks_alike_is_alike() -> None:
    assert DIALECT.alike((Status.PREPARING, None), (Status.CHARGING, None))
    assert not DIALECT.alike((Status.PREPARING, None), (Status.AVAILABLE, None))


def test_the_interval_of_the_boot_is_that_of_the_heartbeat() -> None:
    answer = DIALECT.read(
        "BootNotification", {"status": "Accepted", "interval": 77, "currentTime": "2026-01-01T00:00:00Z"}
    ).answer
    assert answer == BootAnswer(Standing.ACCEPTED, 77.0, 1767225600.0)
    changed = DIALECT.with_heartbeat_interval({}, 77.0)
    assert changed == {HEARTBEAT: "77"}
    assert DIALECT.settings(STATION, changed).heartbeat_s == 77


def test_what_has_no_message_yet_is_said() -> None:
    with pytest.raises(InvalidMessage, match="not there yet"):
        DIALECT.authorize("TAG")
