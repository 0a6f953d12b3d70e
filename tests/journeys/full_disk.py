"""A disk on which a journal finds no room."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ocppsim.actors.store import Folder


@contextmanager
def full_disk(store: Folder, part: int = 0) -> Iterator[None]:
    """Of each write to the journal only so many bytes have room."""
    write = os.write

    def refuse(file: int, data: bytes) -> int:
        if file != store._journal:
            return write(file, data)
        if part:
            return write(file, data[:part])
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", refuse)
        yield
