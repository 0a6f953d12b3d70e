"""Order by construction: in virtual time, messages are delivered in rounds.

Trio wakes the tasks of one instant in random order. A mailbox therefore hands a message out only in a later
scheduler pass than it was posted in, in the order (pass, sender, sender's own order). Which tasks post in a
pass does not depend on the order in which they ran, so neither does anything that follows.
"""

import trio
from attrs import define


@define
class Rounds(trio.abc.Instrument):
    """Counts the scheduler's passes."""

    now: int = 0

    def before_io_wait(self, timeout: float) -> None:
        del timeout
        self.now += 1
