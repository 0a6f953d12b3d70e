"""Text in pieces, each with a style: cheaper to put together than rich's own, which a line needs once."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len, set_cell_size
from rich.text import Text

Piece = tuple[str, str]
Pieces = tuple[Piece, ...]


def width_of(pieces: Iterable[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)


def fitted(pieces: Pieces, width: int, *, right: bool = False) -> Pieces:
    """Exactly this wide; what is cut off is owned up to."""
    missing = width - width_of(pieces)
    if missing < 0:
        return tuple(_cut(pieces, width))
    space = (" " * missing, "")
    return (space, *pieces) if right else (*pieces, space)


def _cut(pieces: Pieces, width: int) -> Iterator[Piece]:
    """The first of them, and an ellipsis."""
    room = width - 1
    for text, style in pieces:
        length = cell_len(text)
        if length > room:
            yield set_cell_size(text, room) + "…", style
            return
        yield text, style
        room -= length


def joined(pieces: Iterable[Pieces], gap: int) -> Pieces:
    """Side by side, so far apart."""
    space = (" " * gap, "")
    line: list[Piece] = []
    for part in pieces:
        if line:
            line.append(space)
        line += part
    return tuple(line)


def as_text(pieces: Iterable[Piece]) -> Text:
    return Text.assemble(*pieces)
