"""Pieces of text fill a cell exactly, whatever is in them."""

from hypothesis import given
from hypothesis import strategies as st

from ocppsim.terminal.pieces import Pieces, fitted, joined, width_of

PIECES = st.lists(st.tuples(st.text("ab●電…", max_size=8), st.just("red")), max_size=4).map(tuple)


def plain(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


@given(PIECES, st.integers(1, 30), st.booleans())
def test_a_cell_is_exactly_as_wide_as_it_should_be(pieces: Pieces, width: int, right: bool) -> None:
    cell = fitted(pieces, width, right=right)
    assert width_of(cell) == width
    if width_of(pieces) <= width:
        assert plain(cell).strip() == plain(pieces)
    else:
        assert plain(cell).endswith("…")


def test_styles_stay_with_their_texts() -> None:
    pieces = (("● ", "green"), ("Charging", "bold"))
    assert fitted(pieces, 6) == (("● ", "green"), ("Cha…", "bold"))
    assert fitted(pieces, 12, right=True) == (("  ", ""), *pieces)


def test_joined_pieces_stand_apart() -> None:
    assert plain(joined(((("a", ""),), (("b", ""), ("c", ""))), 2)) == "a  bc"
    assert joined((), 2) == ()
