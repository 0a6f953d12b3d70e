"""The messages of block G, availability: so far what a station says."""

from datetime import datetime
from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen

ConnectorStatus = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]


@frozen
class HeartbeatResponse:
    current_time: datetime | None = None


@frozen
class Heartbeat(Message[HeartbeatResponse]):
    action = "Heartbeat"


@frozen
class StatusNotificationResponse:
    pass


@frozen(kw_only=True)
class StatusNotification(Message[StatusNotificationResponse]):
    action = "StatusNotification"
    timestamp: datetime
    connector_status: ConnectorStatus
    evse_id: int
    connector_id: int


ACTIONS = (
    Action(Heartbeat, HeartbeatResponse, Sender.STATION, "Availability"),
    Action(StatusNotification, StatusNotificationResponse, Sender.STATION, "Availability"),
)
