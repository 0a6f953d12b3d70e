"""Tags at the reader of a connector: who begins, who ends, who frees the cable, and what a refusal does.

Sections 3.5, 3.10, 4.8 and 4.10 of 1.6 ed. 2.
"""

from ocppsim.model.authorization import same
from ocppsim.model.connector import Connector, busy, takes_tags
from ocppsim.model.evolving import amend, evolve
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import Authorized, Refused, TagShown, Verdict
from ocppsim.model.session import ChargingSession, StopReason
from ocppsim.model.sessions import end
from ocppsim.model.turn import Turn


def present(turn: Turn, tag: str) -> Verdict:
    c = turn.c
    if c.facts.fault is Fault.READER:
        return Verdict.REJECTED
    if same(c.locked_for, tag):
        free_cable(turn)
        return Verdict.ACCEPTED
    if c.session is not None:
        return present_to_stop(turn, c.session, tag)
    group_may_free = c.locked_group is not None and not busy(c)
    if not takes_tags(c) and not group_may_free:
        return Verdict.REJECTED
    if c.reservation is not None and not c.reservation.may_admit(tag, None):
        return Verdict.REJECTED
    turn.c = amend(turn.c, asking=tag)
    turn.happened.append(TagShown(tag))
    return Verdict.ACCEPTED


def present_to_stop(turn: Turn, session: ChargingSession, tag: str) -> Verdict:
    """The tag that began a session ends it; so does another of its group, which the station must know."""
    if session.interrupted:
        return Verdict.REJECTED
    if same(session.tag, tag):
        end(turn, StopReason.LOCAL, tag)
        return Verdict.ACCEPTED
    if session.parent is None or turn.c.asking is not None:
        return Verdict.REJECTED
    turn.c = amend(turn.c, asking=tag)
    turn.happened.append(TagShown(tag))
    return Verdict.ACCEPTED


def decided(turn: Turn, what: Authorized | Refused) -> Verdict:
    c = turn.c
    if c.asking != what.tag:
        return Verdict.REJECTED  # the one who asked has gone
    turn.c = amend(turn.c, asking=None)
    if isinstance(what, Refused):
        return Verdict.ACCEPTED
    if c.session is not None:
        if same(what.parent, c.session.parent):
            end(turn, StopReason.LOCAL, what.tag)
    elif frees_cable(c, what.parent):
        free_cable(turn)
    elif takes_tags(turn.c) and (c.reservation is None or c.reservation.admits(what.tag, what.parent)):
        turn.c = amend(turn.c, tag=what.tag, parent=what.parent, claimed=what.reservation)
    return Verdict.ACCEPTED


def frees_cable(c: Connector, parent: str | None) -> bool:
    """Whether a valid tag of this group frees a cable that stayed locked."""
    return same(parent, c.locked_group)


def free_cable(turn: Turn) -> None:
    if turn.c.locked_for is not None:
        turn.c = amend(turn.c, locked_for=None, locked_group=None)


def session_refused(turn: Turn, key: str) -> Verdict:
    session = turn.c.session
    if session is None or session.key != key or session.interrupted:
        return Verdict.REJECTED
    allowed_wh = turn.settings.max_energy_on_invalid_wh
    if allowed_wh > 0 and session.until_wh is None:
        turn.c = amend(turn.c, session=evolve(session, until_wh=turn.c.register_wh + allowed_wh))
    elif session.until_wh is None:
        deauthorize(turn, session)
    return Verdict.ACCEPTED


def deauthorize(turn: Turn, session: ChargingSession) -> None:
    if turn.settings.stop_on_invalid_tag:
        end(turn, StopReason.DEAUTHORIZED)
    else:
        turn.c = amend(turn.c, session=evolve(session, released=False))


def session_group(turn: Turn, key: str, parent: str) -> Verdict:
    session = turn.c.session
    if session is None or session.key != key:
        return Verdict.REJECTED
    turn.c = amend(turn.c, session=evolve(session, parent=parent))
    return Verdict.ACCEPTED
