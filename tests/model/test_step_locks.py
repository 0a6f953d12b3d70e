"""Which cables stay locked after a session, and who frees them (3.5.4, 4.10)."""

from collections.abc import Callable

import pytest

from ocppsim.model.connector import Status, cable_locked
from ocppsim.model.inputs import (
    Authorized,
    Grant,
    Present,
    Refused,
    SessionGroup,
    SessionRefused,
    SetAvailability,
    Unlock,
    Verdict,
)
from ocppsim.model.specification import Outlet
from tests.model.connector_bench import OTHER_TAG, PLENTY_W, TAG, Bench, bench

GROUP, OTHER_GROUP = "FAMILY", "STRANGERS"


def locked(made: Bench) -> bool:
    return cable_locked(made.c, made.outlet, made.settings)


def key(made: Bench) -> str:
    assert made.c.session is not None
    return made.c.session.key


def left_behind(parent: str | None = None) -> Bench:
    """The EV was pulled off its cable, which does not unlock it."""
    made = bench(unlock_on_ev_side_disconnect=False)
    made.charge()
    if parent is not None:
        made.do(SessionGroup(key(made), parent))
    made.look(vehicle=None)
    assert locked(made)
    assert made.status() is Status.FINISHING
    return made


def refused(parent: str | None = None, *, outlet: Outlet | None = None, stop: bool = True) -> Bench:
    """The session's tag turned out to be no good."""
    made = bench(outlet=outlet, stop_on_invalid_tag=stop)
    made.charge()
    if parent is not None:
        made.do(SessionGroup(key(made), parent))
    made.do(SessionRefused(key(made)))
    return made


@pytest.mark.parametrize("made", [left_behind, refused])
def test_the_tag_of_the_session_frees_the_cable(made: Callable[..., Bench]) -> None:
    one = made()
    assert locked(one)
    assert one.do(Present(TAG.lower())) is Verdict.ACCEPTED
    assert (locked(one), one.kinds, one.status()) == (False, [], Status.FINISHING)


@pytest.mark.parametrize("made", [left_behind, refused])
def test_a_tag_of_its_group_frees_the_cable_and_begins_nothing(made: Callable[..., Bench]) -> None:
    one = made(GROUP)
    assert one.do(Present(OTHER_TAG)) is Verdict.ACCEPTED
    assert one.kinds == ["TagShown"]
    assert one.do(Authorized(OTHER_TAG, GROUP.lower())) is Verdict.ACCEPTED
    assert (locked(one), one.c.tag, one.c.session) == (False, None, None)


def test_a_tag_of_another_group_or_no_good_leaves_the_cable_locked() -> None:
    made = refused(GROUP)
    made.do(Present(OTHER_TAG))
    made.do(Refused(OTHER_TAG))
    assert locked(made)
    made.do(Present(OTHER_TAG))
    made.do(Authorized(OTHER_TAG))
    assert made.c.session is not None  # nothing but an ordinary session


def test_the_group_frees_the_cable_of_a_connector_that_takes_no_session() -> None:
    made = left_behind(GROUP)
    made.do(SetAvailability(operative=False))
    assert made.do(Present(OTHER_TAG)) is Verdict.ACCEPTED
    made.do(Authorized(OTHER_TAG, GROUP))
    assert not locked(made)
    assert made.do(Present(OTHER_TAG)) is Verdict.REJECTED


def test_a_stranger_who_waits_for_an_answer_begins_no_session_there() -> None:
    made = left_behind(GROUP)
    made.do(SetAvailability(operative=False))
    made.do(Present(OTHER_TAG))
    made.do(Authorized(OTHER_TAG, OTHER_GROUP))
    assert (locked(made), made.c.tag, made.status()) == (True, None, Status.UNAVAILABLE)


def test_what_is_not_stopped_or_has_a_fixed_cable_is_not_kept() -> None:
    going_on = refused(stop=False)
    assert going_on.c.session is not None
    assert going_on.c.locked_for is None
    assert not locked(refused(outlet=Outlet(fixed_cable=True)))


def test_unlock_connector_frees_it_and_the_next_session_forgets_it() -> None:
    made = refused()
    assert made.do(Unlock()) is Verdict.UNLOCKED
    assert not locked(made)
    again = refused(GROUP)
    again.do(Present(OTHER_TAG))
    again.do(Authorized(OTHER_TAG))
    again.do(Grant(PLENTY_W))
    assert (again.c.locked_for, again.c.locked_group) == (None, None)
