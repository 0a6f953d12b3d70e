"""What ends a wait, what a change of availability does when, and what unlocking comes to."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.connector import Status, due
from ocppsim.model.facts import Fault, Lock
from ocppsim.model.inputs import (
    Arm,
    Authorized,
    Begun,
    CloseInterrupted,
    Ended,
    Grant,
    Present,
    Refused,
    SetAvailability,
    StopSession,
    Tick,
    Unlock,
    Verdict,
)
from ocppsim.model.session import StopReason
from ocppsim.model.specification import Outlet
from tests.model.connector_bench import EV, OTHER_TAG, PLENTY_W, START, TAG, Bench, bench
from tests.tables import each

TIMEOUT_S = 60.0


def waited(made: Bench) -> float:
    """The seconds until the status changes by itself."""
    status, start = made.status(), made.now
    while made.status() is status:
        at = due(made.c, made.outlet, made.settings)
        assert at < inf
        made.later(at - made.now)
    return made.now - start


# -- ConnectionTimeOut: from the change to Preparing until somebody gives up (4.9 B1 and B6, 9.1.6)


def test_a_tag_without_a_cable_waits_for_the_timeout_then_the_connector_is_available() -> None:
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.do(Arm(TAG, authorize=False))
    assert waited(made) == pytest.approx(TIMEOUT_S, abs=1e-5)
    assert made.status() is Status.AVAILABLE
    made.plug()
    assert made.c.session is None


def test_a_cable_without_a_tag_waits_for_the_timeout_then_the_connector_is_finishing() -> None:
    """B6: so that the next tag does not charge somebody else's EV unawares (errata 3.20)."""
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.plug()
    assert waited(made) == pytest.approx(TIMEOUT_S, abs=1e-5)
    assert made.status() is Status.FINISHING
    assert made.later(1e6) == []
    made.unplug()
    assert made.status() is Status.AVAILABLE


def test_the_wait_is_not_longer_for_a_tag_that_comes_late() -> None:
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.look(cable=True)
    made.later(TIMEOUT_S - 1)
    made.do(Present(TAG))
    assert waited(made) == pytest.approx(1, abs=1e-5)
    assert made.status() is Status.FINISHING
    assert made.do(Authorized(TAG)) is Verdict.REJECTED


def test_a_refused_tag_does_not_stop_the_wait_of_the_cable() -> None:
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.plug()
    made.later(40)
    made.do(Present(TAG))
    made.do(Refused(TAG))
    assert made.status() is Status.PREPARING
    assert waited(made) == pytest.approx(20, abs=1e-5)


def test_each_wait_begins_anew() -> None:
    made = bench(connection_timeout_s=TIMEOUT_S)
    for _ in range(3):
        made.plug()
        made.later(TIMEOUT_S - 1)
        made.unplug()
    made.do(Arm(TAG, authorize=False))
    assert waited(made) == pytest.approx(TIMEOUT_S, abs=1e-5)


def test_a_session_ends_the_wait() -> None:
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.charge()
    made.later(10 * TIMEOUT_S)
    assert made.status() is Status.CHARGING


def test_a_timeout_of_zero_waits_for_ever() -> None:
    made = bench(connection_timeout_s=0.0)
    made.plug()
    assert due(made.c, made.outlet, made.settings) == inf
    made.later(1e6)
    assert made.status() is Status.PREPARING


def test_a_shorter_timeout_holds_for_the_wait_that_runs() -> None:
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.plug()
    made.later(30)
    made.settings = bench(connection_timeout_s=10.0).settings
    assert due(made.c, made.outlet, made.settings) < made.now
    made.do(Tick())
    assert made.status() is Status.FINISHING


def test_a_tag_in_finishing_begins_a_new_session_and_a_new_wait() -> None:
    """F2."""
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.charge()
    made.do(Present(TAG))
    made.later(1_000)
    assert made.status() is Status.FINISHING
    made.do(Present(OTHER_TAG))
    assert waited(made) == pytest.approx(TIMEOUT_S, abs=1e-5)
    made.do(Present(OTHER_TAG))
    made.do(Authorized(OTHER_TAG))
    assert made.kinds == ["Begun", "DemandChanged"]


def test_a_tag_refused_in_finishing_leaves_it_finishing() -> None:
    made = bench()
    made.charge()
    made.do(Present(TAG))
    made.do(Present(OTHER_TAG))
    made.do(Refused(OTHER_TAG))
    assert made.status() is Status.FINISHING


@given(began=st.floats(START, 2 * START), timeout_s=st.floats(0.1, 10_000))
def test_one_tick_at_the_instant_that_is_due_ends_the_wait(began: float, timeout_s: float) -> None:
    """However the instant is rounded."""
    made = bench(connection_timeout_s=timeout_s)
    made.now = began
    made.plug()
    made.now = due(made.c, made.outlet, made.settings)
    made.do(Tick())
    assert made.status() is Status.FINISHING


# -- ChangeAvailability (5.2)


def test_made_inoperative_while_a_session_runs_is_scheduled_and_happens_at_its_end() -> None:
    made = bench()
    made.charge()
    assert made.do(SetAvailability(operative=False)) is Verdict.SCHEDULED
    assert made.status() is Status.CHARGING
    made.do(StopSession(StopReason.REMOTE))
    assert made.status() is Status.UNAVAILABLE
    assert made.do(Arm(TAG, authorize=False)) is Verdict.REJECTED


def test_a_scheduled_change_is_taken_back_by_its_contrary() -> None:
    made = bench()
    made.charge()
    made.do(SetAvailability(operative=False))
    assert made.do(SetAvailability(operative=True)) is Verdict.ACCEPTED
    made.do(StopSession(StopReason.REMOTE))
    assert made.status() is Status.FINISHING


def test_a_scheduled_change_asked_for_again_is_still_scheduled() -> None:
    made = bench()
    made.charge()
    made.do(SetAvailability(operative=False))
    assert made.do(SetAvailability(operative=False)) is Verdict.SCHEDULED


def test_a_scheduled_change_is_kept_while_the_station_is_down() -> None:
    made = bench()
    made.charge()
    made.do(SetAvailability(operative=False))
    made.cut()
    made.look()
    made.do(CloseInterrupted(StopReason.POWER_LOSS))
    assert made.status() is Status.UNAVAILABLE


@pytest.mark.parametrize("operative", [True, False])
def test_a_change_to_what_is_already_so_is_accepted_and_changes_nothing(operative: bool) -> None:
    made = bench()
    made.do(SetAvailability(operative=operative))
    made.look(cable=True)
    before = made.c
    assert made.do(SetAvailability(operative=operative)) is Verdict.ACCEPTED
    assert made.c == before


@pytest.mark.parametrize("decided", [True, False])
def test_made_inoperative_drops_a_tag_that_is_accepted_or_being_checked(decided: bool) -> None:
    made = bench()
    made.do(Arm(TAG, authorize=not decided))
    assert made.do(SetAvailability(operative=False)) is Verdict.ACCEPTED
    made.do(Authorized(TAG))
    made.do(SetAvailability(operative=True))
    made.plug()
    assert made.c.session is None


def test_made_operative_with_a_cable_in_is_preparing() -> None:
    """H2; there is no way from Unavailable to Finishing."""
    made = bench(connection_timeout_s=TIMEOUT_S)
    made.charge()
    made.do(SetAvailability(operative=False))
    made.do(StopSession(StopReason.REMOTE))
    made.do(SetAvailability(operative=True))
    assert made.status() is Status.PREPARING
    waited(made)
    assert made.status() is Status.FINISHING


# -- UnlockConnector (5.18, errata 3.87)


@each("running", [True, False])
@each(
    ("fixed_cable", "lock", "verdict"),
    [
        (False, Lock.WORKING, Verdict.UNLOCKED),
        (False, Lock.STUCK, Verdict.UNLOCK_FAILED),
        (True, Lock.WORKING, Verdict.NOT_SUPPORTED),
        (True, Lock.STUCK, Verdict.NOT_SUPPORTED),
    ],
)
def test_unlock(fixed_cable: bool, lock: Lock, verdict: Verdict, running: bool) -> None:
    """A session is stopped first, unless there is no lock at all."""
    made = bench(outlet=Outlet(fixed_cable=fixed_cable))
    if running:
        made.charge()
    made.look(lock=lock)
    assert made.do(Unlock()) is verdict
    ended = [what.reason for what in made.happened if isinstance(what, Ended)]
    assert ended == ([StopReason.UNLOCK_COMMAND] if running and not fixed_cable else [])
    assert (made.c.session is not None) == (running and fixed_cable)


def test_a_lock_that_is_reported_broken_does_not_open() -> None:
    made = bench()
    made.look(fault=Fault.CONNECTOR_LOCK)
    assert made.do(Unlock()) is Verdict.UNLOCK_FAILED


# -- the beginning


@pytest.mark.parametrize("fixed_cable", [True, False])
def test_a_session_needs_a_tag_and_a_cable_at_both_ends(fixed_cable: bool) -> None:
    made = bench(outlet=Outlet(fixed_cable=fixed_cable))
    made.do(Arm(TAG, authorize=False))
    if not fixed_cable:
        made.look(vehicle=EV)  # a cable that hangs from the EV
        assert made.c.session is None
        made.look(cable=True)
    else:
        made.look(vehicle=EV)
    assert isinstance(made.happened[0], Begun)
    assert made.happened[0].session.tag == TAG


def test_an_ev_that_wants_nothing_yet_is_suspended_not_preparing() -> None:
    """B4: it is told to the station all the same, which closes the contactor."""
    made = bench()
    made.plug()
    made.look(ev_ready=False)
    made.do(Arm(TAG, authorize=False))
    assert made.kinds == ["Begun", "DemandChanged"]
    made.do(Grant(PLENTY_W))
    assert made.status() is Status.SUSPENDED_EV
    made.look(ev_ready=True)
    assert made.status() is Status.CHARGING
