"""Printing a conversation as it happens, beside the actors: a broken pipe or a full disk is not their business."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import TextIO

import trio
from attrs import define, field, frozen

from ocppsim import clock
from ocppsim.actors.trace import TraceEntry
from ocppsim.cli import output
from ocppsim.cli.exits import usage
from ocppsim.terminal.timeline import Timeline


@define
class TraceFile:
    """Every frame as a JSON line, each written at once. `trouble` says why nothing is written any more."""

    path: Path
    trouble: str = ""
    _file: TextIO | None = None

    @classmethod
    def create(cls, path: Path) -> "TraceFile":
        """Raises CommandEnded."""
        try:
            return cls(path, file=path.open("w", buffering=1, encoding="utf-8"))
        except OSError as error:
            raise usage(f"--trace {path}: {error.strerror}") from error

    def write(self, entry: TraceEntry) -> None:
        if self._file is None:
            return
        try:
            self._file.write(f"{entry.line()}\n")
        except OSError as error:
            self.trouble = f"--trace {self.path}: {error.strerror}"
            self._forget()

    def close(self) -> None:
        """Raises CommandEnded when the file is not complete."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self.trouble:
            raise usage(self.trouble)

    def _forget(self) -> None:
        """Close the file, though what it holds back cannot be written."""
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except OSError:
            pass  # told already
