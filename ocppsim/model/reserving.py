"""Reservations among all connectors of a station: what can be reserved, and whom that keeps out (1.6, 5.13).

One of a certain connector is the connector's own business. Those of any connector hold a number of them:
as many must stay free as there are reservations that nobody has made use of yet.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ocppsim.model.commands import Command
from ocppsim.model.connector import Connector, Status, status
from ocppsim.model.inputs import Verdict
from ocppsim.model.reservation import Reservation
from ocppsim.model.specification import Outlet
from ocppsim.values import frozen

Connectors = Mapping[int, Connector]
Outlets = Mapping[int, Outlet]


@frozen
class MakeReservation(Command[Verdict]):
    """`connector` 0 stands for any."""

    connector: int
    reservation: Reservation


@frozen
class EndReservation(Command[Verdict]):
    id: int


@frozen
class Admission:
    """A tag may use a connector; `reservation` is the one of any connector that it uses up."""

    reservation: Reservation | None = None


def unclaimed(anywhere: Sequence[Reservation], connectors: Connectors, now: float) -> tuple[Reservation, ...]:
    """The reservations of any connector that hold and that no tag at a connector makes use of."""
    claimed = {c.claimed.id for c in connectors.values() if c.tag is not None and c.claimed is not None}
    return tuple(one for one in anywhere if one.expires_at > now and one.id not in claimed)


def free(connectors: Connectors, outlets: Outlets) -> frozenset[int]:
    """The connectors that could be kept for somebody."""
    return frozenset(
        number for number, c in connectors.items() if status(c, outlets[number]) is Status.AVAILABLE
    )


def admission(
    number: int, tag: str, parent: str | None, waiting: Sequence[Reservation], free: Collection[int]
) -> Admission | None:
    """Whether a tag may use a connector that is not reserved itself; the last free ones are kept."""
    for reservation in waiting:
        if reservation.admits(tag, parent):
            return Admission(reservation)
    return Admission() if len(set(free) - {number}) >= len(waiting) else None


def answer_for_any(waiting: int, free: int, statuses: Collection[Status]) -> Verdict:
    """The word on one more reservation of any connector, where `waiting` others hold."""
    if free > waiting:
        return Verdict.ACCEPTED
    if all(one is Status.FAULTED for one in statuses):
        return Verdict.FAULTED
    if all(one in (Status.FAULTED, Status.UNAVAILABLE) for one in statuses):
        return Verdict.UNAVAILABLE
    return Verdict.OCCUPIED


def held_twice(connectors: Connectors) -> tuple[int, ...]:
    """The connectors whose reservation is that of a lower number too."""
    seen: set[int] = set()
    again: list[int] = []
    for number in sorted(connectors):
        reservation = connectors[number].reservation
        if reservation is not None and reservation.id in seen:
            again.append(number)
        elif reservation is not None:
            seen.add(reservation.id)
    return tuple(again)


# -- to keep them


def to_json(anywhere: Sequence[Reservation]) -> list[Any]:
    return [[one.id, one.tag, one.expires_at, one.parent] for one in anywhere]


def from_json(kept: Any) -> tuple[Reservation, ...]:
    return tuple(Reservation(*one) for one in kept or ())
