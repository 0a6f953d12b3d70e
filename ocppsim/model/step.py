"""How a connector's state follows from the one before: one input, one step, pure.

`step(state, input, now, outlet, settings) -> state, happenings, verdict`. Energy is brought up to `now`
first, and a sample that is due is taken; then the input has its effect; then a session begins if all it needs
is there.
"""

from typing import assert_never

from ocppsim.model.authorization import same
from ocppsim.model.claims import arm, lapse, reserve, unreserve
from ocppsim.model.connector import (
    SLACK_S,
    Connector,
    Status,
    advanced,
    busy,
    cable_locked,
    connected,
    demand,
    occupied,
    spent,
    status,
    takes_tags,
)
from ocppsim.model.evolving import evolve
from ocppsim.model.facts import Facts, Fault, Lock
from ocppsim.model.inputs import (
    Arm,
    Authorized,
    Begun,
    CloseInterrupted,
    DemandChanged,
    Ended,
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
    TagShown,
    TakeSample,
    Tick,
    Unlock,
    Unreserve,
    Verdict,
)
from ocppsim.model.samples import read, sample, take_due
from ocppsim.model.session import ChargingSession, Context, StopReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.turn import Turn as _Turn

Step = tuple[Connector, tuple[Happening, ...], Verdict]

DEMAND_STEP_W = 1.0
"""A demand that changed by less is not worth telling the station."""


def step(c: Connector, what: Input, now: float, outlet: Outlet, settings: Settings) -> Step:
    """The next state, what happened on the way, and the connector's word on a request."""
    turn = _Turn(advanced(c, now, outlet), now, outlet, settings)
    take_due(turn, c)
    _lapse(turn)
    verdict = _take(turn, what)
    _begin_if_ready(turn)
    _forget_claim(turn)
    _watch_patience(turn)
    _tell_demand(turn)
    return turn.c, tuple(turn.happened), verdict


def _take(turn: _Turn, what: Input) -> Verdict:
    match what:
        case Tick():
            return _tick(turn)
        case Observe(facts):
            return _observe(turn, facts)
        case Present(tag):
            return _present(turn, tag)
        case Authorized() | Refused():
            return _decided(turn, what)
        case Arm():
            return arm(turn, what)
        case StopSession(reason, key):
            return _stop(turn, reason, key)
        case SessionRefused(key):
            return _session_refused(turn, key)
        case SessionGroup(key, parent):
            return _session_group(turn, key, parent)
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


def _observe(turn: _Turn, facts: Facts) -> Verdict:
    before, was_connected = turn.c.facts, connected(turn.c, turn.outlet)
    turn.c = evolve(turn.c, facts=facts)
    if facts.vehicle is not None and facts.vehicle != before.vehicle:
        turn.c = evolve(turn.c, soc=facts.arrival_soc, finishing=False)
    if not occupied(turn.c, turn.outlet):
        turn.c = evolve(turn.c, finishing=False)
    session = turn.c.session
    if session is not None and not session.interrupted:
        if facts.emergency_stop:
            _end(turn, StopReason.EMERGENCY_STOP)
        elif facts.out_of_order:
            _end(turn, StopReason.OTHER)
        elif _taken_away(turn, before):
            _end(turn, StopReason.EV_DISCONNECTED)
        elif was_connected != connected(turn.c, turn.outlet):
            sample(turn, Context.INTERRUPTION_BEGIN if was_connected else Context.INTERRUPTION_END)
    if facts.out_of_order:
        turn.c = evolve(turn.c, tag=None, asking=None, reservation=None)
    return Verdict.ACCEPTED


def _taken_away(turn: _Turn, before: Facts) -> bool:
    """Whether the session cannot go on for want of a cable, or must not."""
    facts = turn.c.facts
    at_station = facts.cable or turn.outlet.fixed_cable
    at_vehicle = facts.vehicle is not None and facts.vehicle == before.vehicle
    return not at_station or (not at_vehicle and turn.settings.stop_on_ev_side_disconnect)


def _stays_locked(turn: _Turn, reason: StopReason) -> str | None:
    """The tag that frees a cable that was pulled out of the EV, where that alone does not."""
    c = turn.c
    stays = reason is StopReason.EV_DISCONNECTED and not turn.settings.unlock_on_ev_side_disconnect
    if not stays or c.session is None or not cable_locked(c, turn.outlet, turn.settings):
        return None
    return c.session.tag


def _present(turn: _Turn, tag: str) -> Verdict:
    c = turn.c
    if c.facts.fault is Fault.READER:
        return Verdict.REJECTED
    if same(c.locked_for, tag):
        turn.c = evolve(c, locked_for=None)
        return Verdict.ACCEPTED
    if c.session is not None:
        return _present_to_stop(turn, c.session, tag)
    if not takes_tags(c):
        return Verdict.REJECTED
    if c.reservation is not None and not c.reservation.may_admit(tag, None):
        return Verdict.REJECTED
    turn.c = evolve(turn.c, asking=tag)
    turn.happened.append(TagShown(tag))
    return Verdict.ACCEPTED


def _present_to_stop(turn: _Turn, session: ChargingSession, tag: str) -> Verdict:
    """The tag that began a session ends it; so does another of its group, which the station must know."""
    if session.interrupted:
        return Verdict.REJECTED
    if same(session.tag, tag):
        _end(turn, StopReason.LOCAL, tag)
        return Verdict.ACCEPTED
    if session.parent is None or turn.c.asking is not None:
        return Verdict.REJECTED
    turn.c = evolve(turn.c, asking=tag)
    turn.happened.append(TagShown(tag))
    return Verdict.ACCEPTED


def _decided(turn: _Turn, what: Authorized | Refused) -> Verdict:
    c = turn.c
    if c.asking != what.tag:
        return Verdict.REJECTED  # the one who asked has gone
    turn.c = evolve(c, asking=None)
    if isinstance(what, Refused):
        return Verdict.ACCEPTED
    if c.session is not None:
        if same(what.parent, c.session.parent):
            _end(turn, StopReason.LOCAL, what.tag)
    elif c.reservation is None or c.reservation.admits(what.tag, what.parent):
        turn.c = evolve(turn.c, tag=what.tag, parent=what.parent, claimed=what.reservation)
    return Verdict.ACCEPTED


# -- requests


def _stop(turn: _Turn, reason: StopReason, key: str | None) -> Verdict:
    session = turn.c.session
    if session is None:
        if key is not None or not busy(turn.c):
            return Verdict.REJECTED
        turn.c = evolve(turn.c, tag=None, asking=None)
        return Verdict.ACCEPTED
    if session.interrupted or key not in (None, session.key):
        return Verdict.REJECTED
    _end(turn, reason)
    return Verdict.ACCEPTED


def _session_refused(turn: _Turn, key: str) -> Verdict:
    session = turn.c.session
    if session is None or session.key != key or session.interrupted:
        return Verdict.REJECTED
    allowed_wh = turn.settings.max_energy_on_invalid_wh
    if allowed_wh > 0 and session.until_wh is None:
        turn.c = evolve(turn.c, session=evolve(session, until_wh=turn.c.register_wh + allowed_wh))
    elif session.until_wh is None:
        _deauthorize(turn, session)
    return Verdict.ACCEPTED


def _deauthorize(turn: _Turn, session: ChargingSession) -> None:
    if turn.settings.stop_on_invalid_tag:
        _end(turn, StopReason.DEAUTHORIZED)
    else:
        turn.c = evolve(turn.c, session=evolve(session, released=False))


def _session_group(turn: _Turn, key: str, parent: str) -> Verdict:
    session = turn.c.session
    if session is None or session.key != key:
        return Verdict.REJECTED
    turn.c = evolve(turn.c, session=evolve(session, parent=parent))
    return Verdict.ACCEPTED


def _set_availability(turn: _Turn, operative: bool) -> Verdict:
    if turn.c.session is not None:
        turn.c = evolve(turn.c, scheduled=None if operative == turn.c.operative else operative)
        return Verdict.SCHEDULED if turn.c.scheduled is not None else Verdict.ACCEPTED
    if operative == turn.c.operative:
        return Verdict.ACCEPTED
    # A cable that is still in counts as a new beginning: 1.6 knows no way from Unavailable to Finishing.
    turn.c = evolve(turn.c, operative=operative, tag=None, asking=None, finishing=False, reservation=None)
    return Verdict.ACCEPTED


def _hold(turn: _Turn, held: bool) -> Verdict:
    """As with availability, a cable that is still in counts as a new beginning afterwards."""
    if held != turn.c.held:
        turn.c = evolve(turn.c, held=held, tag=None, asking=None, finishing=False, reservation=None)
    return Verdict.ACCEPTED


def _unlock(turn: _Turn) -> Verdict:
    if turn.outlet.fixed_cable:
        return Verdict.NOT_SUPPORTED
    if turn.c.session is not None and not turn.c.session.interrupted:
        _end(turn, StopReason.UNLOCK_COMMAND)
    facts = turn.c.facts
    works = facts.lock is Lock.WORKING and facts.fault is not Fault.CONNECTOR_LOCK
    if works and turn.c.locked_for is not None:
        turn.c = evolve(turn.c, locked_for=None)
    return Verdict.UNLOCKED if works else Verdict.UNLOCK_FAILED


def _grant(turn: _Turn, grant: Grant) -> Verdict:
    session = turn.c.session
    if session is None or session.interrupted:
        return Verdict.REJECTED
    turn.c = evolve(turn.c, share_w=grant.power_w, share_by=grant.by, rate=grant.rate, single=grant.single)
    return Verdict.ACCEPTED


def _close_interrupted(turn: _Turn, reason: StopReason) -> Verdict:
    if turn.c.session is None or not turn.c.session.interrupted:
        return Verdict.REJECTED
    _end(turn, reason)
    return Verdict.ACCEPTED


# -- time


def _tick(turn: _Turn) -> Verdict:
    c, patience = turn.c, turn.settings.connection_timeout_s
    if c.waiting_since is not None and 0 < patience <= turn.now - c.waiting_since + SLACK_S:
        finishing = c.reservation is None and occupied(c, turn.outlet)
        turn.c = evolve(turn.c, tag=None, asking=None, waiting_since=None, finishing=finishing)
    return Verdict.ACCEPTED


def _lapse(turn: _Turn) -> None:
    """What has come to its end: a reservation, or the energy that was allowed after a refusal."""
    lapse(turn)
    session = turn.c.session
    refused = session is not None and session.until_wh is not None and session.released
    if session is not None and refused and not session.interrupted and spent(turn.c):
        _deauthorize(turn, session)


# -- sessions


def _begin_if_ready(turn: _Turn) -> None:
    c = turn.c
    if c.tag is None or not connected(c, turn.outlet):
        return
    key = f"{c.number}-{c.begun + 1}"
    session = ChargingSession(
        key,
        c.tag,
        c.register_wh,
        started_at=turn.now,
        claim=c.claim,
        parent=c.parent,
        reservation=c.claimed if c.reservation is None else c.reservation.id,
    )
    turn.c = evolve(
        turn.c,
        session=session,
        begun=c.begun + 1,
        tag=None,
        parent=None,
        claimed=None,
        reservation=None,
        finishing=False,
        locked_for=None,
    )
    turn.happened.append(Begun(session))
    if turn.settings.reads_begin:
        sample(turn, Context.BEGIN)
    _tell_demand(turn, afresh=True)


def _end(turn: _Turn, reason: StopReason, tag: str | None = None) -> None:
    """End the session; one that was interrupted ended when that happened, at the register of then."""
    c = turn.c
    assert c.session is not None, "only a session can end"
    at = c.session.interrupted_at if c.session.interrupted_at is not None else turn.now
    if turn.settings.reads_end:
        if c.session.interrupted:
            read(turn, c.session, Context.INTERRUPTION_BEGIN, at)
        read(turn, c.session, Context.END, at)
    turn.happened.append(Ended(c.session, at, c.register_wh, reason, tag))
    turn.c = evolve(
        turn.c,
        session=None,
        asking=None,
        operative=c.operative if c.scheduled is None else c.scheduled,
        scheduled=None,
        share_w=None,
        rate=None,
        single=False,
        marks=c.marks.after_session(),
        locked_for=_stays_locked(turn, reason),
        finishing=occupied(c, turn.outlet),
    )


def _forget_claim(turn: _Turn) -> None:
    """A claim lasts as long as the tag that came with it."""
    if turn.c.claim is not None and turn.c.tag is None and turn.c.asking is None:
        turn.c = evolve(turn.c, claim=None)


def _watch_patience(turn: _Turn) -> None:
    """The wait for the rest of what makes a session runs from the change to Preparing."""
    c = turn.c
    since = None
    if c.session is None and status(c, turn.outlet) is Status.PREPARING:
        since = turn.now if c.waiting_since is None else c.waiting_since
    if since != c.waiting_since:
        turn.c = evolve(c, waiting_since=since)


def _tell_demand(turn: _Turn, *, afresh: bool = False) -> None:
    """`afresh` at the beginning of a session, which needs its share even when the EV wants nothing yet."""
    wanted, told = demand(turn.c, turn.outlet), turn.c.demand_w
    if afresh or abs(wanted - told) >= DEMAND_STEP_W or (wanted == 0) != (told == 0):
        turn.c = evolve(turn.c, demand_w=wanted)
        turn.happened.append(DemandChanged(wanted))
