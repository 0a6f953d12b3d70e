"""Files that are replaced as a whole."""

import os
from collections.abc import Iterable
from pathlib import Path

USUAL = 0o666
"""Less what the umask takes."""


def replace(path: Path, parts: Iterable[bytes], mode: int = USUAL) -> None:
    """It has this content, or the one it had; also when the process or the machine dies. Raises OSError."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
