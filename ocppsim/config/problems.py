"""What is wrong with files, or worth knowing about them: one line each."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from attrs import define, field, frozen

KeyPath: TypeAlias = "tuple[str | int, ...]"


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
    """Files that cannot be used, with all that is wrong with them."""

    def __init__(self, problems: Iterable[Remark]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@define
class Report:
    """What is found while files are read."""

    problems: list[Remark] = field(factory=list)
    notices: list[Remark] = field(factory=list)

    def raise_problems(self) -> None:
        if self.problems:
            raise ConfigurationError(self.problems)


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
