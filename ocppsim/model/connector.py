"""The state of a connector and all that is derived from it: status, power, and when something is due.

Statuses are never set: they follow from the facts, the session and the availability. How one state follows
another is in `step`.
"""

from enum import Enum, auto
from functools import lru_cache
from math import inf

from attrs import evolve, field, frozen

from ocppsim.model import energy
from ocppsim.model.energy import Bounds, Limit, Reading
from ocppsim.model.facts import Facts, Fault
from ocppsim.model.session import ChargingSession
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle

SLACK_S = 1e-6
"""What is due this soon is due now: instants are floats."""


class Status(Enum):
    """What a connector reports."""

    AVAILABLE = auto()
    PREPARING = auto()
    CHARGING = auto()
    SUSPENDED_EV = auto()
    SUSPENDED_EVSE = auto()
    FINISHING = auto()
    UNAVAILABLE = auto()
    FAULTED = auto()


@frozen
class Connector:
    """Its state at the instant `at` (POSIX seconds), up to which register and SoC are true."""

    number: int
    facts: Facts = field(factory=Facts)
    operative: bool = True
    scheduled: bool | None = None  # the availability to take when the session ends
    asking: str | None = None  # a tag that was shown and is not decided yet
    tag: str | None = None  # a tag that was accepted and waits for the cable
    waiting_since: float | None = None  # for the rest of what makes a session
    finishing: bool = False  # over, or given up, but the cable is still in
    session: ChargingSession | None = None
    begun: int = 0  # sessions ever begun
    register_wh: float = 0.0
    soc: float = 0.0
    share_w: float | None = None  # None: the station has not decided yet
    demand_w: float = 0.0  # as last told to the station
    at: float = 0.0


def occupied(c: Connector, outlet: Outlet) -> bool:
    return c.facts.vehicle is not None or (c.facts.cable and not outlet.fixed_cable)


def connected(c: Connector, outlet: Outlet) -> bool:
    return c.facts.vehicle is not None and (c.facts.cable or outlet.fixed_cable)


def busy(c: Connector) -> bool:
    """Whether somebody has a claim on it: a session, or a tag accepted or being checked."""
    return c.session is not None or c.tag is not None or c.asking is not None


def status(c: Connector, outlet: Outlet) -> Status:
    """What the connector is, from facts, session and availability alone."""
    if c.facts.out_of_order:
        return Status.FAULTED
    if c.session is not None:
        return Status.FINISHING if c.session.interrupted else _charging_status(c, outlet)
    if not c.operative:
        return Status.UNAVAILABLE
    if busy(c):
        return Status.PREPARING
    if c.finishing:
        return Status.FINISHING
    return Status.PREPARING if occupied(c, outlet) else Status.AVAILABLE


def _charging_status(c: Connector, outlet: Outlet) -> Status:
    if c.share_w is None:
        return Status.PREPARING  # the contactor is still open
    power = flowing(c, outlet)
    if power.power_w > 0:
        return Status.CHARGING
    return Status.SUSPENDED_EV if power.by == "vehicle" else Status.SUSPENDED_EVSE


_IDLE, _UNAUTHORIZED = Limit(0.0, "idle"), Limit(0.0, "authorization")
_NO_COMMUNICATION, _NO_SHARE = Limit(0.0, "communication"), Limit(0.0, "station")
_UNREADY = Limit(0.0, "vehicle")


def flowing(c: Connector, outlet: Outlet) -> Limit:
    """The power that flows and what binds it. Where the station offers none, it is to blame, not the EV."""
    return _IDLE if c.share_w is None else _flowing(c, outlet, c.share_w)


def demand(c: Connector, outlet: Outlet) -> float:
    """What would flow if the station had power without end."""
    return _flowing(c, outlet, inf).power_w


def _flowing(c: Connector, outlet: Outlet, share_w: float) -> Limit:
    session, vehicle = c.session, c.facts.vehicle
    if session is None or session.interrupted:
        return _IDLE
    if not session.released:
        return _UNAUTHORIZED
    if c.facts.fault is Fault.EV_COMMUNICATION:
        return _NO_COMMUNICATION
    if vehicle is None:
        return _UNREADY if share_w > 0 else _NO_SHARE
    ceiling = _ceiling(vehicle, outlet, share_w)
    if ceiling.power_w <= 0:
        return ceiling
    if not (connected(c, outlet) and c.facts.ev_ready):
        return _UNREADY
    demand_w = vehicle.demand_w(c.soc, outlet.supply)
    return ceiling if ceiling.power_w < demand_w else Limit(demand_w, "vehicle")


@lru_cache(energy.LAWS)
def _ceiling(vehicle: Vehicle, outlet: Outlet, share_w: float) -> Limit:
    return energy.ceiling(vehicle, outlet.supply, Bounds(outlet.cable_a, outlet.max_power_w, share_w))


def reading(c: Connector, outlet: Outlet) -> Reading:
    """What the meter shows; without an EV, a voltage and nothing else."""
    if c.facts.vehicle is None:
        return Reading(0.0, 0.0, outlet.supply.voltage_v, outlet.supply.phases, None)
    return energy.sample(c.facts.vehicle, outlet.supply, c.soc, flowing(c, outlet).power_w)


# -- time


def advanced(c: Connector, now: float, outlet: Outlet) -> Connector:
    """The same connector at `now`: energy has flowed."""
    if now <= c.at:
        return c
    charging = _charging(c, outlet)
    if charging is None:
        return evolve(c, at=now)
    vehicle, ceiling_w = charging
    charged = energy.advance(vehicle, outlet.supply, ceiling_w, c.soc, now - c.at)
    return evolve(c, at=now, soc=charged.soc, register_wh=c.register_wh + charged.energy_wh)


def _charging(c: Connector, outlet: Outlet) -> tuple[Vehicle, float] | None:
    """The EV that energy flows into, and the ceiling of its power; None when none flows."""
    vehicle = c.facts.vehicle
    if vehicle is None or c.share_w is None or flowing(c, outlet).power_w <= 0:
        return None
    return vehicle, _ceiling(vehicle, outlet, c.share_w).power_w


def due(c: Connector, outlet: Outlet, settings: Settings) -> float:
    """When a Tick is next worth its while: patience over, a sample, or a knee of the power; inf for never."""
    instants = [inf]
    if c.waiting_since is not None and settings.connection_timeout_s > 0:
        instants.append(c.waiting_since + settings.connection_timeout_s)
    if c.session is not None and not c.session.interrupted:
        if settings.sample_s > 0:
            instants.append(c.session.sampled_at + settings.sample_s)
        charging = _charging(c, outlet)
        if charging is not None:
            vehicle, ceiling_w = charging
            instants.append(c.at + energy.next_knee(vehicle, outlet.supply, ceiling_w, c.soc))
    return min(instants)


def interrupted(c: Connector, now: float, outlet: Outlet) -> Connector:
    """What a loss of power, a reset or a crash leaves: cable, register, availability, and an open session."""
    c = advanced(c, now, outlet)
    session = c.session
    if session is not None and not session.interrupted:
        session = evolve(session, interrupted_at=now)
    return evolve(c, session=session, asking=None, tag=None, waiting_since=None, share_w=None, demand_w=0.0)
