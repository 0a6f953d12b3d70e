"""The Reservation profile of OCPP 1.6."""

from collections.abc import Mapping

from ocppsim.dialects.row import ACCEPTED_OR_NOT, Row, words
from ocppsim.model.inputs import Verdict
from ocppsim.model.reservation import Reservation
from ocppsim.model.reserving import EndReservation, MakeReservation
from ocppsim.protocol.v16 import reservation


def _make(request: reservation.ReserveNow) -> MakeReservation:
    made = Reservation(
        request.reservation_id, request.id_tag, request.expiry_date.timestamp(), request.parent_id_tag
    )
    return MakeReservation(request.connector_id, made)


ROWS: Mapping[str, Row] = {
    "CancelReservation": Row(
        lambda r: EndReservation(r.reservation_id),
        words(reservation.CancelReservationResponse, ACCEPTED_OR_NOT),
    ),
    "ReserveNow": Row(
        _make,
        words(
            reservation.ReserveNowResponse,
            {
                **ACCEPTED_OR_NOT,
                Verdict.FAULTED: "Faulted",
                Verdict.OCCUPIED: "Occupied",
                Verdict.UNAVAILABLE: "Unavailable",
            },
        ),
    ),
}
