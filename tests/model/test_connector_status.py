"""What a connector is and shows, derived from a state that is given, not walked to."""

from math import inf

import pytest
from attrs import evolve

from ocppsim.model.connector import (
    Connector,
    Status,
    advanced,
    busy,
    connected,
    demand,
    due,
    flowing,
    interrupted,
    occupied,
    reading,
    status,
)
from ocppsim.model.facts import Facts, Fault
from ocppsim.model.reservation import Reservation
from ocppsim.model.session import ChargingSession
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.status_changes import AFTER, BEYOND, allowed
from tests.model.connector_bench import EV, PLENTY_W, START
from tests.model.connector_phases import PHASES
from tests.tables import each

SOCKET, FIXED = Outlet(), Outlet(fixed_cable=True)
SESSION = ChargingSession("1-1", "TAG", 0.0, started_at=START)
RESERVATION = Reservation(7, "TAG", START + 60)
PLUGGED = Facts(cable=True, vehicle=EV)
CHARGING = Connector(1, facts=PLUGGED, session=SESSION, share_w=PLENTY_W, soc=0.5, at=START)


def test_the_phases_are_what_they_are_called() -> None:
    assert {name: phase().status().name.lower() for name, phase in PHASES.items()} == {
        "available": "available",
        "plugged": "preparing",
        "asking": "preparing",
        "armed": "preparing",
        "starting": "preparing",
        "charging": "charging",
        "paused": "suspended_ev",
        "starved": "suspended_evse",
        "finishing": "finishing",
        "unavailable": "unavailable",
        "faulted": "faulted",
        "cut_short": "finishing",
    }


@each(
    ("state", "expected"),
    [
        (Connector(1), Status.AVAILABLE),
        (Connector(1, asking="TAG"), Status.PREPARING),
        (Connector(1, tag="TAG"), Status.PREPARING),
        (Connector(1, facts=PLUGGED), Status.PREPARING),
        (Connector(1, facts=PLUGGED, reservation=RESERVATION), Status.RESERVED),
        (Connector(1, asking="TAG", reservation=RESERVATION), Status.RESERVED),
        (Connector(1, tag="TAG", reservation=RESERVATION), Status.PREPARING),
        (Connector(1, facts=PLUGGED, finishing=True), Status.FINISHING),
        (Connector(1, facts=PLUGGED, finishing=True, tag="TAG"), Status.PREPARING),
        (Connector(1, facts=PLUGGED, operative=False), Status.UNAVAILABLE),
        (Connector(1, facts=Facts(fault=Fault.GROUND), operative=False), Status.FAULTED),
        (CHARGING, Status.CHARGING),
        (evolve(CHARGING, share_w=None), Status.PREPARING),
        (evolve(CHARGING, share_w=0.0), Status.SUSPENDED_EVSE),
        (evolve(CHARGING, soc=1.0), Status.SUSPENDED_EV),
        (evolve(CHARGING, soc=1.0, share_w=0.0), Status.SUSPENDED_EVSE),
        (evolve(CHARGING, session=evolve(SESSION, released=False)), Status.SUSPENDED_EVSE),
        (evolve(CHARGING, session=evolve(SESSION, interrupted_at=START)), Status.FINISHING),
    ],
)
def test_status(state: Connector, expected: Status) -> None:
    assert status(state, SOCKET) is expected


@pytest.mark.parametrize(
    ("outlet", "facts", "is_occupied", "is_connected"),
    [
        (SOCKET, Facts(), False, False),
        (SOCKET, Facts(cable=True), True, False),
        (SOCKET, Facts(vehicle=EV), True, False),
        (SOCKET, Facts(cable=True, vehicle=EV), True, True),
        (FIXED, Facts(), False, False),
        (FIXED, Facts(cable=True), False, False),  # what hangs at the station says nothing
        (FIXED, Facts(vehicle=EV), True, True),
    ],
)
def test_a_fixed_cable_needs_only_the_end_at_the_ev(
    outlet: Outlet, facts: Facts, is_occupied: bool, is_connected: bool
) -> None:
    state = Connector(1, facts=facts)
    assert (occupied(state, outlet), connected(state, outlet)) == (is_occupied, is_connected)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Connector(1), False),
        (Connector(1, facts=PLUGGED), False),
        (Connector(1, asking="TAG"), True),
        (Connector(1, tag="TAG"), True),
        (CHARGING, True),
    ],
)
def test_somebody_has_a_claim(state: Connector, expected: bool) -> None:
    assert busy(state) is expected


@each(
    ("state", "power_w", "by"),
    [
        (Connector(1, facts=PLUGGED), 0, "idle"),
        (evolve(CHARGING, share_w=None), 0, "idle"),
        (evolve(CHARGING, session=evolve(SESSION, released=False)), 0, "authorization"),
        (evolve(CHARGING, facts=evolve(PLUGGED, fault=Fault.EV_COMMUNICATION)), 0, "communication"),
        (evolve(CHARGING, facts=evolve(PLUGGED, ev_ready=False)), 0, "vehicle"),
        (evolve(CHARGING, facts=evolve(PLUGGED, vehicle=None)), 0, "vehicle"),
        (evolve(CHARGING, share_w=0.0), 0, "station"),
        (CHARGING, 11_040, "vehicle"),
        (evolve(CHARGING, share_w=5_000), 5_000, "station"),
    ],
)
def test_what_binds_the_power_is_named(state: Connector, power_w: float, by: str) -> None:
    assert (flowing(state, SOCKET).power_w, flowing(state, SOCKET).by) == (power_w, by)


def test_the_demand_is_what_would_flow_with_power_without_end() -> None:
    assert demand(evolve(CHARGING, share_w=0.0), SOCKET) == 11_040
    assert demand(CHARGING, Outlet(max_power_w=7_360)) == 7_360
    assert demand(evolve(CHARGING, session=None), SOCKET) == 0


def test_the_meter_shows_what_flows() -> None:
    shown = reading(CHARGING, SOCKET)
    assert (shown.power_w, shown.current_a, shown.voltage_v, shown.soc_percent) == (11_040, 16, 230, 50)
    assert reading(evolve(CHARGING, share_w=0.0), SOCKET).power_w == 0


def test_time_that_does_not_pass_changes_nothing() -> None:
    assert advanced(CHARGING, START, SOCKET) is CHARGING
    assert advanced(CHARGING, START - 1, SOCKET) is CHARGING


def test_nothing_is_due_where_nobody_is() -> None:
    assert due(Connector(1), SOCKET, Settings()) == inf
    assert due(evolve(CHARGING, session=evolve(SESSION, interrupted_at=START)), SOCKET, Settings()) == inf


def test_an_interruption_keeps_what_is_not_the_session_s() -> None:
    before = evolve(CHARGING, scheduled=False, begun=7, register_wh=1_234.5)
    after = interrupted(before, START, SOCKET)
    assert after == evolve(before, session=evolve(SESSION, interrupted_at=START), share_w=None, demand_w=0.0)


# -- the table of changes (4.9)


def test_the_table_says_something_of_every_status() -> None:
    assert set(AFTER) == set(Status)
    assert all(before not in after for before, after in AFTER.items())


def test_what_goes_beyond_the_table_is_not_in_it_and_has_a_reason() -> None:
    for (before, after), reason in BEYOND.items():
        assert after not in AFTER[before]
        assert reason


def test_what_is_not_in_either_is_not_allowed() -> None:
    assert allowed(Status.PREPARING, Status.UNAVAILABLE)
    assert allowed(Status.CHARGING, Status.CHARGING)
    assert not allowed(Status.CHARGING, Status.PREPARING)
    assert not allowed(Status.UNAVAILABLE, Status.FINISHING)
