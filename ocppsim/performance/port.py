"""Where records of statistics go: the port, and its files."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from attrs import define, field

from ocppsim.actors import whole_file
from ocppsim.performance.records import Record


class StorageFailed(Exception):
    """The records could not be stored; says why, without secrets."""


class Storage(Protocol):
    """Records are kept by their id: one that comes again replaces the older one.

    It may wait for disk or network, so it is used in a thread, by one at a time. StorageFailed from `write`
    leaves it usable: the next time may go well.
    """

    @property
    def where(self) -> str:
        """For people to read; no secrets."""

    def write(self, records: Sequence[Record]) -> None: ...

    def close(self) -> None: ...


@define(eq=False)
class JsonFile:
    """All records in one file, a list in JSON, replaced as a whole."""

    path: Path
    _lines: dict[str, bytes] | None = field(default=None, init=False)

    @property
    def where(self) -> str:
        return str(self.path)

    def write(self, records: Sequence[Record]) -> None:
        try:
            lines = self._known() | {str(record["id"]): msgspec.json.encode(record) for record in records}
            whole_file.replace(self.path, [b"[\n", b",\n".join(lines.values()), b"\n]\n"])
        except OSError as error:
            raise StorageFailed(error.strerror or str(error)) from None
        self._lines = lines

    def close(self) -> None:
        """Nothing is open between two writes."""

    def _known(self) -> dict[str, bytes]:
        """What the file had when it was first seen; one that cannot be read is set aside."""
        if self._lines is not None:
            return self._lines
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            return {}
        content = self.path.read_bytes()
        try:
            found = msgspec.json.decode(content, type=list[dict[str, object]])
            return {str(record["id"]): msgspec.json.encode(record) for record in found}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
            self.path.with_name(f"{self.path.name}.damaged").write_bytes(content)
            return {}


_TABLE = """
CREATE TABLE IF NOT EXISTS performance_records (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    uri TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT,
    statistics_data TEXT NOT NULL
)
"""
_ROW = "INSERT OR REPLACE INTO performance_records VALUES (?, ?, ?, ?, ?, ?)"


@define(eq=False)
class Sqlite:
    """A row for each station; what was measured is JSON in the last column."""

    path: Path
    _connection: sqlite3.Connection | None = field(default=None, init=False)

    @property
    def where(self) -> str:
        return str(self.path)

    def write(self, records: Sequence[Record]) -> None:
        try:
            connection = self._open()
            with connection:
                connection.executemany(_ROW, map(_row, records))
        except sqlite3.Error as error:
            self.close()
            raise StorageFailed(str(error)) from None
        except OSError as error:
            raise StorageFailed(error.strerror or str(error)) from None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # each write may come from another thread, but only one at a time
            self._connection = sqlite3.connect(self.path, timeout=2.0, check_same_thread=False)
            self._connection.execute(_TABLE)
        return self._connection


def _row(record: Record) -> tuple[object, ...]:
    plain = (record["id"], record["name"], record["uri"], record["createdAt"], record.get("updatedAt"))
    return (*plain, msgspec.json.encode(record["statisticsData"]).decode())
