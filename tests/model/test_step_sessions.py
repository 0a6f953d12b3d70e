"""Sessions: what begins, suspends and ends them."""

from math import inf

import pytest

from ocppsim.model.connector import Status, due
from ocppsim.model.electricity import Supply
from ocppsim.model.energy import time_until_full
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import (
    Arm,
    DemandChanged,
    Grant,
    Present,
    SessionRefused,
    StopSession,
    Verdict,
)
from ocppsim.model.session import StopReason
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle
from tests.model.connector_bench import EV, OTHER_TAG, PLENTY_W, START, TAG, bench

HOUR = 3_600.0

# -- RemoteStartTransaction where somebody is


@pytest.mark.parametrize("authorize", [True, False])
def test_d10_a_connector_with_a_session_rejects_a_remote_start(authorize: bool) -> None:
    made = bench()
    made.charge()
    before = made.c
    assert made.do(Arm(OTHER_TAG, authorize)) is Verdict.REJECTED
    assert made.c == before
    assert made.happened == []


def test_d10_a_connector_whose_driver_is_being_checked_rejects_a_remote_start() -> None:
    made = bench()
    made.plug()
    made.do(Present(TAG))
    assert made.do(Arm(OTHER_TAG, authorize=False)) is Verdict.REJECTED
    assert made.c.asking == TAG


# -- keys and numbers


def test_each_session_has_a_key_of_its_own_and_starts_where_the_last_one_ended() -> None:
    made = bench()
    registers, keys = [0.0], []
    for _ in range(3):
        made.charge()
        assert made.c.session is not None
        keys.append(made.c.session.key)
        assert made.c.session.start_wh == registers[-1]
        made.later(HOUR)
        made.do(StopSession(StopReason.REMOTE))
        registers.append(made.ended().register_wh)
        made.unplug()
    assert keys == ["1-1", "1-2", "1-3"]
    assert registers == pytest.approx([0, 11_040, 22_080, 33_120])


def test_the_energy_is_the_power_for_as_long_as_it_was_granted() -> None:
    made = bench()
    made.charge(power_w=5_000)
    made.later(HOUR / 2)
    made.do(Grant(0.0))
    made.later(HOUR)
    made.do(Grant(8_000))
    made.later(HOUR / 4)
    made.do(Present(TAG))
    assert made.ended().register_wh == pytest.approx(2_500 + 2_000)


def test_before_the_station_decides_no_power_flows() -> None:
    made = bench()
    made.plug()
    made.do(Arm(TAG, authorize=False))
    made.later(HOUR)
    assert made.status() is Status.PREPARING
    assert made.c.register_wh == 0


# -- suspended by whom


def test_suspended_by_the_station_wins_over_suspended_by_the_ev() -> None:
    """4.9."""
    made = bench()
    made.charge()
    made.look(ev_ready=False)
    assert made.status() is Status.SUSPENDED_EV
    made.do(Grant(0.0))
    assert made.status() is Status.SUSPENDED_EVSE
    made.look(ev_ready=True)
    assert made.status() is Status.SUSPENDED_EVSE
    made.do(Grant(PLENTY_W))
    assert made.status() is Status.CHARGING


def test_a_share_below_six_amperes_per_phase_is_no_power() -> None:
    made = bench()
    made.charge(power_w=6 * 230 * 3)
    assert made.status() is Status.CHARGING
    made.do(Grant(6 * 230 * 3 - 1))
    assert made.status() is Status.SUSPENDED_EVSE


def test_a_full_ev_suspends_and_the_station_hears_that_it_wants_nothing() -> None:
    made = bench()
    made.plug(Vehicle(capacity_wh=10_000), soc=0.9)
    made.do(Arm(TAG, authorize=False))
    made.do(Grant(PLENTY_W))
    happened = made.later(10 * HOUR)
    assert made.status() is Status.SUSPENDED_EV
    assert made.c.soc == 1.0
    assert made.c.register_wh == pytest.approx(1_000)
    demands = [what.power_w for what in happened if isinstance(what, DemandChanged)]
    assert demands[-1] == 0
    assert demands == sorted(demands, reverse=True)


def test_a_full_ev_suspends_at_the_instant_it_is_full() -> None:
    made = bench()
    made.plug(soc=0.5)
    made.do(Arm(TAG, authorize=False))
    made.do(Grant(PLENTY_W))
    full_after_s = time_until_full(EV, made.outlet.supply, PLENTY_W, 0.5)
    knees = []
    while (at := due(made.c, made.outlet, made.settings)) < inf:
        knees.append(at - START)
        assert made.status() is Status.CHARGING
        made.later(at - made.now)
    assert knees[-1] == pytest.approx(full_after_s, abs=1e-5)
    assert made.status() is Status.SUSPENDED_EV


def test_the_station_hears_that_an_ev_wants_nothing_however_little_it_took() -> None:
    made = bench(outlet=Outlet(Supply.dc()))
    made.plug(Vehicle(capacity_wh=1.0, max_power_w=0.5, curve=((0.0, 1.0),)), soc=0.5)
    made.do(Arm(TAG, authorize=False))
    made.do(Grant(PLENTY_W))
    assert made.c.demand_w == 0.5
    assert made.later(2 * HOUR) == [DemandChanged(0.0)]


def test_the_demand_does_not_depend_on_the_share() -> None:
    """Else share and demand would chase each other."""
    made = bench()
    made.charge()
    for power_w in (0.0, 4_140.0, 5_000.0, 50_000.0):
        made.do(Grant(power_w))
        assert made.happened == []
        assert made.c.demand_w == pytest.approx(11_040)


def test_an_ev_that_does_not_talk_is_suspended_by_the_station_until_it_does() -> None:
    """A warning, and no reason to end the session (7.6)."""
    made = bench()
    made.charge()
    made.look(fault=Fault.EV_COMMUNICATION)
    assert made.status() is Status.SUSPENDED_EVSE
    assert made.c.demand_w == 0
    made.later(HOUR)
    assert made.c.register_wh == 0
    made.look(fault=None)
    assert made.status() is Status.CHARGING


# -- the EV's end of the cable (StopTransactionOnEVSideDisconnect)


def test_a_disconnected_ev_ends_the_session_where_it_is_to() -> None:
    made = bench(stop_on_ev_side_disconnect=True)
    made.charge()
    made.look(vehicle=None)
    assert made.ended().reason is StopReason.EV_DISCONNECTED
    assert made.status() is Status.FINISHING


def test_a_disconnected_ev_suspends_the_session_where_it_is_not_to_end() -> None:
    """And another EV may go on (4.10)."""
    made = bench(stop_on_ev_side_disconnect=False)
    made.charge()
    made.later(HOUR)
    made.look(vehicle=None)
    assert made.status() is Status.SUSPENDED_EV
    made.later(HOUR)
    assert made.c.register_wh == pytest.approx(11_040)
    made.look(vehicle=Vehicle(ac_phases=1), arrival_soc=0.5)
    assert made.status() is Status.CHARGING
    made.later(HOUR)
    assert made.c.register_wh == pytest.approx(11_040 + 3_680)
    assert made.c.soc == pytest.approx(0.5 + 3_680 / 60_000)


def test_a_disconnected_ev_does_not_hide_that_the_station_offers_nothing() -> None:
    made = bench(stop_on_ev_side_disconnect=False)
    made.charge(power_w=0.0)
    made.look(vehicle=None)
    assert made.status() is Status.SUSPENDED_EVSE


def test_a_cable_pulled_out_of_the_station_ends_the_session_in_any_case() -> None:
    made = bench(stop_on_ev_side_disconnect=False)
    made.charge()
    made.unplug()
    assert made.ended().reason is StopReason.EV_DISCONNECTED
    assert made.status() is Status.AVAILABLE


@pytest.mark.parametrize(("stops", "ends"), [(True, 1), (False, 0)])
def test_another_ev_at_a_second_look_means_that_the_first_was_disconnected(stops: bool, ends: int) -> None:
    made = bench(stop_on_ev_side_disconnect=stops)
    made.charge()
    made.plug(Vehicle(capacity_wh=40_000), soc=0.7)
    assert made.kinds.count("Ended") == ends
    assert made.c.soc == 0.7


# -- a tag that the central system did not accept after all (StopTransactionOnInvalidId)


def test_a_refused_session_ends_where_it_is_to() -> None:
    made = bench(stop_on_invalid_tag=True)
    made.charge()
    assert made.do(SessionRefused("1-1")) is Verdict.ACCEPTED
    assert made.ended().reason is StopReason.DEAUTHORIZED


def test_a_refused_session_goes_on_without_energy_where_it_is_not_to_end() -> None:
    made = bench(stop_on_invalid_tag=False)
    made.charge()
    assert made.do(SessionRefused("1-1")) is Verdict.ACCEPTED
    assert made.status() is Status.SUSPENDED_EVSE
    assert made.power().by == "authorization"
    made.later(HOUR)
    assert made.c.register_wh == 0
    made.do(Present(TAG))
    assert made.ended().reason is StopReason.LOCAL


def test_a_refusal_that_comes_after_the_end_does_not_touch_the_next_session() -> None:
    made = bench()
    made.charge()
    made.unplug()
    made.charge(tag=OTHER_TAG)
    assert made.do(SessionRefused("1-1")) is Verdict.REJECTED
    assert made.status() is Status.CHARGING


def test_a_stop_of_a_session_that_is_over_does_not_touch_the_next_one() -> None:
    made = bench()
    made.charge()
    made.unplug()
    made.charge(tag=OTHER_TAG)
    assert made.do(StopSession(StopReason.REMOTE, key="1-1")) is Verdict.REJECTED
    assert made.do(StopSession(StopReason.REMOTE, key="1-2")) is Verdict.ACCEPTED
    assert made.ended().session.key == "1-2"


# -- who ends it, with which words


def test_the_tag_of_the_session_ends_it_and_is_told() -> None:
    made = bench()
    made.charge()
    made.do(Present(TAG))
    assert (made.ended().reason, made.ended().tag) == (StopReason.LOCAL, TAG)


def test_only_the_tag_of_the_session_ends_it() -> None:
    made = bench()
    made.charge()
    assert made.do(Present(OTHER_TAG)) is Verdict.REJECTED
    assert made.c.session is not None


@pytest.mark.parametrize("reason", [StopReason.REMOTE, StopReason.SOFT_RESET, StopReason.LOCAL])
def test_a_stop_keeps_its_reason_and_names_no_tag(reason: StopReason) -> None:
    made = bench()
    made.charge()
    made.do(StopSession(reason))
    assert (made.ended().reason, made.ended().tag) == (reason, None)


# -- other hardware


def test_a_fixed_cable_over_dc_charges_as_any_other() -> None:
    made = bench(outlet=Outlet(Supply.dc(), max_power_w=50_000, fixed_cable=True))
    made.look(vehicle=EV, arrival_soc=0.2)
    made.do(Arm(TAG, authorize=False))
    made.do(Grant(100_000))
    assert made.power().by == "connector"
    made.later(HOUR / 2)
    assert made.c.register_wh == pytest.approx(25_000)
    made.look(vehicle=None)
    assert made.ended().reason is StopReason.EV_DISCONNECTED
    assert made.status() is Status.AVAILABLE


def test_what_binds_the_power_is_named() -> None:
    made = bench(outlet=Outlet(cable_a=10.0))
    made.charge()
    assert (made.power().power_w, made.power().by) == (6_900, "cable")
    made.do(Grant(5_000))
    assert (made.power().power_w, made.power().by) == (5_000, "station")


def test_where_the_ev_takes_just_what_it_may_it_is_the_ev_that_is_named() -> None:
    made = bench(outlet=Outlet(max_power_w=11_040))
    made.charge()
    assert (made.power().power_w, made.power().by) == (11_040, "vehicle")
