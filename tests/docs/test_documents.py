"""What the documents name is there: files, names, tables, commands. And no file says what concerns nobody."""

import argparse
import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest

import ocppsim
from ocppsim.cli.exits import CommandEnded
from ocppsim.cli.parser import parser
from ocppsim.dialects.v16.keys import KEYS
from ocppsim.model.connector import Status
from ocppsim.model.status_changes import BEYOND
from ocppsim.protocol.errors import V16_CODES

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
ARCHITECTURE, BEHAVIOUR, DECISIONS = (
    ROOT / "docs" / name for name in ("architecture.md", "behaviour.md", "decisions.md")
)

FOLDERS = ("ocppsim", "tests", "docs", "benchmarks", ".ci")
TEXTS = frozenset({".py", ".md", ".toml", ".json", ".txt", ""})
GENERATED = frozenset({"__pycache__", ".hypothesis"})

OUTSIDE = frozenset({"trio", "Accepted", "InternalError", "MockClock"})
"""Names in backticks that are other people's."""

HOSTS = re.compile(r"[\w-]+|127\.0\.0\.1|.*\.(example|invalid|test)|example\.(com|org)|[A-Z_{}<>.]+")
"""Hosts that are nobody's, above all those without a dot."""

PUBLIC_HOSTS = frozenset({"trio.readthedocs.io", "www.apache.org", "www.w3.org", "keepachangelog.com"})

FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.])/(home|root|Users|workspace|work)/\w",
    "a package registry": r"(?i)\b(artifactory|nexus|(extra-)?index-url|trusted-host)\b",
    "how the text came about": r"(?i)(?<!user[ -])\b(sub)?agents?\b|\b(language models?|llms?|chatbots?)\b",
    "a document that is not here": r"\b(DESIGN|BEHAVIOUR)\b",
    "a promise": r"\b(TODO|FIXME)\b",
}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def prose(document: Path) -> str:
    """The text without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)


def spans(document: Path) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`\n]+)`", prose(document))


def blocks(document: Path, *languages: str) -> list[str]:
    pattern = rf"^```(?:{'|'.join(languages)})\n(.*?)^```$"
    return re.findall(pattern, document.read_text(), re.DOTALL | re.MULTILINE)


def table(document: Path, first_cell: str) -> list[list[str]]:
    """The rows of the table whose head begins with this cell."""
    lines = iter(document.read_text().splitlines())
    for line in lines:
        if line.startswith(f"| {first_cell} |"):
            next(lines)
            rows = takewhile(lambda row: row.startswith("|"), lines)
            return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    raise AssertionError(f"{document.name} has no table {first_cell!r}")


# -- links and paths


@each_document
def test_links_lead_to_files(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        if "://" not in target and not target.startswith("#"):
            assert (document.parent / target.partition("#")[0]).exists(), target


@each_document
def test_paths_exist(document: Path) -> None:
    for span in spans(document):
        if re.fullmatch(rf"({'|'.join(map(re.escape, FOLDERS))})(/[\w.]+)+/?", span):
            assert (ROOT / span).exists(), span


def test_the_map_shows_every_package() -> None:
    named = {span.strip("/") for span in spans(ARCHITECTURE)}
    packages = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "ocppsim").rglob("__init__.py")}
    assert not packages - named - {"ocppsim"}


# -- names in the code


def members(tree: ast.ClassDef) -> set[str]:
    """Methods, fields, and what the methods set on themselves."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                found.add(name)
            case _:
                pass
    return found


def defined(node: ast.stmt) -> set[str]:
    """What a statement of a module defines."""
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return {name}
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return {name}
        case _:
            return set()


@cache
def names_of_the_code() -> dict[str, set[str]]:
    """The names in each class and each module."""
    names: dict[str, set[str]] = {"ocppsim": set(ocppsim.__all__)}
    for path in (ROOT / "ocppsim").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names.setdefault(path.stem, set()).update(defined(node))
            if isinstance(node, ast.ClassDef):
                names.setdefault(node.name, set()).update(members(node))
    return names


@each_document
def test_dotted_names_exist(document: Path) -> None:
    for span in spans(document):
        dotted = re.fullmatch(r"([A-Za-z]\w*)\.(\w+)(\(.*\))?", span)
        if dotted is None or dotted[1] in OUTSIDE or (ROOT / span).exists():
            continue
        assert dotted[2] in names_of_the_code().get(dotted[1], ()), span


def test_classes_and_tables_that_the_architecture_names_exist() -> None:
    names = names_of_the_code()
    every = frozenset(names).union(*names.values())
    for span in spans(ARCHITECTURE):
        if re.fullmatch(r"[A-Z]\w+", span) and span not in OUTSIDE:
            assert span in every, span


# -- tables


def test_the_keys_are_those_of_the_code() -> None:
    rows = {name: (initial, words) for name, initial, words in table(BEHAVIOUR, "key")}
    assert list(rows) == list(KEYS)
    for name, (initial, words) in rows.items():
        assert initial == KEYS[name].initial, name
        assert ("read-only" in words) == KEYS[name].readonly, name
        assert ("1 or more" in words) == (KEYS[name].least == 1), name


def test_the_changes_of_status_beyond_the_table_are_all_told() -> None:
    told = {(before, after): reason for before, after, reason in table(BEHAVIOUR, "from")}
    assert told == {(ocpp(before), ocpp(after)): reason for (before, after), reason in BEYOND.items()}


def test_every_status_is_told() -> None:
    assert {status for status, _ in table(BEHAVIOUR, "status")} == set(map(ocpp, Status))


def ocpp(status: Status) -> str:
    parts = status.name.lower().split("_")
    return "".join(part.upper() if part in ("ev", "evse") else part.title() for part in parts)


def test_every_error_code_is_told() -> None:
    codes = {answer.partition(" ")[0] for _, answer in table(BEHAVIOUR, "what is wrong with a message")}
    assert codes - {"none,"} == set(V16_CODES.values())


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[^\w-]", requirement)[0] for requirement in project["dependencies"]}
    assert {package.strip("`") for package, *_ in table(DECISIONS, "package")} == named


# -- commands


def commands(document: Path) -> Iterator[list[str]]:
    """What a reader would type, in words: lines of consoles, and commands in the text."""
    for block in blocks(document, "console", "sh", "bash"):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield from map(shlex.split, line.removeprefix("$ ").split(" && "))
    yield from (shlex.split(span) for span in spans(document) if re.match(r"(ocppsim|make) [a-z-]", span))


def problem(*arguments: str) -> str:
    """What the program says against these arguments; a name of a command alone stands for the command."""
    try:
        parser().parse_args([*arguments, "--help"] if len(arguments) == 1 else arguments)
    except CommandEnded as ended:
        return ended.message
    except SystemExit:
        return ""  # it was asked for help
    return ""


@each_document
def test_commands_are_understood(document: Path) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for program, *arguments in commands(document):
        if program == "make":
            assert arguments[0] in targets
        elif Path(program).name == "ocppsim":
            assert not problem(*arguments), arguments


def test_a_command_that_is_none_would_be_found() -> None:
    assert not problem("charge")
    assert not problem("charge", "ws://localhost:9000/ocpp", "--id", "CS-1")
    assert problem("charge", "ws://localhost:9000/ocpp", "--no-such-option")
    assert problem("no-such-command")


def options_of(command: argparse.ArgumentParser) -> set[str]:
    found: set[str] = set()
    for action in command._actions:
        found.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                found |= options_of(inner)
    return found


@each_document
def test_options_exist(document: Path) -> None:
    known = options_of(parser())
    for span in spans(document):
        if span.startswith("--"):
            assert re.split(r"[ =]", span)[0] in known, span


@each_document
def test_examples_in_python_can_be_compiled(document: Path) -> None:
    for block in blocks(document, "python"):
        compile(block, document.name, "exec")


# -- what concerns nobody


@cache
def texts() -> list[tuple[str, str]]:
    """Path and text of all that people read, but for this file, which names what it forbids."""
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text(errors="replace"))
        for path in (*ROOT.iterdir(), *inside)
        if path.is_file() and path.suffix in TEXTS and path != Path(__file__)
        if not (GENERATED | {".git"}) & set(path.parts)
    ]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    wrong = [
        f"{path}:{number}: {found[0]}"
        for path, text in texts()
        if re.search(FORBIDDEN[what], text)  # seldom: the lines of the others need not be looked at
        for number, line in enumerate(text.splitlines(), 1)
        if (found := re.search(FORBIDDEN[what], line))
    ]
    assert not wrong


def test_urls_lead_to_public_hosts_or_to_nobodys() -> None:
    for path, text in texts():
        for host in re.findall(r"https?://(?:[^\s/@\"']*@)?([\w.{}<>-]+)", text):
            assert HOSTS.fullmatch(host) or host in PUBLIC_HOSTS, f"{path}: {host}"
