"""What the central system answers to the messages of a station."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ocppsim.model.answers import (
    BootAnswer,
    CallAnswer,
    RequestAnswer,
    SessionAnswer,
    TagAnswer,
    Taken,
    TimeAnswer,
)
from ocppsim.model.authorization import TagInfo, TagStatus
from ocppsim.model.registration import Standing
from ocppsim.protocol.v16 import core

TAG_STATUS: Mapping[core.AuthorizationStatus, TagStatus] = {
    "Accepted": TagStatus.ACCEPTED,
    "Blocked": TagStatus.BLOCKED,
    "Expired": TagStatus.EXPIRED,
    "Invalid": TagStatus.INVALID,
    "ConcurrentTx": TagStatus.CONCURRENT,
}
STANDING: Mapping[core.RegistrationStatus, Standing] = {
    "Accepted": Standing.ACCEPTED,
    "Pending": Standing.PENDING,
    "Rejected": Standing.REJECTED,
}

LONGEST_S = 2**31
"""No wait is longer, whatever the central system says."""

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""A clock beyond leaves no room for the time stamps before or after it; it counts as unreadable."""


def _instant(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


def _clock(time: datetime | None) -> float | None:
    return _instant(time) if time is not None and EARLIEST <= time <= LATEST else None


def tag_info(info: core.IdTagInfo) -> TagInfo:
    return TagInfo(TAG_STATUS[info.status], _instant(info.expiry_date), info.parent_id_tag)


def _boot_answer(answer: core.BootNotificationResponse) -> CallAnswer:
    interval_s = float(min(max(answer.interval, 0), LONGEST_S))
    return BootAnswer(STANDING[answer.status], interval_s, _clock(answer.current_time))


def _stop_answer(answer: core.StopTransactionResponse) -> CallAnswer:
    return TagAnswer(None if answer.id_tag_info is None else tag_info(answer.id_tag_info))


ANSWERS: Mapping[str, Callable[[Any], CallAnswer]] = {
    "Authorize": lambda answer: TagAnswer(tag_info(answer.id_tag_info)),
    "BootNotification": _boot_answer,
    "DataTransfer": lambda _: Taken(),
    "DiagnosticsStatusNotification": lambda _: Taken(),
    "FirmwareStatusNotification": lambda _: Taken(),
    "Heartbeat": lambda answer: TimeAnswer(_clock(answer.current_time)),
    "LogStatusNotification": lambda _: Taken(),
    "MeterValues": lambda _: Taken(),
    "SecurityEventNotification": lambda _: Taken(),
    "SignCertificate": lambda answer: RequestAnswer(answer.status == "Accepted"),
    "SignedFirmwareStatusNotification": lambda _: Taken(),
    "StartTransaction": lambda answer: SessionAnswer(answer.transaction_id, tag_info(answer.id_tag_info)),
    "StatusNotification": lambda _: Taken(),
    "StopTransaction": _stop_answer,
}
