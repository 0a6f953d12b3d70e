"""How a session begins and ends within a step of its connector, and what it then demands."""

from ocppsim.model.connector import cable_locked, connected, demand, occupied
from ocppsim.model.evolving import amend
from ocppsim.model.inputs import Begun, DemandChanged, Ended
from ocppsim.model.samples import draw_rate, read, sample
from ocppsim.model.session import ChargingSession, Context, StopReason
from ocppsim.model.turn import Turn

DEMAND_STEP_W = 1.0
"""A demand that changed by less is not worth telling the station."""


def begin_if_ready(turn: Turn) -> None:
    c = turn.c
    if c.tag is None or not connected(c, turn.outlet):
        return
    key = f"{c.number}-{c.begun + 1}"
    seen_preparing = c.waiting_since is not None  # no other status may come before Charging (4.9)
    used = c.reservation or c.claimed
    session = ChargingSession(
        key,
        c.tag,
        c.register_wh,
        started_at=turn.now,
        claim=c.claim,
        parent=c.parent,
        reservation=None if used is None else used.id,
    )
    turn.c = amend(
        turn.c,
        session=session,
        begun=c.begun + 1,
        tag=None,
        parent=None,
        claimed=None,
        reservation=None,
        finishing=False,
        locked_for=None,
        locked_group=None,
        share_w=turn.ample_w if seen_preparing else None,
    )
    turn.happened.append(Begun(session))
    if (meter := turn.outlet.meter) is not None and meter.draws is not None:
        draw_rate(turn, meter)
    if turn.settings.reads_begin:
        sample(turn, Context.BEGIN)
    tell_demand(turn, afresh=True)


def end(turn: Turn, reason: StopReason, tag: str | None = None) -> None:
    """End the session; one that was interrupted ended when that happened, at the register of then."""
    c = turn.c
    assert c.session is not None, "only a session can end"
    at = c.session.interrupted_at if c.session.interrupted_at is not None else turn.now
    if turn.settings.reads_end:
        if c.session.interrupted:
            read(turn, c.session, Context.INTERRUPTION_BEGIN, at)
        read(turn, c.session, Context.END, at)
    turn.happened.append(Ended(c.session, at, c.register_wh, reason, tag))
    locked = _stays_locked(turn, reason)
    turn.c = amend(
        turn.c,
        session=None,
        asking=None,
        operative=c.operative if c.scheduled is None else c.scheduled,
        scheduled=None,
        share_w=None,
        rate=None,
        single=False,
        marks=c.marks.after_session(),
        locked_for=c.session.tag if locked else None,
        locked_group=c.session.parent if locked else None,
        finishing=occupied(c, turn.outlet),
    )


def _stays_locked(turn: Turn, reason: StopReason) -> bool:
    """Whether its owner must show who he is to have the cable back.

    So it is after a refusal (3.5.4), and where pulling it out of the EV alone does not free it (4.10).
    """
    c = turn.c
    if reason is StopReason.DEAUTHORIZED:
        return c.facts.cable and not turn.outlet.fixed_cable
    pulled = reason is StopReason.EV_DISCONNECTED and not turn.settings.unlock_on_ev_side_disconnect
    return pulled and cable_locked(c, turn.outlet, turn.settings)


def tell_demand(turn: Turn, *, afresh: bool = False) -> None:
    """`afresh` at the beginning of a session, which needs its share even when the EV wants nothing yet."""
    c = turn.c
    wanted, told = demand(c, turn.outlet), c.demand_w
    if afresh or abs(wanted - told) >= DEMAND_STEP_W or (wanted == 0) != (told == 0):
        turn.c = amend(c, demand_w=wanted)
        if turn.ample_w is None or (c.session is not None and c.share_w is None):
            turn.happened.append(DemandChanged(wanted))
