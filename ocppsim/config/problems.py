"""What is wrong with files, or worth knowing about them: one line each."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from attrs import define, field

from ocppsim.values import frozen

KeyPath: TypeAlias = "tuple[str | int, ...]"

Stamp: TypeAlias = "tuple[int, int, int] | None"
"""What tells whether a file is another one than before: time, size and place; None where there is none."""


def stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):  # whoever reads it says why
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def spelled(path: KeyPath) -> str:
    """As people write it: `stationTemplateUrls[0].file`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@frozen
class Remark:
    """On a key of a file, or on the file as a whole where `path` is empty."""

    file: str
    path: KeyPath
    words: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, spelled(self.path), self.words)))


class ConfigurationError(ValueError):
    """Files that cannot be used, with all that is wrong with them; and those that were looked at."""

    def __init__(self, problems: Iterable[Remark], files: Mapping[Path, Stamp] | None = None) -> None:
        self.problems = tuple(dict.fromkeys(problems))  # two templates may have a list in common
        self.files = dict(files or {})
        super().__init__("\n".join(map(str, self.problems)))


@define
class Report:
    """What is found while files are read."""

    problems: list[Remark] = field(factory=list)
    notices: list[Remark] = field(factory=list)
    files: dict[Path, Stamp] = field(factory=dict)  # that were looked for, as they were then

    def look(self, path: Path) -> None:
        """Before a file is read, or found missing: whoever looks again sees whether it matters."""
        self.files.setdefault(path, stamp(path))

    def raise_problems(self) -> None:
        if self.problems:
            raise ConfigurationError(self.problems, self.files)


@frozen
class Spot:
    """A place in a file, and where to report what is found there."""

    report: Report
    file: str
    path: KeyPath = ()
    older: bool = False  # the defaults of 2022 hold
    folder: Path = field(factory=Path)  # of the configuration

    def at(self, *parts: str | int) -> "Spot":
        return Spot(self.report, self.file, self.path + parts, self.older, self.folder)

    def wrong(self, words: str) -> None:
        self.report.problems.append(Remark(self.file, self.path, words))

    def note(self, words: str) -> None:
        self.report.notices.append(Remark(self.file, self.path, words))
