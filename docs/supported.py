"""Makes docs/supported.md and ocppsim/assets/supported.json from the marks of the tests.

python docs/supported.py

A test that shows the effect of a message or configuration key says so: `@pytest.mark.honours("ClearCache")`.
The marks are read, no test is run.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from ocppsim.support.page import page
from ocppsim.support.proofs import FILE

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "supported.md"
DATA = ROOT / "ocppsim" / "assets" / FILE


class BadMark(Exception):
    """A mark whose names cannot be read without running the test."""


def marks(folder: Path, mark: str = "honours") -> dict[str, tuple[str, ...]]:
    """The tests under a folder, by the names that their marks of this kind have."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        where, text = path.relative_to(folder.parent).as_posix(), path.read_text("utf-8")
        if f".{mark}(" not in text:
            continue  # to parse them all takes a second
        for test, name in _of_module(ast.parse(text), where, mark):
            found.setdefault(name, set()).add(test)
    return {name: tuple(sorted(tests)) for name, tests in sorted(found.items())}


def _of_module(module: ast.Module, where: str, mark: str) -> Iterator[tuple[str, str]]:
    for_all = [
        name
        for statement in module.body
        if isinstance(statement, ast.Assign) and any(_is_pytestmark(target) for target in statement.targets)
        for name in _names(statement.value, where, mark)
    ]
    yield from ((where, name) for name in for_all)
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                yield from ((f"{where}::{node.name}", name) for name in _names(decorator, where, mark))


def _is_pytestmark(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "pytestmark"


def _names(part: ast.expr, where: str, mark: str) -> Iterator[str]:
    """The names of each such mark in an expression, as in `honours("A", "B")`."""
    for node in ast.walk(part):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == mark:
            for argument in node.args:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise BadMark(
                        f"{where}, line {argument.lineno}: {mark}() takes names as they are written"
                    )
                yield argument.value


def files() -> dict[Path, str]:
    """What is to be written where."""
    found = marks(ROOT / "tests")
    return {PAGE: page(found), DATA: json.dumps(found, indent=1) + "\n"}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
