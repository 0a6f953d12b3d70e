"""What binds the power of a session, told when that changes."""

from collections.abc import Callable
from math import isclose

from attrs import define, field

from ocppsim.actors.board import Board, ConnectorView
from ocppsim.terminal import words


@define(eq=False)
class LimitWatch:
    """A watcher of a board: a line for each new limit, and one when a session is free of it."""

    tell: Callable[[str], None]
    _told: dict[int, ConnectorView] = field(factory=dict)  # what was told of those that are limited now

    def __call__(self, board: Board) -> None:
        for number, view in board.connectors.items():
            told = self._told.get(number)
            if view.limited:
                if told is None or not _alike(told, view):
                    self._told[number] = view
                    power = words.power(view.power.power_w) if view.power.power_w > 0 else "nothing"
                    self.tell(f"connector {number}: {power}, limited by {view.limited_by}")
            elif told is not None:
                del self._told[number]
                if view.session is not None:
                    self.tell(f"connector {number}: as much as the EV takes")


def _alike(one: ConnectorView, other: ConnectorView) -> bool:
    """To the watt: power is computed, and shares need not come out the same."""
    return one.limited_by == other.limited_by and isclose(one.power.power_w, other.power.power_w, abs_tol=1.0)
