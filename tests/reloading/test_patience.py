"""When files that change are worth reading."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ocppsim.config.problems import Stamp
from ocppsim.reloading.patience import LOOKS_WHERE_ONE_IS_MISSING, Patience

A, B = Path("a"), Path("b")
OLD, HALF, WHOLE = (1, 10, 1), (2, 5, 1), (2, 12, 1)


def looks(*stamps: Stamp) -> list[bool]:
    patience = Patience({A: OLD})
    return [patience.ripe({A: stamp}) for stamp in stamps]


def test_what_is_as_it_was_read_is_not_read_again() -> None:
    assert looks(OLD, OLD, OLD) == [False] * 3


def test_a_change_counts_once_it_is_seen_twice() -> None:
    assert looks(WHOLE, WHOLE) == [False, True]


def test_a_file_that_is_still_written_is_waited_for() -> None:
    assert looks(HALF, WHOLE, WHOLE) == [False, False, True]


def test_an_editor_that_removes_before_it_writes_is_waited_for() -> None:
    assert looks(None, WHOLE, WHOLE) == [False, False, True]
    assert looks(None, OLD, OLD) == [False, False, False]


def test_a_file_that_stays_away_is_missing_in_the_end() -> None:
    assert looks(*[None] * (LOOKS_WHERE_ONE_IS_MISSING + 1)) == [False] * LOOKS_WHERE_ONE_IS_MISSING + [True]


def test_each_disappearance_is_waited_for_anew() -> None:
    nearly = [None] * LOOKS_WHERE_ONE_IS_MISSING
    assert not any(looks(*nearly, WHOLE, *nearly))


def test_a_file_that_was_never_there_may_come() -> None:
    patience = Patience({A: OLD, B: None})
    assert [patience.ripe({A: OLD, B: WHOLE}) for _ in range(2)] == [False, True]


def test_what_was_missing_when_it_was_read_is_not_missed() -> None:
    patience = Patience({A: OLD, B: None})
    assert [patience.ripe({A: WHOLE, B: None}) for _ in range(2)] == [False, True]


def test_what_was_read_counts_for_all_that_follows() -> None:
    patience = Patience({A: OLD})
    patience.was_read({A: WHOLE, B: OLD})
    assert not patience.ripe({A: WHOLE, B: OLD})
    assert [patience.ripe({A: WHOLE, B: HALF}) for _ in range(2)] == [False, True]


@given(st.lists(st.sampled_from([OLD, HALF, WHOLE, None])), st.sampled_from([HALF, WHOLE, None]))
def test_whatever_happened_a_change_that_lasts_is_read(before: list[Stamp], last: Stamp) -> None:
    patience = Patience({A: OLD})
    for one in before:
        if patience.ripe({A: one}):
            patience.was_read({A: one})
    if patience.read != {A: last}:
        assert any(patience.ripe({A: last}) for _ in range(LOOKS_WHERE_ONE_IS_MISSING + 1))
