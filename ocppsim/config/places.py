"""Where files are: beside the configuration, else among those that come with the program."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

ASSETS = Path(str(files("ocppsim") / "assets"))
TEMPLATES = "station-templates"


def _unseen(path: Path) -> None:
    del path


def found(
    name: str, folder: Path | None, *subfolders: str, look: Callable[[Path], None] = _unseen
) -> Path | None:
    """The file of this name: an absolute path, else in the subfolders of `folder`, then of the assets.

    "" as subfolder is the folder itself; `look` is told of each place, before it is looked at.
    """
    if "\0" in name:
        return None
    path = Path(name)
    if path.is_absolute():
        look(path)
        return path if path.is_file() else None
    for parent in (ASSETS,) if folder is None else (folder, ASSETS):
        for sub in subfolders:
            candidate = parent / sub / path
            look(candidate)
            if candidate.is_file():
                return candidate
    return None


def template_file(name: str, folder: Path | None, look: Callable[[Path], None] = _unseen) -> Path | None:
    """A template by its name, with or without its ending."""
    for spelling in (name, f"{name}.json", f"{name}.toml"):
        if (path := found(spelling, folder, TEMPLATES, "", look=look)) is not None:
            return path
    return None


def packaged_templates() -> list[str]:
    """The names of those that come with the program."""
    return sorted(path.stem for path in (ASSETS / TEMPLATES).iterdir() if path.suffix in (".json", ".toml"))


def configuration_folder(template: Path) -> Path:
    """That of the configuration to which a template belongs."""
    parent = template.resolve().parent
    return parent.parent if parent.name == TEMPLATES else parent
