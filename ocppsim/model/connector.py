"""The state of a connector and all that is derived from it: status, power, and when something is due.

Statuses are never set: they follow from the facts, the session and the availability. How one state follows
another is in `step`.
"""

from enum import Enum, auto
from functools import lru_cache
from math import inf

from attrs import field

from ocppsim.model import drawing, energy
from ocppsim.model.charging.electric import phases_used, watts
from ocppsim.model.charging.profile import Rate
from ocppsim.model.electricity import Supply
from ocppsim.model.energy import Bounds, Limit, Reading
from ocppsim.model.evolving import evolve
from ocppsim.model.facts import Facts, Fault
from ocppsim.model.metering import NO_MARKS, Marks, aligned_after
from ocppsim.model.reservation import Reservation
from ocppsim.model.session import ChargingSession
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle
from ocppsim.values import frozen

SLACK_S = 1e-6
"""What is due this soon is due now: instants are floats."""
SLACK_WH = 1e-3
"""Less than flows in the slack of time is none."""


class Status(Enum):
    """What a connector reports."""

    AVAILABLE = auto()
    PREPARING = auto()
    CHARGING = auto()
    SUSPENDED_EV = auto()
    SUSPENDED_EVSE = auto()
    FINISHING = auto()
    RESERVED = auto()
    UNAVAILABLE = auto()
    FAULTED = auto()


@frozen
class Connector:
    """Its state at the instant `at` (POSIX seconds), up to which register and SoC are true."""

    number: int
    facts: Facts = field(factory=Facts)
    operative: bool = True
    held: bool = False  # no session may begin for now, for a reason of the station's own
    scheduled: bool | None = None  # the availability to take when the session ends
    asking: str | None = None  # a tag that was shown and is not decided yet
    tag: str | None = None  # a tag that was accepted and waits for the cable
    claim: str | None = None  # of the request that brought the tag
    parent: str | None = None  # the group of that tag
    claimed: Reservation | None = None  # the reservation of any connector that the tag makes use of
    reservation: Reservation | None = None  # of this connector
    waiting_since: float | None = None  # for the rest of what makes a session
    finishing: bool = False  # over, or given up, but the cable is still in
    session: ChargingSession | None = None
    begun: int = 0  # sessions ever begun
    register_wh: float = 0.0
    soc: float = 0.0
    share_w: float | None = None  # None: the station has not decided yet
    share_by: str = "station"
    rate: Rate | None = None  # what profiles allow the session
    single: bool = False  # it charges on one phase of three
    demand_w: float = 0.0  # as last told to the station
    marks: Marks = NO_MARKS
    locked_for: str | None = None  # the tag that frees the cable, which stayed locked after the session
    locked_group: str | None = None  # the group of that tag, which frees it too
    at: float = 0.0


def at_first(number: int, outlet: Outlet, now: float) -> Connector:
    """As it is when its station is started for the first time."""
    beginning = outlet.beginning
    return Connector(
        number,
        facts=beginning.facts,
        operative=outlet.in_service,
        tag=beginning.tag,
        reservation=beginning.reservation(now),
        finishing=beginning.finishing,
        soc=beginning.facts.arrival_soc if beginning.facts.vehicle is not None else 0.0,
        at=now,
    )


def occupied(c: Connector, outlet: Outlet) -> bool:
    return c.facts.vehicle is not None or (c.facts.cable and not outlet.fixed_cable)


def connected(c: Connector, outlet: Outlet) -> bool:
    return c.facts.vehicle is not None and (c.facts.cable or outlet.fixed_cable)


def cable_locked(c: Connector, outlet: Outlet, settings: Settings) -> bool:
    """Whether nobody gets the cable out: pulled at the EV it is free only where that unlocks it.

    While the EV's end may leave without ending the session, the other one never may (1.6 ed. 2, 4.10).
    """
    if outlet.fixed_cable or not c.facts.cable:
        return False
    if c.session is None or c.session.interrupted:
        return c.locked_for is not None
    return not (settings.stop_on_ev_side_disconnect and settings.unlock_on_ev_side_disconnect)


def left_at_ev(c: Connector, outlet: Outlet) -> bool:
    """Whether there is a cable with no EV at its end."""
    return c.facts.vehicle is None and (c.facts.cable or outlet.fixed_cable)


def busy(c: Connector) -> bool:
    """Whether somebody has a claim on it: a session, or a tag accepted or being checked."""
    return c.session is not None or c.tag is not None or c.asking is not None


def takes_tags(c: Connector) -> bool:
    """Whether it works and nobody has a claim on it."""
    return c.operative and not c.held and not busy(c) and not c.facts.out_of_order


def status(c: Connector, outlet: Outlet, power: Limit | None = None) -> Status:
    """What the connector is, from facts, session and availability alone; `power` as `flowing` has it."""
    if c.facts.out_of_order:
        return Status.FAULTED
    if c.session is not None:
        return Status.FINISHING if c.session.interrupted else _charging_status(c, power or flowing(c, outlet))
    if not c.operative or c.held:
        return Status.UNAVAILABLE
    if c.reservation is not None and c.tag is None:
        return Status.RESERVED
    if busy(c) and not _asks_for_cable(c):
        return Status.PREPARING
    if c.finishing:
        return Status.FINISHING
    return Status.PREPARING if occupied(c, outlet) else Status.AVAILABLE


def _asks_for_cable(c: Connector) -> bool:
    """Whether somebody who is asked about can only want the cable that stayed locked: no EV is there."""
    return c.tag is None and c.locked_for is not None and c.facts.vehicle is None


def _charging_status(c: Connector, power: Limit) -> Status:
    if c.share_w is None:
        return Status.PREPARING  # the contactor is still open
    if power.power_w > 0:
        return Status.CHARGING
    return Status.SUSPENDED_EV if power.by == "vehicle" else Status.SUSPENDED_EVSE


_IDLE, _UNREADY = Limit(0.0, "idle"), Limit(0.0, "vehicle")
_UNAUTHORIZED, _SPEECHLESS = (Limit(0.0, by) for by in ("authorization", "communication"))


def flowing(c: Connector, outlet: Outlet) -> Limit:
    """The power that flows and what binds it. Where the station offers none, it is to blame, not the EV."""
    if c.share_w is None:
        return _IDLE
    outlet = wired(c, outlet)
    offered = _offered(c, outlet, c.share_w, c.rate)
    if offered.power_w <= 0:
        return offered
    wanted_w = _wanted_w(c, outlet)
    return offered if offered.power_w < wanted_w else Limit(wanted_w, "vehicle")


def wired(c: Connector, outlet: Outlet) -> Outlet:
    """The outlet with the phases that are switched on."""
    return _single(outlet) if c.single and outlet.supply.phases > 1 else outlet


@lru_cache
def _single(outlet: Outlet) -> Outlet:
    supply = Supply.ac(1, outlet.supply.voltage_v)
    return evolve(outlet, supply=supply, max_power_w=outlet.max_power_w / outlet.supply.phases)


def demand(c: Connector, outlet: Outlet) -> float:
    """What would flow if the station had power without end, and no profile a word."""
    offered_w = _offered(c, outlet, inf, None).power_w
    return min(offered_w, _wanted_w(c, outlet)) if offered_w > 0 else 0.0


def _wanted_w(c: Connector, outlet: Outlet) -> float:
    return 0.0 if c.facts.vehicle is None else c.facts.vehicle.demand_w(c.soc, outlet.supply)


def _offered(c: Connector, outlet: Outlet, share_w: float, rate: Rate | None) -> Limit:
    """The ceiling of the power, 0 with the reason while none can flow."""
    session, facts = c.session, c.facts
    if session is None or session.interrupted:
        return _IDLE
    if not session.released:
        return _UNAUTHORIZED
    if facts.fault is Fault.EV_COMMUNICATION:
        return _SPEECHLESS
    if facts.vehicle is None:
        return _unready(c, outlet, share_w, rate)
    if rate is None and c.share_by == "station":
        ceiling = _ceiling(facts.vehicle, outlet, share_w)
    else:
        ceiling = _profiled(facts.vehicle, outlet, Limit(share_w, c.share_by), rate)
    ready = facts.ev_ready and connected(c, outlet)
    return ceiling if ready or ceiling.power_w <= 0 else _UNREADY


@lru_cache(energy.LAWS)
def _ceiling(vehicle: Vehicle, outlet: Outlet, share_w: float) -> Limit:
    return energy.ceiling(vehicle, outlet.supply, Bounds(outlet.cable_a, outlet.max_power_w, share_w))


def _unready(c: Connector, outlet: Outlet, share_w: float, rate: Rate | None) -> Limit:
    """Without an EV there is nobody to take power, unless there is none to take."""
    if share_w <= 0:
        return Limit(0.0, c.share_by)
    supply = outlet.supply
    if rate is not None:
        allowed_w = watts(rate, supply, supply.phases)
        if allowed_w <= 0 or allowed_w < supply.minimum_w(supply.phases):
            return Limit(0.0, rate.by)
    return _UNREADY


def _profiled(vehicle: Vehicle, outlet: Outlet, share: Limit, rate: Rate | None) -> Limit:
    """The ceiling where charging profiles have a say."""
    others = [share]
    if rate is not None:
        others.append(Limit(watts(rate, outlet.supply, phases_used(outlet.supply, vehicle)), rate.by))
    return energy.ceiling(
        vehicle, outlet.supply, Bounds(outlet.cable_a, outlet.max_power_w, others=tuple(others))
    )


def offered_w(c: Connector, outlet: Outlet) -> float:
    """What the station lets the EV have; nothing while none could flow."""
    return _ceiling_w(c, wired(c, outlet))


def reading(c: Connector, outlet: Outlet) -> Reading:
    """What the meter shows; without an EV, a voltage and nothing else."""
    outlet = wired(c, outlet)
    if c.facts.vehicle is None:
        return Reading(0.0, 0.0, outlet.supply.voltage_v, outlet.supply.phases, None)
    return energy.sample(c.facts.vehicle, outlet.supply, c.soc, flowing(c, outlet).power_w)


# -- time


def advanced(c: Connector, now: float, outlet: Outlet) -> Connector:
    """The same connector at `now`: energy has flowed."""
    if now <= c.at:
        return c
    outlet = wired(c, outlet)
    vehicle, ceiling_w = c.facts.vehicle, _ceiling_w(c, outlet)
    if vehicle is None or ceiling_w <= 0:
        return evolve(c, at=now)
    charged = energy.advance(vehicle, outlet.supply, ceiling_w, c.soc, now - c.at)
    if outlet.meter is not None and outlet.meter.draws is not None:
        full_s = energy.time_until(vehicle, outlet.supply, ceiling_w, c.soc, 1.0)
        counts_w = drawing.counted_w(outlet.meter, c.marks.rate, ceiling_w)
        charged = charged._replace(energy_wh=counts_w * min(now - c.at, full_s) / drawing.HOUR_S)
    left_wh = _left_wh(c)
    if charged.energy_wh > left_wh:
        soc = min(c.soc + left_wh / vehicle.capacity_wh, charged.soc)
        return evolve(c, at=now, soc=soc, register_wh=c.register_wh + left_wh)
    return evolve(c, at=now, soc=charged.soc, register_wh=c.register_wh + charged.energy_wh)


def _left_wh(c: Connector) -> float:
    """What may still flow; there is a bound once the tag was refused."""
    until_wh = None if c.session is None else c.session.until_wh
    return inf if until_wh is None else max(until_wh - c.register_wh, 0.0)


def spent(c: Connector) -> bool:
    """Whether what was allowed after the tag was refused has flowed."""
    return _left_wh(c) < SLACK_WH


def _ceiling_w(c: Connector, outlet: Outlet) -> float:
    return 0.0 if c.share_w is None else _offered(c, outlet, c.share_w, c.rate).power_w


def due(c: Connector, outlet: Outlet, settings: Settings) -> float:
    """When a Tick is next worth its while: patience over, a sample, a knee of the power; inf for never."""
    instants = [inf]
    if c.waiting_since is not None and settings.connection_timeout_s > 0:
        instants.append(c.waiting_since + settings.connection_timeout_s)
    if settings.aligned_s > 0:
        instants.append(next_aligned(c, settings))
    if c.reservation is not None:
        instants.append(c.reservation.expires_at)
    if c.session is not None and not c.session.interrupted:
        if settings.sample_s > 0:
            samples = samples_until(c.at, c.session, settings.sample_s)
            instants.append(c.session.started_at + (samples + 1) * settings.sample_s)
        outlet = wired(c, outlet)
        vehicle, ceiling_w = c.facts.vehicle, _ceiling_w(c, outlet)
        if vehicle is not None and ceiling_w > 0:
            instants.append(c.at + energy.next_knee(vehicle, outlet.supply, ceiling_w, c.soc))
            if c.session.until_wh is not None:
                instants.append(c.at + _spent_after(c, outlet, vehicle, ceiling_w))
    return min(instants)


def _spent_after(c: Connector, outlet: Outlet, vehicle: Vehicle, ceiling_w: float) -> float:
    """How long until what is allowed after the tag was refused has flowed."""
    left_wh = _left_wh(c)
    if outlet.meter is not None and outlet.meter.draws is not None:
        return drawing.seconds_until(left_wh, drawing.counted_w(outlet.meter, c.marks.rate, ceiling_w))
    soc = c.soc + left_wh / vehicle.capacity_wh
    return energy.time_until(vehicle, outlet.supply, ceiling_w, c.soc, soc)


def next_aligned(c: Connector, settings: Settings) -> float:
    """When the clock prescribes the next reading; never twice for one time stamp, however the clock jumps."""
    told = max(c.at + settings.clock_offset_s, c.marks.aligned_at)
    return aligned_after(told, settings.aligned_s) - settings.clock_offset_s


def samples_until(at: float, session: ChargingSession, sample_s: float) -> int:
    """How many periodic samples of a session were due by then."""
    return int((at - session.started_at + SLACK_S) / sample_s)


def interrupted(c: Connector, now: float, outlet: Outlet) -> Connector:
    """What a loss of power, a reset or a crash leaves: cable, register, availability, and an open session."""
    c = advanced(c, now, outlet)
    session = c.session
    if session is not None and not session.interrupted:
        session = evolve(session, interrupted_at=now)
    return evolve(
        c,
        session=session,
        held=False,
        finishing=c.finishing and not c.held,  # as when the hold is over
        asking=None,
        tag=None,
        claim=None,
        claimed=None,
        waiting_since=None,
        share_w=None,
        rate=None,
        single=False,
        demand_w=0.0,
    )
