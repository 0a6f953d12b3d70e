"""What the central system answers to the messages of a station."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.dialects.registration import boot_answer, clock_of, instant
from ocppsim.model.answers import (
    CallAnswer,
    RequestAnswer,
    SessionAnswer,
    TagAnswer,
    Taken,
    TimeAnswer,
)
from ocppsim.model.authorization import TagInfo, TagStatus
from ocppsim.protocol.v16 import core

TAG_STATUS: Mapping[core.AuthorizationStatus, TagStatus] = {
    "Accepted": TagStatus.ACCEPTED,
    "Blocked": TagStatus.BLOCKED,
    "Expired": TagStatus.EXPIRED,
    "Invalid": TagStatus.INVALID,
    "ConcurrentTx": TagStatus.CONCURRENT,
}


def tag_info(info: core.IdTagInfo) -> TagInfo:
    return TagInfo(TAG_STATUS[info.status], instant(info.expiry_date), info.parent_id_tag)


def _boot_answer(answer: core.BootNotificationResponse) -> CallAnswer:
    return boot_answer(answer.status, answer.interval, answer.current_time)


def _stop_answer(answer: core.StopTransactionResponse) -> CallAnswer:
    return TagAnswer(None if answer.id_tag_info is None else tag_info(answer.id_tag_info))


ANSWERS: Mapping[str, Callable[[Any], CallAnswer]] = {
    "Authorize": lambda answer: TagAnswer(tag_info(answer.id_tag_info)),
    "BootNotification": _boot_answer,
    "DataTransfer": lambda _: Taken(),
    "DiagnosticsStatusNotification": lambda _: Taken(),
    "FirmwareStatusNotification": lambda _: Taken(),
    "Heartbeat": lambda answer: TimeAnswer(clock_of(answer.current_time)),
    "LogStatusNotification": lambda _: Taken(),
    "MeterValues": lambda _: Taken(),
    "SecurityEventNotification": lambda _: Taken(),
    "SignCertificate": lambda answer: RequestAnswer(answer.status == "Accepted"),
    "SignedFirmwareStatusNotification": lambda _: Taken(),
    "StartTransaction": lambda answer: SessionAnswer(answer.transaction_id, tag_info(answer.id_tag_info)),
    "StatusNotification": lambda _: Taken(),
    "StopTransaction": _stop_answer,
}
