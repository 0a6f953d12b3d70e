"""Policies and causes: pure functions."""

import pytest

from ocppsim.actors.runtime import Crash, Policy, Restart, Stop, When, cause

CRASH = Crash(ValueError("boom"))


def test_planned_restart_waits_its_own_pause_and_is_no_crash() -> None:
    recent: list[float] = []
    assert Policy(When.NEVER, crashes=0).pause(Restart("firmware", after=60), recent, 0.0) == 60
    assert recent == []


@pytest.mark.parametrize(
    ("when", "after_stop", "after_crash"),
    [(When.ALWAYS, 0.0, 0.0), (When.ON_CRASH, None, 0.0), (When.NEVER, None, None)],
)
def test_table_of_policies(when: When, after_stop: float | None, after_crash: float | None) -> None:
    assert Policy(when).pause(Stop(), [], 0.0) == after_stop
    assert Policy(when).pause(CRASH, [], 0.0) == after_crash


def test_back_off_grows_until_there_were_too_many_crashes() -> None:
    policy, recent = Policy(crashes=2, within=10, backoff=lambda crashes: 2.0**crashes), list[float]()
    assert [policy.pause(CRASH, recent, moment) for moment in (0.0, 1.0, 2.0)] == [2.0, 4.0, None]


def test_window_forgets_a_crash_that_is_as_old_as_the_window() -> None:
    policy, recent = Policy(crashes=1, within=10), list[float]()
    assert [policy.pause(CRASH, recent, moment) for moment in (0.0, 10.0, 20.0, 29.9)] == [0, 0, 0, None]
    assert recent == [20.0, 29.9], "the window keeps no more than it needs"


def test_impossible_policies_are_refused() -> None:
    with pytest.raises(ValueError, match="'crashes' must be"):
        Policy(crashes=-1)
    with pytest.raises(ValueError, match="'within' must be"):
        Policy(within=0)


def test_cause_is_one_line() -> None:
    assert cause(ValueError("first\nsecond")) == "ValueError: first"


def test_cause_without_text_is_the_class() -> None:
    assert cause(KeyError()) == "KeyError"


def test_cause_of_a_group_is_its_first_root_and_how_many_more() -> None:
    inner = ExceptionGroup("inner", [ValueError("boom"), OSError("disk")])
    assert cause(ExceptionGroup("outer", [inner, KeyError("x")])) == "ValueError: boom (and 2 more)"
    assert (
        cause(ExceptionGroup("outer", [ExceptionGroup("inner", [ValueError("boom")])])) == "ValueError: boom"
    )
