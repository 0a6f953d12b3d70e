"""A walk over random facts, inputs, settings and times: the laws that a connector keeps wherever it goes."""

from math import inf
from typing import Any

import pytest
from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ocppsim.chance import stream
from ocppsim.model import inputs
from ocppsim.model.charging.profile import Rate, Unit
from ocppsim.model.connector import (
    Connector,
    Status,
    connected,
    demand,
    due,
    flowing,
    interrupted,
    occupied,
    spent,
    status,
)
from ocppsim.model.drawing import REGISTER
from ocppsim.model.electricity import Supply
from ocppsim.model.facts import Facts, Fault, Lock
from ocppsim.model.inputs import Begun, DemandChanged, Ended, Happening, Input, Sampled, Verdict
from ocppsim.model.meter import Draws, Meter, MeterEntry
from ocppsim.model.reservation import Reservation
from ocppsim.model.session import ChargingSession, Context, StopReason
from ocppsim.model.sessions import DEMAND_STEP_W
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.status_changes import allowed
from ocppsim.model.step import step
from ocppsim.model.vehicle import Vehicle
from tests.effort import tries
from tests.model.connector_bench import START

MOST_TICKS_AT_AN_INSTANT = 3

meters = st.builds(
    lambda seed, clamps, *entries: Meter(entries, draws=Draws(seed, stream, clamps)),
    st.integers(0, 9),
    st.just(True),
    st.builds(
        MeterEntry, st.just(REGISTER), mean=st.sampled_from([None, 0.0, 50.0, 1e5]), least=st.just(5.0)
    ),
)
outlets = st.builds(
    Outlet,
    meter=st.none() | meters,
    supply=st.sampled_from([Supply.ac(3), Supply.ac(1), Supply.dc()]),
    max_power_w=st.sampled_from([3_680.0, 22_000.0, 150_000.0]),
    cable_a=st.sampled_from([10.0, 32.0, inf]),
    fixed_cable=st.booleans(),
)
vehicles = st.sampled_from(
    [
        Vehicle(),
        Vehicle(capacity_wh=8_000.0, ac_phases=1),
        Vehicle(capacity_wh=100.0, max_power_w=50.0),
        Vehicle(max_power_w=250_000.0, curve=((0.0, 0.1), (0.3, 1.0), (0.6, 0.2), (0.9, 0.0))),
    ]
)
facts = st.builds(Facts, cable=st.booleans(), vehicle=st.none() | vehicles, ev_ready=st.booleans())
changes = st.sampled_from(
    [
        {"cable": False, "vehicle": None},
        {"vehicle": None},
        {"cable": True},
        {"ev_ready": False},
        {"ev_ready": True},
        {"lock": Lock.STUCK},
        {"fault": Fault.EV_COMMUNICATION},
        {"fault": Fault.GROUND},
        {"fault": None},
        {"fault": None, "emergency_stop": False},
        {"emergency_stop": True},
    ]
)
settings = st.builds(
    Settings,
    sample_s=st.sampled_from([0.0, 60.0, 900.0]),
    connection_timeout_s=st.sampled_from([0.0, 1.0, 60.0]),
    stop_on_invalid_tag=st.booleans(),
    max_energy_on_invalid_wh=st.sampled_from([0.0, 0.0, 1.0, 500.0]),
    stop_on_ev_side_disconnect=st.booleans(),
)
tags = st.sampled_from(["A", "B", "a"])
groups = st.sampled_from([None, "G", "H"])
reservations = st.builds(
    Reservation,
    st.sampled_from([1, 2]),
    tags,
    st.sampled_from([0.0, 30.0, 600.0, 5_000.0]).map(lambda seconds: START + seconds),
    groups,
)
claims = st.none() | reservations
powers = st.sampled_from([0.0, 1_000.0, 4_140.0, 11_000.0, 1e6])
whiles = st.sampled_from([0.0, 0.0, 1e-7, 1.0, 59.999999, 60.0]) | st.floats(0, 300)
rates = st.none() | st.builds(
    Rate, st.sampled_from([0.0, 5.0, 8.0, 32.0]), st.sampled_from(Unit), st.sampled_from([None, 1, 3])
)
amply = st.sampled_from([None, 22_000.0, inf])
requests = st.one_of(
    st.builds(inputs.Present, tags),
    st.builds(inputs.Authorized, tags, groups, claims),
    st.builds(inputs.Refused, tags),
    st.builds(inputs.Arm, tags, st.booleans(), st.sampled_from([None, "claim"]), groups, claims),
    st.builds(inputs.Reserve, reservations),
    st.builds(inputs.Unreserve, st.sampled_from([1, 2, 3])),
    st.builds(inputs.SessionGroup, st.sampled_from(["1-1", "1-2"]), st.sampled_from(["G", "H"])),
    st.builds(inputs.StopSession, st.sampled_from(StopReason), st.sampled_from([None, "1-1", "1-2"])),
    st.builds(inputs.SetAvailability, st.booleans()),
    st.builds(inputs.Hold, st.booleans()),
    st.builds(inputs.Unlock),
    st.builds(inputs.Grant, powers),
    st.builds(inputs.Grant, powers, st.just("station profile 1"), rates, st.booleans()),
    st.builds(inputs.TakeSample, st.sampled_from(Context)),
    st.builds(inputs.CloseInterrupted, st.sampled_from(StopReason)),
    st.builds(inputs.Tick),
)

GIVE_UPS = (
    Verdict.REJECTED,
    Verdict.NOT_SUPPORTED,
    Verdict.OCCUPIED,
    Verdict.FAULTED,
    Verdict.UNAVAILABLE,
)


class Walk(RuleBasedStateMachine):
    """One connector, and the books that somebody outside can keep of it."""

    @initialize(outlet=outlets, settings=settings, ample_w=amply)
    def begin(self, outlet: Outlet, settings: Settings, ample_w: float | None) -> None:
        self.outlet, self.settings, self.now = outlet, settings, START
        self.ample_w = ample_w
        self.c = Connector(1, at=START)
        self.running: ChargingSession | None = None  # by Begun and Ended
        self.keys: set[str] = set()
        self.battery_wh = 0.0  # what the batteries got during the session that runs

    # -- what may come; each time something passes, so that what went wrong can show

    @rule(what=requests, seconds=whiles)
    def ask(self, what: Input, seconds: float) -> None:
        self.take(what)
        self.wait(seconds)

    @rule(change=changes, seconds=whiles)
    def look(self, change: dict[str, Any], seconds: float) -> None:
        self.take(inputs.Observe(evolve(self.c.facts, **change)))
        self.wait(seconds)

    @rule(vehicle=vehicles, soc=st.sampled_from([0.0, 0.2, 0.799, 0.999999, 1.0]), seconds=whiles)
    def plug(self, vehicle: Vehicle, soc: float, seconds: float) -> None:
        self.take(inputs.Observe(evolve(self.c.facts, cable=True, vehicle=vehicle, arrival_soc=soc)))
        self.wait(seconds)

    @rule(vehicle=vehicles, ready=st.booleans(), tag=tags, power_w=powers, seconds=whiles)
    def charge(self, vehicle: Vehicle, ready: bool, tag: str, power_w: float, seconds: float) -> None:
        """The usual way, which chance alone would seldom go."""
        self.take(inputs.SetAvailability(operative=True))
        self.take(inputs.Observe(Facts(cable=True, vehicle=vehicle, ev_ready=ready)))
        self.take(inputs.Arm(tag, authorize=False))
        self.take(inputs.Grant(power_w))
        self.wait(seconds)

    @rule(reservation=reservations, ahead_s=st.sampled_from([1.0, 60.0, 3_600.0]), tag=tags, seconds=whiles)
    def reserve(self, reservation: Reservation, ahead_s: float, tag: str, seconds: float) -> None:
        """Somebody comes before it ends; who that is, the station says in the end."""
        self.take(inputs.Reserve(evolve(reservation, expires_at=self.now + ahead_s)))
        self.take(inputs.Present(tag))
        self.wait(seconds)
        self.take(inputs.Authorized(tag, reservation.parent))

    @rule(tag=tags, other=tags, group=groups, seconds=whiles)
    def come_in_a_group(self, tag: str, other: str, group: str | None, seconds: float) -> None:
        """Another tag wants to end what one has begun."""
        self.take(inputs.Arm(tag, authorize=False, parent="G"))
        self.wait(seconds)
        self.take(inputs.Present(other))
        self.take(inputs.Authorized(other, group))

    @rule(tag=tags, authorize=st.booleans(), change=changes, accepted=st.booleans(), seconds=whiles)
    def come_with_a_tag(
        self, tag: str, authorize: bool, change: dict[str, Any], accepted: bool, seconds: float
    ) -> None:
        """Something happens before the station has decided."""
        self.take(inputs.Arm(tag, authorize))
        self.look(change, seconds)
        self.take(inputs.Authorized(tag) if accepted else inputs.Refused(tag))

    @rule(late=st.booleans(), seconds=whiles)
    def refuse(self, late: bool, seconds: float) -> None:
        """The central system thinks otherwise of the tag; perhaps of a session long over."""
        running = "none" if self.c.session is None else self.c.session.key
        self.take(inputs.SessionRefused("1-1" if late else running))
        self.wait(seconds)

    @rule(ample_w=amply)
    def limit(self, ample_w: float | None) -> None:
        self.ample_w = ample_w

    @rule(settings=settings, seconds=whiles)
    def configure(self, settings: Settings, seconds: float) -> None:
        self.settings = settings
        self.take(inputs.Tick())
        self.wait(seconds)

    @rule(what=requests, seconds=st.sampled_from([3_600.0, 36_000.0]) | whiles)
    def oversleep(self, what: Input, seconds: float) -> None:
        """What is due is not done before something else comes."""
        self.now += seconds
        self.take(what)
        self.take(inputs.Tick())

    @rule(seen=facts, seconds=whiles, reason=st.none() | st.sampled_from(StopReason))
    def cut_power(self, seen: Facts, seconds: float, reason: StopReason | None) -> None:
        """The station goes down, comes up later, sees what is there then, and closes what was cut short."""
        before = self.c
        self.c = interrupted(before, self.now, self.outlet)
        self.book(before, ())
        self.now += seconds
        self.take(inputs.Observe(seen))
        if reason is not None:
            self.take(inputs.CloseInterrupted(reason))
            assert self.c.session is None

    def wait(self, seconds: float) -> None:
        """With a Tick at each instant that is due."""
        until = self.now + seconds
        instant, ticks = -inf, 0
        while (at := due(self.c, self.outlet, self.settings)) <= until:
            ticks = ticks + 1 if at <= instant else 1
            assert ticks <= MOST_TICKS_AT_AN_INSTANT
            instant = self.now = max(self.now, at)
            self.take(inputs.Tick())
        self.now = until

    # -- what must hold of each step

    def take(self, what: Input) -> None:
        before, kept = self.c, hash(self.c)
        self.c, happened, verdict = step(before, what, self.now, self.outlet, self.settings, self.ample_w)
        assert hash(before) == kept  # nothing was changed in place
        self.book(before, happened)
        if verdict in GIVE_UPS:
            self.check_nothing_but_time(before, happened)
        if isinstance(what, inputs.Tick):
            assert due(self.c, self.outlet, self.settings) > self.now

    def book(self, before: Connector, happened: tuple[Happening, ...]) -> None:
        self.check_status(before)
        self.check_energy(before)
        for happening in happened:
            match happening:
                case Begun(session):
                    assert self.running is None
                    assert session.key not in self.keys
                    assert session.start_wh == self.c.register_wh
                    self.keys.add(session.key)
                    self.running, self.battery_wh = session, 0.0
                case Ended():
                    assert before.session is not None
                    self.check_end(before, happening)
                    self.running = None
                case Sampled():
                    self.check_sample(happening)
        told = [what.power_w for what in happened if isinstance(what, DemandChanged)]
        assert len(told) <= 2
        assert not told or told[-1] == self.c.demand_w
        assert not told or self.ample_w is None or (self.running is not None and self.c.share_w is None)

    def check_status(self, before: Connector) -> None:
        was, now = status(before, self.outlet), status(self.c, self.outlet)
        assert allowed(was, now), f"{was} -> {now}"

    def check_energy(self, before: Connector) -> None:
        """Energy only from register to battery, and only while all that it takes is there."""
        gained_wh = self.c.register_wh - before.register_wh
        assert gained_wh >= 0
        if gained_wh == 0:
            return
        session, vehicle, share_w = before.session, before.facts.vehicle, before.share_w
        assert session is not None
        assert session.released
        assert not session.interrupted
        assert not before.facts.out_of_order
        assert before.facts.ev_ready
        assert connected(before, self.outlet)
        assert vehicle is not None
        assert share_w is not None
        seconds = self.now - before.at
        assert gained_wh <= min(share_w, self.outlet.max_power_w) * (seconds + 2e-6) / 3_600 * (1 + 1e-9)
        after_flow = interrupted(before, self.now, self.outlet)  # time and nothing else
        self.battery_wh += vehicle.capacity_wh * (after_flow.soc - before.soc)

    def check_end(self, before: Connector, end: Ended) -> None:
        assert self.running is not None
        assert end.session.key == self.running.key
        assert end.register_wh == self.c.register_wh
        delivered_wh = end.register_wh - end.session.start_wh
        if self.outlet.meter is None:  # one that draws counts by itself
            assert delivered_wh == pytest.approx(self.battery_wh, rel=1e-9, abs=1e-6)
        cut_at = end.session.interrupted_at
        assert end.at == (self.now if cut_at is None else cut_at)
        if cut_at is not None:
            assert end.register_wh == before.register_wh

    def check_sample(self, sample: Sampled) -> None:
        assert sample.at == self.now
        assert sample.register_wh == self.c.register_wh
        assert sample.session is None or self.running is not None
        assert sample.session is None or sample.session.key == self.running.key  # type: ignore[union-attr]

    def check_nothing_but_time(self, before: Connector, happened: tuple[Happening, ...]) -> None:
        """A request that was not granted left no trace."""
        patient = evolve(self.settings, connection_timeout_s=0)
        as_ever = step(before, inputs.Tick(), self.now, self.outlet, patient)[0]
        assert evolve(self.c, waiting_since=None) == evolve(as_ever, waiting_since=None)
        assert {type(what) for what in happened} <= {Sampled, DemandChanged, Ended}

    # -- what must hold of each state

    @invariant()
    def the_battery_is_between_empty_and_full(self) -> None:
        assert 0 <= self.c.soc <= 1

    @invariant()
    def the_session_is_the_one_that_began(self) -> None:
        key = None if self.c.session is None else self.c.session.key
        assert key == (None if self.running is None else self.running.key)

    @invariant()
    def somebody_waits_only_while_preparing_without_a_session(self) -> None:
        waiting = self.c.session is None and status(self.c, self.outlet) is Status.PREPARING
        assert (self.c.waiting_since is not None) == waiting

    @invariant()
    def the_station_knows_the_demand(self) -> None:
        assert abs(demand(self.c, self.outlet) - self.c.demand_w) < DEMAND_STEP_W
        assert (demand(self.c, self.outlet) == 0) == (self.c.demand_w == 0)

    @invariant()
    def power_flows_exactly_while_charging(self) -> None:
        charging = status(self.c, self.outlet) is Status.CHARGING
        assert (flowing(self.c, self.outlet).power_w > 0) == charging

    @invariant()
    def nobody_has_a_claim_on_what_is_out_of_service(self) -> None:
        if not self.c.operative or self.c.facts.out_of_order:
            assert (self.c.tag, self.c.asking) == (None, None)
            assert self.c.session is None or self.c.session.interrupted

    @invariant()
    def nobody_has_a_claim_on_what_is_held(self) -> None:
        if self.c.held:
            assert (self.c.tag, self.c.asking) == (None, None)

    @invariant()
    def a_claim_comes_and_goes_with_its_tag(self) -> None:
        assert self.c.claim is None or self.c.tag is not None or self.c.asking is not None

    @invariant()
    def only_a_tag_makes_use_of_a_reservation(self) -> None:
        assert self.c.claimed is None or self.c.tag is not None

    @invariant()
    def an_accepted_tag_waits_only_for_the_cable(self) -> None:
        assert self.c.tag is None or not connected(self.c, self.outlet)

    @invariant()
    def finishing_is_somebody_who_has_not_left(self) -> None:
        assert not self.c.finishing or (occupied(self.c, self.outlet) and self.c.session is None)

    @invariant()
    def a_change_is_scheduled_only_for_the_end_of_a_session(self) -> None:
        assert self.c.scheduled is None or self.c.session is not None

    @invariant()
    def a_reservation_is_of_a_connector_that_works_and_has_no_session(self) -> None:
        if self.c.reservation is not None:
            assert self.c.session is None
            assert self.c.operative
            assert not self.c.facts.out_of_order
            assert not self.c.finishing

    @invariant()
    def a_tag_on_a_reserved_connector_is_the_one_it_is_kept_for(self) -> None:
        c = self.c
        if c.reservation is not None and c.tag is not None:
            assert c.reservation.admits(c.tag, c.parent)

    @invariant()
    def no_more_flows_after_a_refusal_than_is_allowed(self) -> None:
        session = self.c.session
        if session is not None and session.until_wh is not None:
            assert self.c.register_wh <= session.until_wh
            assert not (spent(self.c) and session.released and not session.interrupted)

    @invariant()
    def a_share_belongs_to_a_session(self) -> None:
        assert self.c.share_w is None or (self.c.session is not None and not self.c.session.interrupted)


Walk.TestCase.settings = tries(60, stateful_step_count=40)
TestWalk = Walk.TestCase
