"""Requests of the central system to a station: how they end when they do not end well."""

from collections.abc import Mapping

from ocppsim.csms.findings import Breach
from ocppsim.csms.judge import Judge
from ocppsim.protocol import schemas, v16
from ocppsim.protocol.actions import Sender
from ocppsim.protocol.errors import Violation
from ocppsim.protocol.frames import CallError, CallResult, MalformedAnswer, Payload

TRIGGERED: Mapping[str, Mapping[str, str]] = {
    "ExtendedTriggerMessage": {
        "FirmwareStatusNotification": "SignedFirmwareStatusNotification",
        "SignChargePointCertificate": "SignCertificate",
    },
    "TriggerMessage": {},
}
"""The requests that ask for a message, and where its name is not the word of the request."""


class CallFailed(Exception):
    """A request got no usable answer. `identity` and `action` say which."""

    def __init__(self, identity: str, action: str, why: str) -> None:
        super().__init__(f"{action} to {identity}: {why}")
        self.identity, self.action = identity, action


class InvalidRequest(CallFailed):
    """The request breaks its schema, or no central system sends it; nothing was sent."""

    def __init__(self, identity: str, action: str, why: str, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(identity, action, why)
        self.violations = violations


class NotConnected(CallFailed):
    """The station has no connection; nothing was sent."""

    def __init__(self, identity: str, action: str) -> None:
        super().__init__(identity, action, "not connected")


class ConnectionLost(CallFailed):
    """The connection ended before the answer came."""

    def __init__(self, identity: str, action: str) -> None:
        super().__init__(identity, action, "the connection was lost")


class NoAnswer(CallFailed):
    """No answer in time."""

    def __init__(self, identity: str, action: str, within: float) -> None:
        super().__init__(identity, action, f"no answer within {within:g} s")


class CallRefused(CallFailed):
    """The station answered with a CALLERROR."""

    def __init__(self, identity: str, action: str, error: CallError) -> None:
        super().__init__(identity, action, f"{error.code} {error.description}".rstrip())
        self.code, self.description, self.details = error.code, error.description, error.details


class InvalidAnswer(CallFailed):
    """The answer breaks its schema; `payload` is what came."""

    def __init__(
        self, identity: str, action: str, why: str, violations: tuple[Violation, ...], payload: Payload
    ) -> None:
        super().__init__(identity, action, why)
        self.violations, self.payload = violations, payload


def check_request(identity: str, action: str, payload: Payload) -> None:
    """Raise InvalidRequest unless a central system may send this."""
    row = v16.ACTIONS.get(action)
    if not schemas.known("v16", action) or action.endswith("Response"):
        raise InvalidRequest(identity, action, "OCPP 1.6 has no such action")
    if row is not None and row.sender is Sender.STATION:
        raise InvalidRequest(identity, action, "only stations send it")
    if violations := schemas.violations("v16", action, payload):
        raise InvalidRequest(identity, action, str(violations[0]), violations)


def outcome(
    judge: Judge,
    action: str,
    request: Payload,
    frame: CallResult | CallError | MalformedAnswer,
    now: float,
) -> Payload | CallFailed:
    """What a request led to; the judge is told of what is wrong with the answer."""
    identity = judge.identity
    match frame:
        case CallResult(_, payload):
            if violations := schemas.violations("v16", f"{action}Response", payload):
                judge.note(now, Breach.INVALID_ANSWER, f"{action}: {violations[0]}"[:300])
                return InvalidAnswer(identity, action, str(violations[0]), violations, payload)
            if action in TRIGGERED and payload["status"] == "Accepted":
                asked = str(request["requestedMessage"])
                judge.triggered(TRIGGERED[action].get(asked, asked))
            return payload
        case CallError():
            judge.error_code(now, frame.code)
            return CallRefused(identity, action, frame)
        case MalformedAnswer(_, why):
            judge.note(now, Breach.INVALID_ANSWER, f"{action}: {why}"[:300])
            return InvalidAnswer(identity, action, why, (), {})
