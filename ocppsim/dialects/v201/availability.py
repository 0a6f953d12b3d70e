"""Block G, availability: the status of each EVSE, and what is said to a heartbeat.

Each connector of the model is an EVSE with one connector, whose number is 1.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.clock import moment
from ocppsim.dialects.registration import clock_of
from ocppsim.model.answers import CallAnswer, Taken, TimeAnswer
from ocppsim.model.connector import Status
from ocppsim.protocol.v201.availability import ConnectorStatus, StatusNotification

_OF_ONE_KIND: Mapping[Status, ConnectorStatus] = {
    Status.AVAILABLE: "Available",
    Status.UNAVAILABLE: "Unavailable",
    Status.FAULTED: "Faulted",
}


def word(status: Status) -> ConnectorStatus:
    """What is in use in any way is Occupied; how it is in use is told by its transaction."""
    if status.name == "RESERVED":
        return "Reserved"
    return _OF_ONE_KIND.get(status, "Occupied")


def status(number: int, value: Status, at: float) -> StatusNotification:
    return StatusNotification(
        timestamp=moment(at), connector_status=word(value), evse_id=number, connector_id=1
    )


ANSWERS: Mapping[str, Callable[[Any], CallAnswer]] = {
    "Heartbeat": lambda answer: TimeAnswer(clock_of(answer.current_time)),
    "StatusNotification": lambda _: Taken(),
}
