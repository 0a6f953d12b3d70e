"""The frames of stations checked with the validator and the schemas of the `ocpp` package."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ocpp.messages import get_validator  # type: ignore[import-untyped]  # the package ships no types

from tests.real.independent_facts import Frame
from tests.real.independent_station import CALL, CALL_ERROR, CALL_RESULT, Received, parse

TENTHS = {
    (CALL, "SetChargingProfile"),
    (CALL, "RemoteStartTransaction"),
    (CALL_RESULT, "GetCompositeSchedule"),
}
"""Schemas with `multipleOf: 0.1`: `ocpp` reads these and their messages as decimals, since 0.3 as a binary
fraction is no multiple of 0.1."""

CODES = {
    "NotImplemented",
    "NotSupported",
    "InternalError",
    "ProtocolError",
    "SecurityError",
    "FormationViolation",
    "PropertyConstraintViolation",
    "OccurenceConstraintViolation",
    "TypeConstraintViolation",
    "GenericError",
}
"""The codes of a CALLERROR in OCPP-J 1.6, 4.2.3, with its spelling."""

LONGEST_ID = 36


Known = dict[tuple[str, str], str]


def schema_errors(frames: Iterable[Frame]) -> list[str]:
    """What is wrong with the messages of stations; those to them only tell what an answer answers."""
    asked: Known = {}
    sent: Known = {}
    errors: list[str] = []
    for frame in frames:
        message = parse(frame.text)
        if frame.direction == "in":
            found = _errors(frame, message, asked, sent) if message else ["no OCPP-J message"]
            errors.extend(f"{frame.identity} {frame.text}: {error}" for error in found)
        elif message and message.action:
            asked[frame.identity, message.message_id] = message.action
    return errors


def _errors(frame: Frame, message: Received, asked: Known, sent: Known) -> Iterator[str]:
    key = frame.identity, message.message_id
    if message.kind == CALL and message.action is not None:
        if len(message.message_id) > LONGEST_ID:
            yield f"message id longer than {LONGEST_ID}"
        if sent.setdefault(key, frame.text) != frame.text:
            yield "message id used before, for another message"
        yield from _breaches(frame.text, CALL, message.action)
        return
    action = asked.pop(key, None)
    if action is None:
        yield "answers no open CALL"
    elif message.kind == CALL_RESULT:
        yield from _breaches(frame.text, CALL_RESULT, action)
    elif message.kind == CALL_ERROR and json.loads(frame.text)[2] not in CODES:
        yield "unknown error code"


def _breaches(text: str, kind: int, action: str) -> Iterator[str]:
    parse_float = Decimal if (kind, action) in TENTHS else float
    try:
        validator = get_validator(kind, action, "1.6", parse_float=parse_float)
    except OSError:
        yield f"no schema for {action}"
        return
    for error in validator.iter_errors(json.loads(text, parse_float=parse_float)[-1]):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
