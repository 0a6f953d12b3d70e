"""`frozen` for all values and messages: to those who check types that of attrs, at run time a third of it.

attrs guards the fields of a frozen instance while the program runs, and then has to write each of them past
the guard: a fifteenth of all that a call of a station costs. mypy guards them before it runs, for nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen as frozen
else:
    from functools import partial

    from attrs import define, setters

    def frozen(cls=None, /, **options):
        """Equal instances are equal keys, as those of attrs are."""
        if cls is None:
            return partial(frozen, **options)
        return define(cls, on_setattr=setters.NO_OP, unsafe_hash=options.get("eq", True), **options)


__all__ = ["frozen"]
