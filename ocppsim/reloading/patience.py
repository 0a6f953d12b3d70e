"""When files that change are worth reading: editors write in several steps, and remove before they write."""

from collections.abc import Mapping
from pathlib import Path

from attrs import define, field

from ocppsim.config.problems import Stamp

Stamps = Mapping[Path, Stamp]

LOOKS = 1
"""So many times more a change must look the same before it counts."""

LOOKS_WHERE_ONE_IS_MISSING = 10
"""The same where a file that was there is gone: most come back in an instant."""


@define
class Patience:
    """Told of each look at the files, it says when to read them."""

    read: Stamps  # as the files were when they were read last
    _waiting: Stamps | None = None
    _looks: int = field(default=0)

    def ripe(self, now: Stamps) -> bool:
        """Whether the files differ from those that were read, and have come to rest."""
        if now == self.read:
            self._waiting = None
            return False
        if now != self._waiting:
            self._waiting, self._looks = now, 0
            return False
        self._looks += 1
        return self._looks >= (LOOKS_WHERE_ONE_IS_MISSING if self._misses(now) else LOOKS)

    def was_read(self, now: Stamps) -> None:
        """From these stamps on; there may be other files than before."""
        self.read, self._waiting = now, None

    def _misses(self, now: Stamps) -> bool:
        return any(now[path] is None and self.read.get(path) is not None for path in now)
