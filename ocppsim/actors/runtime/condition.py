"""What can be seen of an actor from outside."""

from enum import Enum, auto

from ocppsim.actors.runtime.lives import Exit
from ocppsim.values import frozen


class Condition(Enum):
    """What an actor is doing."""

    IDLE = auto()  # not started, or its parent's life is over
    ALIVE = auto()
    RESTING = auto()  # between two lives
    GONE = auto()  # gave up or finished, while its parent lives on


@frozen
class Statistics:
    """A frozen look at an actor."""

    name: str
    condition: Condition
    lives: int
    crashes: int
    last_exit: Exit | None
    waiting: int
    most_waiting: int
