"""The connectors of a station side by side, in the fullest way there is room for."""

from collections.abc import Callable, Sequence

from ocppsim.terminal import words
from ocppsim.terminal.appearance import STATUSES
from ocppsim.terminal.pieces import Piece, Pieces, joined
from ocppsim.terminal.snapshot import Connector
from ocppsim.values import frozen


@frozen
class Form:
    """A way to show connectors, each in at most so much width, with gaps between them."""

    spell: Callable[[Connector], Piece]
    each: int
    gap: int = 2

    def width(self, count: int) -> int:
        return count * (self.each + self.gap) - self.gap


def _in_words(connector: Connector) -> Piece:
    return STATUSES[connector.status].in_words


def _in_words_with_power(connector: Connector) -> Piece:
    text, style = _in_words(connector)
    return (f"{text} {words.power(connector.power_w)}" if connector.power_w > 0 else text), style


def _in_short(connector: Connector) -> Piece:
    sign, style = _as_sign(connector)
    return (f"{sign}{connector.power_w / 1000:.0f}" if connector.power_w > 0 else sign), style


def _as_sign(connector: Connector) -> Piece:
    look = STATUSES[connector.status]
    return look.sign, look.style


WORD = Form(_in_words, 15)
"""For a single connector, whose power has a column of its own."""

WORDS = Form(_in_words_with_power, 19)
SHORT = Form(_in_short, 4)
SIGNS = Form(_as_sign, 1, gap=0)


def form(count: int, width: int) -> Form | None:
    """The fullest form for so many connectors; None when they can only be counted."""
    forms = (WORDS if count > 1 else WORD, SHORT, SIGNS)
    return next((form for form in forms if form.width(count) <= width), None)


def spelled_out(connectors: Sequence[Connector], width: int) -> Pieces:
    chosen = form(len(connectors), width)
    if chosen is None:
        return _counted(connectors)
    return joined(((chosen.spell(connector),) for connector in connectors), chosen.gap)


def _counted(connectors: Sequence[Connector]) -> Pieces:
    counts = ((sum(c.status is status for c in connectors), look) for status, look in STATUSES.items())
    return joined((((f"{count}{look.sign}", look.style),) for count, look in counts if count), 1)
