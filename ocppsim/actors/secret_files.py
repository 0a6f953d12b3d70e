"""Passwords and keys of stations, a file for each, in a folder that nobody but its owner can look into."""

import json
import logging
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from ocppsim.actors import whole_file

log = logging.getLogger(__name__)


def read(folder: Path, station: str) -> Mapping[str, Any]:
    """What is kept of a station, nothing where that cannot be read; says so without a word of its content."""
    path = _path(folder, station)
    try:
        kept = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read (%s) and is left out", path, type(error).__name__)
        return {}
    return kept["secrets"] if isinstance(kept, dict) and isinstance(kept.get("secrets"), dict) else {}


def write(folder: Path, station: str, secrets: Mapping[str, Any]) -> None:
    """All or nothing; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    content = json.dumps({"station": station, "secrets": dict(secrets)}).encode()
    whole_file.replace(_path(folder, station), [content], 0o600)


def _path(folder: Path, station: str) -> Path:
    """An id may hold signs that a file's name cannot."""
    return folder / f"{sha256(station.encode()).hexdigest()[:32]}.json"
