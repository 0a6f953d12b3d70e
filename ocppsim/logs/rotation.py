"""A log file that begins anew each day and at a size, and forgets the oldest."""

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from attrs import define, field

from ocppsim.config.logging_settings import Keep


def utc_today() -> date:
    return datetime.now(UTC).date()


@define(eq=False)
class LogFile:
    """Bytes go to the end of the file of the day: `combined-2026-01-31.log`, then `.log.1` and so on.

    Without `rotate` it is one file, which grows. All methods may raise OSError, and may be tried again then.
    """

    path: Path  # without a date
    rotate: bool = True
    most_bytes: int | None = None
    keep: Keep = field(factory=Keep)
    today: Callable[[], date] = utc_today
    _descriptor: int | None = field(default=None, init=False)
    _day: date | None = field(default=None, init=False)
    _number: int = field(default=0, init=False)
    _size: int = field(default=0, init=False)

    def open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.rotate:
            self._begin(self.path)
            return
        self._day = self.today()
        self._number = max((number for day, number, _ in self._all() if day == self._day), default=0)
        self._begin(self._name())
        if self._full(0):
            self._next()
        self._forget()

    def write(self, line: bytes) -> None:
        """Whole, or in part when the disk is full."""
        if self._descriptor is None:
            self.open()
        if self.rotate and self.today() != self._day:
            self.close()
            self.open()
        elif self.rotate and self._full(len(line)):
            self._next()
            self._forget()
        assert self._descriptor is not None, "opened above"
        self._size += os.write(self._descriptor, line)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _full(self, more: int) -> bool:
        """A line that is larger than a file may be has one of its own."""
        if self.most_bytes is None or not self._size:
            return False
        return self._size + max(more, 1) > self.most_bytes

    def _next(self) -> None:
        self.close()
        self._number += 1
        self._begin(self._name())

    def _begin(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._size = os.fstat(self._descriptor).st_size

    def _name(self) -> Path:
        before, after = self._around_date()
        number = f".{self._number}" if self._number else ""
        return self.path.with_name(f"{before}-{self._day}{after}{number}")

    def _around_date(self) -> tuple[str, str]:
        """The date goes before the last `.log`, or to the end of a name without."""
        before, dot, after = self.path.name.rpartition(".log")
        return (before, dot + after) if dot else (self.path.name, "")

    def _all(self) -> list[tuple[date, int, Path]]:
        """The files of this log that there are, oldest first; nobody else's."""
        before, after = map(re.escape, self._around_date())
        pattern = re.compile(rf"{before}-(\d{{4}}-\d\d-\d\d){after}(?:\.([1-9]\d{{0,8}}))?", re.ASCII)
        found = []
        for entry in self.path.parent.iterdir():
            if (match := pattern.fullmatch(entry.name)) is not None:
                try:
                    found.append((date.fromisoformat(match[1]), int(match[2] or 0), entry))
                except ValueError:
                    continue  # 2026-99-99 is no date of ours
        return sorted(found)

    def _forget(self) -> None:
        files = self._all()
        old = files[: -self.keep.files] if self.keep.files is not None else []
        if self.keep.age is not None and self._day is not None:
            old = [file for file in files if file[0] <= self._day - self.keep.age]
        for _, _, path in old:
            path.unlink(missing_ok=True)
