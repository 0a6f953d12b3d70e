"""The folder with the files of stations: each is read whole, written whole, or set aside."""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from attrs import define

from ocppsim.actors import whole_file
from ocppsim.config import documents
from ocppsim.config.problems import Report, Spot
from ocppsim.config.station_file import StoredStation, read_station
from ocppsim.protocol import text

log = logging.getLogger(__name__)


@define(eq=False)
class Shelf:
    """`configurations/` beside a simulator's configuration: a file for each station, by its hash."""

    folder: Path

    def path(self, hash_id: str) -> Path:
        return self.folder / f"{hash_id}.json"

    def read(self, hash_id: str, report: Report) -> StoredStation | None:
        """What the file says; None where there is none, or with the problem reported."""
        path = self.path(hash_id)
        if not os.path.exists(path):  # in a folder that nobody may enter there is none
            return None
        spot = Spot(report, str(path))
        before = len(report.problems)
        content = documents.read(path, spot)
        if len(report.problems) > before:
            return None
        return read_station(content, spot)

    def written_at(self, hash_id: str) -> float:
        """When the file was written, in POSIX seconds; 0 where there is none."""
        try:
            return self.path(hash_id).stat().st_mtime
        except OSError:
            return 0.0  # whoever reads it will say why

    def write(self, hash_id: str, content: Mapping[str, Any]) -> None:
        """All or nothing; raises OSError."""
        whole_file.replace(self.path(hash_id), [_text(content)])

    def set_aside(self, hash_id: str) -> Path:
        """Make room for a new file; nothing is lost. Raises OSError."""
        path = self.path(hash_id)
        aside = next(name for name in _names(path) if not name.exists())
        path.rename(aside)
        aside.chmod(0o600)  # whatever is in it may be a secret
        return aside


def _text(content: Mapping[str, Any]) -> bytes:
    line = text.encode_finite(content)
    try:
        return msgspec.json.format(line, indent=2)
    except msgspec.DecodeError:  # halves of characters, which JSON may have
        return line


def _names(path: Path) -> Iterator[Path]:
    yield path.with_suffix(".json.damaged")
    number = 1
    while True:
        number += 1
        yield path.with_suffix(f".json.damaged-{number}")
