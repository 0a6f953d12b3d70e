"""Who has a claim on a connector before there is a session: a remote start, a reservation."""

from collections.abc import Mapping

from ocppsim.model.connector import SLACK_S, Connector, Status, busy, status, takes_tags
from ocppsim.model.evolving import amend
from ocppsim.model.inputs import Arm, TagShown, Verdict
from ocppsim.model.reservation import Reservation
from ocppsim.model.turn import Turn


def arm(turn: Turn, what: Arm) -> Verdict:
    c, reserved = turn.c, turn.c.reservation
    if not takes_tags(c):
        return Verdict.REJECTED
    if reserved is not None and not reserved.may_admit(what.tag, what.parent):
        return Verdict.REJECTED
    if what.authorize or (reserved is not None and not reserved.admits(what.tag, what.parent)):
        turn.c = amend(turn.c, asking=what.tag, claim=what.claim)
        turn.happened.append(TagShown(what.tag))
    else:
        turn.c = amend(turn.c, tag=what.tag, claim=what.claim, parent=what.parent, claimed=what.reservation)
    return Verdict.ACCEPTED


def reserve(turn: Turn, reservation: Reservation) -> Verdict:
    """5.13: of a connector that nobody uses; one with the same id takes the place of the old one."""
    if reservation.expires_at <= turn.now:
        return Verdict.REJECTED
    c, present = turn.c, status(turn.c, turn.outlet)
    if present in _NOT_TO_RESERVE:
        return _NOT_TO_RESERVE[present]
    again = c.reservation is not None and c.reservation.id == reservation.id and not busy(c)
    if present is not Status.AVAILABLE and not again:
        return Verdict.OCCUPIED
    turn.c = amend(turn.c, reservation=reservation)
    return Verdict.ACCEPTED


_NOT_TO_RESERVE: Mapping[Status, Verdict] = {
    Status.FAULTED: Verdict.FAULTED,
    Status.UNAVAILABLE: Verdict.UNAVAILABLE,
}


def rests_on(c: Connector, number: int) -> bool:
    """Whether the connector is kept by the reservation of this id, or somebody here makes use of it."""
    return any(one is not None and one.id == number for one in (c.reservation, c.claimed))


def unreserve(turn: Turn, number: int) -> Verdict:
    """Nothing is left of it; a tag that made use of it stays."""
    if not rests_on(turn.c, number):
        return Verdict.REJECTED
    kept, used = turn.c.reservation, turn.c.claimed
    turn.c = amend(
        turn.c,
        reservation=None if kept is not None and kept.id == number else kept,
        claimed=None if used is not None and used.id == number else used,
    )
    return Verdict.ACCEPTED


def lapse(turn: Turn) -> None:
    """A reservation ends by itself, also one that a tag makes use of; the tag stays."""
    c = turn.c
    if c.reservation is not None and c.reservation.expires_at <= turn.now + SLACK_S:
        turn.c = amend(turn.c, reservation=None)
    if c.claimed is not None and c.claimed.expires_at <= turn.now + SLACK_S:
        turn.c = amend(turn.c, claimed=None)
