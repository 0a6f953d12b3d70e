"""Lines that wait for a disk that refuses."""

from attrs import define, field

MOST_WAITING = 16 * 2**20
"""So many bytes wait, and no more."""


@define
class Backlog:
    """In their order."""

    _lines: list[bytes] = field(factory=list)
    _size: int = 0

    def put(self, lines: bytes) -> None:
        self._lines.append(lines)
        self._size += len(lines)

    def take(self) -> bytes:
        """All; none wait any longer."""
        lines = b"".join(self._lines)
        self._lines.clear()
        self._size = 0
        return lines

    @property
    def is_too_much(self) -> bool:
        return self._size > MOST_WAITING
