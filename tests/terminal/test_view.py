"""Keys move the view within the pages there are."""

import pytest

from ocppsim.terminal.keyboard import decode
from ocppsim.terminal.view import Key, View


@pytest.mark.parametrize(
    ("page", "key", "then"),
    [
        (0, Key.NEXT, 1),
        (2, Key.NEXT, 2),
        (1, Key.PREVIOUS, 0),
        (0, Key.PREVIOUS, 0),
        (1, Key.FIRST, 0),
        (0, Key.LAST, 2),
        (1, Key.QUIT, 1),
    ],
)
def test_paging(page: int, key: Key, then: int) -> None:
    assert View(page).after(key, pages=3) == View(then)


def test_sorting_begins_again_at_the_first_page() -> None:
    assert View(2).after(Key.SORT, 3) == View(0, by_attention=True)
    assert View(2, by_attention=True).after(Key.SORT, 3) == View(0)


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"q", [Key.QUIT]),
        (b"n p", [Key.NEXT, Key.NEXT, Key.PREVIOUS]),
        (b"\x1b[6~\x1b[5~", [Key.NEXT, Key.PREVIOUS]),
        (b"\x1b[C\x1b[D\x1b[A\x1b[B", [Key.NEXT, Key.PREVIOUS, Key.PREVIOUS, Key.NEXT]),
        (b"\x1bOC\x1bOH\x1bOF", [Key.NEXT, Key.FIRST, Key.LAST]),
        (b"gGs", [Key.FIRST, Key.LAST, Key.SORT]),
        (b"\x1b\x1b[Zxyz\xff\n", []),
    ],
)
def test_strokes_are_told_apart(data: bytes, keys: list[Key]) -> None:
    assert decode(data) == keys


def test_a_stroke_that_means_nothing_is_not_taken_for_its_letters() -> None:
    """Shift with an arrow ends in a letter too, and must not quit nor sort."""
    assert decode(b"\x1b[1;2q\x1b[1;2s") == []
