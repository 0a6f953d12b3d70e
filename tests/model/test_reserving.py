"""Reservations: of one connector by its own steps, of any by how many must stay free (1.6 ed. 2, 5.13)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.connector import Connector, Status
from ocppsim.model.facts import Facts, Fault
from ocppsim.model.inputs import (
    Arm,
    Authorized,
    Begun,
    Hold,
    Present,
    Reserve,
    SetAvailability,
    Unreserve,
    Verdict,
)
from ocppsim.model.reservation import Reservation
from ocppsim.model.reserving import (
    Admission,
    admission,
    answer_for_any,
    free,
    from_json,
    to_json,
    unclaimed,
)
from ocppsim.model.specification import Outlet
from tests.model.connector_bench import OTHER_TAG, START, TAG, Bench, bench
from tests.model.connector_phases import PHASES
from tests.tables import each

UNTIL = START + 600
MINE = Reservation(7, TAG, UNTIL)
FAMILY = Reservation(8, TAG, UNTIL, "FAMILY")
OUTLETS = {number: Outlet() for number in (1, 2, 3)}


def reserved(reservation: Reservation = MINE) -> Bench:
    made = bench()
    assert made.do(Reserve(reservation)) is Verdict.ACCEPTED
    assert made.status() is Status.RESERVED
    return made


# -- one connector


ANSWERS = {
    "available": Verdict.ACCEPTED,
    "plugged": Verdict.OCCUPIED,
    "asking": Verdict.OCCUPIED,
    "armed": Verdict.OCCUPIED,
    "starting": Verdict.OCCUPIED,
    "charging": Verdict.OCCUPIED,
    "paused": Verdict.OCCUPIED,
    "starved": Verdict.OCCUPIED,
    "finishing": Verdict.OCCUPIED,
    "unavailable": Verdict.UNAVAILABLE,
    "faulted": Verdict.FAULTED,
    "cut_short": Verdict.OCCUPIED,
}


@each("phase", PHASES)
def test_what_can_be_reserved(phase: str) -> None:
    made = PHASES[phase]()
    assert made.do(Reserve(MINE)) is ANSWERS[phase]
    assert made.c.reservation is (MINE if ANSWERS[phase] is Verdict.ACCEPTED else None)


def test_another_reservation_stands_in_the_way_and_the_same_one_is_replaced() -> None:
    made = reserved()
    assert made.do(Reserve(FAMILY)) is Verdict.OCCUPIED
    longer = Reservation(MINE.id, OTHER_TAG, UNTIL + 600)
    assert made.do(Reserve(longer)) is Verdict.ACCEPTED
    assert made.c.reservation is longer
    made.do(Present(OTHER_TAG))
    assert made.do(Reserve(MINE)) is Verdict.OCCUPIED, "somebody has come"


def test_a_cable_alone_does_not_end_it() -> None:
    made = reserved()
    made.plug()
    assert made.status() is Status.RESERVED
    made.later(400)
    assert made.status() is Status.RESERVED, "nobody's patience is at stake"
    made.later(200)
    assert made.status() is Status.PREPARING


@pytest.mark.parametrize(
    ("reservation", "tag", "parent", "let_in"),
    [
        (MINE, TAG, None, True),
        (MINE, TAG.lower(), "ANY", True),
        (FAMILY, OTHER_TAG, "family", True),
        (FAMILY, OTHER_TAG, "OTHERS", False),
        (FAMILY, OTHER_TAG, None, False),
        (FAMILY, TAG, None, True),
    ],
)
def test_whom_it_lets_in(reservation: Reservation, tag: str, parent: str | None, let_in: bool) -> None:
    made = reserved(reservation)
    made.plug()
    assert made.do(Present(tag)) is Verdict.ACCEPTED
    assert made.status() is Status.RESERVED
    made.do(Authorized(tag, parent))
    if let_in:
        [begun] = [what for what in made.happened if isinstance(what, Begun)]
        assert (begun.session.reservation, begun.session.parent) == (reservation.id, parent)
        assert made.c.reservation is None
    else:
        assert made.c.session is None
        assert made.c.reservation is reservation


def test_a_tag_that_can_be_none_of_its_is_not_asked_about() -> None:
    made = reserved()
    assert made.do(Present(OTHER_TAG)) is Verdict.REJECTED
    assert made.do(Arm(OTHER_TAG, authorize=True)) is Verdict.REJECTED
    assert made.happened == []


def test_a_remote_start_whose_group_is_known_needs_no_question() -> None:
    made = reserved(FAMILY)
    assert made.do(Arm(OTHER_TAG, authorize=False, parent="OTHERS")) is Verdict.REJECTED
    assert made.do(Arm(OTHER_TAG, authorize=False, parent="FAMILY")) is Verdict.ACCEPTED
    assert made.c.tag == OTHER_TAG
    assert made.status() is Status.PREPARING


def test_it_ends_at_its_instant_and_not_before() -> None:
    made = reserved()
    made.later(599.9)
    assert made.status() is Status.RESERVED
    made.later(0.1)
    assert made.status() is Status.AVAILABLE
    assert made.c.reservation is None


@pytest.mark.parametrize(
    "how",
    [
        lambda made: made.look(fault=Fault.GROUND),
        lambda made: made.look(emergency_stop=True),
        lambda made: made.do(SetAvailability(operative=False)),
        lambda made: made.do(Hold(True)),
        lambda made: made.do(Unreserve(MINE.id)),
    ],
)
def test_what_ends_it(how: object) -> None:
    made = reserved()
    how(made)  # type: ignore[operator]
    assert made.c.reservation is None


def test_going_down_does_not() -> None:
    made = reserved()
    made.do(Present(TAG))
    made.cut()
    assert made.status() is Status.RESERVED


def test_only_its_own_id_cancels_it() -> None:
    made = reserved()
    assert made.do(Unreserve(8)) is Verdict.REJECTED
    assert made.do(Unreserve(7)) is Verdict.ACCEPTED
    assert made.do(Unreserve(7)) is Verdict.REJECTED


# -- any connector


def connectors(*changes: dict[str, object]) -> dict[int, Connector]:
    return {number: Connector(number, **change) for number, change in enumerate(changes, 1)}  # type: ignore[arg-type]


@given(
    busy=st.sets(st.sampled_from([1, 2, 3])),
    number=st.sampled_from([1, 2, 3]),
    waiting=st.integers(0, 3),
)
def test_a_stranger_never_takes_one_that_is_needed(busy: set[int], number: int, waiting: int) -> None:
    kept = [Reservation(n, f"OWNER-{n}", UNTIL) for n in range(waiting)]
    there = {1, 2, 3} - busy
    let_in = admission(number, "STRANGER", None, kept, there) is not None
    assert let_in == (len(there - {number}) >= waiting)
    for owner in kept:
        assert admission(number, owner.tag.lower(), None, kept, there) == Admission(owner)


def test_what_is_claimed_or_over_keeps_nobody_out() -> None:
    anywhere = (MINE, FAMILY, Reservation(9, "LATE", START))
    state = connectors({"tag": TAG, "claimed": MINE}, {"claimed": FAMILY}, {})
    assert unclaimed(anywhere, state, START) == (FAMILY,)
    assert unclaimed(anywhere, state, UNTIL) == ()


def test_free_is_what_shows_available() -> None:
    state = connectors({"reservation": MINE}, {"facts": Facts(cable=True)}, {})
    assert free(state, OUTLETS) == {3}


@pytest.mark.parametrize(
    ("waiting", "free_ones", "statuses", "verdict"),
    [
        (0, 1, [Status.AVAILABLE], Verdict.ACCEPTED),
        (1, 1, [Status.AVAILABLE], Verdict.OCCUPIED),
        (0, 0, [Status.CHARGING, Status.FAULTED], Verdict.OCCUPIED),
        (0, 0, [Status.UNAVAILABLE, Status.FAULTED], Verdict.UNAVAILABLE),
        (0, 0, [Status.FAULTED, Status.FAULTED], Verdict.FAULTED),
    ],
)
def test_the_answer_for_any(waiting: int, free_ones: int, statuses: list[Status], verdict: Verdict) -> None:
    assert answer_for_any(waiting, free_ones, statuses) is verdict


def test_they_can_be_kept() -> None:
    assert from_json(json.loads(json.dumps(to_json((MINE, FAMILY))))) == (MINE, FAMILY)
    assert from_json(None) == ()
