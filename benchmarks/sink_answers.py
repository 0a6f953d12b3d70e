"""The answers of the sink: text of a CALL in, text of its CALLRESULT out."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

_CALL = re.compile(rb'\s*\[\s*2\s*,\s*"([^"\\]*)"\s*,\s*"(\w+)"')
_ACCEPTED = b'{"status":"Accepted"}'
_TAG_ACCEPTED = b'{"idTagInfo":{"status":"Accepted"}}'
_CONSTANT = {
    b"Authorize": _TAG_ACCEPTED,
    b"DataTransfer": _ACCEPTED,
    b"DiagnosticsStatusNotification": b"{}",
    b"FirmwareStatusNotification": b"{}",
    b"LogStatusNotification": b"{}",
    b"MeterValues": b"{}",
    b"SecurityEventNotification": b"{}",
    b"SignCertificate": _ACCEPTED,
    b"SignedFirmwareStatusNotification": b"{}",
    b"StatusNotification": b"{}",
    b"StopTransaction": _TAG_ACCEPTED,
}

BEGINNING = 128
"""Bytes of a message that are enough to answer it, unless its id is unusually long."""


class Answers:
    """Answers CALLs and counts them; transaction numbers are unique in the process."""

    def __init__(self) -> None:
        self.given = 0
        self._transactions = 0
        self._computed: dict[bytes, Callable[[], bytes]] = {
            b"BootNotification": self._boot,
            b"Heartbeat": self._heartbeat,
            b"StartTransaction": self._start,
        }

    def to_beginning(self, beginning: bytes) -> bytes | None:
        """The answer to a message of which this is the beginning; None when it does not tell."""
        call = _CALL.match(beginning)
        return None if call is None else self._answer(call[1], call[2])

    def to_whole(self, message: bytes) -> bytes | None:
        """The answer to a message; None for what is no CALL."""
        try:
            content = json.loads(message)
        except ValueError:
            return None
        match content:
            case [2, str(message_id), str(action), *_]:
                return self._answer(json.dumps(message_id).encode()[1:-1], action.encode())
        return None

    def _answer(self, message_id: bytes, action: bytes) -> bytes:
        self.given += 1
        payload = _CONSTANT.get(action) or self._computed.get(action, _empty)()
        return b'[3,"%b",%b]' % (message_id, payload)

    def _boot(self) -> bytes:
        return b'{"status":"Accepted","currentTime":"%b","interval":3600}' % _now()

    def _heartbeat(self) -> bytes:
        return b'{"currentTime":"%b"}' % _now()

    def _start(self) -> bytes:
        self._transactions += 1
        return b'{"transactionId":%d,"idTagInfo":{"status":"Accepted"}}' % self._transactions


def _empty() -> bytes:
    return b"{}"


def _now() -> bytes:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
