"""The files of a journal: read in their order, and made one that says the same with the fewest lines.

The file that is written to is the last. What is made of the others takes the place of the last of them, and
begins each station anew: so whoever is killed in the midst leaves files that say the same.
"""

import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ocppsim.actors import journal, whole_file
from ocppsim.actors.journal import Kept

log = logging.getLogger(__name__)

JOURNAL = "journal.jsonl"
OWNERS = 0o600
"""A URL that a central system set may have a password in it."""

_NUMBER = re.compile(r"journal(?:-(\d+))?\.jsonl")


def path_of(folder: Path, number: int) -> Path:
    return folder / (f"journal-{number}.jsonl" if number else JOURNAL)


def found(folder: Path) -> list[Path]:
    """Those that are there, in their order."""
    numbers = [int(match[1] or 0) for name in os.listdir(folder) if (match := _NUMBER.fullmatch(name))]
    return [path_of(folder, number) for number in sorted(numbers)]


def say_damage(words: str) -> None:
    log.warning("%s", words)


def read(paths: Sequence[Path], damaged: Callable[[str], None] = say_damage) -> dict[str, Kept]:
    """What they say; a line that cannot be read ends it, and its file is kept aside, which is told."""
    kept: dict[str, Kept] = {}
    for path in paths:
        if not _read(path, kept, damaged):
            break
    return kept


def _read(path: Path, kept: dict[str, Kept], damaged: Callable[[str], None]) -> bool:
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        try:
            station, record = journal.read(line)
            journal.apply(kept.setdefault(station, Kept()), record)
        except (ValueError, RecursionError) as error:
            if number == len(lines) and not line.endswith(b"\n"):
                log.info("%s: the last line was cut short and is left out", path)
            else:
                aside = path.with_suffix(".damaged")
                damaged(f"{path} line {number}: {error}; kept a copy in {aside.name}")
                whole_file.replace(aside, lines, OWNERS)
            return False
    return True


def merge(paths: Sequence[Path], kept: Mapping[str, Kept]) -> int:
    """Make the files one, in the place of the last, which says what is kept; its size. Raises OSError."""
    *others, last = paths
    lines = [
        journal.line(station, record)
        for station, what in kept.items()
        for record in (*((journal.anew(),) if others else ()), *journal.records(what))
    ]
    whole_file.replace(last, lines, OWNERS)
    for path in reversed(others):  # what is left can be read: it is a beginning
        path.unlink()
    return sum(map(len, lines))
