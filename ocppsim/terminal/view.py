"""What a person looks at, and how keys change it."""

from enum import Enum, auto

from attrs import evolve

from ocppsim.values import frozen


class Key(Enum):
    """What a person can want."""

    QUIT = auto()
    NEXT = auto()
    PREVIOUS = auto()
    FIRST = auto()
    LAST = auto()
    SORT = auto()


@frozen
class View:
    """What somebody looks at: a page, counted from 0, and in which order."""

    page: int = 0
    by_attention: bool = False

    def after(self, key: Key, pages: int) -> "View":
        match key:
            case Key.NEXT:
                return evolve(self, page=min(self.page + 1, pages - 1))
            case Key.PREVIOUS:
                return evolve(self, page=max(self.page - 1, 0))
            case Key.FIRST:
                return evolve(self, page=0)
            case Key.LAST:
                return evolve(self, page=pages - 1)
            case Key.SORT:
                return View(by_attention=not self.by_attention)
            case Key.QUIT:
                return self
