"""Tags at the reader of a connector: who begins, who ends, and what a refusal afterwards does (3.5, 4.8)."""

from ocppsim.model.authorization import same
from ocppsim.model.connector import takes_tags
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
        turn.c = amend(turn.c, locked_for=None)
        return Verdict.ACCEPTED
    if c.session is not None:
        return present_to_stop(turn, c.session, tag)
    if not takes_tags(c):
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
    elif c.reservation is None or c.reservation.admits(what.tag, what.parent):
        turn.c = amend(turn.c, tag=what.tag, parent=what.parent, claimed=what.reservation)
    return Verdict.ACCEPTED


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
