"""The messages of the Reservation profile (OCPP 1.6 ed. 2, 5.1 and 5.13)."""

from datetime import datetime
from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.values import frozen


@frozen
class CancelReservationResponse:
    status: Literal["Accepted", "Rejected"]


@frozen
class CancelReservation(Message[CancelReservationResponse]):
    action = "CancelReservation"
    reservation_id: int


@frozen
class ReserveNowResponse:
    status: Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]


@frozen
class ReserveNow(Message[ReserveNowResponse]):
    action = "ReserveNow"
    connector_id: int
    expiry_date: datetime
    id_tag: str
    reservation_id: int
    parent_id_tag: str | None = None


ACTIONS = (
    Action(CancelReservation, CancelReservationResponse, Sender.CENTRAL_SYSTEM, "Reservation"),
    Action(ReserveNow, ReserveNowResponse, Sender.CENTRAL_SYSTEM, "Reservation"),
)
