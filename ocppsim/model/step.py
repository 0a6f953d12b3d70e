"""How a connector's state follows from the one before: one input, one step, pure.

`step(state, input, now, outlet, settings, ample_w) -> state, happenings, verdict`. Energy is brought up to
`now` first, and a sample that is due is taken; then the input has its effect; then a session begins if all it
needs is there.
"""

from typing import assert_never

from ocppsim.model.claims import arm, lapse, reserve, unreserve
from ocppsim.model.connector import (
    SLACK_S,
    Connector,
    Status,
    advanced,
    busy,
    connected,
    occupied,
    spent,
    status,
)
from ocppsim.model.evolving import amend, evolve
from ocppsim.model.facts import Facts, Fault, Lock
from ocppsim.model.inputs import (
    Arm,
    Authorized,
    CloseInterrupted,
    Grant,
    Happening,
    Hold,
    Input,
    Observe,
    Present,
    Refused,
    Reserve,
    SessionGroup,
    SessionRefused,
    SetAvailability,
    StopSession,
    TakeSample,
    Tick,
    Unlock,
    Unreserve,
    Verdict,
)
from ocppsim.model.samples import sample, take_due
from ocppsim.model.session import Context, StopReason
from ocppsim.model.sessions import begin_if_ready, end, tell_demand
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.tags import (
    deauthorize,
    decided,
    free_cable,
    present,
    session_group,
    session_refused,
)
from ocppsim.model.turn import Turn

Step = tuple[Connector, tuple[Happening, ...], Verdict]


def step(
    c: Connector,
    what: Input,
    now: float,
    outlet: Outlet,
    settings: Settings,
    ample_w: float | None = None,
) -> Step:
    """The next state, what happened on the way, and the connector's word on a request.

    `ample_w` is what a session that begins may take at once; None where the station decides its share.
    """
    then = advanced(c, now, outlet)
    own = evolve(c) if then is c else then  # to be amended
    turn = Turn(own, now, outlet, settings, ample_w)
    take_due(turn, c)
    _lapse(turn)
    verdict = _take(turn, what)
    begin_if_ready(turn)
    _forget_claim(turn)
    _watch_patience(turn)
    tell_demand(turn)
    return turn.c, tuple(turn.happened), verdict


def _take(turn: Turn, what: Input) -> Verdict:
    match what:
        case Tick():
            return _tick(turn)
        case Observe(facts):
            return _observe(turn, facts)
        case Present(tag):
            return present(turn, tag)
        case Authorized() | Refused():
            return decided(turn, what)
        case Arm():
            return arm(turn, what)
        case StopSession(reason, key):
            return _stop(turn, reason, key)
        case SessionRefused(key):
            return session_refused(turn, key)
        case SessionGroup(key, parent):
            return session_group(turn, key, parent)
        case Reserve(reservation):
            return reserve(turn, reservation)
        case Unreserve(number):
            return unreserve(turn, number)
        case SetAvailability(operative):
            return _set_availability(turn, operative)
        case Hold(held):
            return _hold(turn, held)
        case Unlock():
            return _unlock(turn)
        case Grant():
            return _grant(turn, what)
        case TakeSample(context):
            sample(turn, context)
            return Verdict.ACCEPTED
        case CloseInterrupted(reason):
            return _close_interrupted(turn, reason)
        case _:
            assert_never(what)


# -- people and hardware


def _observe(turn: Turn, facts: Facts) -> Verdict:
    before, was_connected = turn.c.facts, connected(turn.c, turn.outlet)
    turn.c = amend(turn.c, facts=facts)
    if facts.vehicle is not None and facts.vehicle != before.vehicle:
        turn.c = amend(turn.c, soc=facts.arrival_soc, finishing=False)
    if not occupied(turn.c, turn.outlet):
        turn.c = amend(turn.c, finishing=False)
    session = turn.c.session
    if session is not None and not session.interrupted:
        if facts.emergency_stop:
            end(turn, StopReason.EMERGENCY_STOP)
        elif facts.out_of_order:
            end(turn, StopReason.OTHER)
        elif _taken_away(turn, before):
            end(turn, StopReason.EV_DISCONNECTED)
        elif was_connected != connected(turn.c, turn.outlet):
            sample(turn, Context.INTERRUPTION_BEGIN if was_connected else Context.INTERRUPTION_END)
    if facts.out_of_order:
        turn.c = amend(turn.c, tag=None, asking=None, reservation=None)
    return Verdict.ACCEPTED


def _taken_away(turn: Turn, before: Facts) -> bool:
    """Whether the session cannot go on for want of a cable, or must not."""
    facts = turn.c.facts
    at_station = facts.cable or turn.outlet.fixed_cable
    at_vehicle = facts.vehicle is not None and facts.vehicle == before.vehicle
    return not at_station or (not at_vehicle and turn.settings.stop_on_ev_side_disconnect)


# -- requests


def _stop(turn: Turn, reason: StopReason, key: str | None) -> Verdict:
    session = turn.c.session
    if session is None:
        if key is not None or not busy(turn.c):
            return Verdict.REJECTED
        turn.c = amend(turn.c, tag=None, asking=None)
        return Verdict.ACCEPTED
    if session.interrupted or key not in (None, session.key):
        return Verdict.REJECTED
    end(turn, reason)
    return Verdict.ACCEPTED


def _set_availability(turn: Turn, operative: bool) -> Verdict:
    if turn.c.session is not None:
        turn.c = amend(turn.c, scheduled=None if operative == turn.c.operative else operative)
        return Verdict.SCHEDULED if turn.c.scheduled is not None else Verdict.ACCEPTED
    if operative == turn.c.operative:
        return Verdict.ACCEPTED
    # A cable that is still in counts as a new beginning: 1.6 knows no way from Unavailable to Finishing.
    turn.c = amend(turn.c, operative=operative, tag=None, asking=None, finishing=False, reservation=None)
    return Verdict.ACCEPTED


def _hold(turn: Turn, held: bool) -> Verdict:
    """As with availability, a cable that is still in counts as a new beginning afterwards."""
    if held != turn.c.held:
        turn.c = amend(turn.c, held=held, tag=None, asking=None, finishing=False, reservation=None)
    return Verdict.ACCEPTED


def _unlock(turn: Turn) -> Verdict:
    if turn.outlet.fixed_cable:
        return Verdict.NOT_SUPPORTED
    if turn.c.session is not None and not turn.c.session.interrupted:
        end(turn, StopReason.UNLOCK_COMMAND)
    facts = turn.c.facts
    works = facts.lock is Lock.WORKING and facts.fault is not Fault.CONNECTOR_LOCK
    if works:
        free_cable(turn)
    return Verdict.UNLOCKED if works else Verdict.UNLOCK_FAILED


def _grant(turn: Turn, grant: Grant) -> Verdict:
    session = turn.c.session
    if session is None or session.interrupted:
        return Verdict.REJECTED
    turn.c = amend(turn.c, share_w=grant.power_w, share_by=grant.by, rate=grant.rate, single=grant.single)
    return Verdict.ACCEPTED


def _close_interrupted(turn: Turn, reason: StopReason) -> Verdict:
    if turn.c.session is None or not turn.c.session.interrupted:
        return Verdict.REJECTED
    end(turn, reason)
    return Verdict.ACCEPTED


# -- time


def _tick(turn: Turn) -> Verdict:
    c, patience = turn.c, turn.settings.connection_timeout_s
    if c.waiting_since is not None and 0 < patience <= turn.now - c.waiting_since + SLACK_S:
        finishing = c.reservation is None and occupied(c, turn.outlet)
        turn.c = amend(turn.c, tag=None, asking=None, waiting_since=None, finishing=finishing)
    return Verdict.ACCEPTED


def _lapse(turn: Turn) -> None:
    """What has come to its end: a reservation, or the energy that was allowed after a refusal."""
    lapse(turn)
    session = turn.c.session
    refused = session is not None and session.until_wh is not None and session.released
    if session is not None and refused and not session.interrupted and spent(turn.c):
        deauthorize(turn, session)


# -- sessions


def _forget_claim(turn: Turn) -> None:
    """A claim lasts as long as the tag that came with it, and so does the use of a reservation."""
    c = turn.c
    if c.claim is not None and c.tag is None and c.asking is None:
        turn.c = amend(turn.c, claim=None)
    if c.claimed is not None and c.tag is None:
        turn.c = amend(turn.c, claimed=None)


def _watch_patience(turn: Turn) -> None:
    """The wait for the rest of what makes a session runs from the change to Preparing."""
    c = turn.c
    since = None
    if c.session is None and status(c, turn.outlet) is Status.PREPARING:
        since = turn.now if c.waiting_since is None else c.waiting_since
    if since != c.waiting_since:
        turn.c = amend(turn.c, waiting_since=since)
