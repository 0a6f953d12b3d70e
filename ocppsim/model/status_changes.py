"""Which status may follow which: the table of OCPP 1.6 ed. 2, 4.9, and what goes beyond it.

Nothing here decides a status: they are derived from facts, see `connector`. Tests hold every change against
this page, and the documentation is made from it.
"""

from collections.abc import Mapping

from ocppsim.model.connector import Status

_AVAILABLE, _PREPARING, _CHARGING = Status.AVAILABLE, Status.PREPARING, Status.CHARGING
_BY_EV, _BY_STATION = Status.SUSPENDED_EV, Status.SUSPENDED_EVSE
_FINISHING, _RESERVED = Status.FINISHING, Status.RESERVED
_UNAVAILABLE, _FAULTED = Status.UNAVAILABLE, Status.FAULTED

AFTER: Mapping[Status, frozenset[Status]] = {
    _AVAILABLE: frozenset({_PREPARING, _CHARGING, _BY_EV, _BY_STATION, _RESERVED, _UNAVAILABLE, _FAULTED}),
    _PREPARING: frozenset({_AVAILABLE, _CHARGING, _BY_EV, _BY_STATION, _FINISHING, _FAULTED}),
    _CHARGING: frozenset({_AVAILABLE, _BY_EV, _BY_STATION, _FINISHING, _UNAVAILABLE, _FAULTED}),
    _BY_EV: frozenset({_AVAILABLE, _CHARGING, _BY_STATION, _FINISHING, _UNAVAILABLE, _FAULTED}),
    _BY_STATION: frozenset({_AVAILABLE, _CHARGING, _BY_EV, _FINISHING, _UNAVAILABLE, _FAULTED}),
    _FINISHING: frozenset({_AVAILABLE, _PREPARING, _UNAVAILABLE, _FAULTED}),
    _RESERVED: frozenset({_AVAILABLE, _PREPARING, _UNAVAILABLE, _FAULTED}),
    _UNAVAILABLE: frozenset({_AVAILABLE, _PREPARING, _CHARGING, _BY_EV, _BY_STATION, _FAULTED}),
    _FAULTED: frozenset(Status) - {_FAULTED},
}
BEYOND: Mapping[tuple[Status, Status], str] = {
    (_PREPARING, _UNAVAILABLE): "an idle connector that is made inoperative is so at once (5.2)",
    (_PREPARING, _RESERVED): "a reservation holds until a session makes use of it, not only a tag (5.13)",
}
"""The changes that the table lacks, each with its reason."""


def allowed(before: Status, after: Status) -> bool:
    return before is after or after in AFTER[before] or (before, after) in BEYOND
