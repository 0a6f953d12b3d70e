"""What ends with a life: the questions it has taken, the timers it has set."""

from typing import Protocol

_FEW = 8


class Obligation(Protocol):
    """Something begun that must not outlive the life that began it."""

    @property
    def settled(self) -> bool: ...

    def abandon(self) -> None: ...


class Obligations:
    """Those of one life. Settled ones are forgotten whenever the list has doubled, so adding is cheap."""

    __slots__ = ("_items", "_limit")

    def __init__(self) -> None:
        self._items: list[Obligation] = []
        self._limit = _FEW

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Obligation) -> None:
        if len(self._items) >= self._limit:
            self._items = [other for other in self._items if not other.settled]
            self._limit = max(_FEW, 2 * len(self._items))
        self._items.append(item)

    def abandon(self) -> None:
        """The life is over."""
        items, self._items, self._limit = self._items, [], _FEW
        for item in items:
            item.abandon()
